//! Children that cannot outlive us.
//!
//! The kernel ends a child whose parent-death signal is set when the *thread* that
//! started it ends. So one thread, as old as the process, starts them all.

use std::{
    io,
    os::unix::process::CommandExt,
    process::{Child, Command},
    sync::{OnceLock, mpsc},
    thread,
};

type Order = (Command, mpsc::Sender<io::Result<Child>>);

static KEEPER: OnceLock<mpsc::Sender<Order>> = OnceLock::new();

fn keeper() -> &'static mpsc::Sender<Order> {
    KEEPER.get_or_init(|| {
        let (tell, told) = mpsc::channel::<Order>();
        thread::Builder::new()
            .name("keeper".into())
            .spawn(move || {
                for (mut command, answer) in told {
                    // Whoever asked may have gone; then the child goes with the answer.
                    if let Err(mpsc::SendError(Ok(mut orphan))) = answer.send(command.spawn()) {
                        let _ = orphan.kill();
                        let _ = orphan.wait();
                    }
                }
            })
            .expect("a process can start one thread");
        tell
    })
}

/// Starts a child in a process group of its own (a terminal's Ctrl-C is ours to pass on)
/// that the kernel kills when this process ends, however it ends.
///
/// # Errors
/// What the system says.
pub(crate) fn spawn(mut command: Command) -> io::Result<Child> {
    let us = std::process::id();
    command.process_group(0);
    // SAFETY: between fork and exec only two system calls are made, both safe to call from
    // a signal handler (signal-safety(7)), and nothing is allocated.
    unsafe {
        command.pre_exec(move || {
            if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) != 0 {
                return Err(io::Error::last_os_error());
            }
            // We may have died before the line above.
            if u32::try_from(libc::getppid()) != Ok(us) {
                return Err(io::Error::from_raw_os_error(libc::ESRCH));
            }
            Ok(())
        });
    }
    let (answer, answered) = mpsc::channel();
    keeper()
        .send((command, answer))
        .map_err(|_| io::Error::other("the keeper is gone"))?;
    answered
        .recv()
        .map_err(|_| io::Error::other("the keeper is gone"))?
}
