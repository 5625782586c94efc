use proptest::prelude::*;

use super::*;
use crate::{
    allow::Gate,
    keys::TestOnly,
    profile::Profile,
    virt::{CitizenAp, Forgery, MyNumberCard, Reply, VirtualCard},
};

fn keys() -> TestOnly {
    TestOnly::for_demo(true).unwrap()
}

fn ap(version: u8) -> CitizenAp {
    let id = CitizenId::new("SKM-000001").unwrap();
    CitizenAp::issue(keys().master_keys(), version, [7; 8], id).unwrap()
}

/// A whole exchange; every command has to pass the allow-list.
fn run(
    profile: &Admitted,
    mut card: impl FnMut(&[u8]) -> Vec<u8>,
) -> (Result<CitizenId, Failure>, usize) {
    let keys = keys();
    let mut gate = Gate::new(profile);
    let (mut exchange, mut command) = Exchange::start(profile, &keys);
    for sent in 1.. {
        let bytes = command.encode();
        gate.permit(&bytes)
            .expect("the allow-list lets the exchange through");
        let answer = card(&bytes);
        gate.answered(&answer);
        match exchange.on_response(&answer) {
            Step::Send(next) => command = next,
            Step::Done(result) => return (result, sent),
        }
    }
    unreachable!("an exchange has an end")
}

fn with(mut card: MyNumberCard) -> Result<CitizenId, Failure> {
    let answer = |bytes: &[u8]| match card.apdu(bytes) {
        Reply::Answer(answer) => answer,
        other => panic!("{other:?}"),
    };
    run(&Admitted::reference(), answer).0
}

#[test]
fn a_genuine_card_of_either_key_version_gives_its_id() {
    for version in TestOnly::VERSIONS {
        let id = with(MyNumberCard::with(ap(version))).unwrap();
        assert_eq!(id.reveal(), "SKM-000001");
    }
}

#[test]
fn a_card_without_the_application_is_absent_not_false() {
    assert_eq!(
        with(MyNumberCard::blank()),
        Err(Failure::Absent(StatusWord::NOT_FOUND))
    );
}

#[test]
fn forgeries_are_told_by_what_they_get_wrong() {
    let said = |forgery| with(MyNumberCard::with(ap(1).forged(forgery)));
    assert_eq!(
        said(Forgery::CardMac),
        Err(Failure::NotGenuine("its proof is wrong"))
    );
    for forgery in [Forgery::IdMac, Forgery::Replay] {
        assert_eq!(
            said(forgery),
            Err(Failure::NotGenuine("its id is not bound to this session"))
        );
    }
    assert_eq!(
        said(Forgery::ShortFields),
        Err(Failure::NotGenuine("its diversifier has a wrong length"))
    );
}

#[test]
fn a_card_under_another_key_accepts_no_proof_of_ours() {
    assert_eq!(
        with(MyNumberCard::with(ap(1).claiming_version(2))),
        Err(Failure::NotGenuine("it does not accept our proof"))
    );
}

#[test]
fn a_key_version_we_lack_is_our_trouble() {
    assert_eq!(
        with(MyNumberCard::with(ap(1).claiming_version(9))),
        Err(Failure::Key(KeyError::UnknownVersion(9)))
    );
}

#[test]
fn a_card_that_leaves_is_told_at_every_step() {
    for step in 0..5 {
        let mut card = MyNumberCard::with(ap(1));
        let mut sent = 0;
        let answer = |bytes: &[u8]| {
            sent += 1;
            match card.apdu(bytes) {
                Reply::Answer(answer) if sent <= step => answer,
                _ => Vec::new(),
            }
        };
        assert_eq!(
            run(&Admitted::reference(), answer).0,
            Err(Failure::Left),
            "step {step}"
        );
    }
}

/// What one session answered proves nothing in the next.
#[test]
fn a_recorded_session_cannot_be_played_again() {
    let mut card = MyNumberCard::with(ap(1));
    let mut record = Vec::new();
    let answer = |bytes: &[u8]| match card.apdu(bytes) {
        Reply::Answer(answer) => {
            record.push(answer.clone());
            answer
        }
        other => panic!("{other:?}"),
    };
    run(&Admitted::reference(), answer).0.unwrap();
    let mut played = record.into_iter();
    let (result, _) = run(&Admitted::reference(), |_| played.next().unwrap());
    assert_eq!(result, Err(Failure::NotGenuine("its proof is wrong")));
}

/// A profile that names its files by identifier is read through SELECT.
#[test]
fn files_by_identifier_take_two_commands_more() {
    let mut profile = Profile::reference();
    for (name, id) in [("card", 0x0011), ("citizen", 0x0012)] {
        profile.files.insert(name.into(), FileAt::Id(id));
    }
    let profile = Admitted::try_from(profile).unwrap();
    let mut card = MyNumberCard::with(ap(1));
    let mut current = 0;
    let by_id = |bytes: &[u8]| {
        if let [0x00, 0xA4, 0x02, 0x0C, 0x02, 0x00, id] = bytes {
            current = id & 0x0F;
            return StatusWord::OK.alone();
        }
        let mut bytes = bytes.to_vec();
        if bytes[1] == 0xB0 {
            bytes[2] = 0x80 | current;
        }
        match card.apdu(&bytes) {
            Reply::Answer(answer) => answer,
            other => panic!("{other:?}"),
        }
    };
    let (result, sent) = run(&profile, by_id);
    assert_eq!(result.unwrap().reveal(), "SKM-000001");
    assert_eq!(sent, 7);
}

proptest! {
    /// Whatever a card answers, the exchange ends, keeps to the allow-list and names
    /// nobody.
    #[test]
    fn noise_never_becomes_a_resident(
        answers in prop::collection::vec(
            (prop::collection::vec(any::<u8>(), 0..260), prop::sample::select(vec![0x9000u16, 0x9000, 0x6A82, 0x6300])),
            8,
        ),
        plain in any::<bool>(),
    ) {
        let mut answers = answers.into_iter().map(|(data, status)| {
            if plain { data } else { StatusWord(status).with(&data) }
        });
        let (result, sent) = run(&Admitted::reference(), |_| answers.next().unwrap());
        prop_assert!(result.is_err());
        prop_assert!(sent <= 5);
    }

    /// A genuine card with any one byte of any one answer changed names nobody else.
    #[test]
    fn a_changed_byte_never_becomes_another_resident(step in 0usize..5, at in any::<prop::sample::Index>(), flip in 1u8..) {
        let mut card = MyNumberCard::with(ap(1));
        let mut sent = 0;
        let answer = |bytes: &[u8]| {
            let Reply::Answer(mut answer) = card.apdu(bytes) else { panic!("it answers") };
            if sent == step {
                let at = at.index(answer.len());
                answer[at] ^= flip;
            }
            sent += 1;
            answer
        };
        let (result, _) = run(&Admitted::reference(), answer);
        if let Ok(id) = result {
            prop_assert_eq!(id.reveal(), "SKM-000001");
        }
    }
}
