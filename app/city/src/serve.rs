//! `machitap-city serve`: ingest, receipts, ranking, documents, the page.

mod counting;
pub(crate) mod desk;
pub(crate) mod standing;

use std::{sync::Arc, time::Duration};

use machitap_wire::{
    CityState, Signer, Topic,
    envelope::{self, Kind},
};
use tokio::{
    signal::unix::{SignalKind, signal},
    sync::mpsc,
    time::{Instant, interval, sleep_until},
};
use uuid::Uuid;

use crate::{
    config::Config,
    db::Db,
    enrol::{door, office::Office},
    exit::{Exit, Failure},
    ingest::Ingest,
    link::{self, Event, Link, LinkError, Options},
    pki::{self, SERVE_USER},
    points::boards::Shown,
    publish::Part,
    time::now_ms,
    web,
};
use counting::{Counting, FromCounting};
use desk::Desk;
use standing::{Plan, Standing};

/// At the end, so long for the broker to acknowledge what is under way.
const FAREWELL: Duration = Duration::from_secs(5);

/// Documents that wait in the database are looked for so often.
const DESK_EVERY: Duration = Duration::from_secs(1);

/// Tags of the link's publications that nobody waits for.
const UNWATCHED: link::Tag = 0;

/// How the city connects to its broker as `user`, with the key pair of that name.
///
/// # Errors
/// [`Failure`] for missing or damaged keys.
pub fn link_options(config: &Config, pair: &str, user: &str) -> Result<Options, Failure> {
    let bad = |why: pki::PkiError| Failure::new(Exit::Config, why);
    let pair = pki::Pair {
        certificate: config.key_text(&format!("{pair}.pem"))?,
        key: config.key_text(&format!("{pair}.key"))?,
    };
    Ok(Options {
        host: config.broker.host.clone(),
        port: config.broker.port,
        client: user.to_owned(),
        tls: pki::client_config(&config.key_text("ca.pem")?, &pair).map_err(bad)?,
        keep_alive: Duration::from_secs(config.broker.keep_alive_s),
        session: None,
        will: None,
    })
}

fn city_state(config: &Config, signer: &Signer, listening: bool) -> Part {
    Part {
        topic: Topic::CityState.name(&config.city),
        payload: envelope::seal(
            Kind::CityState,
            Uuid::now_v7(),
            config.city.as_str(),
            &CityState { listening },
            signer,
        ),
    }
}

/// Runs until SIGTERM or SIGINT.
///
/// # Errors
/// [`Failure`]: configuration, keys, database, or a port that is taken. A broker that
/// cannot be reached is waited for.
pub async fn serve(config: Config) -> Result<(), Failure> {
    let io = |why: &dyn std::fmt::Display| Failure::new(Exit::Io, why);
    let signer = Arc::new(config.signer()?);
    let mut options = link_options(&config, "city", SERVE_USER)?;
    let days = u64::from(config.broker.session_expiry_days);
    options.session = Some(Duration::from_secs(days * 86_400));
    let dying = city_state(&config, &signer, false);
    options.will = Some((dying.topic, dying.payload));

    let open = || Db::open(&config.database).map_err(|e| io(&e));
    let ingest = Ingest::new(open()?, config.city.clone()).map_err(|e| io(&e))?;
    let desk = Desk::new(open()?, &config, signer.clone());
    let listener = web::listen(config.web.listen).await?;
    let page = web::Page::open(&config).map_err(|e| io(&e))?;
    let phones = open()?;
    let office = match &config.enrolment {
        Some(at) => Some((
            door::listen(at.listen).await?,
            Office::new(&config, open()?),
        )),
        None => None,
    };

    let standing = Standing::start(
        open()?,
        Plan {
            zone: config.zone.clone(),
            ranking_every: Duration::from_secs(config.ranking.every_s),
            accounts_every: Duration::from_secs(config.accounts.every_s),
            shown: Shown {
                places: config.ranking.places,
                least_group: config.ranking.least_group,
            },
            draw: config.draw_key_if_any()?,
            desk: config.purposes()?.visit.zip(config.letters_key_if_any()?),
        },
    );
    let phones = web::Phones::new(phones, standing.kept());
    let page = tokio::spawn(web::serve(listener, page, phones));
    let office =
        office.map(|(at, office)| tokio::spawn(door::serve(at, office, config.bundles.clone())));
    let mut end = Ends::new().map_err(|e| io(&e))?;
    let (counting, mut counted) = Counting::start(ingest, signer.clone());
    let mut server = Server {
        config: &config,
        signer: &signer,
        counting: &counting,
        desk,
        generation: 0,
    };
    let mut tries = 0;
    let outcome = loop {
        let ended = server.connection(&options, &mut counted, &mut end).await;
        match ended {
            Ended::Asked => break Ok(()),
            Ended::Fatal(why) => break Err(why),
            Ended::Lost { why, was_up } => {
                tries = if was_up { 0 } else { tries + 1 };
                let wait = link::backoff(tries);
                tracing::warn!(%why, ?wait, "no link to the broker; trying again");
                let until = Instant::now() + wait;
                tokio::select! {
                    () = sleep_until(until) => {}
                    () = end.asked() => break Ok(()),
                }
            }
        }
    };
    page.abort();
    if let Some(office) = office {
        office.abort();
    }
    counting.stop();
    standing.stop();
    outcome
}

