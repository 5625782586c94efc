use machitap_wire::Signer;
use uuid::Uuid;

use super::*;

struct City {
    signer: Signer,
    kiosk_seal: [u8; 32],
}

impl City {
    fn new() -> Self {
        Self {
            signer: Signer::from_seed([1; 32]),
            kiosk_seal: [3; 32],
        }
    }

    fn opener(&self) -> SealOpener {
        SealOpener::from_text(&hex::encode(self.kiosk_seal)).unwrap()
    }

    fn kiosk(&self) -> Documents {
        Documents::new(
            "town".parse().unwrap(),
            "kiosk-1".parse().unwrap(),
            "nursery-1".parse().unwrap(),
            self.signer.verifier(),
            self.opener(),
        )
    }

    fn manifest(&self, name: DocumentName, version: u64, bytes: &[u8]) -> Vec<u8> {
        let (manifest, _) = Manifest::of(name, version, 7, bytes).unwrap();
        envelope::seal(Kind::Manifest, Uuid::nil(), "town", &manifest, &self.signer)
    }
}

fn catalogue(city: &str) -> Vec<u8> {
    format!(
        r#"{{"city":"{city}","name":{{"ja":"街"}},"contact":"0","facilities":{{"nursery-1":
        {{"name":{{"ja":"園"}},"time_zone":"Asia/Tokyo","service":{{"kind":"nursery"}}}}}}}}"#
    )
    .into_bytes()
}

fn roster_name() -> DocumentName {
    DocumentName::Roster("kiosk-1".parse().unwrap())
}

#[test]
fn a_signed_catalogue_comes_into_force_and_an_older_one_does_not() {
    let city = City::new();
    let mut kiosk = city.kiosk();
    let bytes = catalogue("town");
    let manifest = city.manifest(DocumentName::Catalogue, 2, &bytes);
    assert_eq!(
        kiosk.manifest(&DocumentName::Catalogue, &manifest).unwrap(),
        None
    );
    let taken = kiosk
        .chunk(&DocumentName::Catalogue, 2, 0, bytes.clone())
        .unwrap()
        .unwrap();
    assert!(matches!(taken.news, News::Catalogue(_)));
    assert_eq!((taken.manifest.version, taken.manifest.issued_ms), (2, 7));
    let older = city.manifest(DocumentName::Catalogue, 1, &bytes);
    assert!(matches!(
        kiosk.manifest(&DocumentName::Catalogue, &older),
        Err(Rejected::Refused(Refused::RolledBack { .. }))
    ));
}

#[test]
fn a_document_kept_from_earlier_cannot_be_rolled_back_either() {
    let city = City::new();
    let mut kiosk = city.kiosk();
    kiosk
        .restore(&DocumentName::Catalogue, 5, &catalogue("town"))
        .unwrap();
    let older = city.manifest(DocumentName::Catalogue, 4, &catalogue("town"));
    assert!(matches!(
        kiosk.manifest(&DocumentName::Catalogue, &older),
        Err(Rejected::Refused(Refused::RolledBack { .. }))
    ));
}

#[test]
fn what_the_city_did_not_sign_is_not_even_collected() {
    let city = City::new();
    let mut kiosk = city.kiosk();
    let stranger = City {
        signer: Signer::from_seed([9; 32]),
        ..City::new()
    };
    let bytes = catalogue("town");
    let forged = stranger.manifest(DocumentName::Catalogue, 9, &bytes);
    assert!(matches!(
        kiosk.manifest(&DocumentName::Catalogue, &forged),
        Err(Rejected::Manifest(BadMessage::Signature(_)))
    ));
    // The forged version must not have displaced the true one.
    let chunk = kiosk
        .chunk(&DocumentName::Catalogue, 1, 0, bytes.clone())
        .unwrap();
    assert_eq!(chunk, None);
    let manifest = city.manifest(DocumentName::Catalogue, 1, &bytes);
    assert!(
        kiosk
            .manifest(&DocumentName::Catalogue, &manifest)
            .unwrap()
            .is_some()
    );
}

