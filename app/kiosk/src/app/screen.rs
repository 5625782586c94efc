//! The event loop of the thread that draws.

use std::sync::{Arc, mpsc::Sender};

use machitap_kiosk_ui::{Ui, check_fonts, kiosk};
use slint::{CloseRequestResponse, PlatformError, RenderingState, Timer, TimerMode};

use super::{Engine, join};
use crate::{
    cli::Cli,
    config::Config,
    display::{Board, Stage, frame_drawn},
    engine::Msg,
    exit::{self, Failure},
    watchdog,
};

/// Refuses what this build cannot do before anything is touched.
pub(super) fn check_built_in(cli: &Cli) -> Result<(), Failure> {
    let wants = cli.offscreen || cli.control.is_some();
    if wants && !cfg!(feature = "offscreen") {
        return Err(Failure::new(
            exit::USAGE,
            "--offscreen and --control need a build with the feature offscreen",
        ));
    }
    if cli.control.is_some() && cli.headless {
        return Err(Failure::new(
            exit::USAGE,
            "--control drives a screen; there is none with --headless",
        ));
    }
    Ok(())
}

/// Draws until the engine has ended.
pub(super) fn run(
    cli: &Cli,
    config: &Config,
    board: Arc<Board>,
    messages: &Sender<Msg>,
    start: impl FnOnce(fn()) -> Engine,
) -> Result<(), Failure> {
    check_fonts().map_err(|error| Failure::new(exit::NO_INPUT, error.to_string()))?;
    let no_display =
        |error: PlatformError| Failure::new(exit::UNAVAILABLE, format!("no display: {error}"));
    prepare(cli, config).map_err(no_display)?;
    let ui = kiosk().map_err(no_display)?;
    let guess_frames = !cli.offscreen && !hears_frames(&ui);
    set_size(&ui, config);
    ui.reduce_motion(config.screen.reduced_motion);
    ui.mount(config.screen.mounting);
    let closing = messages.clone();
    ui.window().on_close_requested(move || {
        // The engine has ended when nobody takes it.
        let _ = closing.send(Msg::Stop);
        CloseRequestResponse::KeepWindowShown
    });
    let stage = Stage::set(ui, messages.clone(), Arc::clone(&board), guess_frames);
    stage.ui().window().show().map_err(no_display)?;
    let _pulse = pulse(messages);
    let _control = control(cli, board, messages)?;
    let engine = start(|| {
        // A loop that ended by itself needs no telling.
        let _ = slint::quit_event_loop();
    });
    let drawn = slint::run_event_loop_until_quit();
    // The loop may have ended by itself, when the display went away.
    let _ = messages.send(Msg::Stop);
    let ended = join(engine);
    Stage::clear();
    drawn.map_err(no_display).and(ended)
}

fn pulse(messages: &Sender<Msg>) -> Option<Timer> {
    let period = watchdog::period()?;
    let messages = messages.clone();
    let timer = Timer::default();
    timer.start(TimerMode::Repeated, period, move || {
        // As above.
        let _ = messages.send(Msg::Pulse);
    });
    Some(timer)
}

/// Asks to be told of each frame; the software renderer has no ear for that.
fn hears_frames(ui: &Ui) -> bool {
    ui.window()
        .set_rendering_notifier(|state, _| {
            if matches!(state, RenderingState::AfterRendering) {
                frame_drawn();
            }
        })
        .is_ok()
}

fn set_size(ui: &Ui, config: &Config) {
    let screen = config.screen;
    if screen.fullscreen {
        ui.window().set_fullscreen(true);
    } else {
        ui.window()
            .set_size(slint::PhysicalSize::new(screen.width, screen.height));
    }
}

#[cfg(feature = "offscreen")]
fn prepare(cli: &Cli, config: &Config) -> Result<(), PlatformError> {
    if cli.offscreen {
        crate::offscreen::install(config.screen.width, config.screen.height)?;
    }
    Ok(())
}

#[cfg(not(feature = "offscreen"))]
#[expect(clippy::unnecessary_wraps, reason = "the other build can fail")]
fn prepare(_: &Cli, _: &Config) -> Result<(), PlatformError> {
    Ok(())
}

#[cfg(feature = "offscreen")]
fn control(
    cli: &Cli,
    board: Arc<Board>,
    messages: &Sender<Msg>,
) -> Result<Option<crate::offscreen::Control>, Failure> {
    let Some(path) = &cli.control else {
        return Ok(None);
    };
    crate::offscreen::Control::listen(path, board, messages.clone())
        .map(Some)
        .map_err(|error| Failure::new(exit::UNAVAILABLE, format!("{}: {error}", path.display())))
}

#[cfg(not(feature = "offscreen"))]
#[expect(clippy::unnecessary_wraps, reason = "the other build can fail")]
fn control(_: &Cli, _: Arc<Board>, _: &Sender<Msg>) -> Result<Option<()>, Failure> {
    Ok(None)
}
