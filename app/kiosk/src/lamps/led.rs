//! One LED of the kernel's LED class.

use std::{
    fs::{self, File},
    io::{self, Seek as _, Write as _},
    path::Path,
};

/// What the kernel says where a LED knows no shades.
const FULL: &str = "1";

/// One LED.
#[derive(Debug)]
pub(super) struct Led {
    brightness: File,
    full: String,
    lit: Option<bool>,
}

impl Led {
    /// The LED of that directory, as it is: a check of the configuration changes nothing that people
    /// see.
    pub(super) fn open(dir: &Path) -> io::Result<Self> {
        let full = match fs::read_to_string(dir.join("max_brightness")) {
            Ok(text) => text.trim().to_owned(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => FULL.to_owned(),
            Err(error) => return Err(error),
        };
        let brightness = File::options().write(true).open(dir.join("brightness"))?;
        Ok(Self {
            brightness,
            full,
            lit: None,
        })
    }

    /// Lights it or puts it out, where it is not so already. Writing 0 ends what a trigger of
    /// the kernel's did.
    pub(super) fn set(&mut self, lit: bool) -> io::Result<()> {
        if self.lit == Some(lit) {
            return Ok(());
        }
        self.lit = None;
        // An attribute is written from its beginning; a pipe has none.
        let _ = self.brightness.rewind();
        let level = if lit { self.full.as_str() } else { "0" };
        self.brightness.write_all(format!("{level}\n").as_bytes())?;
        self.lit = Some(lit);
        Ok(())
    }
}
