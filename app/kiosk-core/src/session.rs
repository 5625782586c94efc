//! From a tap to facts and back to a view.
//!
//! One enum of states; what a state does lives in a file of its own. The law of the house
//! is kept here: a screen that says "done" exists only after [`Input::Appended`].

mod able;
mod boards;
mod card;
mod choice;
mod clock;
mod done;
mod draw;
mod event;
mod face;
mod fare;
mod followup;
mod house;
mod household;
mod languages;
mod lowered;
mod own;
mod panel;
mod price;
mod reception;
mod registered;
mod said;
mod setup;
mod speech;
mod staff;
mod standing;
mod turn;
mod visit;
mod watch;
mod wishes;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use jiff::tz::TimeZone;
use machitap_domain::{
    BootId, Credential, FacilityId, Fact, FactBody, Folds, Incarnation, KioskId, Millis, Now,
    Pseudonym,
    catalogue::{Catalogue, Language},
    draw::{Deals, deal::NoDeal},
    fact::Class,
    fare::{FareList, list::Stands},
    ids::LinkNumber,
    look::Look,
    notices::Notices,
    nursery::absence::Absences,
    points::{accounts::Accounts, offers::Progress},
    preferences::Preferences,
    ranking::Ranking,
    register::Leases,
    roster::Roster,
    sound::Loudness,
};
use machitap_wire::{bundle::PurposeKeys, seal::SealTo};

use crate::{
    input::{Input, LinkView, NoteOf, StoreTrouble, Tap, Touch},
    lockout::Lockout,
    output::{Output, Tone},
    view::{MessageKind, Screen},
};

/// A card that was seen but brings no answer is given up after this, milliseconds.
pub const READING_MS: Millis = 4_000;

/// A household somebody touched and then left is closed without recording, milliseconds.
pub const ABANDONED_MS: Millis = 30_000;

pub use choice::CHOICE_MS;
pub use clock::{HELD_UNCERTAINTY_MS, JUMP_MS};
pub use draw::{CAPSULE_MS, OPENED_MS, READY_MS};
pub use fare::FARE_MS;
pub use followup::STEP_MS;
pub use languages::{CHOOSER_MS, LANGUAGE_MS};
pub use lowered::LOWERED_MS;
pub use own::{HISTORY_ROWS, OFFER_CARDS, OWN_MS};
pub use panel::{EMERGENCY_IDLE_MS, REGISTER_IDLE_MS};
pub use setup::{NewId, NewSecret, Setup};
use turn::{After, Turn};

/// The session machine.
pub struct Session {
    kiosk: KioskId,
    life: Incarnation,
    facility_id: FacilityId,
    purposes: PurposeKeys,
    software: String,
    catalogue: Option<Catalogue>,
    look: Arc<Look>,
    zone: TimeZone,
    roster: Option<(Roster, i64)>,
    absences: Option<(Absences, i64)>,
    deals: Deals,
    told_draw: Option<NoDeal>,
    account_base: Accounts,
    account_news: Accounts,
    accounts: Accounts,
    /// Accounts or a spend came since the city's answers were last looked for.
    answers_due: bool,
    progress: Progress,
    fares: Option<FareList>,
    told_fares: Option<Stands>,
    just_told: Option<fare::JustTold>,
    patients: BTreeMap<Pseudonym, LinkNumber>,
    offered: BTreeSet<NoteOf>,
    told_hand_off: Option<Class>,
    ranking: Option<Ranking>,
    notices: Notices,
    lockout: Lockout,
    believed: Option<clock::Believed>,
    told_held: bool,
    watched: Option<i64>,
    new_id: NewId,
    new_secret: NewSecret,
    link: LinkView,
    reader_ready: bool,
    renewing: bool,
    trouble: Option<StoreTrouble>,
    last_seq: u64,
    replaced: Option<Option<Incarnation>>,
    unsure_boot: Option<BootId>,
    language: Language,
    language_until: Option<Millis>,
    /// Drawn low, and until when with nobody here.
    lowered_until: Option<Millis>,
    /// The card whose session this is.
    holder: Option<Credential>,
    /// How its holder wants to be served.
    wishes: Preferences,
    tap: Option<Tap>,
    state: State,
    after: VecDeque<After>,
    next_card: Option<Credential>,
    changed: bool,
    shown: Option<Screen>,
    loudness: Loudness,
    speech: speech::Speech,
    leases: Option<Leases>,
    city_seal: Option<SealTo>,
    /// Leases came, or claims, since the city's answers to claims were last looked for.
    seals_due: bool,
}

