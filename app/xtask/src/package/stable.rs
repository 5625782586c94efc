//! What makes a build the same wherever and whenever it is made: no path and no clock of the
//! machine gets into it.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use crate::{
    run::{target_dir, workspace},
    source_time,
};

/// Packages are built beside other builds: these flags would make cargo throw theirs away, and they
/// these.
pub(super) fn built_in() -> PathBuf {
    target_dir().join("package")
}

/// The linker's build id is a hash of the program with the names of its own functions, which end in
/// numbers that hang on the directory (thin LTO, `.llvm.N`). They are stripped, and it would stay.
const NO_BUILD_ID: &str = "-Clink-arg=-Wl,--build-id=none";

/// The variables for cargo.
pub(super) fn variables() -> Result<Vec<(&'static str, OsString)>> {
    let built_in = std::path::absolute(built_in())?;
    let names = names(&built_in, &cargo_home()?, &compiler_source()?)?;
    let rust: Vec<_> = names
        .iter()
        .map(|(here, there)| format!("--remap-path-prefix={here}={there}"))
        .chain([NO_BUILD_ID.to_owned()])
        .collect();
    let c: Vec<_> = names
        .iter()
        .map(|(here, there)| format!("-ffile-prefix-map={here}={there}"))
        .collect();
    Ok(vec![
        ("CARGO_TARGET_DIR", built_in.into()),
        ("CARGO_ENCODED_RUSTFLAGS", rust.join("\u{1f}").into()),
        ("CFLAGS", c.join(" ").into()),
        (
            source_time::VARIABLE,
            source_time::seconds()?.to_string().into(),
        ),
        // A cache of somebody's own would bring somebody else's paths.
        ("RUSTC_WRAPPER", OsString::new()),
        ("CARGO_INCREMENTAL", "0".into()),
    ])
}

/// Where cargo keeps what it fetched.
pub(super) fn cargo_home() -> Result<PathBuf> {
    match env::var_os("CARGO_HOME") {
        Some(home) => Ok(home.into()),
        None => env::home_dir()
            .map(|home| home.join(".cargo"))
            .context("neither CARGO_HOME nor a home directory: where are the crates?"),
    }
}

/// Each directory of this machine with the name it has in what is built. Of two that fit, compilers
/// take the later.
fn names(built_in: &Path, cargo: &Path, compiler: &(PathBuf, String)) -> Result<Vec<Name>> {
    let (source, commit) = compiler;
    let all = [
        (workspace(), "/machitap".to_owned()),
        (built_in, "/target".to_owned()),
        (cargo, "/cargo".to_owned()),
        (source, format!("/rustc/{commit}")),
    ];
    let mut names = Vec::new();
    for (here, there) in all {
        // A compiler that is started in a directory knows it by its true name.
        let true_name = here.canonicalize().unwrap_or_else(|_| here.to_owned());
        for here in [here, &true_name] {
            let here = here.to_str().filter(|h| !h.contains([' ', '=']));
            let here = here.with_context(|| {
                format!("the path that is to be {there} holds a space or an =: use another")
            })?;
            names.push((here.to_owned(), there.clone()));
        }
    }
    Ok(names)
}

type Name = (String, String);

/// Where the standard library's source lies if it is installed, and which commit it is of: without
/// it the compiler names the same files by the commit.
fn compiler_source() -> Result<(PathBuf, String)> {
    let ask = |args: &[&str]| -> Result<String> {
        let out = Command::new("rustc")
            .args(args)
            .current_dir(workspace())
            .output()
            .context("rustc")?;
        ensure!(out.status.success(), "rustc {args:?}: {}", out.status);
        Ok(String::from_utf8(out.stdout)?)
    };
    let said = ask(&["-vV"])?;
    let commit = said
        .lines()
        .find_map(|line| line.strip_prefix("commit-hash: "));
    let root = PathBuf::from(ask(&["--print", "sysroot"])?.trim());
    Ok((
        root.join("lib/rustlib/src/rust"),
        commit.unwrap_or("unknown").to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_directory_in_the_workspace_keeps_its_own_name() {
        let compiler = (PathBuf::from("/r/src"), String::from("abc"));
        let inside = workspace().join("target/package");
        let names = names(&inside, Path::new("/h/.cargo"), &compiler).unwrap();
        let first = |there: &str| names.iter().position(|(_, t)| t == there).unwrap();
        let last = |there: &str| names.iter().rposition(|(_, t)| t == there).unwrap();
        assert!(first("/target") > last("/machitap"));
        assert_eq!(names[first("/rustc/abc")].0, "/r/src");
    }

    #[test]
    fn a_path_that_compilers_would_split_is_refused() {
        let compiler = (PathBuf::from("/r/src"), String::from("abc"));
        assert!(names(Path::new("/a b"), Path::new("/c"), &compiler).is_err());
    }
}
