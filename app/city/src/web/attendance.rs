//! How many children are where, class by class. Counts only: the page has no login.

use std::{collections::HashSet, path::PathBuf};

use jiff::tz::TimeZone;
use machitap_domain::{
    BootId, Clock, ClockSource, DayKey, FacilityId, Folds, Now, Pseudonym, PurposeKey, Quality,
    attendance::Direction,
    nursery::{
        absence::Absences,
        board::{Sources, Whereabouts, board},
        settings::Nursery,
    },
    roster::Roster,
};

use super::html::Html;
use crate::{
    config::Config,
    db::{Db, DbError, JournalRow, PageKiosk},
    documents,
    nursery::read,
};

/// So many facts of one day are counted; a nursery has a few hundred.
const FACTS_MAX: usize = 20_000;

/// An absence entered by staff is looked for so far back, milliseconds.
const ENTERED_MS: i64 = 400 * 86_400_000;

/// Where the people of the nurseries are known from.
#[derive(Debug, Default)]
pub(super) struct People {
    documents: PathBuf,
    key: Option<PurposeKey>,
}

impl People {
    pub(super) fn of(config: &Config) -> Self {
        let key = config.purposes().map(|p| p.nursery);
        if let Err(why) = &key {
            tracing::warn!(%why, "the page cannot count children by class");
        }
        Self {
            documents: config.documents.clone(),
            key: key.ok().flatten(),
        }
    }

    /// Roster and notices as they stand on the disk; `None` where they have a slip.
    fn read(&self, facility: &FacilityId) -> Option<(&PurposeKey, Roster, Absences)> {
        let key = self.key.as_ref()?;
        let read = documents::read_roster(&self.documents, facility).and_then(|roster| {
            let absences = documents::read_absences(&self.documents, &roster)?;
            Ok((roster, absences))
        });
        match read {
            Ok((roster, absences)) => Some((key, roster, absences)),
            Err(why) => {
                tracing::warn!(%why, %facility, "the page cannot count children by class");
                None
            }
        }
    }
}

/// How many of a class are where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Count {
    here: u32,
    gone: u32,
    expected: u32,
    later: u32,
    absent: u32,
    unknown: u32,
}

impl Count {
    fn add(&mut self, whereabouts: Whereabouts) {
        *match whereabouts {
            Whereabouts::Here { .. } => &mut self.here,
            Whereabouts::Gone { .. } => &mut self.gone,
            Whereabouts::Expected => &mut self.expected,
            Whereabouts::Later { .. } => &mut self.later,
            Whereabouts::Absent { .. } => &mut self.absent,
            Whereabouts::Unknown => &mut self.unknown,
            Whereabouts::NotToday => return,
        } += 1;
    }

    fn plus(self, other: Self) -> Self {
        Self {
            here: self.here + other.here,
            gone: self.gone + other.gone,
            expected: self.expected + other.expected,
            later: self.later + other.later,
            absent: self.absent + other.absent,
            unknown: self.unknown + other.unknown,
        }
    }

    const fn cells(self) -> [u32; 6] {
        [
            self.here,
            self.gone,
            self.expected,
            self.later,
            self.absent,
            self.unknown,
        ]
    }
}

/// One nursery on the page.
pub(super) struct Place<'a> {
    pub(super) id: &'a FacilityId,
    pub(super) name: &'a str,
    pub(super) nursery: &'a Nursery,
    pub(super) zone: &'a TimeZone,
    pub(super) people: &'a People,
    pub(super) now_ms: i64,
}

/// What is counted for one nursery.
#[derive(Debug, Default)]
struct Today {
    /// Each class in the order of the roster; none without a roster.
    classes: Vec<(String, Count)>,
    /// Children the roster does not name.
    unlisted: Count,
    /// Records no clock vouches for.
    unsure: usize,
}

