//! The hands that hold cards to one kiosk and touch its screen.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};

use super::{Act, Also, resident};
use crate::{
    stage::{Control, Kiosk, QuickService, wait},
    town::Wallet,
};

const SOON: Duration = Duration::from_secs(60);

/// The hands at one kiosk.
pub struct Hands {
    control: Control,
    service: QuickService,
    trace: BufReader<File>,
    line: String,
    taps: u64,
}

/// What they did.
#[derive(Debug, Clone, Copy, Default)]
pub struct Did {
    /// Cards held.
    pub taps: u64,
    /// Entries and gifts that were set aside.
    pub spends: u64,
    /// Spins.
    pub spins: u64,
    /// Visits taken back.
    pub undone: u64,
}

impl Hands {
    /// At that kiosk, which has just started for the first time.
    ///
    /// # Errors
    /// When it has no trace.
    pub fn at(kiosk: &Kiosk, service: &QuickService) -> Result<Self> {
        Ok(Self {
            control: kiosk.control(),
            service: service.clone(),
            trace: BufReader::new(File::open(kiosk.trace_path())?),
            line: String::new(),
            taps: 0,
        })
    }

    /// A day's people, one after the other.
    ///
    /// # Errors
    /// When the kiosk does not do as it should.
    pub fn play(&mut self, day: &[Act], wallet: &Wallet) -> Result<Did> {
        let mut did = Did::default();
        for act in day {
            self.tap(act.resident, wallet)?;
            did.taps += 1;
            match act.also {
                Also::Nothing => {}
                Also::Spin => did.spins += u64::from(self.spin()?),
                Also::Enter => did.spends += u64::from(self.enter()?),
                Also::EnterSurely => {
                    let entered = self.enter()?;
                    ensure!(
                        entered,
                        "resident {} has too few points: {:?}",
                        act.resident,
                        self.control.labels()
                    );
                    did.spends += 1;
                }
                Also::Give => did.spends += u64::from(self.give()?),
                Also::Undo => {
                    self.control.touch_beginning("まちがえたとき", SOON)?;
                    self.control.wait_for("undone", SOON)?;
                    did.undone += 1;
                }
            }
        }
        Ok(did)
    }

    /// Holds one card until the kiosk has answered.
    ///
    /// # Errors
    /// When it does not.
    pub fn tap(&mut self, who: u64, wallet: &Wallet) -> Result<()> {
        self.service.insert(wallet.resident(resident(who))?);
        self.answered().with_context(|| {
            let there = self.control.status().map(|s| s.view);
            format!("resident {who}; the kiosk shows {there:?}")
        })?;
        self.service.remove();
        Ok(())
    }

    /// The balance on the screen of a visit, once the city has told this kiosk of that resident:
    /// somebody new here is told what only this kiosk knows until then.
    ///
    /// # Errors
    /// When it shows none.
    pub fn balance(&self) -> Result<u64> {
        self.control.wait_for("visit-done", SOON)?;
        let shown = wait::for_some(SOON, "a balance the city has told of", || {
            let labels = self.control.labels().ok()?;
            let at = labels.iter().position(|l| l == "いまの ポイント")?;
            let told = labels.get(at + 2)? != "ここで たまった 分です";
            told.then(|| labels[at + 1].clone())
        });
        let shown = shown.with_context(|| format!("{:?}", self.control.labels()))?;
        Ok(shown.replace(',', "").parse()?)
    }

    fn answered(&mut self) -> Result<()> {
        let wanted = self.taps + 1;
        let until = Instant::now() + SOON;
        while self.taps < wanted {
            if self.trace.read_line(&mut self.line)? == 0 || !self.line.ends_with('\n') {
                ensure!(Instant::now() < until, "the tap never came to the screen");
                thread::sleep(Duration::from_micros(500));
                continue;
            }
            self.taps += u64::from(self.line.contains("\"ev\":\"tap\""));
            self.line.clear();
        }
        Ok(())
    }

    fn label(&self, with: &str) -> Result<Option<String>> {
        let labels = self.control.labels()?;
        Ok(labels.into_iter().find(|l| l.starts_with(with)))
    }

    fn spin(&self) -> Result<bool> {
        // No machine here, or no spin left today.
        let Some(label) = self.label("ガチャを まわす")? else {
            return Ok(false);
        };
        self.control.touch_within(&label, SOON)?;
        self.control.wait_for("draw", SOON)?;
        self.control.touch_beginning("あける", SOON)?;
        self.control.touch_beginning("おわる", SOON)?;
        self.control.wait_for("idle", SOON)?;
        Ok(true)
    }

    fn offers(&self, tab: &str, view: &str) -> Result<()> {
        self.control.wait_for("visit-done", SOON)?;
        self.control.touch_within("わたしの ページ", SOON)?;
        self.control.wait_for("own:overview", SOON)?;
        self.control.touch_within(tab, SOON)?;
        self.control.wait_for(view, SOON)
    }

    /// Says yes where there are points enough; where there are not, the sheet says so in its
    /// place. An amount just picked is on the screen a frame later: neither is no answer yet.
    fn confirm(&self, label: &str) -> Result<bool> {
        let can = wait::for_some(SOON, "a yes or a why not", || {
            let labels = self.control.labels().ok()?;
            let said = |is: &dyn Fn(&String) -> bool| labels.iter().any(is);
            match said(&|l| l == label) {
                true => Some(true),
                false => said(&|l| l.ends_with("たりません")).then_some(false),
            }
        });
        let can = can.with_context(|| format!("{:?}", self.control.labels()))?;
        if can {
            self.control.touch_within(label, SOON)?;
            self.control.wait_for("own:spent", SOON)?;
        }
        Ok(can)
    }

    fn enter(&self) -> Result<bool> {
        self.offers("景品に おうぼする", "own:prizes")?;
        self.control.touch_beginning("お米", SOON)?;
        self.control.wait_for("own:prize", SOON)?;
        self.confirm("40 ポイントで おうぼする")
    }

    fn give(&self) -> Result<bool> {
        self.offers("まちを おうえんする", "own:projects")?;
        self.control.touch_beginning("ベンチ", SOON)?;
        self.control.wait_for("own:gift", SOON)?;
        self.control.touch_within("10 ポイント", SOON)?;
        self.confirm("10 ポイントで おうえんする")
    }
}
