//! A terminal on its way to being a kiosk: the code, the question, the answer.

use machitap_domain::{KioskId, Millis, catalogue::Language};
use machitap_wire::enrol::{BadCode, Code};

use crate::{
    Touch,
    view::{Enrol, EnrolStep, EnrolTold},
};

/// So many digits a code has.
pub const CODE_DIGITS: usize = Code::DIGITS;

/// Digits that nobody goes on with are wiped after this, milliseconds.
pub const FORGET_MS: Millis = 120_000;

/// The good news is shown for this long, milliseconds, unless somebody goes on before.
pub const DONE_MS: Millis = 8_000;

/// What comes in.
#[derive(Debug, Clone)]
pub enum EnrolInput {
    /// A touch.
    Touch(Touch),
    /// What the city said.
    Answer(Result<Enrolled, EnrolTold>),
    /// A deadline may have come.
    Tick,
}

/// What the city made of this terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enrolled {
    /// Who it is.
    pub kiosk: KioskId,
    /// Where it stands, in Japanese.
    pub place: String,
    /// Its clock is more than a day away from the city's.
    pub clock_off: bool,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnrolOutput {
    /// Ask the city with this code, and report.
    Ask(Code),
    /// Begin to serve.
    Serve,
}

/// The machine. A code is asked about once; while that lasts, nothing is typed.
#[derive(Debug)]
pub struct Enrolling {
    step: EnrolStep,
    address: String,
    language: Language,
    due: Option<Millis>,
}

impl Enrolling {
    /// From the beginning. `told` says why a kiosk that was enrolled asks again.
    pub fn new(address: String, told: Option<EnrolTold>) -> Self {
        Self {
            step: EnrolStep::Code {
                digits: Vec::new(),
                told,
            },
            address,
            language: Language::Ja,
            due: None,
        }
    }

    /// What the screen shows.
    pub fn view(&self) -> Enrol {
        Enrol {
            step: self.step.clone(),
            address: self.address.clone(),
        }
    }

    /// What it is shown in: Japanese, or English for whoever asked.
    pub const fn language(&self) -> Language {
        self.language
    }

    /// When a [`EnrolInput::Tick`] is wanted, milliseconds of the same clock.
    pub const fn due(&self) -> Option<Millis> {
        self.due
    }

    /// Takes in what happened.
    pub fn handle(&mut self, input: EnrolInput, now_ms: Millis) -> Option<EnrolOutput> {
        match input {
            EnrolInput::Touch(touch) => self.touch(touch, now_ms),
            EnrolInput::Answer(answer) => {
                self.answer(answer, now_ms);
                None
            }
            EnrolInput::Tick => self.tick(now_ms),
        }
    }

    fn touch(&mut self, touch: Touch, now_ms: Millis) -> Option<EnrolOutput> {
        if touch == Touch::Languages {
            self.language = match self.language {
                Language::Ja => Language::En,
                _ => Language::Ja,
            };
            return None;
        }
        match (&mut self.step, touch) {
            (EnrolStep::Code { digits, told }, Touch::Digit(digit)) => {
                if digits.len() < Code::DIGITS {
                    digits.push(digit);
                    *told = None;
                }
                self.due = Some(now_ms + FORGET_MS);
                self.whole()
            }
            (EnrolStep::Code { digits, told }, Touch::Erase) => {
                digits.pop();
                *told = None;
                self.due = (!digits.is_empty()).then_some(now_ms + FORGET_MS);
                None
            }
            (EnrolStep::Code { digits, .. }, Touch::Cancel) => {
                digits.clear();
                self.due = None;
                None
            }
            (EnrolStep::Done { .. }, Touch::Confirm) => Some(EnrolOutput::Serve),
            _ => None,
        }
    }

    /// A whole code is asked about; a mistyped one stays, to be put right.
    fn whole(&mut self) -> Option<EnrolOutput> {
        let EnrolStep::Code { digits, told } = &mut self.step else {
            return None;
        };
        match Code::from_digits(digits) {
            Ok(code) => {
                self.step = EnrolStep::Asking;
                self.due = None;
                Some(EnrolOutput::Ask(code))
            }
            Err(BadCode::Slip) => {
                *told = Some(EnrolTold::Slip);
                None
            }
            Err(BadCode::Form) => None,
        }
    }

    fn answer(&mut self, answer: Result<Enrolled, EnrolTold>, now_ms: Millis) {
        if self.step != EnrolStep::Asking {
            return;
        }
        match answer {
            Ok(Enrolled {
                kiosk,
                place,
                clock_off,
            }) => {
                self.step = EnrolStep::Done {
                    kiosk,
                    place,
                    clock_off,
                };
                self.due = Some(now_ms + DONE_MS);
            }
            Err(told) => {
                self.step = EnrolStep::Code {
                    digits: Vec::new(),
                    told: Some(told),
                };
            }
        }
    }

