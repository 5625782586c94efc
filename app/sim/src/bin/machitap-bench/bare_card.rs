//! The floor of the card: the kiosk's own exchange on the bare pcsc crate, in a process of
//! its own, since libpcsclite finds its service once in the life of a process.

use std::{
    io::Write,
    process::{Child, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use machitap_card::{
    Admitted, TestOnly,
    ap::{Exchange, Step},
    virt::{Inserted, PrivatePcscd, VirtualCard},
};
use pcsc::{Context, Protocols, ReaderState, Scope, ShareMode, State};

/// In the child: for each card held to the first reader, the nanoseconds from its notice
/// to the resident's id, one a line.
pub(crate) fn serve() -> Result<()> {
    let context = Context::establish(Scope::User)?;
    let name = context
        .list_readers_owned()?
        .into_iter()
        .next()
        .context("no reader")?;
    let keys = TestOnly::for_demo(true)?;
    let profile = Admitted::reference();
    let mut states = [ReaderState::new(name.clone(), State::UNAWARE)];
    let mut was_present = false;
    println!("ready");
    std::io::stdout().flush()?;
    loop {
        context.get_status_change(None, &mut states)?;
        let noticed = Instant::now();
        states[0].sync_current_state();
        let present = states[0].event_state().contains(State::PRESENT);
        if present && !was_present {
            let card = context.connect(&name, ShareMode::Exclusive, Protocols::ANY)?;
            let mut buffer = [0; pcsc::MAX_BUFFER_SIZE];
            let (mut exchange, mut command) = Exchange::start(&profile, &keys);
            loop {
                let answer = card.transmit(&command.encode(), &mut buffer)?;
                match exchange.on_response(answer) {
                    Step::Send(next) => command = next,
                    Step::Done(Ok(_)) => break,
                    Step::Done(Err(why)) => bail!("the floor's card: {why}"),
                }
            }
            let took = noticed.elapsed();
            println!("{}", took.as_nanos());
            std::io::stdout().flush()?;
        }
        was_present = present;
    }
}

/// The child with its own PC/SC service.
pub(crate) struct BareReader {
    pcscd: PrivatePcscd,
    child: Child,
    lines: std::io::Lines<std::io::BufReader<ChildStdout>>,
}

impl BareReader {
    pub(crate) fn start(dir: &std::path::Path) -> Result<Self> {
        use std::io::BufRead;
        let pcscd = PrivatePcscd::start(&dir.join("bare"))?;
        let mut child = Command::new(std::env::current_exe()?)
            .arg("bare-card")
            .env("PCSCLITE_CSOCK_NAME", pcscd.socket())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let out = child.stdout.take().context("no output")?;
        let mut lines = std::io::BufReader::new(out).lines();
        lines.next().context("the bare reader ended")??;
        Ok(Self {
            pcscd,
            child,
            lines,
        })
    }

    /// Holds a card to it until it is read.
    pub(crate) fn tap(&mut self, card: Box<dyn VirtualCard>) -> Result<Duration> {
        let held: Inserted = self.pcscd.slots()[0].insert(card)?;
        let line = self.lines.next().context("the bare reader ended")??;
        held.remove();
        Ok(Duration::from_nanos(line.parse()?))
    }
}

impl Drop for BareReader {
    fn drop(&mut self) {
        // Ended already: then it is ended, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
