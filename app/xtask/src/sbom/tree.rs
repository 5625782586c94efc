//! The crates of a program and who needs whom, as `cargo tree` says it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use super::{Program, ask};

/// Name and version.
pub(super) type Crate = (String, String);

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tree {
    /// The program itself.
    pub(super) root: Crate,
    /// What else is in it, each with what it needs.
    pub(super) crates: BTreeMap<Crate, BTreeSet<Crate>>,
    /// What the program needs itself.
    pub(super) needs: BTreeSet<Crate>,
}

impl Tree {
    pub(super) fn of(program: Program) -> Result<Self> {
        let args = [
            "tree",
            "--locked",
            "--quiet",
            "--package",
            program.package,
            "--target",
            program.target,
            "--edges",
            "normal,no-proc-macro",
            "--prefix",
            "depth",
            "--format",
            " {p}",
        ];
        Self::read(&ask(&[&args[..], program.features].concat())?)
    }

    /// Reads lines of the form `3 name v1.2.3 (where) (*)`.
    fn read(said: &str) -> Result<Self> {
        let mut tree = Self::default();
        // The way from the root to the line before.
        let mut way: Vec<Crate> = Vec::new();
        for line in said.lines() {
            let mut words = line.split_whitespace();
            let depth = words.next().and_then(|word| word.parse::<usize>().ok());
            let name = words.next();
            let version = words.next().and_then(|word| word.strip_prefix('v'));
            let (Some(depth), Some(name), Some(version)) = (depth, name, version) else {
                anyhow::bail!("cargo tree says {line:?}");
            };
            let this = (name.to_owned(), version.to_owned());
            way.truncate(depth);
            if let Some(above) = way.last() {
                let needs = if depth == 1 {
                    &mut tree.needs
                } else {
                    tree.crates.entry(above.clone()).or_default()
                };
                needs.insert(this.clone());
                tree.crates.entry(this.clone()).or_default();
            } else {
                tree.root = this.clone();
            }
            way.push(this);
        }
        if tree.crates.is_empty() {
            return Err(anyhow::anyhow!("{said:?}")).context("cargo tree names no crate");
        }
        Ok(tree)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_needs_whom() {
        let said = "0 ours v0.1.0 (/somewhere/app/ours)\n1 a v1.0.0\n2 b v2.0.0+x\n1 c v3.0.0\n\
                    2 a v1.0.0 (*)\n";
        let tree = Tree::read(said).unwrap();
        let one = |name: &str, version: &str| (name.to_owned(), version.to_owned());
        let (a, b, c) = (one("a", "1.0.0"), one("b", "2.0.0+x"), one("c", "3.0.0"));
        assert_eq!(tree.root, one("ours", "0.1.0"));
        assert_eq!(tree.needs, [a.clone(), c.clone()].into());
        assert_eq!(tree.crates[&a], [b.clone()].into());
        assert_eq!(tree.crates[&c], [a].into());
        assert!(tree.crates[&b].is_empty());
        assert!(Tree::read("0 ours v0.1.0\n").is_err());
        assert!(Tree::read("error\n").is_err());
    }
}