    fn tick(&mut self, now_ms: Millis) -> Option<EnrolOutput> {
        if self.due.is_none_or(|due| now_ms < due) {
            return None;
        }
        self.due = None;
        match &mut self.step {
            EnrolStep::Code { digits, .. } => {
                digits.clear();
                None
            }
            EnrolStep::Asking => None,
            EnrolStep::Done { .. } => Some(EnrolOutput::Serve),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn machine() -> Enrolling {
        Enrolling::new("city:8884".into(), None)
    }

    fn digits(code: &Code) -> Vec<u8> {
        code.plain().bytes().map(|b| b - b'0').collect()
    }

    fn type_in(machine: &mut Enrolling, digits: &[u8]) -> Option<EnrolOutput> {
        let typed = digits.iter().map(|d| EnrolInput::Touch(Touch::Digit(*d)));
        typed.fold(None, |last, input| machine.handle(input, 0).or(last))
    }

    fn hall() -> Enrolled {
        Enrolled {
            kiosk: "hall-1".parse().unwrap(),
            place: "公民館".into(),
            clock_off: false,
        }
    }

    #[test]
    fn the_last_digit_asks_and_the_answer_serves() {
        let mut machine = machine();
        let code = Code::new(4821, 937_112);
        let asked = type_in(&mut machine, &digits(&code));
        assert_eq!(asked, Some(EnrolOutput::Ask(code)));
        assert_eq!(machine.view().step, EnrolStep::Asking);
        assert_eq!(machine.handle(EnrolInput::Answer(Ok(hall())), 5), None);
        assert!(matches!(machine.view().step, EnrolStep::Done { .. }));
        assert_eq!(machine.handle(EnrolInput::Tick, 5 + DONE_MS - 1), None);
        let go = machine.handle(EnrolInput::Tick, 5 + DONE_MS);
        assert_eq!(go, Some(EnrolOutput::Serve));
    }

    #[test]
    fn a_mistyped_code_is_not_sent_and_stays_to_be_put_right() {
        let mut machine = machine();
        let code = Code::new(4821, 937_112);
        let mut typed = digits(&code);
        let last = typed.pop().unwrap();
        assert_eq!(type_in(&mut machine, &typed), None);
        assert_eq!(type_in(&mut machine, &[(last + 1) % 10]), None);
        let EnrolStep::Code { digits, told } = machine.view().step else {
            panic!("it was sent");
        };
        assert_eq!((digits.len(), told), (12, Some(EnrolTold::Slip)));
        machine.handle(EnrolInput::Touch(Touch::Erase), 0);
        assert_eq!(type_in(&mut machine, &[last]), Some(EnrolOutput::Ask(code)));
    }

    #[test]
    fn a_refusal_begins_anew_and_says_why() {
        let mut machine = machine();
        type_in(&mut machine, &digits(&Code::new(1, 2)));
        let why = EnrolTold::Wrong { tries_left: 4 };
        machine.handle(EnrolInput::Answer(Err(why.clone())), 0);
        let EnrolStep::Code { digits, told } = machine.view().step else {
            panic!("it does not ask again");
        };
        assert_eq!((digits.len(), told), (0, Some(why)));
        machine.handle(EnrolInput::Touch(Touch::Digit(1)), 0);
        assert!(matches!(
            machine.view().step,
            EnrolStep::Code { told: None, .. }
        ));
    }

    #[test]
    fn digits_that_nobody_goes_on_with_are_wiped() {
        let mut machine = machine();
        type_in(&mut machine, &[1, 2, 3]);
        assert_eq!(machine.due(), Some(FORGET_MS));
        machine.handle(EnrolInput::Tick, FORGET_MS);
        let EnrolStep::Code { digits, .. } = machine.view().step else {
            panic!();
        };
        assert!(digits.is_empty());
        assert_eq!(machine.due(), None);
    }

    #[test]
    fn no_log_shows_what_is_typed() {
        let mut machine = machine();
        type_in(&mut machine, &[7, 7, 7]);
        assert!(!format!("{machine:?}").contains('7'));
    }

    fn anything() -> impl Strategy<Value = EnrolInput> {
        prop_oneof![
            8 => (0..10_u8).prop_map(|d| EnrolInput::Touch(Touch::Digit(d))),
            1 => Just(EnrolInput::Touch(Touch::Erase)),
            1 => Just(EnrolInput::Touch(Touch::Cancel)),
            1 => Just(EnrolInput::Touch(Touch::Confirm)),
            1 => Just(EnrolInput::Answer(Ok(hall()))),
            1 => Just(EnrolInput::Answer(Err(EnrolTold::NoAnswer))),
            1 => Just(EnrolInput::Tick),
        ]
    }

    proptest! {
        #[test]
        fn it_serves_only_after_a_yes_and_asks_only_with_a_code(
            inputs in proptest::collection::vec((anything(), 0..200_000_u64), 0..80),
        ) {
            let mut machine = machine();
            let (mut now, mut asked) = (0, false);
            for (input, later) in inputs {
                now += later;
                let yes = matches!(input, EnrolInput::Answer(Ok(_)));
                let before = machine.view().step;
                let out = machine.handle(input, now);
                if yes && before != EnrolStep::Asking {
                    prop_assert_eq!(machine.view().step, before.clone());
                }
                match out {
                    Some(EnrolOutput::Ask(_)) => asked = true,
                    Some(EnrolOutput::Serve) => {
                        prop_assert!(asked);
                        let done = matches!(before, EnrolStep::Done { .. });
                        prop_assert!(done);
                    }
                    None => {}
                }
                if let EnrolStep::Code { digits, .. } = machine.view().step {
                    prop_assert!(digits.len() <= Code::DIGITS);
                    prop_assert!(digits.is_empty() || machine.due().is_some());
                }
            }
        }
    }
}
