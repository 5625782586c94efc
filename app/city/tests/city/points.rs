//! Points over the real broker: a gift is answered, told to the kiosk, and read by the commands.

use std::fs;

use machitap_domain::{
    FactBody, Pseudonym, PurposeKey,
    credential::CredentialKind,
    points::{
        Award, AwardReason,
        accounts::Accounts,
        offers::Progress,
        spend::{Spend, SpendFor, SpendVerdict},
    },
    preferences::{Preference, Preferences, Preferred, TextSize},
};
use machitap_wire::{DocumentName, seal::SealOpener};

use crate::{
    broker::documents,
    support::{City, Kiosk, POINTS, at},
};

fn resident(kiosk: &Kiosk) -> Pseudonym {
    let key: &PurposeKey = kiosk.enrolment.purposes.visit.as_ref().unwrap();
    key.pseudonym(&"NGS-000001".parse().unwrap())
}

#[tokio::test]
async fn a_gift_is_answered_once_and_the_kiosk_is_told() {
    let city = City::new();
    let mut kiosk = city.enrol("hall-1", "hall");
    let _broker = city.broker();
    city.done(&["publish"]);
    let config = fs::read_to_string(city.path("city.toml")).unwrap();
    let quick = config.replace("every_s = 5", "every_s = 1");
    fs::write(city.path("city.toml"), quick).unwrap();
    let mut serve = city.serve();

    let (who, now) = (resident(&kiosk), at(machitap_city::time::now_ms()));
    let body = FactBody::visit(CredentialKind::Citizen);
    let visit = kiosk.write(Some(who), now, None, body);
    let award = FactBody::Award(Award {
        points: POINTS,
        reason: AwardReason::Visit,
    });
    kiosk.write(Some(who), now, Some(visit), award);
    let gift = FactBody::Spend(Spend {
        what: SpendFor::Donation("tower-wifi".parse().unwrap()),
        points: POINTS,
    });
    let gift = kiosk.write(Some(who), now, None, gift);
    let large = Preferences::default().with(Preference::Text(TextSize::Large));
    let chosen = FactBody::Preferred(Preferred::over(None, large));
    kiosk.write(Some(who), now, None, chosen);
    kiosk.drain().await;

    let name = DocumentName::Accounts(kiosk.id());
    let wanted = [name.clone(), DocumentName::Progress];
    let filters = wanted.iter().map(|n| format!("k/v1/town/doc/{n}/#"));
    let mut link = kiosk.connect(filters.collect()).await;
    let mut got = documents(&kiosk, &mut link, &wanted, &mut Vec::new()).await;
    let (manifest, wire) = got.remove(&name).unwrap();
    let seal = fs::read_to_string(kiosk.directory.join("seal.key")).unwrap();
    let opener = SealOpener::from_text(&seal).unwrap();
    let plain = opener.open(&wire, &name.aad(manifest.version)).unwrap();
    let told: Accounts = serde_json::from_slice(&plain).unwrap();
    let standing = told.standing(&who, kiosk.life).unwrap();
    assert_eq!((standing.free, standing.own.spent), (0, u64::from(POINTS)));
    assert_eq!(standing.answers, [(gift, SpendVerdict::Settled)].into());
    let progress: Progress = serde_json::from_slice(&got[&wanted[1]].1).unwrap();
    let tower = "tower-wifi".parse().unwrap();
    assert_eq!(progress.projects[&tower], u64::from(POINTS));

    assert_eq!(serve.terminate(), Some(0));
    let ledger = city.ledger();
    let account = &ledger["accounts"][who.to_string()];
    assert_eq!(account["points"], 0);
    assert_eq!(account["earned"], POINTS);
    let said = city.done(&["account", "NGS-000001"]);
    assert!(said.contains("10 points for a visit at hall"), "{said}");
    let settled = "10 points for a gift to tower-wifi at hall-1: settled";
    assert!(said.contains(settled), "{said}");
    assert!(said.contains("wants: large text"), "{said}");
    let said = city.done(&["account", "NGS-000002"]);
    assert!(
        said.contains("no fact of this resident is counted"),
        "{said}"
    );
}

#[test]
fn a_prize_that_lasts_is_listed_and_not_drawn() {
    let city = City::new();
    assert_eq!(
        city.run(&["publish", "--timeout", "1"]).status.code(),
        Some(69)
    );
    assert_eq!(city.done(&["prize", "rice"]), "");
    for (offer, said) in [
        ("rice", "prize rice takes entries until 2035-12-31"),
        ("melon", "no prize melon in the published catalogue"),
    ] {
        let out = city.run(&["prize", offer, "--seed", "x"]);
        assert_eq!(out.status.code(), Some(65));
        let told = String::from_utf8(out.stderr).unwrap();
        assert!(told.contains(said), "{told}");
    }
}
