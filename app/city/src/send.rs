//! `machitap-city publish`, the sending half: what waits in the database goes to the broker.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, sleep_until, timeout_at};

use crate::{
    config::Config,
    db::Db,
    exit::{Exit, Failure},
    link::{Event, Link, LinkError, Options, backoff},
    pki::DESK_USER,
    serve::{desk::Desk, link_options},
};

/// Sends until nothing waits, or `patience` is over; says how many documents the broker
/// acknowledged.
///
/// # Errors
/// [`Failure`] with [`Exit::Unavailable`] when the broker does not take everything in time:
/// then the documents stay in the database for `serve` or the next `publish`.
pub async fn send(config: &Config, db: &mut Db, patience: Duration) -> Result<usize, Failure> {
    let io = |why: &dyn std::fmt::Display| Failure::new(Exit::Io, why);
    let waiting = db.unsent_documents().map_err(|e| io(&e))?.len();
    if waiting == 0 && db.stale().map_err(|e| io(&e))?.is_empty() {
        return Ok(0);
    }
    let options = link_options(config, "desk", DESK_USER)?;
    let signer = Arc::new(config.signer()?);
    let mut desk = Desk::new(
        Db::open(&config.database).map_err(|e| io(&e))?,
        config,
        signer,
    );
    let deadline = Instant::now() + patience;
    let mut tries = 0;
    loop {
        let lost = match timeout_at(deadline, connection(&options, &mut desk)).await {
            Ok(Ok(())) => return Ok(waiting),
            Ok(Err(Lost::Link(why))) => why.to_string(),
            Ok(Err(Lost::Fatal(why))) => return Err(why),
            Err(_) => "no answer".to_owned(),
        };
        let again = Instant::now() + backoff(tries);
        tries += 1;
        if again >= deadline {
            return Err(Failure::new(
                Exit::Unavailable,
                format_args!(
                    "broker {}:{}: {lost}; the documents wait in the database and go out by \
                     serve or the next publish",
                    options.host, options.port
                ),
            ));
        }
        sleep_until(again).await;
    }
}

enum Lost {
    Link(LinkError),
    Fatal(Failure),
}

async fn connection(options: &Options, desk: &mut Desk) -> Result<(), Lost> {
    let io = |why: &dyn std::fmt::Display| Lost::Fatal(Failure::new(Exit::Io, why));
    desk.forget_under_way();
    let mut link = Link::new(options);
    loop {
        match link.next().await.map_err(Lost::Link)? {
            Event::Connected { .. } => {}
            Event::Acked(tag) => desk.acked(tag).map_err(|e| io(&e))?,
            Event::Refused(_, why) => {
                return Err(Lost::Fatal(Failure::new(
                    Exit::Unavailable,
                    format_args!("the broker refused a document ({why}); is its ACL this city's?"),
                )));
            }
            Event::Subscribed | Event::Message(_) => continue,
        }
        if link.is_idle() {
            let work = desk.work().map_err(|e| io(&e))?;
            if work.is_empty() {
                link.leave();
                // Until the broker has closed: the farewell has left.
                while link.next().await.is_ok() {}
                return Ok(());
            }
            for (tag, part) in work {
                link.publish(part.topic, part.payload, true, tag);
            }
        }
    }
}
