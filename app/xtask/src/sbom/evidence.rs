//! What a program says of itself: its line tables hold the path of each crate whose code it has.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde_json::Value;

/// Where cargo keeps crates, under its home whatever that is called.
const KEPT: &[u8] = b"registry/src/";

/// The crates, each as `name-version`.
pub(super) fn crates(binary: &[u8]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut rest = binary;
    while let Some(at) = find(rest, KEPT) {
        rest = &rest[at + KEPT.len()..];
        // The registry's own folder, then the crate's.
        let mut parts = rest.split(|byte| *byte == b'/');
        let folder = parts.nth(1).and_then(|part| str::from_utf8(part).ok());
        if let Some(folder) = folder.filter(|folder| is_crate(folder)) {
            found.insert(folder.to_owned());
        }
    }
    found
}

/// Those that the document does not name.
pub(super) fn missing(named: &BTreeSet<String>, document: &[u8]) -> Result<Vec<String>> {
    let document: Value = serde_json::from_slice(document)?;
    let components = document["components"].as_array();
    let listed: BTreeSet<String> = components
        .context("the list has no components")?
        .iter()
        .filter_map(|c| {
            Some(format!(
                "{}-{}",
                c["name"].as_str()?,
                c["version"].as_str()?
            ))
        })
        .collect();
    Ok(named.difference(&listed).cloned().collect())
}

fn find(within: &[u8], what: &[u8]) -> Option<usize> {
    within.windows(what.len()).position(|part| part == what)
}

fn is_crate(folder: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.+".contains(c);
    let version = |(_, rest): (&str, &str)| rest.starts_with(|c: char| c.is_ascii_digit());
    folder.len() < 128
        && folder.chars().all(plain)
        && folder.split_once('-').is_some()
        && folder
            .match_indices('-')
            .any(|(at, _)| version(folder.split_at(at + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BINARY: &[u8] =
        b"\x7fELF\0/home/u/.cargo/registry/src/index-1/serde_json-1.0.1/src/a.rs\0\
        /cargo/registry/src/index-1/toml-1.2.1+spec-1.1.0/src\0registry/src/\xff/x\0";

    #[test]
    fn a_crate_that_is_not_listed_is_told() {
        let named = crates(BINARY);
        let both = ["serde_json-1.0.1", "toml-1.2.1+spec-1.1.0"];
        assert_eq!(named, both.map(str::to_owned).into());
        let whole = br#"{"components": [{"name": "serde_json", "version": "1.0.1"},
            {"name": "toml", "version": "1.2.1+spec-1.1.0"}, {"name": "libc6"}]}"#;
        assert!(missing(&named, whole).unwrap().is_empty());
        let other = br#"{"components": [{"name": "serde_json", "version": "1.0.2"},
            {"name": "toml", "version": "1.2.1+spec-1.1.0"}]}"#;
        assert_eq!(missing(&named, other).unwrap(), ["serde_json-1.0.1"]);
        assert!(missing(&named, b"{}").is_err());
    }
}
