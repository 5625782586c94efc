//! Adds up what the test binaries say.

/// Sums of `test result:` lines.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
    pub(crate) ignored: u32,
}

impl Tally {
    /// Takes one line of output; lines that are no result change nothing.
    pub(crate) fn line(&mut self, line: &str) {
        let Some(result) = line.trim().strip_prefix("test result: ") else {
            return;
        };
        for (field, label) in [
            (&mut self.passed, " passed"),
            (&mut self.failed, " failed"),
            (&mut self.ignored, " ignored"),
        ] {
            let count = result
                .split([';', '.'])
                .find_map(|part| part.trim().strip_suffix(label)?.parse::<u32>().ok());
            *field += count.unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_add_up_and_other_lines_do_not() {
        let mut tally = Tally::default();
        for line in [
            "test result: ok. 25 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.03s",
            "test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s",
            "test fold::tests::undo ... ok",
            "",
        ] {
            tally.line(line);
        }
        assert_eq!(
            tally,
            Tally {
                passed: 27,
                failed: 3,
                ignored: 1
            }
        );
    }
}