/// Where the session stands.
enum State {
    /// Nobody is here: the idle screen, or why the kiosk cannot serve.
    Base,
    /// A card is being read.
    Reading { until: Millis },
    /// A household is open.
    Household(household::Open),
    /// A visitor is asked what for and how many.
    Choosing(Box<choice::Choosing>),
    /// Facts are on their way to the disk.
    Committing,
    /// Something was done and more is asked before it is said.
    Asking(followup::Asking),
    /// Something was done.
    Done(done::Done),
    /// The capsule machine.
    Draw(Box<draw::Drawing>),
    /// A resident's own page.
    Own(Box<own::Owner>),
    /// Somebody looks for their language before they hold a card.
    Languages { until: Millis },
    /// A class was told.
    Fare { told: fare::Told, until: Millis },
    /// A message stands.
    Message { kind: MessageKind, until: Millis },
    /// The PIN pad.
    StaffPin(staff::Pin),
    /// The staff panel.
    Panel(panel::Panel),
}

impl Session {
    /// The setting under which the last believed time is kept.
    pub const CLOCK_KEY: &'static str = clock::Believed::KEY;

    /// Builds the machine; [`Session::start`] gives the first outputs.
    pub fn new(setup: Setup, now: &Now, folds: &Folds) -> Self {
        let lockout = Lockout::from_kept(setup.kept.get(Lockout::KEY).map(String::as_str), now);
        let mut session = Self {
            kiosk: setup.kiosk,
            life: setup.life,
            facility_id: setup.facility,
            purposes: setup.purposes,
            software: setup.software,
            catalogue: None,
            look: Arc::default(),
            zone: TimeZone::UTC,
            roster: setup.roster,
            absences: setup.absences,
            deals: setup.deals,
            accounts: setup.accounts.renewed_by(&setup.account_news),
            account_base: setup.accounts,
            account_news: setup.account_news,
            answers_due: true,
            progress: setup.progress,
            told_draw: None,
            fares: setup.fares,
            told_fares: None,
            just_told: None,
            patients: BTreeMap::new(),
            offered: BTreeSet::new(),
            told_hand_off: None,
            ranking: setup.ranking,
            notices: setup.notices,
            lockout,
            believed: clock::Believed::from_kept(
                setup.kept.get(clock::Believed::KEY).map(String::as_str),
                now.boot,
            ),
            told_held: false,
            watched: None,
            new_id: setup.new_id,
            new_secret: setup.new_secret,
            link: LinkView::default(),
            reader_ready: true,
            renewing: false,
            trouble: None,
            last_seq: setup.last_seq,
            replaced: setup.replaced,
            unsure_boot: folds.has_unsure(now.boot).then_some(now.boot),
            language: Language::default(),
            language_until: None,
            lowered_until: None,
            holder: None,
            wishes: Preferences::default(),
            tap: None,
            state: State::Base,
            after: VecDeque::new(),
            next_card: None,
            changed: true,
            shown: None,
            loudness: Loudness::FULL,
            speech: speech::Speech::default(),
            leases: setup.leases,
            city_seal: setup.city_seal,
            seals_due: true,
        };
        if let Some(catalogue) = setup.catalogue {
            session.set_catalogue(catalogue);
        }
        session
    }

