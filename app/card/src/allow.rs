//! What may reach a card: a list, held inside the transport.
//!
//! A wrong VERIFY, or a failed authentication against the wrong application, can cost
//! a resident a visit to the city hall. So nothing is sent because some code above
//! thought it right; everything is sent because it stands here.

use crate::{
    aid, apdu,
    apdu::{Command, Response, StatusWord},
    profile::Admitted,
};

/// Why a command stays on this side of the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Not a short APDU.
    #[error("not a short APDU")]
    NotAnApdu,
    /// A class other than 00: chaining, secure messaging, another channel.
    #[error("class {0:02X} is never sent")]
    Class(u8),
    /// An instruction that is not on the list.
    #[error("instruction {0:02X} is never sent")]
    Instruction(u8),
    /// A SELECT of anything but the profile's application and files.
    #[error("a SELECT of something outside the profile")]
    Select,
    /// A command that needs the application selected first.
    #[error("the application is not selected")]
    NotSelected,
    /// The one MUTUAL AUTHENTICATE of this tap was sent before.
    #[error("an authentication is never sent twice in one tap")]
    AuthenticationSpent,
    /// Parameters or length the list does not name.
    #[error("parameters outside the list")]
    Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing, or nothing known, is selected.
    Outside,
    /// The SELECT went out, its answer has not come.
    Selecting,
    /// The profile's application is current.
    Inside,
}

/// The allow-list over one tap.
///
/// `permit` before every transmission, `answered` after it, `reconnected` when the
/// card was reset. The one authentication stays spent over reconnections.
#[derive(Debug)]
pub struct Gate<'p> {
    profile: &'p Admitted,
    state: State,
    authentication_spent: bool,
}

impl<'p> Gate<'p> {
    /// A gate for one tap.
    pub const fn new(profile: &'p Admitted) -> Self {
        Self {
            profile,
            state: State::Outside,
            authentication_spent: false,
        }
    }

    /// Whether the bytes may go to the card now. Saying yes takes note of them.
    ///
    /// # Errors
    /// [`Refused`]: it must not be sent.
    pub fn permit(&mut self, bytes: &[u8]) -> Result<(), Refused> {
        // A SELECT that was never answered selected nothing; the answer to come is
        // another command's.
        if self.state == State::Selecting {
            self.state = State::Outside;
        }
        if bytes == apdu::GET_UID {
            return Ok(());
        }
        let command = Command::parse(bytes).map_err(|_| Refused::NotAnApdu)?;
        if command.cla != 0x00 {
            return Err(Refused::Class(command.cla));
        }
        match command.ins {
            apdu::SELECT if command.p1 == 0x04 => {
                self.is_our_application(&command)?;
                self.state = State::Selecting;
                Ok(())
            }
            apdu::SELECT => {
                self.is_inside()?;
                self.is_our_file(&command)
            }
            apdu::GET_CHALLENGE => {
                self.is_inside()?;
                let plain = (command.p1, command.p2) == (0, 0) && command.data.is_empty();
                if plain { Ok(()) } else { Err(Refused::Form) }
            }
            apdu::READ_BINARY => {
                self.is_inside()?;
                let plain = command.data.is_empty() && command.le.is_some();
                if plain { Ok(()) } else { Err(Refused::Form) }
            }
            apdu::INTERNAL_AUTHENTICATE => self.is_inside(),
            apdu::MUTUAL_AUTHENTICATE => {
                self.is_inside()?;
                if self.authentication_spent {
                    return Err(Refused::AuthenticationSpent);
                }
                self.authentication_spent = true;
                Ok(())
            }
            other => Err(Refused::Instruction(other)),
        }
    }

    /// Takes note of what the card answered to the permitted command.
    pub fn answered(&mut self, response: &[u8]) {
        if self.state == State::Selecting {
            let ok = Response::parse(response).is_ok_and(|r| r.status == StatusWord::OK);
            self.state = if ok { State::Inside } else { State::Outside };
        }
    }

