//! What was found, and how it is told.

use std::fmt::Write as _;

use serde::Serialize;

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// As it should be.
    Well,
    /// The kiosk serves, and somebody should see to it.
    Mind,
    /// The kiosk cannot serve as it should until somebody has.
    Ill,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What.
    pub subject: &'static str,
    /// How it is.
    pub state: State,
    /// What was found.
    pub found: String,
    /// What to do; `None` where it is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub todo: Option<String>,
}

impl Finding {
    /// As it should be.
    pub fn well(subject: &'static str, found: impl Into<String>) -> Self {
        Self {
            subject,
            state: State::Well,
            found: found.into(),
            todo: None,
        }
    }

    /// To be seen to.
    pub fn mind(subject: &'static str, found: impl Into<String>, todo: impl Into<String>) -> Self {
        Self {
            subject,
            state: State::Mind,
            found: found.into(),
            todo: Some(todo.into()),
        }
    }

    /// To be mended.
    pub fn ill(subject: &'static str, found: impl Into<String>, todo: impl Into<String>) -> Self {
        Self {
            state: State::Ill,
            ..Self::mind(subject, found, todo)
        }
    }
}

/// For a person: a line each, and below it what to do.
pub(crate) fn as_text(findings: &[Finding]) -> String {
    let wide = findings.iter().map(|f| f.subject.len()).max().unwrap_or(0);
    let mut out = String::new();
    for finding in findings {
        let mark = match finding.state {
            State::Well => "ok  ",
            State::Mind => "MIND",
            State::Ill => "ILL ",
        };
        let Finding { subject, found, .. } = finding;
        // A message of several lines stays in its column.
        let found = found.replace('\n', &format!("\n{:1$}", "", wide + 7));
        // Writing to a string does not fail.
        let _ = writeln!(out, "{mark}  {subject:wide$} {found}");
        if let Some(todo) = &finding.todo {
            let _ = writeln!(out, "{:1$}→ {todo}", "", wide + 7);
        }
    }
    let count = |state| findings.iter().filter(|f| f.state == state).count();
    let _ = writeln!(
        out,
        "{} well, {} to mind, {} ill",
        count(State::Well),
        count(State::Mind),
        count(State::Ill)
    );
    out
}

/// For a program: a list of objects.
pub(crate) fn as_json(findings: &[Finding]) -> String {
    serde_json::to_string_pretty(findings).expect("texts are JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_says_what_to_do_and_the_last_one_counts() {
        let all = [
            Finding::well("disk", "has room"),
            Finding::mind("sound", "is off\nand more", "turn it on"),
            Finding::ill("reader", "is gone", "plug it in"),
        ];
        assert_eq!(
            as_text(&all),
            "ok    disk   has room\n\
             MIND  sound  is off\n             and more\n             → turn it on\n\
             ILL   reader is gone\n             → plug it in\n\
             1 well, 1 to mind, 1 ill\n"
        );
        assert!(as_json(&all[2..]).contains(r#""todo": "plug it in""#));
        assert!(!as_json(&all[..1]).contains("todo"));
    }
}
