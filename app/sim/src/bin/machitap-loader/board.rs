//! The board: an emulated Raspberry Pi 4 with the card in it, and what it says on its serial line.

use std::{
    fs,
    io::{Read as _, Write as _},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use machitap_sim::stage::{Process, Recipe, wait};

use crate::card::Card;

/// An emulated card reads a megabyte a second, on a busy machine less.
const LIMIT: Duration = Duration::from_secs(300);

/// The same line as U-Boot's, from the kernel's first moment on: what it was told is among its first
/// words.
const COMMAND_LINE: &str = "earlycon=uart8250,mmio32,0xfe215040";

const LINE_LIMIT: Duration = Duration::from_secs(30);

/// Which U-Boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loader {
    /// The image's.
    Ours,
    /// As it is without the layer.
    Plain,
}

/// What else it is switched on with.
#[derive(Debug, Default)]
pub(crate) struct With {
    /// A USB stick.
    pub(crate) stick: Option<PathBuf>,
    /// Where the writes to the card are logged.
    pub(crate) log: Option<PathBuf>,
}

/// A board, off.
pub(crate) struct Board {
    made: PathBuf,
    dir: PathBuf,
}

impl Board {
    pub(crate) fn new(made: &Path, dir: &Path) -> Self {
        Self {
            made: made.to_owned(),
            dir: dir.to_owned(),
        }
    }

    /// Switches it on.
    pub(crate) fn switch_on(&self, card: &Card) -> Result<Running> {
        self.switch_on_with(Loader::Ours, &card.path(), &With::default())
    }

    /// Switches it on with that U-Boot, that card, and what else there is.
    pub(crate) fn switch_on_with(
        &self,
        loader: Loader,
        card: &Path,
        with: &With,
    ) -> Result<Running> {
        let recipe = self.recipe(loader, card, with);
        let _ = fs::remove_file(self.line());
        let process = recipe.start()?;
        // It begins when somebody listens.
        let line = wait::for_some(LINE_LIMIT, "the serial line", || {
            UnixStream::connect(self.line()).ok()
        })
        .with_context(|| recipe.tail())?;
        let said = Arc::new(Mutex::new(Vec::new()));
        listen(line.try_clone()?, Arc::clone(&said));
        Ok(Running {
            recipe,
            process,
            line,
            said,
            since: Instant::now(),
        })
    }

    fn line(&self) -> PathBuf {
        self.dir.join("line")
    }

    fn recipe(&self, loader: Loader, card: &Path, with: &With) -> Recipe {
        let tree = self.made.join("qemu");
        let lib = tree.join("usr/lib/x86_64-linux-gnu");
        let u_boot = match loader {
            Loader::Ours => "ours/u-boot.bin",
            Loader::Plain => "plain/u-boot.bin",
        };
        // The programs of another Debian, by their own loader.
        let recipe = Recipe::new(
            "qemu",
            &tree.join("usr/lib64/ld-linux-x86-64.so.2"),
            &self.dir,
        )
        .env("QEMU_MODULE_DIR", lib.join("qemu"))
        .arg("--library-path")
        .arg(&lib)
        .arg(tree.join("usr/bin/qemu-system-aarch64"))
        .arg("-L")
        .arg(tree.join("usr/share/qemu"))
        .args(["-M", "raspi4b", "-display", "none", "-monitor", "none"])
        // The first line is Bluetooth's on this board.
        .args(["-serial", "null", "-serial"])
        .arg(format!("unix:{},server=on,wait=on", self.line().display()))
        .arg("-kernel")
        .arg(self.made.join(u_boot))
        .arg("-dtb")
        .arg(self.made.join("board.dtb"))
        .args(["-append", COMMAND_LINE])
        .arg("-drive");
        let card = card.display();
        let mut recipe = match &with.log {
            None => recipe.arg(format!("if=sd,format=raw,file={card}")),
            Some(log) => recipe.arg(format!(
                "if=sd,driver=blklogwrites,file.driver=file,file.filename={card},\
                 log.driver=file,log.filename={},log-super-update-interval=1",
                log.display()
            )),
        };
        if let Some(stick) = &with.stick {
            let stick = stick.display();
            recipe = recipe
                .arg("-drive")
                .arg(format!("file={stick},if=none,id=stick,format=raw"))
                .args(["-device", "usb-storage,drive=stick"]);
        }
        recipe
    }
}

fn listen(mut line: UnixStream, said: Arc<Mutex<Vec<u8>>>) {
    thread::spawn(move || {
        let mut some = [0; 4_096];
        while let Ok(n @ 1..) = line.read(&mut some) {
            said.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .extend_from_slice(&some[..n]);
        }
    });
}

/// A board that is on.
pub(crate) struct Running {
    recipe: Recipe,
    process: Process,
    line: UnixStream,
    said: Arc<Mutex<Vec<u8>>>,
    since: Instant,
}

impl Running {
    /// All it has said.
    fn said(&self) -> String {
        text(&self.said)
    }

    /// Types something on its serial line.
    pub(crate) fn types(&mut self, keys: &[u8]) -> Result<()> {
        self.line.write_all(keys).context("the serial line")
    }

    /// Waits until it says this so many times; how long that took from the switch.
    pub(crate) fn wait_for(&mut self, times: usize, text: &str) -> Result<Duration> {
        let waited = wait::for_some(LIMIT, &format!("{times} times {text:?}"), || {
            if let Some(status) = self.process.ended() {
                return Some(Err(anyhow::anyhow!("QEMU ended with {status}")));
            }
            (self.said().matches(text).count() >= times).then(|| Ok(self.since.elapsed()))
        });
        match waited {
            Ok(Ok(took)) => Ok(took),
            Ok(Err(error)) | Err(error) => {
                bail!(
                    "{error:#}; it said:\n{}\n{}",
                    self.said(),
                    self.recipe.tail()
                )
            }
        }
    }

    /// Waits for a line with this, and gives it back.
    pub(crate) fn line(&mut self, text: &str) -> Result<String> {
        self.wait_for(1, text)?;
        wait::for_some(LIMIT, &format!("the end of the line {text:?}"), || {
            let said = self.said();
            let from = said.find(text)?;
            let end = said[from..].find('\n')?;
            Some(said[from..from + end].trim_end().to_owned())
        })
    }

    /// Pulls its plug; all it has said.
    pub(crate) fn cut(self) -> String {
        self.process.kill();
        text(&self.said)
    }
}

fn text(said: &Mutex<Vec<u8>>) -> String {
    let said = said.lock().unwrap_or_else(PoisonError::into_inner);
    String::from_utf8_lossy(&said).into_owned()
}
