//! The document itself. The same sources give the same bytes: its time is the source's, and it has
//! no number of its own.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{
    Program, ask, debian,
    tree::{Crate, Tree},
};
use crate::{crates_inc, run::workspace, source_time};

/// What is linked beside crates and Debian's libraries.
const SQLITE: &str = "libsqlite3-sys";

pub(super) fn write(
    program: Program,
    tree: &Tree,
    libraries: &[String],
    seconds: u64,
) -> Result<String> {
    let about = About::read(program.target)?;
    let mut components = Vec::new();
    for one in tree.crates.keys() {
        components.push(about.component(one)?);
    }
    let mut needs: BTreeMap<String, BTreeSet<String>> = tree
        .crates
        .iter()
        .map(|(one, needs)| (reference(one), needs.iter().map(reference).collect()))
        .collect();
    let mut own: BTreeSet<String> = tree.needs.iter().map(reference).collect();
    let std = (String::from("rust-std"), program.rust.to_owned());
    components.push(plain(&std, "rust", "MIT OR Apache-2.0"));
    own.insert(reference(&std));
    needs.insert(reference(&std), BTreeSet::new());
    if let Some(wrapper) = tree.crates.keys().find(|(name, _)| name == SQLITE) {
        let sqlite = (String::from("sqlite"), about.sqlite(wrapper)?);
        components.push(plain(&sqlite, "sqlite", "blessing"));
        let of = needs.entry(reference(wrapper)).or_default();
        of.insert(reference(&sqlite));
        needs.insert(reference(&sqlite), BTreeSet::new());
    }
    for library in libraries {
        components.push(debian_s(library));
        let name = format!("deb:{}", debian::name(library));
        own.insert(name.clone());
        needs.insert(name, BTreeSet::new());
    }
    needs.insert(reference(&tree.root), own);
    let dependencies: Vec<Value> = needs
        .into_iter()
        .map(|(of, on)| json!({ "ref": of, "dependsOn": on }))
        .collect();
    let mut itself = about.component(&tree.root)?;
    itself["type"] = "application".into();
    let document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "timestamp": source_time::written(seconds)?,
            "tools": { "components": [{
                "type": "application",
                "name": "cargo xtask sbom",
                "version": env!("CARGO_PKG_VERSION"),
            }] },
            "component": itself,
            "properties": [
                { "name": "cdx:rustc:sbom:target:triple", "value": program.target },
                { "name": "machitap:features", "value": program.features.join(" ") },
            ],
        },
        "components": components,
        "dependencies": dependencies,
    });
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

fn reference((name, version): &Crate) -> String {
    format!("{name}@{version}")
}

/// What no crate is, and no package of Debian.
fn plain(one: &Crate, known_as: &str, licence: &str) -> Value {
    let (name, version) = one;
    json!({
        "type": "library",
        "bom-ref": reference(one),
        "name": name,
        "version": version,
        "licenses": [{ "expression": licence }],
        "purl": format!("pkg:generic/{known_as}@{version}"),
    })
}

/// Which version of a library is there is the machine's matter; what the program needs is said.
fn debian_s(library: &str) -> Value {
    let name = debian::name(library);
    json!({
        "type": "library",
        "bom-ref": format!("deb:{name}"),
        "name": name,
        "purl": format!("pkg:deb/debian/{name}?distro=bookworm"),
        "properties": [{ "name": "machitap:depends", "value": library }],
    })
}

/// What the lock file and the crates say of themselves.
struct About {
    sha256: BTreeMap<Crate, String>,
    manifests: BTreeMap<Crate, Value>,
}

impl About {
    fn read(target: &str) -> Result<Self> {
        let lock = fs::read_to_string(workspace().join("Cargo.lock"))?;
        let sha256 = crates_inc::crates(&lock)?
            .into_iter()
            .map(|one| ((one.name, one.version), one.sha256))
            .collect();
        // What is off in one program is on in another.
        let args = [
            "metadata",
            "--locked",
            "--quiet",
            "--all-features",
            "--format-version",
            "1",
        ];
        let said = ask(&[&args[..], &["--filter-platform", target]].concat())?;
        let mut said: Value = serde_json::from_str(&said)?;
        let Value::Array(packages) = said["packages"].take() else {
            anyhow::bail!("cargo metadata names no packages");
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let manifests = packages
            .into_iter()
            .map(|one| ((text(&one["name"]), text(&one["version"])), one))
            .collect();
        Ok(Self { sha256, manifests })
    }

    fn manifest(&self, one: &Crate) -> Result<&Value> {
        let manifest = self.manifests.get(one);
        manifest.with_context(|| format!("cargo metadata does not know {}", reference(one)))
    }

    fn component(&self, one: &Crate) -> Result<Value> {
        let (name, version) = one;
        let manifest = self.manifest(one)?;
        let mut component = json!({
            "type": "library",
            "bom-ref": reference(one),
            "name": name,
            "version": version,
            "licenses": [licence(manifest)],
        });
        if let Some(hash) = self.sha256.get(one) {
            component["hashes"] = json!([{ "alg": "SHA-256", "content": hash }]);
            // A plus sign is not plain in a package URL.
            let version = version.replace('+', "%2B");
            component["purl"] = format!("pkg:cargo/{name}@{version}").into();
        }
        Ok(component)
    }

    /// The version of SQLite inside the crate that compiles it.
    fn sqlite(&self, wrapper: &Crate) -> Result<String> {
        let manifest = self.manifest(wrapper)?["manifest_path"].as_str();
        let header = Path::new(manifest.context("no manifest_path")?)
            .with_file_name("sqlite3")
            .join("sqlite3.h");
        let text = fs::read_to_string(&header).with_context(|| header.display().to_string())?;
        let line = text.lines().find_map(|line| {
            let rest = line.strip_prefix("#define SQLITE_VERSION ")?;
            Some(rest.trim().trim_matches('"').to_owned())
        });
        line.with_context(|| format!("{}: no SQLITE_VERSION", header.display()))
    }
}

/// An old way to write OR was a slash.
fn licence(manifest: &Value) -> Value {
    match manifest["license"].as_str() {
        Some(expression) => {
            let expression = expression.replace(" / ", "/").replace('/', " OR ");
            json!({ "expression": expression })
        }
        None => {
            let file = manifest["license_file"].as_str().unwrap_or("not said");
            json!({ "license": { "name": file } })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_licence_is_an_expression() {
        let of = |text: &str| licence(&json!({ "license": text }));
        assert_eq!(
            of("MIT/Apache-2.0"),
            json!({ "expression": "MIT OR Apache-2.0" })
        );
        assert_eq!(of("Apache-2.0 AND ISC")["expression"], "Apache-2.0 AND ISC");
    }
}
