use super::*;
use crate::draw::sample::{LIFE, hall, secret, table};

/// The contract with whoever recomputes a table with a program of their own. The pinned
/// values were computed by one: thirty lines of Python with `hmac` and `hashlib`.
#[test]
fn the_encodings_are_fixed() {
    let table = table();
    let ticket = |n| secret().ticket(&table.id, &hall(), LIFE, n).number();
    assert_eq!([ticket(1), ticket(2), ticket(3)], TICKETS_PINNED);
    assert_eq!(
        commitment(&table, &hall(), &secret()).to_string(),
        COMMITMENT_PINNED
    );
}

const TICKETS_PINNED: [u16; 3] = [3607, 8386, 1608];
const COMMITMENT_PINNED: &str = "884099e4e518e449c49c683b5487985cf9586ecbc88b5ba5abad43c02d3becd9";

#[test]
fn a_part_is_never_taken_for_another() {
    let of = |parts: &[&str]| {
        let mut encoding = Encoding::new("test");
        for part in parts {
            encoding.part(part.as_bytes());
        }
        encoding.bytes().to_vec()
    };
    assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
    assert_ne!(of(&["ab"]), of(&["ab", ""]));
}

fn run(secret: &DrawSecret, table: &TableId, kiosk: &KioskId, life: Incarnation) -> Vec<u16> {
    (1..=4)
        .map(|n| secret.ticket(table, kiosk, life, n).number())
        .collect()
}

#[test]
fn every_part_of_a_spin_decides() {
    let table = table().id;
    let other = "winter".parse().unwrap();
    let life = Incarnation(uuid::Uuid::from_u128(2));
    let library = "library-1".parse().unwrap();
    let base = secret();
    let here = run(&base, &table, &hall(), LIFE);
    assert_eq!(here, run(&base, &table, &hall(), LIFE));
    for elsewhere in [
        run(&DrawSecret::new([1; 32]), &table, &hall(), LIFE),
        run(&base, &other, &hall(), LIFE),
        run(&base, &table, &library, LIFE),
        run(&base, &table, &hall(), life),
    ] {
        assert_ne!(here, elsewhere);
    }
}

#[test]
fn the_edges_of_the_digest_are_the_edges_of_the_tickets() {
    let of = |first: u64| {
        let mut digest = [0xFF; 32];
        digest[..8].copy_from_slice(&first.to_be_bytes());
        Ticket::of(digest).number()
    };
    assert_eq!(of(0), 0);
    assert_eq!(of(u64::MAX), TICKETS - 1);
    let step = u64::MAX / u64::from(TICKETS);
    assert_eq!((of(step), of(step + 1)), (0, 1));
}

#[test]
fn a_secret_shows_in_no_log_and_survives_its_text() {
    assert_eq!(format!("{:?}", secret()), "DrawSecret(‹secret›)");
    let text = serde_json::to_string(&secret()).unwrap();
    assert_eq!(serde_json::from_str::<DrawSecret>(&text).unwrap(), secret());
    assert!(serde_json::from_str::<Ticket>("10000").is_err());
}