    /// Journals the start and shows the first screen.
    pub fn start(&mut self, now: &Now, folds: &Folds) -> Vec<Output> {
        let mut kept = Vec::new();
        let now = &self.believe(now, &mut kept);
        let mut turn = Turn::new(now, folds);
        turn.out.append(&mut kept);
        let mut drafts = Vec::new();
        if let Some(old) = self.replaced.take() {
            drafts.push(self.draft(now, None, None, FactBody::JournalReplaced { old }));
        }
        let software = self.software.clone();
        drafts.push(self.draft(now, None, None, FactBody::Started { software }));
        self.append(&mut turn, drafts, After::Quiet);
        self.draw_again(&turn);
        self.offer_notes(&mut turn);
        self.finish(turn)
    }

    /// Takes in what happened and says what is to be done, in order.
    pub fn handle(&mut self, input: Input, now: &Now, folds: &Folds) -> Vec<Output> {
        let mut kept = Vec::new();
        let now = &self.believe(now, &mut kept);
        let mut turn = Turn::new(now, folds);
        turn.out.append(&mut kept);
        let cx = &mut turn;
        let answered = matches!(input, Input::Appended(_) | Input::NotAppended(_));
        if !answered {
            self.watch_clock(cx);
            self.watch_jump(cx);
            self.stay_lowered(cx.now);
            self.time_out(cx);
            self.watch_children(cx);
            self.watch_fares(cx);
            self.watch_door();
        }
        match input {
            Input::Tick => {}
            Input::CardSeen(tap) => self.card_seen(cx, tap),
            Input::CardRead(tap, credential) => self.card_read(cx, tap, credential),
            Input::CardFailed(tap, problem) => self.card_failed(cx, tap, problem),
            Input::TwoCards => self.two_cards(cx),
            // Reading goes on to its own end: a short tap is a good tap.
            Input::CardRemoved(_) => {}
            Input::Reader { ready } => self.reader(cx, ready),
            Input::Renewing(renewing) => self.set_renewing(renewing),
            Input::Touch(touch) => self.touch(cx, touch),
            Input::Appended(facts) => {
                if let Some(last) = facts.last() {
                    self.last_seq = last.key.seq;
                }
                self.set_trouble(None);
                let unsure = facts.iter().any(|f| {
                    f.subject.is_some() && f.at.boot == now.boot && !f.at.quality.is_trusted()
                });
                if unsure {
                    self.unsure_boot = Some(now.boot);
                }
                let spent = |f: &Fact| matches!(f.body, FactBody::Spend(_));
                self.answers_due |= facts.iter().any(spent);
                self.seals_due |= facts.iter().any(registered::is_claim);
                self.appended(cx);
            }
            Input::NotAppended(trouble) => self.not_appended(cx, trouble),
            Input::Store(trouble) => self.set_trouble(trouble),
            Input::Link(link) => self.link = link,
            Input::HandedOff(note) => self.handed_off(cx, note),
            Input::HandOffFailed { class, .. } => self.tell_hand_off(cx, Some(class)),
            Input::Catalogue(catalogue) => {
                self.set_catalogue(*catalogue);
                self.offer_notes(cx);
            }
            Input::Roster { roster, issued_ms } => {
                self.roster = Some((*roster, issued_ms));
                self.watched = None;
                self.changed = true;
                self.know_patients();
                self.offer_notes(cx);
            }
            Input::Absences {
                absences,
                issued_ms,
            } => {
                self.absences = Some((*absences, issued_ms));
                self.watched = None;
                self.changed = true;
            }
            Input::Deals(deals) => {
                self.deals = *deals;
                self.changed = true;
            }
            Input::Fares(fares) => {
                self.fares = Some(*fares);
                self.changed = true;
            }
            Input::Accounts(accounts) => {
                self.account_base = *accounts;
                self.set_accounts();
            }
            Input::AccountNews(news) => {
                self.account_news = *news;
                self.set_accounts();
            }
            Input::Progress(progress) => {
                self.progress = *progress;
                self.changed = true;
            }
            Input::Leases(leases) => {
                self.leases = Some(*leases);
                self.seals_due = true;
                self.changed = true;
            }
            Input::Papers(answer) => self.papers_came(cx, answer),
            Input::Ranking(ranking) => {
                self.ranking = Some(*ranking);
                self.changed = true;
            }
            Input::Notices(notices) => {
                self.notices = *notices;
                self.changed = true;
            }
        }
        if !answered {
            self.watch_draw(cx);
            self.watch_answers(cx);
            self.watch_seals(cx);
        }
        self.finish(turn)
    }

