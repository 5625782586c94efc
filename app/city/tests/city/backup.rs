//! A city that dies after its backup, and comes back with all that was counted.

use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf};

use machitap_wire::{Receipt, Topic, receipt::SeqRange};
use tokio::time::Instant;

use crate::support::{City, Kiosk, PATIENCE, until};

/// The one copy in that directory.
fn copy(city: &City, out: &str) -> PathBuf {
    let mut all = fs::read_dir(city.path(out)).unwrap();
    let path = all.next().expect("a copy").unwrap().path();
    assert!(all.next().is_none(), "nothing half-made beside it");
    path
}

/// The city's machine is gone: what was copied lies in its place.
fn put_back(city: &City, copy: &std::path::Path) {
    for gone in ["city.db", "city.db-wal", "city.db-shm"] {
        // There is a log only after a kill.
        let _ = fs::remove_file(city.path(gone));
    }
    fs::copy(copy.join("backup.db"), city.path("backup.db")).unwrap();
}

/// As a real kiosk: born, it hears what the city lacks, and sends that.
async fn born_again(city: &City, kiosk: &Kiosk) -> Receipt {
    let receipts = Topic::Receipts(kiosk.id()).name(&city.id);
    let mut link = kiosk.connect(vec![receipts]).await;
    let state = Topic::KioskState(kiosk.id()).name(&city.id);
    link.publish(state, kiosk.birth(), true, 1);
    let deadline = Instant::now() + PATIENCE;
    let last = kiosk.facts.len() as u64;
    loop {
        let event = until(deadline, &mut link).await.unwrap();
        let Some(receipt) = kiosk.receipt(&link, &event) else {
            continue;
        };
        // A retained one of before may come first: it names nothing.
        match receipt.missing.first() {
            Some(SeqRange { from, to }) => {
                assert_eq!(*to, last);
                for batch in kiosk.batches(from - 1) {
                    link.publish(kiosk.events(), batch, false, 1);
                }
            }
            None if receipt.contiguous_seq == last && city.ledger()["facts"] == last => {
                return receipt;
            }
            None => {}
        }
    }
}

#[tokio::test]
async fn what_was_counted_after_the_backup_comes_again_from_the_kiosks() {
    let city = City::new();
    let mut kiosk = city.enrol("hall-1", "hall");
    let _broker = city.broker();
    city.done(&["publish"]);
    let mut serve = city.serve();
    kiosk.visits(30);
    kiosk.drain().await;
    let said = city.done(&["backup", "--out", city.path("copies").to_str().unwrap()]);
    assert!(said.contains("60 facts, checked"), "{said}");
    let copy = copy(&city, "copies");

    kiosk.visits(70);
    kiosk.drain().await;
    let before = city.ledger();
    assert_eq!(before["facts"], 200);
    // A document goes on, too, and the kiosks have taken it.
    let notices = city.path("documents/notices.toml");
    let text = fs::read_to_string(&notices).unwrap();
    fs::write(&notices, text.replace("月曜日", "火曜日")).unwrap();
    assert!(city.done(&["publish"]).contains("notices version 2 (new)"));
    serve.kill();

    put_back(&city, &copy);
    assert!(city.done(&["restore"]).contains("with 60 facts"));
    let said = city.done(&["publish"]);
    assert!(said.contains("notices version 1000000002 (new)"), "{said}");
    assert!(
        said.contains("catalogue version 1000000002 (new)"),
        "{said}"
    );
    assert!(
        city.done(&["publish"])
            .contains("notices version 1000000002 (unchanged)")
    );
    let _serve = city.serve();
    let receipt = born_again(&city, &kiosk).await;
    assert!(!receipt.forked);
    let after = city.ledger();
    for what in ["facts", "points", "accounts", "doubled"] {
        assert_eq!(after[what], before[what], "{what}");
    }
}

#[tokio::test]
async fn a_copy_is_private_and_whole_and_never_goes_over_a_city() {
    let city = City::new();
    city.enrol("hall-1", "hall");
    let _broker = city.broker();
    city.done(&["publish"]);
    // What a power cut left of an earlier one.
    fs::create_dir_all(city.path("copies/machitap-city.new/keys")).unwrap();
    city.done(&["backup", "--out", city.path("copies").to_str().unwrap()]);
    let copy = copy(&city, "copies");
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&copy), 0o700);
    assert_eq!(mode(&copy.join("backup.db")), 0o600);
    for file in ["city.toml", "keys", "documents/catalogue.toml", "broker"] {
        assert!(copy.join(file).exists(), "{file}");
    }
    for entry in fs::read_dir(copy.join("keys")).unwrap() {
        let path = entry.unwrap().path();
        let kept = city.path("keys").join(path.file_name().unwrap());
        assert_eq!(fs::read(&path).unwrap(), fs::read(&kept).unwrap());
        assert_eq!(mode(&path), mode(&kept), "{}", path.display());
    }

    // Only the newest stays, and what is none of ours.
    let out = city.path("copies");
    fs::rename(&copy, out.join("machitap-city-20200101T000000Z")).unwrap();
    fs::create_dir(out.join("machitap-city-notes")).unwrap();
    let args = ["backup", "--keep", "1", "--out", out.to_str().unwrap()];
    assert!(city.done(&args).contains("20200101T000000Z: deleted"));
    fs::remove_dir(out.join("machitap-city-notes")).unwrap();
    let copy = self::copy(&city, "copies");

    // A city lives here; there is no copy; the copy is damaged: each is said, none does harm.
    let refused = |code: i32, words: &str| {
        let out = city.run(&["restore"]);
        let said = String::from_utf8(out.stderr).unwrap();
        assert_eq!(out.status.code(), Some(code), "{said}");
        assert!(said.contains(words), "{said}");
    };
    refused(65, "a city lives here");
    fs::remove_file(city.path("city.db")).unwrap();
    refused(66, "no copy");
    let mut bytes = fs::read(copy.join("backup.db")).unwrap();
    let middle = bytes.len() / 2;
    for byte in &mut bytes[middle..middle + 4_096] {
        *byte ^= 0x5A;
    }
    fs::write(city.path("backup.db"), bytes).unwrap();
    refused(65, "backup.db");
    assert!(!city.path("city.db").exists());
}
