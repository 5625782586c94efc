//! A town in memory: a session, a journal that is a list, and a clock by hand.

use std::collections::{BTreeMap, VecDeque};

use jiff::{Timestamp, tz::TimeZone};
use machitap_domain::{
    BootId, CardUid, CitizenId, Clock, ClockSource, Credential, Draft, Fact, FactBody, FactId,
    FactKey, Folds, Hash, Incarnation, Millis, Now, PurposeKey, Quality, Technology,
    attendance::{ChildDays, Direction, Role},
    catalogue::{Catalogue, Facility, Service, Text, Timing},
    draw::{Deals, DrawTable},
    fare::FareList,
    notices::Notices,
    nursery::absence::{AbsenceNotice, Absences},
    pairing::Pairing,
    points::{PointRule, caps::TownPoints, offers::Offers},
    reception::{HandOffNote, Handoff},
    register::{Leases, RegistrationRules},
    roster::{Child, ClassMark, Guardian, Household, Resident, Roster, Staff},
    sound::{Loudness, SoundRules},
};
use machitap_wire::{bundle::PurposeKeys, seal::SealTo};
use uuid::Uuid;

use crate::{
    input::{CardProblem, Input, LinkView, StaffAct, StoreTrouble, Tap, Touch},
    output::{Output, Tone},
    session::{Session, Setup},
    spoken::Line,
    view::{MessageKind, Screen, View, YearMonth},
};

/// 2026-04-01T08:55:00 in Japan.
pub(super) const MORNING: i64 = 1_775_001_300_000;

pub(super) const LIFE: Incarnation = Incarnation(Uuid::from_u128(1));

pub(super) const NTP: Quality = Quality {
    source: ClockSource::Ntp,
    uncertainty_ms: Some(20),
};

pub(super) fn citizen(n: u32) -> CitizenId {
    CitizenId::new(&format!("SKM-{n:06}")).unwrap()
}

pub(super) fn card(n: u32) -> Credential {
    Credential::Citizen(citizen(n))
}

pub(super) fn felica(n: u8) -> Credential {
    Credential::Uid(CardUid::new(Technology::Felica, &[n; 8]).unwrap())
}

/// The PIN of the sample staff is 246810; cheap parameters keep the tests quick.
pub(super) fn pin_hash() -> String {
    use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version, password_hash::SaltString};
    let params = Params::new(8, 1, 1, None).unwrap();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password(b"246810", &SaltString::from_b64("c2FsdHNhbHQ").unwrap())
        .unwrap()
        .to_string()
}

pub(super) fn roster() -> Roster {
    let child = |n, name: &str| Child {
        citizen: citizen(n),
        name: name.to_owned().into(),
        kana: name.to_owned().into(),
        class: "さくら".into(),
        mark: ClassMark::Cherry,
        card: None,
        care: Vec::new(),
        from: None,
        until: None,
    };
    let guardian = |n, cards| Guardian {
        citizen: citizen(n),
        name: "保護者".to_owned().into(),
        cards,
        role: Role::Guardian,
        when: Vec::new(),
        barred: false,
    };
    Roster {
        households: vec![
            Household {
                id: "H-1".parse().unwrap(),
                children: vec![child(1, "花"), child(2, "空")],
                people: vec![guardian(11, vec![felica(1)]), guardian(12, vec![])],
                notices: Vec::new(),
            },
            Household {
                id: "H-2".parse().unwrap(),
                children: vec![child(3, "海")],
                people: vec![guardian(13, vec![])],
                notices: Vec::new(),
            },
        ],
        staff: vec![Staff {
            citizen: citizen(90),
            name: "職員".to_owned().into(),
            pin_hash: pin_hash(),
            cards: vec![felica(90)],
        }],
        residents: vec![Resident {
            citizen: citizen(50),
            cards: vec![felica(50)],
            age: None,
            birth_month: None,
            links: BTreeMap::new(),
        }],
        attending: Vec::new(),
        released: Vec::new(),
        facility: "here".parse().unwrap(),
    }
}

pub(super) fn catalogue(service: Service) -> Catalogue {
    Catalogue {
        city: "town".parse().unwrap(),
        name: Text {
            ja: "まち".into(),
            en: Some("Town".into()),
            ..Text::default()
        },
        contact: "0880-00-0000".into(),
        facilities: BTreeMap::from([(
            "here".parse().unwrap(),
            Facility {
                name: Text {
                    ja: "ここ".into(),
                    en: Some("Here".into()),
                    ..Text::default()
                },
                time_zone: "Asia/Tokyo".into(),
                service,
                timing: Timing::default(),
                sound: SoundRules::default(),
            },
        )]),
        points: TownPoints::default(),
        draws: Vec::new(),
        offers: Offers::default(),
        pairing: None,
        registration: None,
        look: machitap_domain::look::Look::default(),
    }
}

