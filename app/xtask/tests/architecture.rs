//! The rooms and their arrows, read from the workspace itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// Who may know whom; ARCHITECTURE.md says the same in words.
const ROOMS: &[(&str, &[&str])] = &[
    ("machitap-domain", &[]),
    ("machitap-wire", &["machitap-domain"]),
    ("machitap-card", &["machitap-domain"]),
    ("machitap-kiosk-core", &["machitap-domain", "machitap-wire"]),
    ("machitap-store", &["machitap-domain", "machitap-wire"]),
    ("machitap-city", &["machitap-domain", "machitap-wire"]),
    (
        "machitap-kiosk-ui",
        &["machitap-domain", "machitap-kiosk-core"],
    ),
    (
        "machitap-kiosk",
        &[
            "machitap-domain",
            "machitap-wire",
            "machitap-card",
            "machitap-store",
            "machitap-kiosk-core",
            "machitap-kiosk-ui",
        ],
    ),
    (
        "machitap-sim",
        &[
            "machitap-domain",
            "machitap-wire",
            "machitap-card",
            "machitap-store",
            "machitap-kiosk-core",
            "machitap-city",
        ],
    ),
    ("xtask", &[]),
];

/// Crates that do I/O, wait or roll dice; the pure rooms have none of them, nor anything
/// that brings them.
const IMPURE: &[&str] = &[
    "tokio", "rusqlite", "pcsc", "rumqttc", "slint", "tracing", "rustix",
];

fn metadata() -> Metadata {
    MetadataCommand::new()
        .manifest_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Cargo.toml"))
        .other_options(vec!["--locked".into()])
        .exec()
        .expect("cargo metadata reads this workspace")
}

#[test]
fn arrows_point_one_way_only() {
    let metadata = metadata();
    let allowed: BTreeMap<_, BTreeSet<_>> = ROOMS
        .iter()
        .map(|(room, may)| (*room, may.iter().copied().collect()))
        .collect();
    let members: BTreeSet<_> = metadata
        .workspace_packages()
        .iter()
        .map(|p| p.name.to_string())
        .collect();
    let known: BTreeSet<_> = allowed.keys().map(ToString::to_string).collect();
    assert_eq!(
        members, known,
        "a room came or went without ARCHITECTURE.md"
    );
    for package in metadata.workspace_packages() {
        let may = &allowed[package.name.as_str()];
        for dependency in &package.dependencies {
            let ours = members.contains(&dependency.name);
            let for_tests = dependency.kind == DependencyKind::Development;
            assert!(
                !ours || for_tests || may.contains(dependency.name.as_str()),
                "{} must not know {}",
                package.name,
                dependency.name
            );
        }
    }
}

#[test]
fn nothing_depends_on_the_simulation() {
    for package in metadata().workspace_packages() {
        for dependency in &package.dependencies {
            assert_ne!(dependency.name, "machitap-sim", "in {}", package.name);
        }
    }
}

#[test]
fn the_pure_rooms_do_no_io() {
    for package in metadata().workspace_packages() {
        if !["machitap-domain", "machitap-wire", "machitap-kiosk-core"]
            .contains(&package.name.as_str())
        {
            continue;
        }
        for dependency in &package.dependencies {
            let normal = dependency.kind == DependencyKind::Normal;
            assert!(
                !(normal && IMPURE.contains(&dependency.name.as_str())),
                "{} uses {}",
                package.name,
                dependency.name
            );
        }
    }
}

#[test]
fn no_code_of_the_pure_rooms_reads_a_clock_or_a_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let forbidden = [
        "std::fs",
        "std::net",
        "std::thread",
        "SystemTime",
        "Instant::now",
        "std::env",
    ];
    let mut looked_at = 0;
    for room in ["domain", "wire", "kiosk-core"] {
        for file in rust_files(&root.join(room).join("src")) {
            let text = fs::read_to_string(&file).expect("a source file is readable");
            looked_at += 1;
            for word in forbidden {
                assert!(!text.contains(word), "{word} in {}", file.display());
            }
        }
    }
    assert!(
        looked_at > 30,
        "the rooms moved: only {looked_at} files found"
    );
}

#[test]
fn the_top_level_holds_what_the_town_ordered() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let ordered = [
        "Cargo.toml",
        "app",
        "yocto-layer",
        "systemd",
        "assets",
        "README.md",
        // What tools demand there.
        "Cargo.lock",
        "rust-toolchain.toml",
        ".gitignore",
        ".ci",
        ".cargo",
        "LICENSE",
        ".git",
        "target",
    ];
    for entry in fs::read_dir(root).expect("the root is readable") {
        let name = entry.expect("an entry").file_name();
        assert!(
            ordered.iter().any(|o| name == **o),
            "{} does not belong at the top",
            name.display()
        );
    }
}

fn rust_files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a source folder is readable") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files
}
