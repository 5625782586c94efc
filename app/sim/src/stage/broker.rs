//! The broker: Debian's mosquitto as the city configures it.

use std::{net::TcpStream, path::Path, time::Duration};

use anyhow::{Context, Result};

use super::{City, Process, Programs, READY_LIMIT, Recipe, wait};

/// The broker.
#[derive(Debug)]
pub struct Broker {
    recipe: Recipe,
    port: u16,
    process: Option<Process>,
}

impl Broker {
    pub(super) fn new(programs: &Programs, city: &City, dir: &Path) -> Self {
        Self {
            recipe: Recipe::new("mosquitto", &programs.broker, dir)
                .arg("-c")
                .arg(city.broker_config()),
            port: city.broker_port(),
            process: None,
        }
    }

    /// Starts it and waits until it listens.
    ///
    /// # Errors
    /// When it ends at once or does not listen.
    pub fn start(&mut self) -> Result<()> {
        if self.process.is_some() {
            return Ok(());
        }
        let mut process = self.recipe.start()?;
        let port = self.port;
        let listens = wait::for_some(READY_LIMIT, "the broker", || {
            if let Some(status) = process.ended() {
                return Some(Err(anyhow::anyhow!("mosquitto ended with {status}")));
            }
            TcpStream::connect(("127.0.0.1", port)).ok().map(|_| Ok(()))
        });
        listens
            .and_then(|r| r)
            .with_context(|| self.recipe.tail())?;
        self.process = Some(process);
        Ok(())
    }

    /// Stops it the soft way: it writes down what it keeps.
    ///
    /// # Errors
    /// When it does not end.
    pub fn stop(&mut self) -> Result<()> {
        if let Some(process) = self.process.take() {
            process.stop()?;
        }
        Ok(())
    }

    /// SIGHUP: it reads its lists anew and hangs up on nobody.
    ///
    /// # Errors
    /// When it does not run.
    pub fn reload(&self) -> Result<()> {
        let process = self.process.as_ref().context("the broker does not run")?;
        let pid = i32::try_from(process.pid()).context("process number")?;
        // SAFETY: kill(2) takes plain numbers; the child is not yet waited for, so that its
        // number is still its own.
        unsafe { libc::kill(pid, libc::SIGHUP) };
        Ok(())
    }

    /// SIGKILL: what it had not written is lost.
    pub fn kill(&mut self) {
        if let Some(process) = self.process.take() {
            process.kill();
        }
    }

    /// Its TLS port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Processor time it used so far.
    pub fn processor_time(&self) -> Option<Duration> {
        self.process.as_ref()?.processor_time()
    }
}