pub(super) const VISIT: Service = Service::visit(PointRule::plain(10, 1));

/// The shell of the tests.
pub(super) struct Kiosk {
    pub(super) session: Session,
    pub(super) now: Now,
    pub(super) journal: Vec<Fact>,
    pub(super) folds: Folds,
    /// Facts that were on disk when each screen was drawn.
    pub(super) screens: Vec<(usize, Screen)>,
    pub(super) tones: Vec<Tone>,
    /// Lines that were said; `None` where one was hushed.
    pub(super) said: Vec<Option<Line>>,
    pub(super) loudness: Loudness,
    pub(super) kept: BTreeMap<String, String>,
    pub(super) disk: Option<StoreTrouble>,
    /// How often something was to be put on disk.
    pub(super) appends: usize,
    /// Papers that were asked for.
    pub(super) papers: Vec<(YearMonth, bool)>,
    /// Notes to be handed over, and the facts that were on disk when each was given.
    pub(super) notes: Vec<(usize, HandOffNote, Handoff)>,
    published: Option<(Roster, i64)>,
    absent: Option<(Absences, i64)>,
    listed: Option<FareList>,
    wake: Option<Millis>,
    taps: u64,
    service: Service,
    city: City,
}

/// What the city set up beside the facility's service.
#[derive(Debug, Clone, Default)]
pub(super) struct City {
    pub(super) draws: Vec<DrawTable>,
    pub(super) deals: Deals,
    pub(super) offers: Offers,
    pub(super) pairing: Option<Pairing>,
    pub(super) points: TownPoints,
    pub(super) registration: Option<RegistrationRules>,
    pub(super) leases: Option<Leases>,
    pub(super) seal: Option<SealTo>,
}

impl Kiosk {
    pub(super) fn new(service: Service) -> Self {
        Self::in_city(service, City::default())
    }

    pub(super) fn in_city(service: Service, city: City) -> Self {
        let now = Now {
            mono_ms: 1_000_000,
            boot: BootId(Uuid::from_u128(1)),
            clock: Clock {
                wall_ms: MORNING,
                quality: NTP,
            },
        };
        let folds = Folds::default();
        let mut kiosk = Self {
            session: Session::new(setup(&service, &city, BTreeMap::new(), 0), &now, &folds),
            now,
            journal: Vec::new(),
            folds,
            screens: Vec::new(),
            tones: Vec::new(),
            said: Vec::new(),
            loudness: Loudness::FULL,
            kept: BTreeMap::new(),
            disk: None,
            appends: 0,
            papers: Vec::new(),
            notes: Vec::new(),
            published: Some((roster(), MORNING - 86_400_000)),
            absent: None,
            listed: None,
            wake: None,
            taps: 0,
            service,
            city,
        };
        kiosk.start();
        kiosk
    }

    fn start(&mut self) {
        let out = self.session.start(&self.now, &self.folds);
        self.run(out);
        self.give(Input::Link(LinkView {
            connected: true,
            city_listening: true,
            ..LinkView::default()
        }));
    }

    /// The program restarts; the machine, too, when `boot` is another.
    pub(super) fn restart(&mut self, boot: u128, mono_ms: Millis, wall_ms: i64, quality: Quality) {
        self.now = Now {
            mono_ms,
            boot: BootId(Uuid::from_u128(boot)),
            clock: Clock { wall_ms, quality },
        };
        self.folds = Folds::default();
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        for fact in &self.journal {
            self.folds.apply(fact, &zone);
        }
        let setup = setup(
            &self.service,
            &self.city,
            self.kept.clone(),
            self.journal.len() as u64,
        );
        self.session = Session::new(
            Setup {
                roster: self.published.clone(),
                absences: self.absent.clone(),
                fares: self.listed.clone(),
                ..setup
            },
            &self.now,
            &self.folds,
        );
        self.start();
    }

    /// The city publishes another roster.
    pub(super) fn roster(&mut self, change: impl FnOnce(&mut Roster)) {
        let mut roster = roster();
        change(&mut roster);
        roster.check().unwrap();
        self.published = Some((roster.clone(), MORNING));
        self.give(Input::Roster {
            roster: Box::new(roster),
            issued_ms: MORNING,
        });
    }

