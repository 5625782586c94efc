//! Reading TOML key by key, so that one pass finds every fault and its line.

use std::{cell::RefCell, ops::Range, rc::Rc};

use jiff::tz::TimeZone;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::Fault;

/// Which side a screen may have, pixels.
const SIDE: Range<u32> = 320..7_681;

type Faults = Rc<RefCell<Vec<Fault>>>;

/// A parsed file and the faults found in it so far.
pub(super) struct Document<'a> {
    text: &'a str,
    table: DeTable<'a>,
    faults: Faults,
}

impl<'a> Document<'a> {
    pub(super) fn parse(text: &'a str) -> Result<Self, Vec<Fault>> {
        match DeTable::parse(text) {
            Ok(table) => Ok(Self {
                text,
                table: table.into_inner(),
                faults: Faults::default(),
            }),
            Err(error) => Err(vec![Fault {
                line: error.span().map(|span| line_of(text, span.start)),
                key: String::new(),
                what: error.message().to_owned(),
            }]),
        }
    }

    pub(super) fn root(&self) -> Section<'_> {
        Section {
            name: String::new(),
            line: None,
            text: self.text,
            table: Some(&self.table),
            known: Vec::new(),
            faults: Rc::clone(&self.faults),
        }
    }

    /// The value, or the faults in the order of the file; what is missing comes last.
    pub(super) fn into_result<T>(self, value: impl FnOnce() -> Option<T>) -> Result<T, Vec<Fault>> {
        let mut faults = self.faults.take();
        if faults.is_empty() {
            return Ok(value().expect("what could not be read left a fault"));
        }
        faults.sort_by_key(|fault| fault.line.unwrap_or(usize::MAX));
        Err(faults)
    }
}

fn line_of(text: &str, at: usize) -> usize {
    1 + text.as_bytes()[..at.min(text.len())]
        .iter()
        .filter(|b| **b == b'\n')
        .count()
}

/// One table of the file, or the lack of it.
pub(super) struct Section<'a> {
    name: String,
    line: Option<usize>,
    text: &'a str,
    table: Option<&'a DeTable<'a>>,
    known: Vec<&'static str>,
    faults: Faults,
}

impl<'a> Section<'a> {
    /// A table below this one; one that is not there has no keys.
    pub(super) fn table(&mut self, key: &'static str) -> Self {
        self.known.push(key);
        let value = self.find(key);
        let table = value.and_then(|v| v.get_ref().as_table());
        if value.is_some() && table.is_none() {
            self.wrong(key, "must be a table");
        }
        Section {
            name: self.full(key),
            line: value.map(|v| line_of(self.text, v.span().start)),
            text: self.text,
            table,
            known: Vec::new(),
            faults: Rc::clone(&self.faults),
        }
    }

    /// Ends a table: what was not asked for is not known.
    pub(super) fn absorb(&mut self, table: Self) {
        table.finish();
    }

