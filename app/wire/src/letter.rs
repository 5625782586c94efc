//! Letters to the city: what stands in a fact and only the city may read.

use machitap_domain::{
    FactId, KioskId,
    register::{Letter, SealedLetter},
};

use crate::seal::{CannotOpen, SealOpener, SealTo};

/// A letter is bound to its fact: nobody can put it into another and have it read there.
fn place(kiosk: &KioskId, fact: FactId) -> Vec<u8> {
    format!("letter\n{kiosk}\n{}", fact.0).into_bytes()
}

/// Seals a letter to the city.
pub fn seal(city: &SealTo, kiosk: &KioskId, fact: FactId, letter: &Letter) -> SealedLetter {
    SealedLetter::new(&city.seal(&letter.to_bytes(), &place(kiosk, fact)))
}

/// Opens the letter of that fact.
///
/// # Errors
/// [`CannotOpen`] for another key, another fact, a changed byte, and for what is no letter.
pub fn open(
    city: &SealOpener,
    kiosk: &KioskId,
    fact: FactId,
    sealed: &SealedLetter,
) -> Result<Letter, CannotOpen> {
    let plain = city.open(&sealed.bytes(), &place(kiosk, fact))?;
    Letter::from_bytes(&plain).ok_or(CannotOpen)
}

#[cfg(test)]
mod tests {
    use machitap_domain::{CitizenId, Credential};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn only_the_city_reads_a_letter_and_only_in_its_fact() {
        let city = SealOpener::from_text(&"3a".repeat(32)).unwrap();
        let citizen = CitizenId::new("SKM-000001").unwrap();
        let letter = Letter {
            credential: Credential::Citizen(citizen.clone()),
            citizen,
            form: None,
            consent: None,
            birth: None,
        };
        let (here, there): (KioskId, KioskId) =
            ("hall-1".parse().unwrap(), "hall-2".parse().unwrap());
        let (one, two) = (FactId(Uuid::from_u128(1)), FactId(Uuid::from_u128(2)));
        let sealed = seal(&city.public(), &here, one, &letter);
        assert_eq!(open(&city, &here, one, &sealed), Ok(letter));
        assert_eq!(open(&city, &here, two, &sealed), Err(CannotOpen));
        assert_eq!(open(&city, &there, one, &sealed), Err(CannotOpen));
        let other = SealOpener::from_text(&"3b".repeat(32)).unwrap();
        assert_eq!(open(&other, &here, one, &sealed), Err(CannotOpen));
        let bytes = serde_json::to_string(&sealed).unwrap();
        assert!(!bytes.contains("SKM") && !bytes.contains(&hex::encode("SKM")));
        let torn = SealedLetter::new(&sealed.bytes()[1..]);
        assert_eq!(open(&city, &here, one, &torn), Err(CannotOpen));
    }
}