    /// A kiosk that was never given a roster.
    pub(super) fn without_a_roster(&mut self) {
        self.published = None;
        let now = self.now;
        let (mono, clock) = (now.mono_ms, now.clock);
        self.restart(1, mono, clock.wall_ms, clock.quality);
    }

    /// The city publishes absence notices.
    pub(super) fn absences(&mut self, items: Vec<AbsenceNotice>) {
        let absences = Absences {
            facility: "here".parse().unwrap(),
            items,
        };
        absences.check().unwrap();
        self.absent = Some((absences.clone(), MORNING));
        self.give(Input::Absences {
            absences: Box::new(absences),
            issued_ms: MORNING,
        });
    }

    /// The city changes the catalogue it set up.
    pub(super) fn catalogue(&mut self, change: impl FnOnce(&mut Catalogue)) {
        let mut catalogue = catalogue(self.service.clone());
        catalogue.draws = self.city.draws.clone();
        catalogue.offers = self.city.offers.clone();
        catalogue.pairing = self.city.pairing.clone();
        catalogue.registration = self.city.registration.clone();
        change(&mut catalogue);
        catalogue.check().unwrap();
        self.give(Input::Catalogue(Box::new(catalogue)));
    }

    /// The city publishes a fare list.
    pub(super) fn fares(&mut self, list: FareList) {
        list.check().unwrap();
        self.listed = Some(list.clone());
        self.give(Input::Fares(Box::new(list)));
    }

    /// Lets time go by until that time of the same day.
    pub(super) fn wait_until(&mut self, time: &str) {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let now = Timestamp::from_millisecond(self.now.clock.wall_ms).unwrap();
        let today = zone.to_datetime(now).date();
        let then = zone
            .to_timestamp(today.to_datetime(time.parse().unwrap()))
            .unwrap();
        let ms = then.as_millisecond() - self.now.clock.wall_ms;
        self.wait(u64::try_from(ms).expect("later than now"));
    }

    /// The staff panel, opened.
    pub(super) fn open_panel(&mut self) {
        self.tap(felica(90));
        for digit in [2, 4, 6, 8, 1, 0] {
            self.touch(Touch::Digit(digit));
        }
    }

    pub(super) fn act(&mut self, act: StaffAct) {
        self.touch(Touch::Act(act));
    }

    /// The days of that child as the folds have them.
    pub(super) fn days(&self, n: u32) -> ChildDays {
        self.folds
            .child(&purposes().nursery.unwrap().pseudonym(&citizen(n)))
    }

    /// The last fact of that kind.
    pub(super) fn last(&self, is: impl Fn(&FactBody) -> bool) -> &Fact {
        self.journal
            .iter()
            .rev()
            .find(|f| is(&f.body))
            .expect("such a fact")
    }

    pub(super) fn give(&mut self, input: Input) {
        let out = self.session.handle(input, &self.now, &self.folds);
        self.run(out);
    }

    /// As the engine does it: what the session says to an answer comes after what it had
    /// said before.
    fn run(&mut self, out: Vec<Output>) {
        let mut out = VecDeque::from(out);
        while let Some(output) = out.pop_front() {
            match output {
                Output::Append(drafts) => {
                    self.appends += 1;
                    let answer = match self.disk {
                        Some(trouble) => Input::NotAppended(trouble),
                        None => Input::Appended(self.write(drafts)),
                    };
                    out.extend(self.session.handle(answer, &self.now, &self.folds));
                }
                Output::Show(screen) => self.screens.push((self.journal.len(), *screen)),
                Output::Tone(tone) => self.tones.push(tone),
                Output::Say(line) => self.said.push(line),
                Output::Loudness(loudness) => self.loudness = loudness,
                Output::WakeAt(at) => self.wake = Some(at),
                Output::Papers { month, write } => self.papers.push((month, write)),
                Output::HandOff { note, to } => self.notes.push((self.journal.len(), *note, to)),
                Output::Keep { key, value } => {
                    self.kept.insert(key.to_owned(), value);
                }
            }
        }
    }

    fn write(&mut self, drafts: Vec<Draft>) -> Vec<Fact> {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let mut written = Vec::new();
        for draft in drafts {
            let key = FactKey {
                kiosk: "kiosk-1".parse().unwrap(),
                incarnation: LIFE,
                seq: self.journal.len() as u64 + 1,
            };
            let fact = Fact::place(draft, key, "here".parse().unwrap(), Hash::GENESIS);
            self.folds.apply(&fact, &zone);
            self.journal.push(fact.clone());
            written.push(fact);
        }
        written
    }

