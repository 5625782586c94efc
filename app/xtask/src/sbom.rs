//! `cargo xtask sbom`: what a program is made of, as a CycloneDX 1.5 document.
//!
//! `cargo metadata`, which other tools go by, unites the features of the whole workspace and its
//! tests; `cargo tree` resolves as the build does, for one program, its features and its target.
//! What only runs at build time (macros, build scripts) is not in the program and not in here.

mod debian;
mod document;
mod evidence;
mod tree;

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, bail};

use crate::{
    package::PACKAGES,
    run::{cargo_command, step, target_dir},
    source_time,
};

pub(crate) use debian::linked;
use tree::Tree;

/// What a document is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Program<'a> {
    pub(crate) package: &'a str,
    /// As cargo is told.
    pub(crate) features: &'a [&'a str],
    /// Its triple.
    pub(crate) target: &'a str,
    /// The version of the compiler, whose standard library is linked.
    pub(crate) rust: &'a str,
}

/// For this machine's processor, into `target/sbom`.
pub(crate) fn make() -> Result<()> {
    let to = target_dir().join("sbom");
    fs::create_dir_all(&to)?;
    let (rust, target) = compiler(&mut Command::new("rustc"))?;
    for (package, features) in PACKAGES {
        let program = Program {
            package,
            features,
            target: &target,
            rust: &rust,
        };
        write(program, &[], &to.join(format!("{package}.cdx.json")))?;
    }
    Ok(())
}

/// Writes the document; `libraries` are Debian's packages that the program is linked with.
pub(crate) fn write(program: Program, libraries: &[String], to: &Path) -> Result<()> {
    step(&format!("what {} is made of", program.package));
    let tree = Tree::of(program)?;
    let text = document::write(program, &tree, libraries, source_time::seconds()?)?;
    fs::write(to, text).with_context(|| to.display().to_string())?;
    println!("   {} crates: {}", tree.crates.len(), to.display());
    Ok(())
}

/// Fails when the program names a crate, in the line tables it was built with, that the document
/// does not.
pub(crate) fn compare(binary: &Path, document: &Path) -> Result<()> {
    let read = |path: &Path| fs::read(path).with_context(|| path.display().to_string());
    let named = evidence::crates(&read(binary)?);
    if named.is_empty() {
        bail!("{}: no line tables to compare with", binary.display());
    }
    let missing = evidence::missing(&named, &read(document)?)?;
    if !missing.is_empty() {
        bail!(
            "{} has code of crates that its list misses: {}",
            binary.display(),
            missing.join(", ")
        );
    }
    println!("   {} crates named by the program are listed", named.len());
    Ok(())
}

/// The version and the triple that a compiler says it has.
pub(crate) fn compiler(rustc: &mut Command) -> Result<(String, String)> {
    let out = rustc.arg("-vV").output().context("rustc")?;
    let said = String::from_utf8(out.stdout)?;
    let of = |key: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(key));
        line.map(str::to_owned)
            .with_context(|| format!("rustc -vV: no {key}"))
    };
    Ok((of("release: ")?, of("host: ")?))
}

/// Cargo's answer.
fn ask(args: &[&str]) -> Result<String> {
    let out = cargo_command(args).output().context("cargo")?;
    if !out.status.success() {
        bail!(
            "cargo {}: {}",
            args.join(" "),
            String::from_utf8_lossy(&out.stderr)
        );
    }
    Ok(String::from_utf8(out.stdout)?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    const LIBRARIES: &[&str] = &["libc6 (>= 2.34)"];

    fn document(of: usize) -> Value {
        let (package, features) = PACKAGES[of];
        let program = Program {
            package,
            features,
            target: "x86_64-unknown-linux-gnu",
            rust: "1.95.0",
        };
        let libraries: Vec<_> = LIBRARIES.iter().map(ToString::to_string).collect();
        let tree = Tree::of(program).unwrap();
        let text = document::write(program, &tree, &libraries, 1_800_000_000).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    fn names(document: &Value) -> BTreeSet<&str> {
        let all = document["components"].as_array().unwrap();
        all.iter().map(|c| c["name"].as_str().unwrap()).collect()
    }

    #[test]
    fn the_city_has_its_crates_and_no_test_s() {
        let document = document(0);
        let names = names(&document);
        for there in [
            "axum",
            "rusqlite",
            "libsqlite3-sys",
            "sqlite",
            "ring",
            "machitap-domain",
            "libc6",
        ] {
            assert!(names.contains(there), "{there}");
        }
        // Of tests, of build scripts, a macro's, another processor's, the kiosk's.
        for not in [
            "proptest",
            "cc",
            "serde_derive",
            "windows-sys",
            "slint",
            "machitap-city",
        ] {
            assert!(!names.contains(not), "{not}");
        }
    }

    #[test]
    fn the_kiosk_is_the_appliance_s_and_not_the_desktop_s() {
        let document = document(1);
        let names = names(&document);
        for there in [
            "i-slint-backend-linuxkms",
            "input",
            "pcsc",
            "spake2",
            "machitap-card",
        ] {
            assert!(names.contains(there), "{there}");
        }
        for not in [
            "winit",
            "i-slint-backend-testing",
            "i-slint-compiler",
            "proptest",
            "tempfile",
        ] {
            assert!(!names.contains(not), "{not}");
        }
    }

    #[test]
    fn each_component_says_what_it_is() {
        let document = document(1);
        assert_eq!(document["specVersion"], "1.5");
        assert_eq!(
            document["metadata"]["timestamp"], "2027-01-15T08:00:00Z",
            "the source's time, not this one"
        );
        let mut references = BTreeSet::new();
        for component in document["components"].as_array().unwrap() {
            let name = component["name"].as_str().unwrap();
            assert!(references.insert(component["bom-ref"].as_str().unwrap()));
            if !LIBRARIES[0].starts_with(name) {
                assert!(component["version"].is_string(), "{name}");
                assert!(component["licenses"][0].is_object(), "{name}");
            }
            let purl = component["purl"].as_str().unwrap_or_default();
            let ours = name.starts_with("machitap-");
            assert_eq!(purl.is_empty(), ours, "{name}: {purl}");
            if purl.starts_with("pkg:cargo/") {
                let hash = component["hashes"][0]["content"].as_str().unwrap();
                assert_eq!(hash.len(), 64, "{name}");
            }
        }
        references.insert("machitap-kiosk@0.1.0");
        for line in document["dependencies"].as_array().unwrap() {
            let of = line["dependsOn"].as_array().unwrap();
            for reference in of.iter().chain([&line["ref"]]) {
                assert!(references.contains(reference.as_str().unwrap()));
            }
        }
    }
}
