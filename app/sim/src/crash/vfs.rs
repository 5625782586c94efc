//! The disk as SQLite sees it: a VFS (sqlite3_vfs, sqlite3_io_methods version 1).
//!
//! It claims of the disk what the system's own VFS claims, SQLITE_IOCAP_POWERSAFE_OVERWRITE,
//! and nothing more: whoever claims atomic or ordered writes tests another disk.

use std::{
    ffi::{CStr, CString, c_char, c_int, c_void},
    ptr, slice,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use rusqlite::ffi;

use crate::random::Random;

use super::disk::{Disk, Fault};

struct Shared {
    disk: Mutex<Disk>,
    rng: Mutex<Random>,
}

impl Shared {
    fn disk(&self) -> MutexGuard<'_, Disk> {
        self.disk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A disk in memory under a name SQLite opens databases with.
///
/// Every connection to it must be closed before it goes.
pub struct Mounted {
    shared: Box<Shared>,
    name: CString,
    vfs: *mut ffi::sqlite3_vfs,
}

// SAFETY: the registered structure is only read after registration, by SQLite, which
// guards its list of them with a mutex of its own; what it points to is behind mutexes.
unsafe impl Send for Mounted {}

impl Mounted {
    /// A new, empty disk; the seed is of the salts SQLite asks for.
    pub fn new(seed: u64) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = CString::new(format!("machitap-cut-{n}")).expect("no zero byte in it");
        let shared = Box::new(Shared {
            disk: Mutex::default(),
            rng: Mutex::new(Random::seeded(seed)),
        });
        let vfs = Box::into_raw(Box::new(ffi::sqlite3_vfs {
            iVersion: 1,
            szOsFile: size_of::<OpenFile>() as c_int,
            mxPathname: 128,
            pNext: ptr::null_mut(),
            zName: name.as_ptr(),
            pAppData: ptr::from_ref::<Shared>(&shared).cast_mut().cast(),
            xOpen: Some(x_open),
            xDelete: Some(x_delete),
            xAccess: Some(x_access),
            xFullPathname: Some(x_full_pathname),
            xDlOpen: None,
            xDlError: None,
            xDlSym: None,
            xDlClose: None,
            xRandomness: Some(x_randomness),
            xSleep: Some(x_sleep),
            xCurrentTime: Some(x_current_time),
            xGetLastError: None,
            xCurrentTimeInt64: None,
            xSetSystemCall: None,
            xGetSystemCall: None,
            xNextSystemCall: None,
        }));
        // SAFETY: the structure, its name and what it points to live until Drop takes
        // the registration back.
        let answer = unsafe { ffi::sqlite3_vfs_register(vfs, 0) };
        assert_eq!(answer, ffi::SQLITE_OK, "SQLite takes any well-formed VFS");
        Self { shared, name, vfs }
    }

    /// The name to open databases with.
    pub fn name(&self) -> &str {
        self.name.to_str().expect("made from a str")
    }

    /// The disk; not while SQLite is at work on this thread.
    pub fn with<T>(&self, f: impl FnOnce(&mut Disk) -> T) -> T {
        f(&mut self.shared.disk())
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        // SAFETY: registered in `new`, taken back once, freed only afterwards; no
        // connection is left, as the type's contract says.
        unsafe {
            ffi::sqlite3_vfs_unregister(self.vfs);
            drop(Box::from_raw(self.vfs));
        }
    }
}

#[repr(C)]
struct OpenFile {
    base: ffi::sqlite3_file,
    shared: *const Shared,
    inode: usize,
    /// A log or journal: the first synchronisation takes its name along, as the
    /// system's VFS has it.
    names_too: bool,
}

static METHODS: ffi::sqlite3_io_methods = ffi::sqlite3_io_methods {
    iVersion: 1,
    xClose: Some(x_close),
    xRead: Some(x_read),
    xWrite: Some(x_write),
    xTruncate: Some(x_truncate),
    xSync: Some(x_sync),
    xFileSize: Some(x_file_size),
    xLock: Some(x_lock),
    xUnlock: Some(x_lock),
    xCheckReservedLock: Some(x_check_reserved_lock),
    xFileControl: Some(x_file_control),
    xSectorSize: Some(x_sector_size),
    xDeviceCharacteristics: Some(x_device_characteristics),
    xShmMap: None,
    xShmLock: None,
    xShmBarrier: None,
    xShmUnmap: None,
    xFetch: None,
    xUnfetch: None,
};

fn answer(result: Result<(), Fault>, io: c_int) -> c_int {
    match result {
        Ok(()) => ffi::SQLITE_OK,
        Err(Fault::Full) => ffi::SQLITE_FULL,
        Err(Fault::Io) => io,
    }
}

/// # Safety
/// `vfs` is one that [`Mounted::new`] registered and that still stands.
unsafe fn shared<'a>(vfs: *mut ffi::sqlite3_vfs) -> &'a Shared {
    // SAFETY: `Mounted::new` put a Shared there that outlives the registration.
    unsafe { &*(*vfs).pAppData.cast::<Shared>() }
}

/// # Safety
/// `file` was opened by [`x_open`] and is not closed.
unsafe fn opened<'a>(file: *mut ffi::sqlite3_file) -> (&'a mut OpenFile, &'a Shared) {
    // SAFETY: `x_open` filled an OpenFile there; SQLite uses a file from one thread at a
    // time, and the disk outlives its connections.
    unsafe {
        let file = &mut *file.cast::<OpenFile>();
        let shared = &*file.shared;
        (file, shared)
    }
}

