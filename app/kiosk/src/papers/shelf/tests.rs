use std::os::unix::fs::{PermissionsExt as _, symlink};

use tempfile::TempDir;

use super::*;

fn files() -> Vec<PaperFile> {
    ["a.csv", "b.html"]
        .map(|name| PaperFile {
            name: name.to_owned(),
            text: format!("content of {name}\r\n"),
        })
        .to_vec()
}

fn names(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir)
        .unwrap()
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_folder_appears_whole_and_only_its_owner_reads_it() {
    let dir = TempDir::new().unwrap();
    let folder = put(dir.path(), "machitap-2026-11", &files()).unwrap();
    assert_eq!(folder, "machitap-2026-11");
    assert_eq!(names(dir.path()), ["machitap-2026-11"]);
    let made = dir.path().join(&folder);
    assert_eq!(names(&made), ["a.csv", "b.html"]);
    assert_eq!(
        fs::read_to_string(made.join("b.html")).unwrap(),
        "content of b.html\r\n"
    );
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&made), mode(&made.join("a.csv"))), (0o700, 0o600));
}

#[test]
fn what_is_there_stays_and_the_next_folder_has_a_number() {
    let dir = TempDir::new().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::create_dir(at("machitap-2026-11")).unwrap();
    fs::write(at("machitap-2026-11/a.csv"), "the head's own notes").unwrap();
    fs::write(at("machitap-2026-11-2"), "a file").unwrap();
    symlink("/nowhere", at("machitap-2026-11-3")).unwrap();
    let folder = put(dir.path(), "machitap-2026-11", &files()).unwrap();
    assert_eq!(folder, "machitap-2026-11-4");
    assert_eq!(
        fs::read_to_string(at("machitap-2026-11/a.csv")).unwrap(),
        "the head's own notes"
    );
    assert_eq!(
        fs::read_to_string(at("machitap-2026-11-2")).unwrap(),
        "a file"
    );
    assert!(at("machitap-2026-11-3").is_symlink());
}

#[test]
fn a_file_that_cannot_be_written_leaves_nothing_behind() {
    let dir = TempDir::new().unwrap();
    let mut files = files();
    files[1].name = "no/such/folder.html".to_owned();
    assert!(matches!(
        put(dir.path(), "machitap-2026-11", &files),
        Err(CannotWrite::Io { .. })
    ));
    assert_eq!(names(dir.path()), Vec::<String>::new());
}

/// A file system in memory, as a stick would be mounted.
pub(crate) struct Stick {
    dir: TempDir,
}

impl Stick {
    pub(crate) fn mount(options: &str) -> Self {
        let dir = TempDir::new().unwrap();
        fs::create_dir(dir.path().join("stick")).unwrap();
        let stick = Self { dir };
        let done = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(stick.path())
            .status()
            .unwrap();
        assert!(
            done.success(),
            "this test mounts a file system and needs root"
        );
        stick
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.dir.path().join("stick")
    }
}

impl Drop for Stick {
    fn drop(&mut self) {
        let done = std::process::Command::new("umount")
            .arg(self.path())
            .status();
        assert!(done.is_ok_and(|s| s.success()) || std::thread::panicking());
    }
}

#[test]
fn a_stick_is_one_only_while_it_is_mounted() {
    let stick = Stick::mount("size=1m");
    let path = stick.path();
    assert_eq!(mounted(Some(&path)).unwrap(), path);
    put(&path, "machitap-2026-11", &files()).unwrap();
    assert_eq!(names(&path), ["machitap-2026-11"]);

    let dir = TempDir::new().unwrap();
    let plain = dir.path().join("plain");
    fs::create_dir(&plain).unwrap();
    for none in [plain, dir.path().join("nothing")] {
        assert!(matches!(
            mounted(Some(&none)),
            Err(CannotWrite::NoStick(path)) if path == none
        ));
    }
    assert!(matches!(mounted(None), Err(CannotWrite::NoPlace)));
}

#[test]
fn a_full_stick_is_left_as_it_was() {
    let stick = Stick::mount("size=64k");
    let mut files = files();
    files[1].text = "x".repeat(1 << 20);
    assert!(matches!(
        put(&stick.path(), "machitap-2026-11", &files),
        Err(CannotWrite::Io { source, .. }) if source.raw_os_error() == Some(libc::ENOSPC)
    ));
    assert_eq!(names(&stick.path()), Vec::<String>::new());
}

#[test]
fn a_stick_that_may_not_be_written_says_so() {
    let stick = Stick::mount("ro");
    assert!(matches!(
        put(&stick.path(), "machitap-2026-11", &files()),
        Err(CannotWrite::Io { source, .. }) if source.raw_os_error() == Some(libc::EROFS)
    ));
}
