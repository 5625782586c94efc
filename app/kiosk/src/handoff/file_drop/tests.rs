use std::{
    os::unix::fs::symlink,
    sync::atomic::{AtomicBool, Ordering},
    thread,
};

use super::*;

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_file_has_its_name_its_bytes_and_a_mode_the_group_can_read() {
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), "a.json", b"one").unwrap();
    assert_eq!(names(dir.path()), ["a.json"]);
    let path = dir.path().join("a.json");
    assert_eq!(fs::read(&path).unwrap(), b"one");
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        MODE
    );
}

#[test]
fn the_same_bytes_are_left_alone_and_others_are_replaced() {
    use std::os::unix::fs::MetadataExt as _;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.json");
    let inode = || fs::metadata(&path).unwrap().ino();
    put(dir.path(), "a.json", b"one").unwrap();
    // Held open, so that its inode is given to no other.
    let _first = File::open(&path).unwrap();
    let first = inode();
    put(dir.path(), "a.json", b"one").unwrap();
    assert_eq!(inode(), first);
    put(dir.path(), "a.json", b"two").unwrap();
    assert_ne!(inode(), first);
    assert_eq!(fs::read(&path).unwrap(), b"two");
    assert_eq!(names(dir.path()), ["a.json"]);
}

#[test]
fn what_a_power_cut_left_is_swept_up() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(".a.json.draft"), "hal").unwrap();
    put(dir.path(), "a.json", b"whole").unwrap();
    assert_eq!(names(dir.path()), ["a.json"]);
    assert_eq!(fs::read(dir.path().join("a.json")).unwrap(), b"whole");
}

#[test]
fn nobody_ever_reads_half_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.json");
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut read = 0;
            while !over.load(Ordering::Relaxed) {
                if let Ok(bytes) = fs::read(&path) {
                    assert_eq!(bytes.len(), 1 << 20, "half a file");
                    read += 1;
                }
            }
            read
        });
        for n in 0..20 {
            put(dir.path(), "a.json", &[n; 1 << 20]).unwrap();
        }
        over.store(true, Ordering::Relaxed);
        assert!(reader.join().unwrap() > 0, "the reader saw nothing");
    });
}

#[test]
fn a_link_of_that_name_is_replaced_not_followed() {
    let dir = tempfile::tempdir().unwrap();
    let other = dir.path().join("other");
    fs::write(&other, "kept").unwrap();
    for name in ["a.json", ".a.json.draft"] {
        symlink(&other, dir.path().join(name)).unwrap();
    }
    put(dir.path(), "a.json", b"note").unwrap();
    assert_eq!(fs::read(&other).unwrap(), b"kept");
    assert_eq!(names(dir.path()), ["a.json", "other"]);
}

#[test]
fn where_it_cannot_be_put_nothing_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let kind = |path: &Path| put(path, "a.json", b"note").unwrap_err().kind();
    assert_eq!(kind(&dir.path().join("missing")), io::ErrorKind::NotFound);
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    assert_eq!(kind(&file), io::ErrorKind::NotADirectory);
    fs::remove_file(&file).unwrap();
    fs::create_dir(dir.path().join("a.json")).unwrap();
    assert_eq!(kind(dir.path()), io::ErrorKind::IsADirectory);
    assert_eq!(names(dir.path()), ["a.json"]);
}

#[test]
fn a_directory_that_is_not_ours_is_said_to_be_so() {
    if rustix::process::geteuid().is_root() {
        println!("root may write everywhere");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), Permissions::from_mode(0o500)).unwrap();
    let kind = put(dir.path(), "a.json", b"note").unwrap_err().kind();
    assert_eq!(kind, io::ErrorKind::PermissionDenied);
}
