//! `fares.toml`: who holds which class, by the town's own number.

use jiff::civil::Date;
use machitap_domain::{CitizenId, catalogue::Catalogue, ids::ClassId};
use serde::{Deserialize, Serialize};

use crate::flaw::{Flaw, Toml};

/// The holders of a town. Only their transport pseudonyms leave the city.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holders {
    /// The day it was written.
    pub issued: Date,
    /// The last day it is meant for: by then it is written anew.
    pub expires: Date,
    /// Each holder once.
    #[serde(default)]
    pub holders: Vec<Holder>,
}

/// One holder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holder {
    /// Who.
    pub citizen: CitizenId,
    /// A class of a bus in the catalogue.
    pub class: ClassId,
    /// The last day it is theirs; as long as they stand here when left out.
    #[serde(default)]
    pub until: Option<Date>,
}

/// Reads and checks the list. Without a catalogue (it has a slip of its own) classes are not
/// looked for.
pub(super) fn holders(toml: &Toml, catalogue: Option<&Catalogue>) -> Result<Holders, Flaw> {
    let list: Holders = toml.parse()?;
    if list.expires < list.issued {
        return Err(toml.flaw("expires", "the list expires before it was issued"));
    }
    let known = |class: &ClassId, catalogue: &Catalogue| {
        catalogue
            .facilities
            .values()
            .filter_map(|f| f.service.as_fare())
            .any(|fare| fare.class(class).is_some())
    };
    let mut seen = std::collections::BTreeSet::new();
    for (n, holder) in list.holders.iter().enumerate() {
        let key = |name: &str| format!("holders#{}.{name}", n + 1);
        if !seen.insert(&holder.citizen) {
            return Err(toml.flaw(&key("citizen"), "stands twice"));
        }
        if catalogue.is_some_and(|c| !known(&holder.class, c)) {
            return Err(toml.flaw(
                &key("class"),
                format_args!("no bus in the catalogue has a class {}", holder.class),
            ));
        }
    }
    Ok(list)
}