impl Place<'_> {
    pub(super) fn section(
        &self,
        html: &mut Html,
        db: &Db,
        kiosks: &[PageKiosk],
        journals: &[JournalRow],
    ) -> Result<(), DbError> {
        html.raw("<section><h2>")
            .text(self.name)
            .raw("<small>今日の登園・降園（人数のみ）</small></h2>");
        match self.today(db)? {
            Some(today) => table(html, &today),
            None => {
                html.raw("<p class=\"empty\">記録が多すぎるため、数えられません。端末を調べてください。</p>");
            }
        }
        age(html, self, kiosks, journals);
        html.raw("</section>");
        Ok(())
    }

    /// `None`: more facts than a day can have.
    fn today(&self, db: &Db) -> Result<Option<Today>, DbError> {
        let Some(date) = super::day::local(self.now_ms, self.zone).map(|z| z.date()) else {
            return Ok(Some(Today::default()));
        };
        let (from, to) = super::day::bounds(date, self.zone);
        let since = from.saturating_sub(ENTERED_MS);
        let facts = db.board_facts(self.id, since, from, to, FACTS_MAX)?;
        if facts.len() > FACTS_MAX {
            return Ok(None);
        }
        let mut folds = Folds::default();
        for fact in facts.iter().filter_map(|bytes| read(bytes).ok()) {
            folds.apply(&fact, self.zone);
        }
        Ok(Some(self.count(&folds, DayKey::Date(date))))
    }

    fn count(&self, folds: &Folds, day: DayKey) -> Today {
        let mut today = Today::default();
        let mut listed: HashSet<Pseudonym> = HashSet::new();
        if let Some((key, roster, absences)) = self.people.read(self.id) {
            let sources = Sources {
                roster: &roster,
                absences: Some(&absences),
                nursery: self.nursery,
                zone: self.zone,
                key,
                folds,
            };
            for placed in board(&sources, &now(self.now_ms)) {
                listed.insert(placed.subject);
                let class = &placed.child.class;
                let n = match today.classes.iter().position(|(c, _)| c == class) {
                    Some(n) => n,
                    None => {
                        today.classes.push((class.clone(), Count::default()));
                        today.classes.len() - 1
                    }
                };
                today.classes[n].1.add(placed.whereabouts);
            }
        }
        for (who, days) in folds.children() {
            let unsure = |p: &&machitap_domain::attendance::Passage| {
                !p.undone && matches!(p.day, DayKey::Boot(_))
            };
            today.unsure += days.passages().iter().filter(unsure).count();
            if let Some(last) = days.last_on(day).filter(|_| !listed.contains(who)) {
                match last.direction {
                    Direction::In => today.unlisted.here += 1,
                    Direction::Out => today.unlisted.gone += 1,
                }
            }
        }
        today
    }
}

/// The city's own clock is synchronised.
const fn now(now_ms: i64) -> Now {
    Now {
        mono_ms: 0,
        boot: BootId(uuid::Uuid::nil()),
        clock: Clock {
            wall_ms: now_ms,
            quality: Quality {
                source: ClockSource::Ntp,
                uncertainty_ms: Some(0),
            },
        },
    }
}

fn table(html: &mut Html, today: &Today) {
    if today.classes.is_empty() {
        html.raw("<p class=\"empty\">名簿がないか読めないため、組ごとの数は出せません。</p>");
    }
    html.raw("<div class=\"scroll\"><table><thead><tr><th scope=\"col\">組</th>");
    for head in [
        "園にいる",
        "帰った",
        "これから",
        "遅れて来る",
        "欠席",
        "連絡なし",
    ] {
        html.raw("<th scope=\"col\" class=\"n\">")
            .text(head)
            .raw("</th>");
    }
    html.raw("</tr></thead><tbody>");
    let mut sum = today.unlisted;
    for (class, count) in &today.classes {
        sum = sum.plus(*count);
        row(html, class, *count);
    }
    if today.unlisted != Count::default() {
        row(html, "名簿にない子", today.unlisted);
    }
    row(html, "合計", sum);
    html.raw("</tbody></table></div>");
    if today.unsure > 0 {
        html.raw("<p class=\"empty\">時計が合っていない記録が ")
            .text(today.unsure)
            .raw(" 件あり、数に入っていません。</p>");
    }
}

fn row(html: &mut Html, class: &str, count: Count) {
    html.raw("<tr><th scope=\"row\">").text(class).raw("</th>");
    for cell in count.cells() {
        html.raw("<td class=\"n\">").text(cell).raw("</td>");
    }
    html.raw("</tr>");
}

/// How far the numbers can be relied on: a kiosk that is away knows more than the city.
fn age(html: &mut Html, place: &Place<'_>, kiosks: &[PageKiosk], journals: &[JournalRow]) {
    let here: Vec<&PageKiosk> = kiosks
        .iter()
        .filter(|k| k.facility == place.id.as_str())
        .collect();
    if here.is_empty() {
        html.raw("<p class=\"empty\">この園に端末は登録されていません。</p>");
    }
    for kiosk in here {
        let waiting: u64 = journals
            .iter()
            .filter(|j| j.kiosk.as_str() == kiosk.id)
            .map(|j| j.announced.saturating_sub(j.contiguous))
            .fold(0, u64::saturating_add);
        if kiosk.online && waiting == 0 {
            continue;
        }
        html.raw("<p><span class=\"mark warn\">古い数</span> 端末 ")
            .text(&kiosk.id);
        if kiosk.online {
            html.raw(" の記録が ")
                .text(waiting)
                .raw(" 件、まだ届いていません。</p>");
            continue;
        }
        match kiosk
            .seen_ms
            .and_then(|ms| super::day::local(ms, place.zone))
        {
            Some(at) => html
                .raw(" とは ")
                .text(at.strftime("%m/%d %H:%M"))
                .raw(" から切れています。そのあとの記録は数に入っていません。</p>"),
            None => html.raw(" からはまだ連絡がありません。</p>"),
        };
    }
    html.raw(
        "<p class=\"empty\">人数の確認は園の職員が目で行います。この表は代わりになりません。</p>",
    );
}