    /// The card was reset: nothing is selected any more.
    pub const fn reconnected(&mut self) {
        self.state = State::Outside;
    }

    /// Whether the one authentication of this tap went out. From there on the tap is
    /// not tried again.
    pub const fn authentication_spent(&self) -> bool {
        self.authentication_spent
    }

    fn is_inside(&self) -> Result<(), Refused> {
        match self.state {
            State::Inside => Ok(()),
            State::Outside | State::Selecting => Err(Refused::NotSelected),
        }
    }

    fn is_our_application(&self, command: &Command) -> Result<(), Refused> {
        let ours = command.p2 == self.profile.select_p2()
            && command.data == self.profile.aid().as_bytes()
            // Checked when the profile was admitted, and once more at the last door.
            && aid::forbidden(&command.data).is_ok();
        if ours { Ok(()) } else { Err(Refused::Select) }
    }

    fn is_our_file(&self, command: &Command) -> Result<(), Refused> {
        let id = <[u8; 2]>::try_from(command.data.as_slice()).map(u16::from_be_bytes);
        let ours = (command.p1, command.p2, command.le) == (0x02, 0x0C, None)
            && id.is_ok_and(|id| self.profile.names_file(id));
        if ours { Ok(()) } else { Err(Refused::Select) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        aid::FORBIDDEN,
        profile::{FileAt, Profile},
    };

    fn by_id() -> Admitted {
        let mut profile = Profile::reference();
        profile.files.insert("card".into(), FileAt::Id(0x0011));
        Admitted::try_from(profile).unwrap()
    }

    fn selected(profile: &Admitted) -> Gate<'_> {
        let mut gate = Gate::new(profile);
        gate.permit(&Command::select(0x0C, profile.aid().as_bytes()).encode())
            .unwrap();
        gate.answered(&[0x90, 0x00]);
        gate
    }

    #[test]
    fn before_the_select_only_the_select_and_the_reader_s_own_command_pass() {
        let profile = Admitted::reference();
        let mut gate = Gate::new(&profile);
        assert_eq!(gate.permit(&apdu::GET_UID), Ok(()));
        for ins in [0x84, 0x82, 0x88] {
            let command = Command::new(ins, 0, 0).expect(16).encode();
            assert_eq!(gate.permit(&command), Err(Refused::NotSelected));
        }
        assert_eq!(
            gate.permit(&Command::read_short(1, 256).encode()),
            Err(Refused::NotSelected)
        );
    }

    #[test]
    fn a_select_counts_when_it_was_answered_and_only_then() {
        let profile = Admitted::reference();
        let select = Command::select(0x0C, profile.aid().as_bytes()).encode();
        let read = Command::read_short(1, 256).encode();
        for answer in [&[0x6A, 0x82][..], &[], &[0x90], &[0x61, 0x10]] {
            let mut gate = Gate::new(&profile);
            gate.permit(&select).unwrap();
            assert_eq!(gate.permit(&read), Err(Refused::NotSelected));
            gate.answered(answer);
            assert_eq!(gate.permit(&read), Err(Refused::NotSelected));
        }
        let mut gate = selected(&profile);
        assert_eq!(gate.permit(&read), Ok(()));
        gate.reconnected();
        assert_eq!(gate.permit(&read), Err(Refused::NotSelected));
    }

    #[test]
    fn an_authentication_goes_out_once_even_over_a_reconnection() {
        let profile = Admitted::reference();
        let mut gate = selected(&profile);
        let mutual = Command::new(0x82, 0, 0).data(&[0; 32]).expect(16).encode();
        assert_eq!(gate.permit(&mutual), Ok(()));
        assert_eq!(gate.permit(&mutual), Err(Refused::AuthenticationSpent));
        gate.reconnected();
        gate.permit(&Command::select(0x0C, profile.aid().as_bytes()).encode())
            .unwrap();
        gate.answered(&[0x90, 0x00]);
        assert_eq!(gate.permit(&mutual), Err(Refused::AuthenticationSpent));
    }

