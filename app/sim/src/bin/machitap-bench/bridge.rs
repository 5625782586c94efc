//! The peer of the backlog: a mosquitto bridge with persistence. What waits is put into the
//! first broker while the second is away; then the second starts, and the time counts from
//! the first message it hands to a subscriber to the last, or to the commit of the last.

use std::{fs, net::TcpStream, path::Path, time::Duration};

use anyhow::{Context, Result};
use machitap_sim::stage::{Kiosk, Process, Recipe, Stage, free_port, wait};

use crate::{
    keeper::{Keep, Keeper},
    mqtt::Client,
};

const SOON: Duration = Duration::from_secs(60);
const TOPIC: &str = "k/v1/town/centre-1/ev";

/// How it went.
#[derive(Debug)]
pub(crate) struct Crossing {
    /// From the first message at the subscriber until it has kept the last.
    pub(crate) took: Duration,
    /// Messages that arrived; more than were put in when some came twice.
    pub(crate) messages: u64,
}

/// Carries these payloads over a bridge with TLS and a client certificate, as the kiosk's
/// own link has them, to a subscriber that keeps what arrives until there are `wanted`.
pub(crate) fn cross(
    stage: &Stage,
    kiosk: &Kiosk,
    payloads: &[Vec<u8>],
    keep: Keep,
    wanted: usize,
) -> Result<Crossing> {
    let dir = tempfile::Builder::new()
        .prefix("bridge")
        .tempdir_in(stage.path())?;
    let dir = dir.path();
    let (near_port, far_tls, far_plain) = (free_port()?, free_port()?, free_port()?);
    let far = far_broker(stage, dir, far_tls, far_plain)?;
    // The subscriber's session is there before the first message, and stays.
    let running = start(&far, far_plain)?;
    Client::connect(far_plain, "subscriber")?.subscribe(TOPIC)?;
    running.stop()?;

    let near = near_broker(stage, kiosk, dir, near_port, far_tls)?;
    let _near = start(&near, near_port)?;
    Client::connect(near_port, "feeder")?
        .publish(TOPIC, payloads, 100)
        .context("feeding the bridge")?;

    let _far = start(&far, far_plain)?;
    let mut subscriber = Client::connect(far_plain, "subscriber")?;
    let mut keeper = Keeper::open(&dir.join("kept.db"), keep, wanted)?;
    let (messages, first) = subscriber.receive(|arrivals| keeper.take(arrivals))?;
    Ok(Crossing {
        took: first.elapsed(),
        messages,
    })
}

fn start(recipe: &Recipe, port: u16) -> Result<Process> {
    let process = recipe.start()?;
    wait::until(SOON, &recipe.name, || {
        TcpStream::connect(("127.0.0.1", port)).is_ok()
    })?;
    Ok(process)
}

/// What both keep: as a bridge for this purpose would be set up.
fn common(dir: &Path, name: &str) -> Result<String> {
    let data = dir.join(name);
    fs::create_dir_all(&data)?;
    Ok(format!(
        "user root\npersistence true\npersistence_location {}/\nautosave_interval 60\n\
         max_queued_messages 0\nmax_inflight_messages 200\nallow_anonymous true\nlog_dest stderr\n\
         log_type error\nset_tcp_nodelay true\n",
        data.display()
    ))
}

fn far_broker(stage: &Stage, dir: &Path, tls: u16, plain: u16) -> Result<Recipe> {
    let keys = stage.city.home().join("broker");
    let keys = keys.display();
    let text = format!(
        "{}listener {plain} 127.0.0.1\nlistener {tls} 127.0.0.1\ncafile {keys}/ca.pem\n\
         certfile {keys}/server.pem\nkeyfile {keys}/server.key\nrequire_certificate true\n",
        common(dir, "far")?
    );
    recipe(stage, dir, "far-broker", &text)
}

fn near_broker(stage: &Stage, kiosk: &Kiosk, dir: &Path, port: u16, far: u16) -> Result<Recipe> {
    let keys = kiosk.enrolment().display();
    let text = format!(
        "{}listener {port} 127.0.0.1\nconnection bridge\naddress localhost:{far}\n\
         bridge_cafile {keys}/ca.pem\nbridge_certfile {keys}/kiosk.pem\nbridge_keyfile {keys}/kiosk.key\n\
         topic {TOPIC} out 1\ncleansession false\nrestart_timeout 1\nnotifications false\n\
         bridge_protocol_version mqttv311\n",
        common(dir, "near")?
    );
    recipe(stage, dir, "near-broker", &text)
}

fn recipe(stage: &Stage, dir: &Path, name: &str, text: &str) -> Result<Recipe> {
    let config = dir.join(format!("{name}.conf"));
    fs::write(&config, text)?;
    Ok(Recipe::new(name, &stage.programs.broker, stage.path())
        .arg("-c")
        .arg(config))
}