#[test]
fn one_documents_manifest_is_no_others() {
    let city = City::new();
    let manifest = city.manifest(DocumentName::Ranking, 1, b"{}");
    assert!(matches!(
        city.kiosk().manifest(&DocumentName::Notices, &manifest),
        Err(Rejected::OtherName(DocumentName::Ranking))
    ));
    let foreign = DocumentName::Roster("kiosk-2".parse().unwrap());
    assert!(matches!(
        city.kiosk().manifest(&foreign, &manifest),
        Err(Rejected::NotOurs)
    ));
}

#[test]
fn a_roster_opens_only_for_its_kiosk_and_its_version() {
    let city = City::new();
    let plain = r#"{"facility":"nursery-1"}"#;
    let name = roster_name();
    let sealed = city.opener().public().seal(plain.as_bytes(), &name.aad(3));
    assert!(matches!(
        city.kiosk().restore(&name, 3, &sealed),
        Ok(News::Roster(_))
    ));
    assert!(matches!(
        city.kiosk().restore(&name, 4, &sealed),
        Err(Rejected::Sealed(_))
    ));
    let elsewhere = city
        .opener()
        .public()
        .seal(br#"{"facility":"nursery-2"}"#, &name.aad(3));
    assert!(matches!(
        city.kiosk().restore(&name, 3, &elsewhere),
        Err(Rejected::Elsewhere(_))
    ));
}

#[test]
fn a_catalogue_of_another_city_or_with_a_fault_is_refused() {
    let kiosk = || City::new().kiosk();
    assert!(matches!(
        kiosk().restore(&DocumentName::Catalogue, 1, &catalogue("village")),
        Err(Rejected::Elsewhere(_))
    ));
    let bad = String::from_utf8(catalogue("town"))
        .unwrap()
        .replace("Asia/Tokyo", "Mars");
    assert!(matches!(
        kiosk().restore(&DocumentName::Catalogue, 1, bad.as_bytes()),
        Err(Rejected::Catalogue(_))
    ));
}

#[test]
fn a_refusal_repeats_nothing_of_a_roster() {
    let city = City::new();
    let name = roster_name();
    for plain in [
        r#"{"facility":"nursery-1","households":[{"id":"H-77","children":[]}]}"#,
        r#"{"facility":"nursery-1","households":"山田 花子"}"#,
    ] {
        let sealed = city.opener().public().seal(plain.as_bytes(), &name.aad(1));
        let said = city.kiosk().restore(&name, 1, &sealed).unwrap_err();
        let said = format!("{said} {said:?}");
        assert!(!said.contains("H-77") && !said.contains("山田"), "{said}");
    }
}

#[test]
fn notices_and_ranking_are_read() {
    let city = City::new();
    let news = city
        .kiosk()
        .restore(&DocumentName::Notices, 1, br#"{"items":[]}"#);
    assert_eq!(news.unwrap(), News::Notices(Box::default()));
    assert!(
        city.kiosk()
            .restore(&DocumentName::Ranking, 1, br#"{"as_of_ms":0}"#)
            .is_ok()
    );
}

#[test]
fn a_fare_list_opens_only_for_its_kiosk_and_one_over_before_it_was_written_is_refused() {
    let city = City::new();
    let kiosk = city.kiosk();
    let name = DocumentName::Fares("kiosk-1".parse().unwrap());
    let sealed = |text: &str| city.opener().public().seal(text.as_bytes(), &name.aad(1));
    let list = r#"{"version":1,"issued":"2026-11-01","expires":"2026-11-30","entries":
        {"0102030405060708090a0b0c0d0e0f10":{"class":"half"}}}"#;
    let opened = kiosk.open(&name, 1, &sealed(list)).unwrap();
    assert!(matches!(opened, News::Fares(l) if l.entries.len() == 1));
    assert!(matches!(
        kiosk.open(&name, 2, &sealed(list)),
        Err(Rejected::Sealed(_))
    ));
    let over = list.replace("2026-11-30", "2026-10-30");
    assert!(matches!(
        kiosk.open(&name, 1, &sealed(&over)),
        Err(Rejected::Fares(_))
    ));
}
