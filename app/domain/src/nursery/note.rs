//! The handover note: what a nursery asks when a child is dropped off.

use serde::{Deserialize, Serialize};

use crate::catalogue::Text;

/// A question of the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its name in facts: a-z, 0-9 and '-'.
    pub id: String,
    /// What is asked, one line.
    pub text: Text,
    /// The answers to choose from, two to six; the first is the usual one.
    pub answers: Vec<Choice>,
}

/// An answer to choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Its name in facts: a-z, 0-9, '.' and '-', as in `none` or `37.5`.
    pub id: String,
    /// What stands on the button.
    pub text: Text,
    /// Staff are shown it on the board.
    #[serde(default)]
    pub attention: bool,
}

/// Why a question is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidQuestion {
    /// A name outside the alphabet.
    #[error("an id is 1 to 32 characters of a-z, 0-9, '.' and '-'")]
    Id,
    /// Too few or too many answers.
    #[error("a question has 2 to 6 answers")]
    Answers,
    /// Two of one name.
    #[error("it stands twice")]
    Twice,
}

fn is_id(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.')
}

impl Question {
    /// Checks what the types cannot.
    ///
    /// # Errors
    /// The first [`InvalidQuestion`] found.
    pub fn check(&self) -> Result<(), InvalidQuestion> {
        if !is_id(&self.id) || !self.answers.iter().all(|a| is_id(&a.id)) {
            return Err(InvalidQuestion::Id);
        }
        if !(2..=6).contains(&self.answers.len()) {
            return Err(InvalidQuestion::Answers);
        }
        let twice = |n: usize| self.answers[..n].iter().any(|a| a.id == self.answers[n].id);
        if (0..self.answers.len()).any(twice) {
            return Err(InvalidQuestion::Twice);
        }
        Ok(())
    }

    #[cfg(test)]
    pub(crate) fn sample() -> Self {
        let text = |ja: &str| Text {
            ja: ja.into(),
            ..Text::default()
        };
        let choice = |id: &str, attention| Choice {
            id: id.into(),
            text: text(id),
            attention,
        };
        Self {
            id: "medicine".into(),
            text: text("くすりは ありますか？"),
            answers: vec![choice("none", false), choice("yes", true)],
        }
    }
}

/// An answer, as a fact carries it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The question's id.
    pub question: String,
    /// The chosen answer's id.
    pub answer: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_slip_is_found() {
        assert_eq!(Question::sample().check(), Ok(()));
        let mut id = Question::sample();
        id.id = "くすり".into();
        assert_eq!(id.check(), Err(InvalidQuestion::Id));
        let mut one = Question::sample();
        one.answers.truncate(1);
        assert_eq!(one.check(), Err(InvalidQuestion::Answers));
        let mut twice = Question::sample();
        twice.answers[1].id = "none".into();
        assert_eq!(twice.check(), Err(InvalidQuestion::Twice));
    }
}
