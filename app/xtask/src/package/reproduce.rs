//! `cargo xtask package --reproduce`: the packages of the last commit, built twice as two people
//! would, and compared.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::{Context, Result, bail};

use super::stable;
use crate::{
    run::{step, succeed, target_dir, workspace},
    source_time,
};

/// Somebody who builds.
struct Builder {
    /// Where, below our directory: the longer path would show.
    place: &'static str,
    umask: &'static str,
    variables: &'static [(&'static str, &'static str)],
}

const BUILDERS: [Builder; 2] = [
    Builder {
        place: "one",
        umask: "022",
        variables: &[("LC_ALL", "C.UTF-8"), ("TZ", "UTC")],
    },
    Builder {
        place: "another/who-builds/somewhere-else",
        umask: "077",
        variables: &[
            ("LC_ALL", "C"),
            ("LANG", "ja_JP.UTF-8"),
            ("TZ", "Asia/Tokyo"),
            ("USER", "another"),
        ],
    },
];

/// `rest` is what each of the two builds is told.
pub(super) fn run(rest: &[String]) -> Result<()> {
    let all = target_dir().join("reproduce");
    let _ = fs::remove_dir_all(&all);
    fs::create_dir_all(&all)?;
    let all = all.canonicalize()?;
    let commit = all.join("commit.git");
    hold(workspace(), &commit)?;
    let seconds = source_time::seconds()?;
    let mut made = Vec::new();
    for builder in &BUILDERS {
        let began = Instant::now();
        step(&format!("building as {}", builder.place));
        made.push(builder.build(&all.join(builder.place), &commit, seconds, rest)?);
        println!("   {} s", began.elapsed().as_secs());
    }
    step("comparing");
    let differences = compare(&made[0], &made[1], &all)?;
    if differences.is_empty() {
        // Gigabytes that nobody needs any more.
        fs::remove_dir_all(&all)?;
        return Ok(());
    }
    for difference in &differences {
        println!("   differs: {difference}");
    }
    bail!("the two builds differ; both are kept in {}", all.display())
}

/// The last commit by itself: one that is made while the first builds is not what the second builds.
fn hold(of: &Path, to: &Path) -> Result<()> {
    let mut clone = Command::new("git");
    clone.args(["clone", "--quiet", "--shared", "--bare"]);
    succeed(clone.arg(of).arg(to))
}

impl Builder {
    /// The directory with the packages of that commit, which is of that time.
    fn build(&self, place: &Path, commit: &Path, seconds: u64, rest: &[String]) -> Result<PathBuf> {
        let source = place.join("source");
        let home = place.join("home");
        let target = place.join("target");
        fs::create_dir_all(&home)?;
        succeed(
            Command::new("git")
                .args(["clone", "--quiet", "--shared"])
                .arg(commit)
                .arg(&source),
        )?;
        let cargo = home.join(".cargo");
        fs::create_dir(&cargo)?;
        let fetched = stable::cargo_home()?;
        fs::create_dir(cargo.join("registry"))?;
        // What is fetched once is not fetched again. Copied: a link's end would be one place for both.
        for part in ["registry/cache", "registry/index"] {
            let mut copy = Command::new("cp");
            succeed(copy.arg("-a").arg(fetched.join(part)).arg(cargo.join(part)))?;
        }
        std::os::unix::fs::symlink(fetched.join("bin"), cargo.join("bin"))?;
        let mut build = Command::new("sh");
        build
            .args(["-euc", "umask $1; shift; exec \"$@\"", "build", self.umask])
            .arg(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["xtask", "package"])
            .args(rest)
            .current_dir(&source)
            .env("RUSTUP_HOME", rustup_home()?)
            .env("HOME", &home)
            .env("CARGO_HOME", &cargo)
            .env("CARGO_TARGET_DIR", &target)
            .env(source_time::VARIABLE, seconds.to_string())
            .envs(self.variables.iter().copied());
        succeed(&mut build)?;
        Ok(target.join("debian"))
    }
}

fn rustup_home() -> Result<PathBuf> {
    match env::var_os("RUSTUP_HOME") {
        Some(home) => Ok(home.into()),
        None => Ok(env::home_dir()
            .context("no home directory")?
            .join(".rustup")),
    }
}

/// What differs, in words; says each package's sum.
fn compare(one: &Path, other: &Path, scratch: &Path) -> Result<Vec<String>> {
    let mut differences = Vec::new();
    for deb in files(one)? {
        let name = deb.file_name().context("a package")?.to_owned();
        let twin = other.join(&name);
        let (sum, twin_s) = (sha256(&deb)?, sha256(&twin)?);
        println!("   {sum}  {}", name.display());
        if sum == twin_s {
            continue;
        }
        println!("   {twin_s}  {}, the other", name.display());
        let (left, right) = (scratch.join("left"), scratch.join("right"));
        for (deb, to) in [(&deb, &left), (&twin, &right)] {
            let _ = fs::remove_dir_all(to);
            let mut unpack = Command::new("dpkg-deb");
            succeed(unpack.arg("--raw-extract").arg(deb).arg(to))?;
        }
        let within = differing(&left, &right)?;
        if within.is_empty() {
            differences.push(format!(
                "{}: its files are the same; names, modes, times or compression are not",
                name.display()
            ));
        }
        let tell = |file: String| format!("{}: {file}", name.display());
        differences.extend(within.into_iter().map(tell));
        explain(&deb, &twin);
    }
    Ok(differences)
}

