//! Today by class, and the children of a class.

use machitap_domain::{
    Folds, Now,
    nursery::{
        board::{self, Placed, Whereabouts},
        settings::Nursery,
    },
};

use super::{Page, Panel, child::Sheet};
use crate::{
    session::{Session, Turn, clock, face::count},
    view::{Board, BoardChild, ClassList, ClassRow, Counts, Place, View, WallTime},
};

impl Counts {
    fn add(&mut self, place: &Place) {
        self.enrolled += 1;
        let one = match place {
            Place::Here(_) => &mut self.here,
            Place::Gone(_) => &mut self.gone,
            Place::Expected | Place::Later(_) => &mut self.expected,
            Place::Absent(_) => &mut self.absent,
            Place::Unknown => &mut self.unknown,
            Place::NotToday => return,
        };
        *one += 1;
    }
}

impl Session {
    /// Every child of today, with what the screen shows of it.
    pub(super) fn placed<'a>(
        &'a self,
        now: &Now,
        folds: &'a Folds,
    ) -> Option<Vec<(Placed<'a>, BoardChild)>> {
        let sources = self.sources(folds)?;
        let placed = board::board(&sources, now);
        Some(
            placed
                .into_iter()
                .map(|p| {
                    let shown = self.board_child(&p, sources.nursery, now, folds);
                    (p, shown)
                })
                .collect(),
        )
    }

    fn board_child(
        &self,
        placed: &Placed<'_>,
        nursery: &Nursery,
        now: &Now,
        folds: &Folds,
    ) -> BoardChild {
        let time = |at| clock::stamp_time(&at, &self.zone);
        let today = |time: jiff::civil::Time| {
            let at = clock::wall_time(now.clock.wall_ms, &self.zone)?;
            Some(WallTime {
                hour: time.hour().unsigned_abs(),
                minute: time.minute().unsigned_abs(),
                ..at
            })
        };
        let day = now.stamp().day(&self.zone);
        let attention = folds
            .child(&placed.subject)
            .standing_on(day)
            .flat_map(|p| &p.answers)
            .any(|said| {
                nursery
                    .questions
                    .iter()
                    .filter(|q| q.id == said.question)
                    .flat_map(|q| &q.answers)
                    .any(|a| a.id == said.answer && a.attention)
            });
        BoardChild {
            name: placed.child.name.clone(),
            kana: placed.child.kana.clone(),
            mark: placed.child.mark,
            place: match placed.whereabouts {
                Whereabouts::Expected => Place::Expected,
                Whereabouts::Later { at } => Place::Later(at.and_then(today)),
                Whereabouts::Here { since } => Place::Here(time(since)),
                Whereabouts::Gone { at } => Place::Gone(time(at)),
                Whereabouts::Absent { why } => Place::Absent(why),
                Whereabouts::Unknown => Place::Unknown,
                Whereabouts::NotToday => Place::NotToday,
            },
            attention,
        }
    }

    /// The classes in the order of the roster.
    fn classes(placed: &[(Placed<'_>, BoardChild)]) -> Vec<ClassRow> {
        let mut classes: Vec<ClassRow> = Vec::new();
        for (p, shown) in placed {
            let found = classes.iter().position(|c| c.name == p.child.class);
            let at = found.unwrap_or_else(|| {
                classes.push(ClassRow {
                    name: p.child.class.clone(),
                    mark: p.child.mark,
                    counts: Counts::default(),
                });
                classes.len() - 1
            });
            classes[at].counts.add(&shown.place);
        }
        classes
    }

    pub(super) fn board_view(&self, panel: &Panel, now: &Now, folds: &Folds) -> Option<View> {
        let placed = self.placed(now, folds)?;
        let mut total = Counts::default();
        for (_, shown) in &placed {
            total.add(&shown.place);
        }
        Some(View::Board(Board {
            who: panel.staff().name.clone(),
            classes: Self::classes(&placed),
            total,
            alarms: count(folds.house().open_alarms()),
            tasks: count(self.tasks(now, folds).into_iter()),
            emergency: folds.house().emergency().is_some(),
            age: self.data_age(now),
        }))
    }

    pub(super) fn class_view(&self, class: &str, now: &Now, folds: &Folds) -> Option<View> {
        let placed = self.placed(now, folds)?;
        let row = Self::classes(&placed)
            .into_iter()
            .find(|c| c.name == class)?;
        Some(View::ClassList(ClassList {
            class: row,
            children: placed
                .into_iter()
                .filter(|(p, _)| p.child.class == class)
                .map(|(_, shown)| shown)
                .collect(),
        }))
    }

    pub(super) fn pick_class(&mut self, cx: &Turn<'_>, n: usize) {
        let picked = self
            .placed(cx.now, cx.folds)
            .and_then(|placed| Self::classes(&placed).into_iter().nth(n));
        if let Some(class) = picked {
            self.turn_to(Page::Class(class.name));
        }
    }

    pub(super) fn pick_child(&mut self, cx: &Turn<'_>, class: &str, n: usize) {
        let picked = self.placed(cx.now, cx.folds).and_then(|placed| {
            placed
                .into_iter()
                .filter(|(p, _)| p.child.class == class)
                .nth(n)
                .map(|(p, _)| p.subject)
        });
        if let Some(subject) = picked {
            let day = cx.now.stamp().day(&self.zone);
            self.turn_to(Page::Child(Sheet { subject, day }));
        }
    }
}