    #[test]
    fn only_the_profile_s_files_are_selected() {
        let profile = by_id();
        let mut gate = selected(&profile);
        assert_eq!(gate.permit(&Command::select_ef(0x0011).encode()), Ok(()));
        assert_eq!(
            gate.permit(&Command::select_ef(0x0001).encode()),
            Err(Refused::Select)
        );
        let by_path = Command::new(0xA4, 0x08, 0x0C).data(&[0x00, 0x11]).encode();
        assert_eq!(gate.permit(&by_path), Err(Refused::Select));
    }

    /// Commands near the list: right shapes with wrong contents, and noise.
    fn attempt() -> impl Strategy<Value = Vec<u8>> {
        let ours = by_id().aid().as_bytes().to_vec();
        let names = FORBIDDEN
            .iter()
            .map(|(_, name)| name.to_vec())
            .chain([ours.clone(), ours[..9].to_vec(), vec![]])
            .collect::<Vec<_>>();
        let ins = prop::sample::select(vec![
            0x20, 0x21, 0x22, 0x24, 0x2C, 0x2A, 0x82, 0x84, 0x88, 0xA4, 0xB0, 0xB1, 0xC0, 0xCA,
            0xD6, 0xDA, 0xE2, 0x0E, 0x44, 0x04,
        ]);
        prop_oneof![
            4 => (prop::sample::select(names), 0u8..16, 0u8..16)
                .prop_map(|(name, p1, p2)| Command::new(0xA4, p1, p2).data(&name).encode()),
            3 => Just(Command::select(0x0C, &ours).encode()),
            4 => (ins, any::<[u8; 2]>(), prop::collection::vec(any::<u8>(), 0..40), prop::option::of(1u16..=256), prop::sample::select(vec![0u8, 0, 0, 0x0C, 0x10, 0x80, 0xFF]))
                .prop_map(|(ins, [p1, p2], data, le, cla)| Command { cla, ins, p1, p2, data, le }.encode()),
            1 => prop::collection::vec(any::<u8>(), 0..60),
            1 => Just(apdu::GET_UID.to_vec()),
        ]
    }

    fn answer() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            3 => Just(vec![0x90, 0x00]),
            1 => Just(vec![0x6A, 0x82]),
            1 => prop::collection::vec(any::<u8>(), 0..4),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// Whatever is tried in whatever order and whatever the card answers: only
        /// what the module's first lines promise gets through.
        #[test]
        fn no_sequence_lets_a_forbidden_command_pass(
            steps in prop::collection::vec((attempt(), prop::option::weighted(0.9, answer()), any::<bool>()), 0..40),
        ) {
            let profile = by_id();
            let mut gate = Gate::new(&profile);
            let mut ours_answered = false;
            let mut mutual = 0;
            for (bytes, answer, reset) in steps {
                if gate.permit(&bytes).is_ok() {
                    prop_assert!(bytes[0] == 0x00 || bytes == apdu::GET_UID);
                    match bytes[1] {
                        0xCA => prop_assert_eq!(&bytes[..], &apdu::GET_UID),
                        0xA4 if bytes[2] == 0x04 => {
                            prop_assert_eq!(&bytes[5..], profile.aid().as_bytes());
                            ours_answered = answer.as_deref() == Some(&[0x90, 0x00]);
                        }
                        0xA4 => {
                            prop_assert!(ours_answered);
                            prop_assert_eq!(&bytes[2..], &[0x02, 0x0C, 0x02, 0x00, 0x11]);
                        }
                        0x82 => {
                            prop_assert!(ours_answered);
                            mutual += 1;
                        }
                        0x84 | 0x88 | 0xB0 => prop_assert!(ours_answered),
                        other => prop_assert!(false, "{other:02X} passed"),
                    }
                    if let Some(answer) = answer {
                        gate.answered(&answer);
                    }
                }
                if reset {
                    gate.reconnected();
                    ours_answered = false;
                }
            }
            prop_assert!(mutual <= 1);
        }
    }
}