/// # Safety
/// `name` is null or a C string that lives as long as the call.
unsafe fn text<'a>(name: *const c_char) -> Option<&'a str> {
    // SAFETY: as the caller promises.
    (!name.is_null())
        .then(|| unsafe { CStr::from_ptr(name) })?
        .to_str()
        .ok()
}

unsafe extern "C" fn x_open(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    file: *mut ffi::sqlite3_file,
    flags: c_int,
    out_flags: *mut c_int,
) -> c_int {
    // SAFETY: SQLite passes a standing VFS, a name or null, and szOsFile bytes for the
    // file; a null pMethods tells it not to close what was not opened.
    unsafe {
        (*file).pMethods = ptr::null();
        let shared = shared(vfs);
        let create = flags & ffi::SQLITE_OPEN_CREATE != 0;
        let Ok(inode) = shared.disk().open(text(name), create) else {
            return ffi::SQLITE_CANTOPEN;
        };
        file.cast::<OpenFile>().write(OpenFile {
            base: ffi::sqlite3_file { pMethods: &METHODS },
            shared,
            inode,
            names_too: flags & (ffi::SQLITE_OPEN_WAL | ffi::SQLITE_OPEN_MAIN_JOURNAL) != 0,
        });
        if !out_flags.is_null() {
            *out_flags = flags;
        }
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn x_delete(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    sync: c_int,
) -> c_int {
    // SAFETY: SQLite passes a standing VFS and a name.
    let (shared, name) = unsafe { (shared(vfs), text(name)) };
    let result = name.map_or(Err(Fault::Io), |n| shared.disk().delete(n, sync != 0));
    answer(result, ffi::SQLITE_IOERR_DELETE)
}

unsafe extern "C" fn x_access(
    vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    _flags: c_int,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite passes a standing VFS, a name and a place for the answer.
    unsafe {
        *out = c_int::from(text(name).is_some_and(|n| shared(vfs).disk().exists(n)));
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn x_full_pathname(
    _vfs: *mut ffi::sqlite3_vfs,
    name: *const c_char,
    room: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: SQLite passes a C string and `room` bytes for the copy; the copy happens
    // only when the string with its zero fits.
    unsafe {
        let len = CStr::from_ptr(name).count_bytes() + 1;
        if len > room as usize {
            return ffi::SQLITE_CANTOPEN;
        }
        ptr::copy_nonoverlapping(name, out, len);
    }
    ffi::SQLITE_OK
}

unsafe extern "C" fn x_randomness(
    vfs: *mut ffi::sqlite3_vfs,
    len: c_int,
    out: *mut c_char,
) -> c_int {
    // SAFETY: SQLite passes a standing VFS and `len` bytes to be filled.
    let (shared, out) = unsafe {
        (
            shared(vfs),
            slice::from_raw_parts_mut(out.cast::<u8>(), len as usize),
        )
    };
    let mut rng = shared.rng.lock().unwrap_or_else(PoisonError::into_inner);
    out.iter_mut().for_each(|b| *b = rng.next() as u8);
    len
}

unsafe extern "C" fn x_sleep(_vfs: *mut ffi::sqlite3_vfs, microseconds: c_int) -> c_int {
    microseconds
}

unsafe extern "C" fn x_current_time(_vfs: *mut ffi::sqlite3_vfs, out: *mut f64) -> c_int {
    // SAFETY: SQLite passes a place for the time; the value is the Julian day of 2026-04-01.
    unsafe { *out = 2_461_131.5 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn x_close(_file: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_OK
}

unsafe extern "C" fn x_read(
    file: *mut ffi::sqlite3_file,
    out: *mut c_void,
    len: c_int,
    at: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite passes an open file and `len` bytes to be filled.
    let ((file, shared), out) = unsafe {
        (
            opened(file),
            slice::from_raw_parts_mut(out.cast::<u8>(), len as usize),
        )
    };
    match shared.disk().read(file.inode, at as usize, out) {
        Err(_) => ffi::SQLITE_IOERR_READ,
        Ok(n) if n == out.len() => ffi::SQLITE_OK,
        Ok(n) => {
            out[n..].fill(0);
            ffi::SQLITE_IOERR_SHORT_READ
        }
    }
}

unsafe extern "C" fn x_write(
    file: *mut ffi::sqlite3_file,
    bytes: *const c_void,
    len: c_int,
    at: ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite passes an open file and `len` bytes to be written.
    let ((file, shared), bytes) = unsafe {
        (
            opened(file),
            slice::from_raw_parts(bytes.cast::<u8>(), len as usize),
        )
    };
    let result = shared.disk().write(file.inode, at as usize, bytes);
    answer(result, ffi::SQLITE_IOERR_WRITE)
}

unsafe extern "C" fn x_truncate(file: *mut ffi::sqlite3_file, len: ffi::sqlite3_int64) -> c_int {
    // SAFETY: SQLite passes an open file.
    let (file, shared) = unsafe { opened(file) };
    let result = shared.disk().resize(file.inode, len as usize);
    answer(result, ffi::SQLITE_IOERR_TRUNCATE)
}

unsafe extern "C" fn x_sync(file: *mut ffi::sqlite3_file, _flags: c_int) -> c_int {
    // SAFETY: SQLite passes an open file.
    let (file, shared) = unsafe { opened(file) };
    let result = shared.disk().sync(file.inode, file.names_too);
    if result.is_ok() {
        file.names_too = false;
    }
    answer(result, ffi::SQLITE_IOERR_FSYNC)
}

unsafe extern "C" fn x_file_size(
    file: *mut ffi::sqlite3_file,
    out: *mut ffi::sqlite3_int64,
) -> c_int {
    // SAFETY: SQLite passes an open file and a place for the answer.
    unsafe {
        let (file, shared) = opened(file);
        *out = shared.disk().len(file.inode) as i64;
    }
    ffi::SQLITE_OK
}

/// There is one connection, so every lock is free.
unsafe extern "C" fn x_lock(_file: *mut ffi::sqlite3_file, _level: c_int) -> c_int {
    ffi::SQLITE_OK
}

unsafe extern "C" fn x_check_reserved_lock(
    _file: *mut ffi::sqlite3_file,
    out: *mut c_int,
) -> c_int {
    // SAFETY: SQLite passes a place for the answer.
    unsafe { *out = 0 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn x_file_control(
    _file: *mut ffi::sqlite3_file,
    _what: c_int,
    _with: *mut c_void,
) -> c_int {
    ffi::SQLITE_NOTFOUND
}

unsafe extern "C" fn x_sector_size(_file: *mut ffi::sqlite3_file) -> c_int {
    // What the system's VFS says; the disk tears in smaller pieces all the same.
    4096
}

unsafe extern "C" fn x_device_characteristics(_file: *mut ffi::sqlite3_file) -> c_int {
    ffi::SQLITE_IOCAP_POWERSAFE_OVERWRITE
}
