//! Figures and the table they are shown in.

use std::{fmt::Write as _, time::Duration};

use hdrhistogram::Histogram;

/// Many measurements of one thing, in nanoseconds.
#[derive(Debug, Clone)]
pub(crate) struct Samples(Histogram<u64>);

impl Samples {
    pub(crate) fn new() -> Self {
        // Three digits between a nanosecond and whatever comes.
        Self(Histogram::new(3).expect("three digits are allowed"))
    }

    pub(crate) fn add(&mut self, took: Duration) {
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.0
            .record(nanos)
            .expect("the histogram grows with what comes");
    }

    pub(crate) fn median(&self) -> Duration {
        Duration::from_nanos(self.0.value_at_quantile(0.5))
    }

    pub(crate) fn p99(&self) -> Duration {
        Duration::from_nanos(self.0.value_at_quantile(0.99))
    }

    pub(crate) fn worst(&self) -> Duration {
        Duration::from_nanos(self.0.max())
    }

    /// The share that took no longer, from 0 to 1.
    pub(crate) fn within(&self, limit: Duration) -> f64 {
        let nanos = u64::try_from(limit.as_nanos()).unwrap_or(u64::MAX);
        self.0.quantile_below(nanos)
    }

    pub(crate) fn len(&self) -> u64 {
        self.0.len()
    }
}

/// Milliseconds with two places.
pub(crate) fn ms(took: Duration) -> String {
    format!("{:.2} ms", took.as_secs_f64() * 1_000.0)
}

/// The table.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    rows: Vec<[String; 4]>,
    notes: Vec<String>,
}

impl Figures {
    /// A row: what, at the median, at the 99th percentile, in words.
    pub(crate) fn row(&mut self, what: &str, median: &str, p99: &str, words: &str) {
        let row = [what, median, p99, words].map(str::to_owned);
        println!("   {}", row.join(" · "));
        self.rows.push(row);
    }

    /// A row of many measurements.
    pub(crate) fn samples(&mut self, what: &str, samples: &Samples, words: &str) {
        let words = format!("{} measured{words}", samples.len());
        self.row(what, &ms(samples.median()), &ms(samples.p99()), &words);
    }

    pub(crate) fn note(&mut self, note: &str) {
        println!("   {note}");
        self.notes.push(note.to_owned());
    }

    pub(crate) fn markdown(&self) -> String {
        let mut out = String::from("\n| what | median | 99th percentile | |\n|---|---|---|---|\n");
        for [what, median, p99, words] in &self.rows {
            // Writing to a text cannot fail.
            let _ = writeln!(out, "| {what} | {median} | {p99} | {words} |");
        }
        for note in &self.notes {
            let _ = writeln!(out, "\n{note}");
        }
        out
    }
}
