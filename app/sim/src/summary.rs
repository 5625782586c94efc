//! The figures, as a table.

use std::{fmt, time::Duration};

/// What was found, in order.
#[derive(Debug, Default)]
pub struct Summary(Vec<(String, String)>);

impl Summary {
    /// A figure.
    pub fn figure(&mut self, what: &str, value: impl fmt::Display) {
        let value = value.to_string();
        println!("   {what}: {value}");
        self.0.push((what.to_owned(), value));
    }

    /// A time.
    pub fn seconds(&mut self, what: &str, value: Duration) {
        self.figure(what, format_args!("{:.1} s", value.as_secs_f64()));
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n| what | found |\n|---|---|")?;
        for (what, value) in &self.0 {
            writeln!(f, "| {what} | {value} |")?;
        }
        Ok(())
    }
}