    pub(super) fn finish(self) {
        for (key, _) in self.table.into_iter().flatten() {
            let name = key.get_ref().as_ref();
            if !self.known.contains(&name) {
                self.faults.borrow_mut().push(Fault {
                    line: Some(line_of(self.text, key.span().start)),
                    key: self.full(name),
                    what: format!(
                        "there is no such key; known here: {}",
                        self.known.join(", ")
                    ),
                });
            }
        }
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    pub(super) fn required<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&Self, &str) -> Option<T>,
    ) -> Option<T> {
        if !self.has(key) {
            self.known.push(key);
            self.missing(key, "a value");
            return None;
        }
        self.optional(key, read)
    }

    pub(super) fn optional<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&Self, &str) -> Option<T>,
    ) -> Option<T> {
        self.known.push(key);
        self.has(key).then(|| read(self, key))?
    }

    pub(super) fn or<T>(
        &mut self,
        key: &'static str,
        default: T,
        read: impl FnOnce(&Self, &str) -> Option<T>,
    ) -> T {
        self.optional(key, read).unwrap_or(default)
    }

    pub(super) fn wrong(&self, key: &str, what: impl Into<String>) {
        self.faults.borrow_mut().push(Fault {
            line: self
                .find(key)
                .map(|v| line_of(self.text, v.span().start))
                .or(self.line),
            key: self.full(key),
            what: what.into(),
        });
    }

    pub(super) fn missing(&self, key: &str, wanted: &str) {
        self.faults.borrow_mut().push(Fault {
            line: self.line,
            key: self.full(key),
            what: format!("is missing; it must be {wanted}"),
        });
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        let text = self.find(key)?.get_ref().as_str();
        if text.is_none() {
            self.wrong(key, "must be a text in quotes");
        }
        text.map(str::to_owned)
    }

    pub(super) fn path(&self, key: &str) -> Option<String> {
        let path = self.text(key)?;
        if path.is_empty() {
            self.wrong(key, "must name a directory");
            return None;
        }
        Some(path)
    }

    pub(super) fn mount(&self, key: &str) -> Option<String> {
        let path = self.text(key)?;
        if !path.starts_with('/') || path == "/" {
            self.wrong(
                key,
                "must be the absolute path of a directory a stick is mounted at, as in \"/media/stick\"",
            );
            return None;
        }
        Some(path)
    }

    pub(super) fn led(&self, key: &str) -> Option<String> {
        let name = self.text(key)?;
        if name.is_empty() || name.contains('/') {
            self.wrong(
                key,
                "must be the name of an LED as the kernel lists it, as in \"green:status\"",
            );
            return None;
        }
        Some(name)
    }

    pub(super) fn host(&self, key: &str) -> Option<String> {
        let host = self.text(key)?;
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
        if host.is_empty() || !host.chars().all(fits) {
            self.wrong(
                key,
                "must be a host name or an address, without scheme or port",
            );
            return None;
        }
        Some(host)
    }

    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        let flag = self.find(key)?.get_ref().as_bool();
        if flag.is_none() {
            self.wrong(key, "must be true or false");
        }
        flag
    }

    pub(super) fn number<T>(&self, key: &str, min: T, max: T) -> Option<T>
    where
        T: TryFrom<i64> + PartialOrd + std::fmt::Display,
    {
        let number = match self.find(key)?.get_ref() {
            DeValue::Integer(n) => i64::from_str_radix(n.as_str(), n.radix()).ok(),
            _ => None,
        };
        let number = number
            .and_then(|n| T::try_from(n).ok())
            .filter(|n| (&min..=&max).contains(&n));
        if number.is_none() {
            self.wrong(key, format!("must be a whole number from {min} to {max}"));
        }
        number
    }

    pub(super) fn decimal(&self, key: &str, min: f32, max: f32) -> Option<f32> {
        let number = match self.find(key)?.get_ref() {
            DeValue::Integer(n) => n.as_str().parse().ok(),
            DeValue::Float(n) => n.as_str().parse().ok(),
            _ => None,
        };
        let number = number.filter(|n| (min..=max).contains(n));
        if number.is_none() {
            self.wrong(key, format!("must be a number from {min} to {max}"));
        }
        number
    }

    pub(super) fn zone(&self, key: &str) -> Option<TimeZone> {
        let name = self.text(key)?;
        let zone = TimeZone::get(&name).ok();
        if zone.is_none() {
            self.wrong(
                key,
                format!("{name:?} is not in the tz database; write it as in \"Asia/Tokyo\""),
            );
        }
        zone
    }

    pub(super) fn size(&self, key: &str) -> Option<(u32, u32)> {
        let text = self.text(key)?;
        let side = |part: &str| part.parse().ok().filter(|n| SIDE.contains(n));
        let size = text
            .split_once('x')
            .and_then(|(width, height)| Some((side(width)?, side(height)?)));
        if size.is_none() {
            self.wrong(key, "must be WIDTHxHEIGHT in pixels, as in \"1280x800\"");
        }
        size
    }

    fn find(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.table?.get(key)
    }

    fn full(&self, key: &str) -> String {
        if self.name.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.name)
        }
    }
}
