//! One program of the stage: started, watched, stopped, killed, its words kept.

use std::{
    ffi::OsString,
    fs,
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};

use super::{keeper, wait};

/// How long a program may take to stop when asked.
const STOP_LIMIT: Duration = Duration::from_secs(15);
/// How much of a log is shown on failure, bytes.
const TAIL: u64 = 4_000;

/// How to start a program.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// For messages and the log's name.
    pub name: String,
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Its environment beside ours.
    pub env: Vec<(OsString, OsString)>,
    /// Where both its outputs are appended to.
    pub log: PathBuf,
}

impl Recipe {
    /// A program that logs to `NAME.log` in `dir`.
    pub fn new(name: &str, program: &Path, dir: &Path) -> Self {
        Self {
            name: name.to_owned(),
            program: program.to_owned(),
            args: Vec::new(),
            env: Vec::new(),
            log: dir.join(format!("{name}.log")),
        }
    }

    /// With one more argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// With more arguments.
    #[must_use]
    pub fn args<S: Into<OsString>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// With one more variable.
    #[must_use]
    pub fn env(mut self, key: &str, value: impl Into<OsString>) -> Self {
        self.env.push((key.into(), value.into()));
        self
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(&self.args)
            .envs(self.env.iter().map(|(k, v)| (k, v)))
            .stdin(Stdio::null());
        command
    }

    /// Runs it to its end and gives back what it wrote to standard output.
    ///
    /// # Errors
    /// When it cannot be started or does not end with 0; with what it wrote.
    pub fn run(&self) -> Result<String> {
        self.run_with("")
    }

    /// [`Recipe::run`] with a text on its standard input.
    ///
    /// # Errors
    /// As [`Recipe::run`].
    pub fn run_with(&self, input: &str) -> Result<String> {
        let output = self.output(input)?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            bail!(
                "{} {:?} ended with {}:\n{said}{}",
                self.name,
                self.args,
                output.status,
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(said)
    }

    /// Runs it to its end, however that may be.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn output(&self, input: &str) -> Result<Output> {
        let mut command = self.command();
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = keeper::spawn(command)
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        if let Some(mut stdin) = child.stdin.take() {
            // Ended already without reading: its status says more than a broken pipe.
            let _ = stdin.write_all(input.as_bytes());
        }
        Ok(child.wait_with_output()?)
    }

    /// Starts it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(&self) -> Result<Process> {
        let log = self.open_log()?;
        let mut command = self.command();
        command.stdout(log.try_clone()?).stderr(log);
        let child = keeper::spawn(command)
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        Ok(Process {
            name: self.name.clone(),
            child,
        })
    }

    /// Starts it and hands over its standard output; the rest goes to its log.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start_and_listen(&self) -> Result<(Process, ChildStdout)> {
        let mut command = self.command();
        command.stdout(Stdio::piped()).stderr(self.open_log()?);
        let mut child = keeper::spawn(command)
            .with_context(|| format!("cannot start {}", self.program.display()))?;
        let out = child.stdout.take().context("its output was asked for")?;
        let name = self.name.clone();
        Ok((Process { name, child }, out))
    }

    fn open_log(&self) -> io::Result<fs::File> {
        fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&self.log)
    }

    /// The end of its log, for a failure.
    pub fn tail(&self) -> String {
        tail(&self.log)
    }
}

/// The end of a log under its name; empty for an empty one.
pub(super) fn tail(path: &Path) -> String {
    let text = read_tail(path).unwrap_or_else(|error| format!("(no log: {error})"));
    let name = path.file_stem().unwrap_or_default().display();
    match text.trim_end() {
        "" => String::new(),
        text => format!("── {name} ──\n{text}"),
    }
}

fn read_tail(path: &Path) -> io::Result<String> {
    let mut file = fs::File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A program that runs; killed when this is dropped.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
}

impl Process {
    /// Its process number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// SIGKILL, and waits until it is gone.
    pub fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // Ended already: then it is ended, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// SIGTERM, and waits for the end.
    ///
    /// # Errors
    /// When it is still there after the limit; it is then killed.
    pub fn stop(mut self) -> Result<ExitStatus> {
        let pid = i32::try_from(self.child.id()).context("process number")?;
        // SAFETY: kill(2) takes plain numbers; the child is not yet waited for, so that its
        // number is still its own.
        unsafe { libc::kill(pid, libc::SIGTERM) };
        let name = self.name.clone();
        wait::for_some(STOP_LIMIT, &format!("the end of {name}"), || self.ended())
    }

    /// Resident memory, bytes (`VmRSS`, proc_pid_status(5)).
    pub fn resident(&self) -> Option<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).ok()?;
        let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:"))?;
        let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kib * 1024)
    }

    /// Processor time used so far (utime + stime, proc_pid_stat(5)).
    pub fn processor_time(&self) -> Option<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid())).ok()?;
        // The name in brackets may hold spaces; what follows does not.
        let rest = stat.rsplit_once(')')?.1;
        let mut fields = rest.split_whitespace().skip(11);
        let user: u64 = fields.next()?.parse().ok()?;
        let system: u64 = fields.next()?.parse().ok()?;
        // SAFETY: sysconf(3) takes a plain number.
        let per_second = unsafe { libc::sysconf(libc::_SC_CLK_TCK) };
        let per_second = u64::try_from(per_second).ok().filter(|n| *n > 0)?;
        Some(Duration::from_millis((user + system) * 1_000 / per_second))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}
