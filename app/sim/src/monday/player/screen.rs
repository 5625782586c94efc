//! The eye that reads the screen, and the finger on it.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};

use super::{Player, SCREEN_LIMIT};
use crate::stage::wait;

/// How the key begins that turns the page of a list.
const NEXT_PAGE: &str = "つぎの ページ";
/// How the key begins that turns to the next class of the tick-off list.
const NEXT_CLASS: &str = "つぎ：";

impl Player<'_> {
    pub(super) fn read(&self, text: &str) -> Result<()> {
        let mut there = Vec::new();
        wait::until(SCREEN_LIMIT, &format!("{text:?} on the screen"), || {
            there = self.control.labels().unwrap_or_default();
            there.iter().any(|label| label.contains(text))
        })
        .with_context(|| format!("there is {there:?}"))
    }

    pub(super) fn miss(&self, text: &str) -> Result<()> {
        let there = self.control.labels()?;
        ensure!(
            there.iter().all(|label| !label.contains(text)),
            "{text:?} is on the screen: {there:?}"
        );
        Ok(())
    }

    pub(super) fn touch(&self, label: &str) -> Result<()> {
        self.control.touch_within(label, SCREEN_LIMIT / 4)
    }

    /// Presses what can be pressed and says this, on whatever page of the list it is. The
    /// page after the last is the first.
    pub(super) fn find(&self, text: &str) -> Result<()> {
        let mut there = Vec::new();
        wait::for_some(
            SCREEN_LIMIT,
            &format!("something to press: {text:?}"),
            || {
                there = self.control.labels().ok()?;
                let mut saying = there.iter().filter(|label| label.contains(text));
                if saying.any(|label| self.control.touch(label).is_ok()) {
                    return Some(());
                }
                let next = there.iter().find(|label| label.starts_with(NEXT_PAGE))?;
                // Another screen may have come meanwhile: it is looked at next.
                let _ = self.control.touch(next);
                None
            },
        )
        .with_context(|| format!("there is {there:?}"))
    }

    /// Ticks whom the list shows, class by class, until a page shows nobody new.
    pub(super) fn everyone(&self) -> Result<()> {
        let mut ticked = BTreeSet::new();
        loop {
            let labels = self.control.labels()?;
            let names: Vec<&str> = self
                .monday
                .by_class()
                .map(|child| child.name.reveal().as_str())
                .filter(|name| labels.iter().any(|label| label == name))
                .collect();
            let before = ticked.len();
            for name in names {
                if ticked.insert(name) {
                    self.touch(name)?;
                }
            }
            if ticked.len() == before {
                return Ok(());
            }
            self.control.touch_beginning(NEXT_CLASS, SCREEN_LIMIT / 4)?;
        }
    }
}