    fn touch(&mut self, cx: &mut Turn<'_>, touch: Touch) {
        if let Touch::Language(language) = touch {
            return self.choose_language(cx, language);
        }
        match &self.state {
            State::Household(_) => self.touch_household(cx, touch),
            State::Choosing(_) => self.touch_choosing(cx, touch),
            State::Asking(_) => self.touch_asking(cx, touch),
            State::Done(_) => self.touch_done(cx, touch),
            State::Draw(_) => self.touch_draw(cx, touch),
            State::Own(_) => self.touch_own(cx, touch),
            State::StaffPin(_) => self.touch_pin(cx, touch),
            State::Panel(_) => self.touch_panel(cx, touch),
            State::Base if touch == Touch::Languages => self.offer_languages(cx),
            State::Base if touch == Touch::Lower => self.lower(cx),
            State::Languages { .. } if matches!(touch, Touch::Cancel | Touch::Confirm) => {
                self.close_languages();
            }
            State::Message { .. } | State::Fare { .. }
                if matches!(touch, Touch::Cancel | Touch::Confirm) =>
            {
                self.go(State::Base);
            }
            _ => {}
        }
    }

    /// The instant at which the present state ends by itself.
    fn deadline(&self) -> Option<Millis> {
        match &self.state {
            State::Base => self.idle_deadline(),
            State::Committing => None,
            State::Reading { until }
            | State::Languages { until }
            | State::Message { until, .. }
            | State::Fare { until, .. } => Some(*until),
            State::Household(open) => Some(open.until()),
            State::Choosing(choosing) => Some(choosing.until()),
            State::Asking(asking) => Some(asking.until()),
            State::Done(done) => Some(done.until()),
            State::Draw(drawing) => Some(drawing.until()),
            State::Own(owner) => Some(owner.until()),
            State::StaffPin(pin) => Some(pin.until()),
            State::Panel(panel) => Some(panel.until()),
        }
    }

    fn time_out(&mut self, cx: &mut Turn<'_>) {
        if self.deadline().is_none_or(|at| cx.now.mono_ms < at) {
            return;
        }
        match &self.state {
            State::Base => self.time_out_idle(cx.now),
            State::Committing => {}
            State::Reading { .. } => {
                self.card_of_nobody();
                self.message(cx, MessageKind::HoldStill);
            }
            State::Household(open) if open.by_itself() => self.confirm_household(cx),
            State::Choosing(_) => self.leave_choosing(cx),
            State::Asking(_) => self.leave_asking(cx),
            State::Panel(_) => self.close_panel(cx),
            State::Draw(_) => self.time_out_draw(cx),
            State::Languages { .. } => self.close_languages(),
            State::Household(_)
            | State::Done(_)
            | State::Own(_)
            | State::Fare { .. }
            | State::Message { .. }
            | State::StaffPin(_) => self.go(State::Base),
        }
    }

    /// Base and news come in any order.
    fn set_accounts(&mut self) {
        self.accounts = self.account_base.renewed_by(&self.account_news);
        self.answers_due = true;
        self.changed = true;
    }

    fn go(&mut self, state: State) {
        // A language touched before any card was held outlives a card that was not read.
        let untouched = matches!(self.state, State::Reading { .. }) && self.holder.is_none();
        if matches!(state, State::Base) && !untouched {
            self.end_session();
        }
        self.state = state;
        self.changed = true;
    }

    fn message(&mut self, cx: &mut Turn<'_>, kind: MessageKind) {
        cx.out.push(Output::Tone(Tone::Ask));
        self.quiet_message(cx, kind);
    }

    /// A message that sounds like nothing out of the ordinary.
    fn quiet_message(&mut self, cx: &Turn<'_>, kind: MessageKind) {
        let until = cx.now.mono_ms + self.timing().message_ms;
        self.go(State::Message { kind, until });
    }
}

#[cfg(test)]
mod tests;