/// How a connection ended.
enum Ended {
    Asked,
    Lost { why: LinkError, was_up: bool },
    Fatal(Failure),
}

struct Ends {
    term: tokio::signal::unix::Signal,
    int: tokio::signal::unix::Signal,
}

impl Ends {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            term: signal(SignalKind::terminate())?,
            int: signal(SignalKind::interrupt())?,
        })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.term.recv() => {}
            _ = self.int.recv() => {}
        }
    }
}

struct Server<'a> {
    config: &'a Config,
    signer: &'a Signer,
    counting: &'a Counting,
    desk: Desk,
    generation: u64,
}

impl Server<'_> {
    async fn connection(
        &mut self,
        options: &Options,
        counted: &mut mpsc::UnboundedReceiver<FromCounting>,
        end: &mut Ends,
    ) -> Ended {
        self.generation += 1;
        self.desk.forget_under_way();
        let mut link = Link::new(options);
        let mut was_up = false;
        let mut desk_time = interval(DESK_EVERY);
        loop {
            let step = tokio::select! {
                event = link.next(), if self.counting.has_room() => match event {
                    Ok(event) => self.event(&mut link, event, &mut was_up),
                    Err(why) => return Ended::Lost { why, was_up },
                },
                told = counted.recv() => match told {
                    Some(told) => self.told(&mut link, told),
                    None => Err(Stop::Fatal(Failure::new(Exit::Io, "the ingest stopped"))),
                },
                _ = desk_time.tick(), if was_up => self.desk_work(&mut link),
                () = end.asked() => {
                    self.farewell(&mut link, counted).await;
                    return Ended::Asked;
                }
            };
            match step {
                Ok(()) => {}
                Err(Stop::Lost(why)) => return Ended::Lost { why, was_up },
                Err(Stop::Fatal(why)) => return Ended::Fatal(why),
            }
        }
    }

    fn event(&mut self, link: &mut Link, event: Event, was_up: &mut bool) -> Result<(), Stop> {
        match event {
            Event::Connected { session_present } => {
                tracing::info!(session_present, "connected to the broker");
                if !session_present {
                    // It may have lost what it retained, too.
                    self.desk.send_all_again().map_err(Stop::db)?;
                }
                link.subscribe(Topic::city_filters(&self.config.city))?;
            }
            Event::Subscribed => {
                *was_up = true;
                let state = city_state(self.config, self.signer, true);
                link.publish(state.topic, state.payload, true, UNWATCHED);
                self.counting.repeat_receipts();
                tracing::info!("listening");
            }
            Event::Message(publish) => self.counting.hand(self.generation, publish),
            Event::Acked(tag) => self.desk.acked(tag).map_err(Stop::db)?,
            Event::Refused(tag, why) => {
                tracing::error!(%why, "the broker refused a publication; is its ACL this city's?");
                self.desk.refused(tag);
            }
        }
        Ok(())
    }

    fn told(&mut self, link: &mut Link, told: FromCounting) -> Result<(), Stop> {
        match told {
            FromCounting::Committed {
                generation,
                messages,
            } => {
                // An old connection's packet ids mean nothing on this one.
                if generation == self.generation {
                    for message in &messages {
                        link.ack(message)?;
                    }
                }
            }
            FromCounting::Receipt(part) => {
                link.publish(part.topic, part.payload, true, UNWATCHED);
            }
            FromCounting::Failed(why) => {
                return Err(Stop::Fatal(Failure::new(Exit::Io, why)));
            }
        }
        Ok(())
    }

    fn desk_work(&mut self, link: &mut Link) -> Result<(), Stop> {
        for (tag, part) in self.desk.work().map_err(Stop::db)? {
            link.publish(part.topic, part.payload, true, tag);
        }
        // Not retained: a command is for whoever is there, or comes in time.
        for (tag, part) in self.desk.commands(now_ms()).map_err(Stop::db)? {
            link.publish(part.topic, part.payload, false, tag);
        }
        Ok(())
    }

    /// Says that nobody listens any more, finishes what came, and leaves.
    async fn farewell(
        &mut self,
        link: &mut Link,
        counted: &mut mpsc::UnboundedReceiver<FromCounting>,
    ) {
        tracing::info!("stopping");
        let deadline = Instant::now() + FAREWELL;
        let state = city_state(self.config, self.signer, false);
        link.publish(state.topic, state.payload, true, UNWATCHED);
        self.counting.finish();
        let mut finished = false;
        let mut left = false;
        loop {
            if finished && link.is_idle() && !left {
                left = true;
                link.leave();
            }
            let step = tokio::select! {
                event = link.next() => match event {
                    // What comes now stays with the broker, unacknowledged.
                    Ok(Event::Acked(tag)) => self.desk.acked(tag).map_err(Stop::db),
                    Ok(_) => Ok(()),
                    Err(_) => return,
                },
                told = counted.recv(), if !finished => match told {
                    Some(told) => self.told(link, told),
                    None => { finished = true; Ok(()) }
                },
                () = sleep_until(deadline) => return,
            };
            if step.is_err() {
                return;
            }
        }
    }
}

enum Stop {
    Lost(LinkError),
    Fatal(Failure),
}

impl Stop {
    fn db(why: impl std::fmt::Display) -> Self {
        Self::Fatal(Failure::new(Exit::Io, why))
    }
}

impl From<LinkError> for Stop {
    fn from(why: LinkError) -> Self {
        Self::Lost(why)
    }
}
