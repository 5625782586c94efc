//! "One week in town", small enough for every day. `MACHITAP_WEEK=whole` plays it with 2,000
//! residents and 12,000 taps.

use std::{
    env,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use jiff::civil::Time;
use machitap_domain::{points::offers::Progress, ranking::Ranking};
use machitap_sim::{
    ledger,
    oracle::{self, Witness},
    random::Random,
    stage::{Kiosk, Plan, QuickService, Reader, Stage, StagedClock, wait},
    town::Wallet,
    week::{
        self, DAYS, KIOSKS, OUTAGE, Size,
        books::Books,
        hands::{Did, Hands},
    },
};

/// How long the last facts and answers may take.
const LAST_LIMIT: Duration = Duration::from_secs(300);

/// Residents who come back on the Monday after, at each kiosk.
const BACK: u64 = 8;

struct Post {
    kiosk: Kiosk,
    clock: StagedClock,
    hands: Hands,
}

#[test]
fn one_week_is_the_same_at_the_kiosks_and_in_the_city() {
    let size = match env::var("MACHITAP_WEEK").as_deref() {
        Ok("whole") => Size::WHOLE,
        _ => Size::SMALL,
    };
    let mut stage = Stage::build(&week::documents()).unwrap();
    if let Err(error) = play(&mut stage, size) {
        panic!("{error:?}");
    }
}

fn post(stage: &Stage, name: &str, facility: &str, early: jiff::Timestamp) -> Result<Post> {
    let dir = stage.path().join(format!("reader-{name}"));
    std::fs::create_dir_all(&dir)?;
    let service = QuickService::start(&dir)?;
    let clock = StagedClock::set(&stage.path().join(format!("clock-{name}.json")), early)?;
    let plan = Plan {
        size: "800x480",
        reader: Reader::At(service.socket()),
        clock: Some(clock.path().to_owned()),
        ..Plan::default()
    };
    let mut kiosk = stage.kiosk(name, facility, plan)?;
    kiosk.start()?;
    kiosk.control().wait_for("idle", LAST_LIMIT)?;
    let hands = Hands::at(&kiosk, &service)?;
    Ok(Post {
        kiosk,
        clock,
        hands,
    })
}

impl Post {
    /// Taps until the screen says that the city told this kiosk of at least 40 points; how often.
    fn told_of(&mut self, who: u64, wallet: &Wallet) -> Result<u64> {
        let mut taps = 0;
        wait::for_some(LAST_LIMIT, "40 points on the screen", || {
            taps += 1;
            let balance = self
                .hands
                .tap(who, wallet)
                .and_then(|()| self.hands.balance());
            match balance {
                Ok(points) if points < 40 => None,
                other => Some(other),
            }
        })??;
        Ok(taps)
    }
}

fn play(stage: &mut Stage, size: Size) -> Result<()> {
    let start = Instant::now();
    let zone = ledger::zone();
    let monday = week::monday(week::today(&zone));
    let at = |day: usize| -> Result<jiff::Timestamp> {
        let date = monday.checked_add(jiff::Span::new().days(i64::try_from(day)?))?;
        Ok(zone.to_timestamp(date.to_datetime(Time::constant(9, 0, 0, 0)))?)
    };
    let seed = Random::seed();
    println!("MACHITAP_SEED={seed}");
    let mut random = Random::seeded(seed);
    let mut posts = Vec::new();
    for (name, facility) in KIOSKS {
        posts.push(post(stage, name, facility, at(0)?)?);
    }
    let mut all = Did::default();
    for day in 0..DAYS {
        if day == *OUTAGE.start() {
            for post in posts
                .iter_mut()
                .filter(|p| p.kiosk.id().as_str() != "gym-1")
            {
                for who in week::eager(size) {
                    all.taps += post.told_of(who, &stage.wallet)?;
                }
            }
            stage.broker.stop()?;
        }
        if day == *OUTAGE.end() + 1 {
            stage.broker.start()?;
        }
        let plan = |post: &Post| {
            let mut plan = week::day(&mut random, size);
            plan.extend(week::eagerly(size, day, post.kiosk.id().as_str()));
            plan
        };
        let plans: Vec<_> = posts.iter().map(plan).collect();
        let wallet = &*stage.wallet;
        let morning = at(day)?;
        let done: Vec<Result<Did>> = std::thread::scope(|scope| {
            let running: Vec<_> = posts
                .iter_mut()
                .zip(&plans)
                .map(|(post, plan)| {
                    scope.spawn(move || {
                        post.clock.pass_until(morning)?;
                        post.hands.play(plan, wallet)
                    })
                })
                .collect();
            let joined = running.into_iter().map(|r| r.join());
            joined
                .map(|r| r.unwrap_or_else(|_| Err(anyhow::anyhow!("a panic"))))
                .collect()
        });
        for (post, did) in posts.iter().zip(done) {
            let did = did.with_context(|| format!("day {day} at {}", post.kiosk.id().as_str()))?;
            all.taps += did.taps;
            all.spends += did.spends;
            all.spins += did.spins;
            all.undone += did.undone;
        }
    }
    for post in &posts {
        post.kiosk.wait_until_counted(LAST_LIMIT)?;
    }
    settled(stage)?;

    // The Monday after: what the screens say, each of its own people.
    let mut shown = Vec::new();
    for (n, post) in (0..).zip(&mut posts) {
        post.clock.pass_until(at(DAYS)?)?;
        let eager = week::eager(size).filter(|_| n == 0);
        for who in (n * BACK..(n + 1) * BACK).chain(eager) {
            post.hands.tap(who, &stage.wallet)?;
            shown.push((who, post.hands.balance()?));
            all.taps += 1;
        }
    }
    for post in &posts {
        post.kiosk.wait_until_counted(LAST_LIMIT)?;
    }
    settled(stage)?;

    let ledger = stage.city.ledger()?;
    let books = Books::keep(&ledger, &zone, monday);
    compare(stage, &books, &shown)?;
    let kiosks = posts.len();
    let mut witnesses = Vec::new();
    for mut post in posts {
        post.kiosk.stop()?;
        witnesses.push(Witness::hear(&post.kiosk)?);
    }
    let verdict = oracle::judge(&witnesses, &stage.city.ledger()?);
    ensure!(verdict.differences.is_empty(), "{:?}", verdict.differences);
    ensure!(
        stage.wallet.forbidden().is_empty(),
        "a forbidden command was sent"
    );
    println!(
        "{kiosks} kiosks, {} residents, {} taps ({} taken back), {} spends ({} declined), {} spins; {} facts \
         journalled, {} counted, 0 differences; {} balances read off the screens; {:.0} s",
        books.residents.len(),
        all.taps,
        all.undone,
        books.spends.0,
        books.declined,
        all.spins,
        verdict.journalled,
        verdict.counted,
        shown.len(),
        start.elapsed().as_secs_f64()
    );
    ensure!(
        books.spends.0 == all.spends,
        "spends that no screen confirmed"
    );
    ensure!(
        books.declined >= week::EAGER,
        "{} spends were declined: the same points were spent twice",
        books.declined
    );
    Ok(())
}

/// Waits until every spend has its answer in its kiosk's journal, and the city has that too.
fn settled(stage: &Stage) -> Result<()> {
    let zone = ledger::zone();
    let monday = week::monday(week::today(&zone));
    let mut open = 0;
    wait::until(LAST_LIMIT, "an answer to every spend", || {
        std::thread::sleep(Duration::from_millis(500));
        let books = stage.city.ledger().map(|l| Books::keep(&l, &zone, monday));
        books.is_ok_and(|b| {
            open = b.spends.1;
            open == 0
        })
    })
    .with_context(|| format!("{open} are open"))
}

fn compare(stage: &Stage, books: &Books, shown: &[(u64, u64)]) -> Result<()> {
    let totals = stage.city.totals()?;
    let accounts = totals["accounts"].as_object().context("accounts")?;
    for (who, book) in &books.residents {
        let name = serde_json::to_value(who)?;
        let told = &accounts[name.as_str().context("a pseudonym is a text")?];
        let told = (
            told["points"].as_u64(),
            told["earned"].as_u64(),
            told["visits"].as_u64(),
            told["reserved"].as_u64().unwrap_or(0),
        );
        let kept = (
            book.earned.checked_sub(book.spent),
            Some(book.earned),
            Some(book.visits),
            0,
        );
        ensure!(
            told == kept,
            "{who:?}: the city says {told:?}, the books {kept:?}"
        );
    }
    let key = stage.city.visit_key()?;
    for (who, screen) in shown {
        let book = &books.residents[&key.pseudonym(&week::resident(*who))];
        ensure!(
            *screen == book.earned - book.spent,
            "resident {who}: the screen says {screen}, the books {book:?}"
        );
    }
    let progress: Progress = serde_json::from_slice(&stage.city.document("progress")?)?;
    let told = (
        progress.prizes.values().sum::<u64>(),
        progress.projects.values().sum::<u64>(),
    );
    ensure!(
        told == (books.entries, books.given),
        "progress {told:?}, {books:?}"
    );
    for ((kiosk, prize), pieces) in &books.drawn {
        ensure!(
            prize == "thanks" || *pieces <= 12,
            "{kiosk} gave {pieces} of {prize}, and had 12"
        );
    }
    let verified = stage.city.verify_draws()?;
    for kiosk in ["hall-1", "gym-1"] {
        let of = |wanted: &dyn Fn(&str) -> bool| -> u64 {
            let drawn = books.drawn.iter();
            drawn
                .filter(|((at, prize), _)| at == kiosk && wanted(prize))
                .map(|(_, pieces)| pieces)
                .sum()
        };
        let (draws, prizes) = (of(&|_| true), of(&|p| p != "thanks"));
        let line = format!("{draws} draws, {prizes} prizes, ");
        let named = verified.lines().filter(|l| l.contains(kiosk));
        ensure!(
            named.clone().count() == 1 && named.clone().all(|l| l.contains(&line)),
            "{kiosk}: the books have {line:?}, the recomputed draws {verified:?}"
        );
    }
    let ranking: Ranking = serde_json::from_slice(&stage.city.document("ranking")?)?;
    let board = ranking
        .board(
            &machitap_domain::ranking::Scope::Town,
            machitap_domain::ranking::Period::Week,
        )
        .context("no board of the week")?;
    let rows: Vec<u64> = board.rows.iter().map(|r| r.points.unsigned_abs()).collect();
    let week = books.week(rows.len().max(10));
    ensure!(rows == week, "the board says {rows:?}, the books {week:?}");
    Ok(())
}
