//! Bundles for the kiosks' machines: taken in once, named by what they are, served by
//! [`crate::enrol::door`].

use std::{
    fs::File,
    io::{self, Read as _, Write as _},
    path::Path,
};

use machitap_domain::Hash;
use machitap_wire::update::Bundle;
use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;

use crate::{
    exit::{Exit, Failure},
    files::private_dir,
};

/// How a squashfs begins (Documentation/filesystems/squashfs.rst in Linux), which every bundle of
/// RAUC's is.
const MAGIC: &[u8; 4] = b"hsqs";

/// Read and written at once, bytes.
const PIECE: usize = 1 << 20;

/// Copies a bundle to where kiosks fetch it; `copied` hears of each piece, bytes.
///
/// Whether RAUC takes it is the kiosk's to say: only its machine has the key.
///
/// # Errors
/// [`Failure`]: the file cannot be read, is no bundle, or there is no room.
pub fn take_in(dir: &Path, file: &Path, mut copied: impl FnMut(u64)) -> Result<Bundle, Failure> {
    let unreadable = |why: &io::Error| Failure::file(file, why);
    let unwritable = |why: &io::Error| Failure::file(dir, why);
    let mut from = File::open(file).map_err(|why| unreadable(&why))?;
    let mut piece = vec![0; PIECE];
    let mut first = [0; MAGIC.len()];
    if from.read_exact(&mut first).is_err() || first != *MAGIC {
        return Err(Failure::new(
            Exit::Data,
            format_args!("{}: this is no RAUC bundle", file.display()),
        ));
    }
    private_dir(dir).map_err(|why| unwritable(&why))?;
    // Two that are taken in at once do not mix, and one that is not whole goes by itself.
    let mut to = NamedTempFile::new_in(dir).map_err(|why| unwritable(&why))?;
    let mut hash = Sha256::new_with_prefix(first);
    to.write_all(&first).map_err(|why| unwritable(&why))?;
    let mut bytes = first.len() as u64;
    loop {
        let read = from.read(&mut piece).map_err(|why| unreadable(&why))?;
        if read == 0 {
            break;
        }
        hash.update(&piece[..read]);
        to.write_all(&piece[..read])
            .map_err(|why| unwritable(&why))?;
        bytes += read as u64;
        copied(bytes);
    }
    let sha256 = Hash(hash.finalize().into());
    to.as_file()
        .sync_all()
        .and_then(|()| Ok(to.persist(dir.join(sha256.to_string()))?))
        .and_then(|_| File::open(dir)?.sync_all())
        .map_err(|why| unwritable(&why))?;
    Ok(Bundle { sha256, bytes })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_bundle_is_named_by_what_it_is_and_taken_in_again_without_harm() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("x.raucb");
        let text = [MAGIC.as_slice(), &[7; PIECE + 3]].concat();
        fs::write(&file, &text).unwrap();
        let to = dir.path().join("bundles");
        let mut last = 0;
        let bundle = take_in(&to, &file, |bytes| last = bytes).unwrap();
        assert_eq!(bundle.bytes, text.len() as u64);
        assert_eq!(last, bundle.bytes);
        assert_eq!(bundle.sha256, Hash::of(&text));
        assert_eq!(fs::read(to.join(bundle.sha256.to_string())).unwrap(), text);
        assert_eq!(take_in(&to, &file, |_| {}).unwrap(), bundle);
        assert_eq!(fs::read_dir(&to).unwrap().count(), 1);
    }

    #[test]
    fn what_is_no_bundle_is_not_taken() {
        let dir = tempfile::tempdir().unwrap();
        let to = dir.path().join("bundles");
        for text in ["", "hs", "PK\u{3}\u{4} and more"] {
            let file = dir.path().join("x");
            fs::write(&file, text).unwrap();
            let refused = take_in(&to, &file, |_| {}).unwrap_err();
            assert!(refused.to_string().contains("no RAUC bundle"), "{refused}");
        }
        assert!(!to.exists());
        assert!(take_in(&to, Path::new("/nowhere"), |_| {}).is_err());
    }
}