/// Where a machine has the tool for it.
fn explain(one: &Path, other: &Path) {
    let shown = Command::new("diffoscope")
        .args(["--max-report-size", "20000"])
        .args([one, other])
        .status();
    if shown.is_err() {
        println!("   (diffoscope would show more: apt install diffoscope)");
    }
}

/// Files that one side lacks, or that hold other bytes.
fn differing(left: &Path, right: &Path) -> Result<Vec<String>> {
    let (mut here, there) = (below(left)?, below(right)?);
    here.extend(there);
    here.sort();
    here.dedup();
    here.retain(|file| fs::read(left.join(file)).ok() != fs::read(right.join(file)).ok());
    Ok(here.iter().map(|file| file.display().to_string()).collect())
}

/// All files below, by their path from there.
fn below(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(next) = open.pop() {
        for path in files(&next)? {
            if path.is_dir() && !path.is_symlink() {
                open.push(path);
            } else {
                found.push(path.strip_prefix(dir)?.to_owned());
            }
        }
    }
    Ok(found)
}

fn files(dir: &Path) -> Result<Vec<PathBuf>> {
    let mut all: Vec<PathBuf> = fs::read_dir(dir)
        .with_context(|| dir.display().to_string())?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    all.sort();
    Ok(all)
}

fn sha256(file: &Path) -> Result<String> {
    let out = Command::new("sha256sum")
        .arg(file)
        .output()
        .context("sha256sum")?;
    let said = String::from_utf8(out.stdout)?;
    let sum = said.split_whitespace().next();
    sum.map(str::to_owned)
        .with_context(|| format!("{}: no sum", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_made_meanwhile_is_not_built() {
        let dir = env::temp_dir().join(format!("machitap-hold-{}", std::process::id()));
        let git = |args: &[&str]| {
            let mut git = Command::new("git");
            git.arg("-C").arg(dir.join("source")).args(args);
            for whose in ["AUTHOR", "COMMITTER"] {
                git.env(format!("GIT_{whose}_NAME"), "Machitap");
                git.env(format!("GIT_{whose}_EMAIL"), "test@machitap.invalid");
            }
            assert!(git.status().unwrap().success(), "{args:?}");
        };
        fs::create_dir_all(dir.join("source")).unwrap();
        git(&["init", "-q"]);
        for text in ["first", "second"] {
            fs::write(dir.join("source/file"), text).unwrap();
            git(&["add", "file"]);
            git(&["commit", "-qm", text]);
            if text == "first" {
                hold(&dir.join("source"), &dir.join("commit.git")).unwrap();
            }
        }
        hold(&dir.join("commit.git"), &dir.join("built.git")).unwrap();
        let shown = Command::new("git")
            .arg("-C")
            .arg(dir.join("built.git"))
            .args(["show", "HEAD:file"])
            .output();
        fs::remove_dir_all(&dir).unwrap();
        assert_eq!(shown.unwrap().stdout, b"first");
    }

    #[test]
    fn packages_that_differ_are_told_apart_by_their_files() {
        let dir = env::temp_dir().join(format!("machitap-compare-{}", std::process::id()));
        for (side, text) in [("one", "1"), ("same", "1"), ("other", "2")] {
            let tree = dir.join(side).join("tree");
            fs::create_dir_all(tree.join("DEBIAN")).unwrap();
            let control = "Package: p\nVersion: 1\nArchitecture: all\n\
                           Maintainer: Nobody <nobody@machitap.invalid>\nDescription: p\n";
            fs::write(tree.join("DEBIAN/control"), control).unwrap();
            fs::write(tree.join("file"), text).unwrap();
            fs::create_dir(dir.join(side).join("debs")).unwrap();
            let mut pack = Command::new("dpkg-deb");
            pack.env(source_time::VARIABLE, "1800000000")
                .args(["--root-owner-group", "--build"])
                .arg(tree)
                .arg(dir.join(side).join("debs/p.deb"));
            assert!(pack.output().unwrap().status.success());
        }
        fs::create_dir(dir.join("scratch")).unwrap();
        let with = |side| {
            compare(
                &dir.join("one/debs"),
                &dir.join(side).join("debs"),
                &dir.join("scratch"),
            )
        };
        let (same, other) = (with("same"), with("other"));
        fs::remove_dir_all(&dir).unwrap();
        assert!(same.unwrap().is_empty());
        assert_eq!(other.unwrap(), ["p.deb: file"]);
    }

    #[test]
    fn the_file_that_differs_is_named() {
        let dir = env::temp_dir().join(format!("machitap-reproduce-{}", std::process::id()));
        for (side, text) in [("left", "1"), ("right", "2")] {
            fs::create_dir_all(dir.join(side).join("usr/bin")).unwrap();
            fs::write(dir.join(side).join("usr/bin/same"), "same").unwrap();
            fs::write(dir.join(side).join("usr/bin/other"), text).unwrap();
        }
        fs::write(dir.join("right/only"), "").unwrap();
        let found = differing(&dir.join("left"), &dir.join("right"));
        fs::remove_dir_all(&dir).unwrap();
        assert_eq!(found.unwrap(), ["only", "usr/bin/other"]);
    }
}
