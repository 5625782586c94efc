//! The control socket: one JSON object a line in, one a line out.

use std::{
    fs,
    io::{self, BufRead as _, BufReader, BufWriter, Write as _},
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{self, Sender},
    },
    thread,
    time::Duration,
};

use serde::Deserialize;
use serde_json::{Value, json};

use super::{platform::picture, touch};
use crate::{display::Board, engine::Msg};

/// The screen or the engine must answer within this.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// Nobody waits longer than this for a view.
const AWAIT_MAX_MS: u64 = 600_000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Order {
    Touch(String),
    Shot(PathBuf),
    Status {},
    Await { view: String, ms: u64 },
    Labels {},
}

/// The listening socket; its file goes with it.
#[derive(Debug)]
pub struct Control {
    path: PathBuf,
}

impl Control {
    /// Listens there, in the place of a socket an earlier run left.
    ///
    /// # Errors
    /// When it cannot.
    pub fn listen(path: &Path, board: Arc<Board>, messages: Sender<Msg>) -> io::Result<Self> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let listener = UnixListener::bind(path)?;
        thread::Builder::new()
            .name("control".into())
            .spawn(move || {
                for caller in listener.incoming().map_while(Result::ok) {
                    let (board, messages) = (Arc::clone(&board), messages.clone());
                    thread::spawn(move || {
                        // A caller that hung up is done.
                        let _ = answer(&caller, &board, &messages);
                    });
                }
            })?;
        Ok(Self {
            path: path.to_owned(),
        })
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        // Should it be gone already, all the better.
        let _ = fs::remove_file(&self.path);
    }
}

fn answer(caller: &UnixStream, board: &Board, messages: &Sender<Msg>) -> io::Result<()> {
    let mut out = BufWriter::new(caller);
    for line in BufReader::new(caller).lines() {
        let said = match serde_json::from_str(&line?) {
            Ok(order) => obey(order, board, messages),
            Err(error) => Err(error.to_string()),
        };
        let said = said.unwrap_or_else(|error| json!({ "error": error }));
        writeln!(out, "{said}")?;
        out.flush()?;
    }
    Ok(())
}

fn obey(order: Order, board: &Board, messages: &Sender<Msg>) -> Result<Value, String> {
    let ok = || json!({ "ok": true });
    match order {
        Order::Touch(label) => on_screen(move || touch::touch(&label))?.map(|()| ok()),
        Order::Labels {} => Ok(json!({ "labels": on_screen(touch::labels)? })),
        Order::Shot(path) => {
            let picture = on_screen(picture)?;
            let (width, height) = (picture.width(), picture.height());
            write_png(&path, width, height, picture.as_bytes())
                .map(|()| ok())
                .map_err(|error| format!("{}: {error}", path.display()))
        }
        Order::Status {} => {
            let (send, receive) = mpsc::sync_channel(1);
            messages
                .send(Msg::Status(send))
                .map_err(|_| "the engine has ended".to_owned())?;
            let mut status = receive
                .recv_timeout(ANSWER_WITHIN)
                .map_err(|_| "the engine does not answer".to_owned())?;
            // What is to be seen, not what is on its way to the screen.
            status.view = board.view();
            serde_json::to_value(status).map_err(|error| error.to_string())
        }
        Order::Await { view, ms } => {
            let within = Duration::from_millis(ms.min(AWAIT_MAX_MS));
            board
                .wait_for(&view, within)
                .map(|()| ok())
                .map_err(|there| format!("no {view:?} within {ms} ms; the screen shows {there:?}"))
        }
    }
}

/// Runs this on the thread that draws.
fn on_screen<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
    let (send, receive) = mpsc::sync_channel(1);
    slint::invoke_from_event_loop(move || {
        // Whoever asked may have given up.
        let _ = send.try_send(f());
    })
    .map_err(|error| error.to_string())?;
    receive
        .recv_timeout(ANSWER_WITHIN)
        .map_err(|_| "the screen does not answer".to_owned())
}

fn write_png(path: &Path, width: u32, height: u32, rgb: &[u8]) -> Result<(), png::EncodingError> {
    let mut encoder = png::Encoder::new(BufWriter::new(fs::File::create(path)?), width, height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(rgb)?;
    writer.finish()
}
