//! Slips in TOML files, named by file, line and key.

use std::{collections::BTreeMap, fmt, path::PathBuf};

use serde::de::DeserializeOwned;

/// One slip.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}: {}{what}", file.display(), Prefix(key))]
pub struct Flaw {
    /// The file.
    pub file: PathBuf,
    /// The line, counted from 1.
    pub line: usize,
    /// The dotted key; empty when the whole file is meant.
    pub key: String,
    /// What is wrong with it.
    pub what: String,
}

struct Prefix<'a>(&'a str);

impl fmt::Display for Prefix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            Ok(())
        } else {
            write!(f, "{}: ", self.0)
        }
    }
}

/// A file, mostly TOML, with its text, so that slips can be placed.
#[derive(Debug, Clone)]
pub struct Toml {
    file: PathBuf,
    text: String,
}

impl Toml {
    /// A text and the name it is spoken of by.
    pub fn new(file: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            text: text.into(),
        }
    }

    /// The text, for a file that is not TOML but has slips to place all the same.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Reads the text as `T`.
    ///
    /// # Errors
    /// The first [`Flaw`]: bad TOML, an unknown or missing key, a value outside its rule.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, Flaw> {
        toml::from_str(&self.text).map_err(|why| {
            let offset = why.span().map_or(0, |s| s.start).min(self.text.len());
            let line = self.text.as_bytes()[..offset]
                .iter()
                .filter(|b| **b == b'\n')
                .count()
                + 1;
            let key = keys(&self.text)
                .into_iter()
                .rfind(|(at, _)| *at <= line)
                .map_or_else(String::new, |(_, key)| key);
            self.place(line, key, why.message())
        })
    }

    /// A flaw of that key; its line is that of the longest part of the key that is written
    /// on a line of its own (an inline table is one line).
    pub fn flaw(&self, key: &str, what: impl ToString) -> Flaw {
        let written = keys(&self.text);
        let mut part = key;
        let line = loop {
            if let Some((line, _)) = written.iter().find(|(_, k)| k == part) {
                break *line;
            }
            // Tables in an inline array have no header of their own: their key's line is next.
            let ends = [part.rfind('.'), part.rfind('#')];
            match ends.into_iter().flatten().max() {
                Some(end) => part = &part[..end],
                None => break 1,
            }
        };
        self.place(line, key.to_owned(), what)
    }

    /// The key and line of the first line that contains this text, as a flaw.
    pub fn flaw_near(&self, needle: &str, what: impl ToString) -> Flaw {
        let line = self
            .text
            .lines()
            .position(|l| l.contains(needle))
            .map_or(1, |n| n + 1);
        let key = keys(&self.text)
            .into_iter()
            .rfind(|(at, _)| *at <= line)
            .map_or_else(String::new, |(_, key)| key);
        self.place(line, key, what)
    }

    fn place(&self, line: usize, key: String, what: impl ToString) -> Flaw {
        Flaw {
            file: self.file.clone(),
            line,
            key,
            what: what.to_string(),
        }
    }
}

/// Every key written at the start of a line, with its line; `[[table]]`s are numbered
/// from 1 within the table they lie in, as in `households#2.children#1.name`.
fn keys(text: &str) -> Vec<(usize, String)> {
    let mut table = String::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut out = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(name) = line.strip_prefix("[[").and_then(|l| l.split("]]").next()) {
            let name = plain(name);
            let (parent, last) = match name.rsplit_once('.') {
                Some((parent, last)) => (format!("{}.", numbered(parent, &counts)), last),
                None => (String::new(), name.as_str()),
            };
            let array = format!("{parent}{last}");
            let count = counts.entry(array.clone()).or_default();
            *count += 1;
            table = format!("{array}#{count}");
            out.push((n + 1, table.clone()));
        } else if let Some(name) = line.strip_prefix('[').and_then(|l| l.split(']').next()) {
            table = numbered(&plain(name), &counts);
            out.push((n + 1, table.clone()));
        } else if let Some((key, _)) = line.split_once('=')
            && !key.trim().is_empty()
            && !line.starts_with('#')
            && key
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.\" ".contains(c))
        {
            let key = plain(key);
            out.push((
                n + 1,
                if table.is_empty() {
                    key
                } else {
                    format!("{table}.{key}")
                },
            ));
        }
    }
    out
}

/// The name of a table with the number of each array's element it lies in.
fn numbered(name: &str, counts: &BTreeMap<String, usize>) -> String {
    let mut out = String::new();
    for part in name.split('.') {
        if !out.is_empty() {
            out.push('.');
        }
        out.push_str(part);
        if let Some(n) = counts.get(&out) {
            out.push_str(&format!("#{n}"));
        }
    }
    out
}

fn plain(key: &str) -> String {
    key.split('.')
        .map(|part| part.trim().trim_matches('"'))
        .collect::<Vec<_>>()
        .join(".")
}

#[cfg(test)]
mod tests {
    use machitap_domain::{catalogue::Catalogue, roster::Roster};

    use super::*;

    #[test]
    fn a_slip_is_placed_by_file_line_and_key() {
        let text = "city = \"town\"\ncontact = \"0880\"\n[name]\nja = \"まち\"\n\
                    [facilities.hall]\ntime_zone = 5\n";
        let flaw = Toml::new("catalogue.toml", text)
            .parse::<Catalogue>()
            .unwrap_err();
        assert_eq!(
            (flaw.line, flaw.key.as_str()),
            (6, "facilities.hall.time_zone")
        );
        assert!(
            flaw.to_string()
                .starts_with("catalogue.toml:6: facilities.hall.time_zone: ")
        );
    }

    #[test]
    fn an_unknown_key_and_a_broken_value_are_placed() {
        let text = "facility = \"hall\"\n[[staff]]\ncitizen = \"skm\"\n";
        let flaw = Toml::new("r.toml", text).parse::<Roster>().unwrap_err();
        assert_eq!((flaw.line, flaw.key.as_str()), (3, "staff#1.citizen"));
        let flaw = Toml::new("r.toml", "facility = \"hall\"\ncolour = 1\n")
            .parse::<Roster>()
            .unwrap_err();
        assert_eq!((flaw.line, flaw.key.as_str()), (2, "colour"));
    }

    #[test]
    fn a_key_inside_an_inline_table_is_placed_on_its_line() {
        let toml = Toml::new(
            "c.toml",
            "[facilities.hall]\nx = 1\ntiming = { done_ms = 1 }\n",
        );
        assert_eq!(toml.flaw("facilities.hall.timing.done_ms", "low").line, 3);
        assert_eq!(toml.flaw("nowhere", "low").line, 1);
    }

    #[test]
    fn tables_are_numbered_within_the_one_they_lie_in() {
        let toml = Toml::new(
            "r.toml",
            "[[h]]\nid = 1\n[[h.c]]\nn = 1\n[[h]]\n[[h.c]]\nn = 1\n[h.c.x]\ny = [\n{ z = 1 },\n]\n",
        );
        assert_eq!(toml.flaw("h#1.c#1.n", "").line, 4);
        assert_eq!(toml.flaw("h#2.c#1.n", "").line, 7);
        assert_eq!(toml.flaw("h#2.c#1.x.y", "").line, 9);
        // An element of an inline array is placed where the array begins.
        assert_eq!(toml.flaw("h#2.c#1.x.y#3.z", "").line, 9);
        assert_eq!(toml.flaw("h#2.c#9", "").line, 5);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text: String) {
            let _ = Toml::new("x", text).parse::<Roster>();
        }
    }
}