    /// Lets time go by, waking the session when it asked for it.
    pub(super) fn wait(&mut self, ms: Millis) {
        let end = self.now.mono_ms + ms;
        while let Some(at) = self.wake.filter(|at| *at <= end) {
            self.wake = None;
            self.advance(at.saturating_sub(self.now.mono_ms));
            self.give(Input::Tick);
        }
        self.advance(end - self.now.mono_ms);
    }

    fn advance(&mut self, ms: Millis) {
        self.now.mono_ms += ms;
        self.now.clock.wall_ms += ms as i64;
    }

    pub(super) fn tap(&mut self, credential: Credential) {
        let tap = self.seen();
        self.give(Input::CardRead(tap, credential));
        self.give(Input::CardRemoved(tap));
    }

    /// A shell that lies: it answers "on disk" and writes nothing.
    pub(super) fn lying_tap(&mut self, credential: Credential) {
        let tap = self.seen();
        let out = self
            .session
            .handle(Input::CardRead(tap, credential), &self.now, &self.folds);
        for output in out {
            match output {
                Output::Append(_) => self.give(Input::Appended(Vec::new())),
                other => self.run(vec![other]),
            }
        }
    }

    pub(super) fn bad_tap(&mut self, problem: CardProblem) {
        let tap = self.seen();
        self.give(Input::CardFailed(tap, problem));
    }

    pub(super) fn seen(&mut self) -> Tap {
        self.taps += 1;
        let tap = Tap(self.taps);
        self.give(Input::CardSeen(tap));
        tap
    }

    pub(super) fn touch(&mut self, touch: Touch) {
        self.give(Input::Touch(touch));
    }

    pub(super) fn screen(&self) -> &Screen {
        &self.screens.last().unwrap().1
    }

    pub(super) fn view(&self) -> &View {
        &self.screen().view
    }

    pub(super) fn message(&self) -> MessageKind {
        match self.view() {
            View::Message(message) => message.kind,
            other => panic!("a message expected, found {other:?}"),
        }
    }

    /// The passages on disk, in order.
    pub(super) fn passages(&self) -> Vec<Direction> {
        self.journal
            .iter()
            .filter_map(|f| match f.body {
                FactBody::Attendance { direction, .. } => Some(direction),
                _ => None,
            })
            .collect()
    }

    pub(super) fn count(&self, is: impl Fn(&FactBody) -> bool) -> usize {
        self.journal.iter().filter(|f| is(&f.body)).count()
    }
}

pub(super) fn purposes() -> PurposeKeys {
    PurposeKeys {
        nursery: Some(PurposeKey::new([1; 32])),
        visit: Some(PurposeKey::new([2; 32])),
        transport: Some(PurposeKey::new([3; 32])),
        reception: Some(PurposeKey::new([4; 32])),
    }
}

fn setup(service: &Service, city: &City, kept: BTreeMap<String, String>, last_seq: u64) -> Setup {
    let mut n = u128::from(last_seq) << 64;
    let mut secret = 0xA0_u8;
    let mut catalogue = catalogue(service.clone());
    catalogue.draws = city.draws.clone();
    catalogue.offers = city.offers.clone();
    catalogue.pairing = city.pairing.clone();
    catalogue.points = city.points.clone();
    catalogue.registration = city.registration.clone();
    catalogue.check().unwrap();
    Setup {
        kiosk: "kiosk-1".parse().unwrap(),
        life: LIFE,
        facility: "here".parse().unwrap(),
        purposes: purposes(),
        software: "0.1.0".into(),
        catalogue: Some(catalogue),
        roster: Some((roster(), MORNING - 86_400_000)),
        absences: None,
        deals: city.deals.clone(),
        fares: None,
        ranking: None,
        accounts: machitap_domain::points::accounts::Accounts::default(),
        account_news: machitap_domain::points::accounts::Accounts::default(),
        progress: machitap_domain::points::offers::Progress::default(),
        notices: Notices::default(),
        kept,
        replaced: None,
        last_seq,
        new_id: Box::new(move |_| {
            n += 1;
            FactId(Uuid::from_u128(n))
        }),
        new_secret: Box::new(move || {
            secret = secret.wrapping_add(1);
            [secret; 16]
        }),
        leases: city.leases.clone(),
        city_seal: city.seal.clone(),
    }
}
