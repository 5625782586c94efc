//! What is being done at the desk, and what was filled in so far.

use jiff::civil::Date;
use machitap_domain::{
    Credential,
    ids::GroupId,
    pii::Pii,
    register::{Form, FormSlip, RegistrationRules, form},
};

use crate::view::{CardIs, DeskDeed, DeskSlip};

/// What is being done at the desk.
pub(in crate::session) struct Desk {
    pub(super) card: Option<(Credential, CardIs)>,
    pub(super) deed: Option<DeskDeed>,
    pub(super) steps: Vec<Step>,
    pub(super) at: usize,
    pub(super) slip: Option<DeskSlip>,
    pub(super) kana: Pii<String>,
    pub(super) birth: Pii<String>,
    pub(super) number: Pii<String>,
    pub(super) area: Option<usize>,
    pub(super) guardian: bool,
}

/// One thing that is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Kana,
    Birth,
    Area,
    Number,
    Consent,
    Summary,
}

impl Desk {
    pub(super) fn new() -> Self {
        Self {
            card: None,
            deed: None,
            steps: Vec::new(),
            at: 0,
            slip: None,
            kana: Pii::default(),
            birth: Pii::default(),
            number: Pii::default(),
            area: None,
            guardian: false,
        }
    }

    /// The present step, once it is known what is wished.
    pub(super) fn step(&self) -> Option<Step> {
        self.deed?;
        self.steps.get(self.at).copied()
    }

    pub(super) fn birth(&self, today: Date) -> Result<Date, FormSlip> {
        form::birth(self.birth.reveal(), today)
    }

    pub(super) fn area(&self, rules: &RegistrationRules) -> Option<GroupId> {
        self.area
            .and_then(|n| rules.areas.get(n))
            .map(|a| a.id.clone())
    }

    /// The form as far as the catalogue asks for it.
    pub(super) fn form(&self, rules: &RegistrationRules, today: Date) -> Form {
        let birth = self.birth(today).ok().filter(|_| rules.birth);
        Form {
            kana: rules.kana.then(|| self.kana.clone()),
            birth: birth.map(Pii::new),
            area: self.area(rules),
        }
    }

    /// True where a guardian must agree.
    pub(super) fn is_child(&self, rules: &RegistrationRules, today: Date) -> bool {
        let born = self.birth(today).ok().filter(|_| rules.birth);
        born.is_some_and(|b| form::age(b, today) < i16::from(rules.adult_at))
    }
}

pub(super) fn written(text: &Pii<String>, add: char) -> Pii<String> {
    Pii::new(format!("{}{add}", text.reveal()))
}

pub(super) fn shorter(text: &Pii<String>) -> Pii<String> {
    let mut text = text.reveal().clone();
    text.pop();
    Pii::new(text)
}
