//! What is shown is never less than nothing, whatever comes in whatever order.

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Op {
    Tap,
    Touch(Touch),
    Wait(u64),
    /// The city tells what it has, having counted so much of the journal, in parts of 8.
    Tell {
        counted: usize,
        spent_elsewhere: u64,
    },
    Disk(bool),
    ClockLost(bool),
}

fn op() -> impl Strategy<Value = Op> {
    let touch = prop_oneof![
        2 => Just(Touch::Confirm),
        1 => Just(Touch::Cancel),
        2 => Just(Touch::Undo),
        2 => Just(Touch::Own),
        1 => Just(Touch::Tab(OwnTab::Overview)),
        1 => Just(Touch::Tab(OwnTab::History)),
        3 => Just(Touch::Tab(OwnTab::Prizes)),
        3 => Just(Touch::Tab(OwnTab::Projects)),
        6 => (0usize..3).prop_map(Touch::Pick),
        1 => (-1i32..2).prop_map(Touch::Pages),
    ];
    prop_oneof![
        3 => Just(Op::Tap),
        12 => touch.prop_map(Op::Touch),
        2 => prop_oneof![1u64..5_000, Just(61_000), Just(86_400_000)].prop_map(Op::Wait),
        3 => (0usize..9, prop_oneof![3 => Just(0u64), 1 => 0u64..300])
            .prop_map(|(counted, spent_elsewhere)| Op::Tell { counted, spent_elsewhere }),
        1 => any::<bool>().prop_map(Op::Disk),
        1 => any::<bool>().prop_map(Op::ClockLost),
    ]
}

/// A city that answers each spend once, against what there is over all kiosks.
struct Town {
    elsewhere: u64,
    answers: BTreeMap<FactId, SpendVerdict>,
    as_of_ms: i64,
    counted: usize,
    told: Accounts,
}

impl Town {
    fn new() -> Self {
        Self {
            elsewhere: 600,
            answers: BTreeMap::new(),
            as_of_ms: MORNING,
            counted: 0,
            told: Accounts::default(),
        }
    }

    /// What the journal comes to, so far as it was counted, with every answer given.
    fn count(&mut self, journal: &[Fact]) -> Folds {
        let zone = TimeZone::get("Asia/Tokyo").unwrap();
        let mut folds = Folds::default();
        for fact in journal {
            folds.apply(fact, &zone);
        }
        for open in folds.account(&who(1)).spends().open().to_vec() {
            let account = folds.account(&who(1));
            let earned = u64::try_from(account.balance()).unwrap() + self.elsewhere;
            let settled = account.spends().settled() + u64::from(open.spend.points);
            let verdict =
                *self
                    .answers
                    .entry(open.fact)
                    .or_insert(if open.undone || settled > earned {
                        SpendVerdict::Declined
                    } else {
                        SpendVerdict::Settled
                    });
            let of = journal.iter().find(|f| f.id == open.fact).unwrap();
            let answered = Fact {
                body: FactBody::SpendAnswered { verdict },
                caused_by: Some(open.fact),
                ..of.clone()
            };
            folds.apply(&answered, &zone);
        }
        folds
    }

    fn tell(&mut self, kiosk: &mut Kiosk, counted: usize, spent_elsewhere: u64) {
        self.elsewhere = self.elsewhere.saturating_sub(spent_elsewhere);
        self.counted = self.counted.max(kiosk.journal.len() * counted / 8);
        let folds = self.count(&kiosk.journal[..self.counted]);
        let account = folds.account(&who(1));
        self.as_of_ms += 1;
        let standing = Standing {
            free: account.free(self.elsewhere),
            own: OwnPart::of(&account),
            answers: self.answers.clone(),
            ..Standing::default()
        };
        self.told = word(self.as_of_ms, standing);
        tell(kiosk, self.told.clone());
    }

    fn free(&self, kiosk: &Kiosk) -> u64 {
        let account = kiosk.folds.account(&who(1));
        self.told.known(&who(1), LIFE, &account).free
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    /// What is said to be free is what is known, nothing is reserved that was not free, each
    /// spend is answered once, and in the end city and kiosk agree.
    #[test]
    fn the_balance_is_what_is_known_and_covers_every_spend(
        ops in prop::collection::vec(op(), 0..80),
    ) {
        let mut kiosk = Kiosk::in_city(VISIT, city());
        let mut town = Town::new();
        town.tell(&mut kiosk, 8, 0);
        for op in ops {
            let (before, facts) = (town.free(&kiosk), kiosk.journal.len());
            match op {
                Op::Tap => kiosk.tap(card(1)),
                Op::Touch(touch) => kiosk.touch(touch),
                Op::Wait(ms) => kiosk.wait(ms),
                Op::Tell { counted, spent_elsewhere } => {
                    town.tell(&mut kiosk, counted, spent_elsewhere);
                }
                Op::Disk(full) => kiosk.disk = full.then_some(StoreTrouble::Full),
                Op::ClockLost(lost) => {
                    kiosk.now.clock.quality = if lost { Quality::UNKNOWN } else { super::super::town::NTP };
                }
            }
            for fact in &kiosk.journal[facts..] {
                if let FactBody::Spend(spend) = &fact.body {
                    prop_assert!(u64::from(spend.points) <= before, "{spend:?} of {before}");
                }
            }
            let account = kiosk.folds.account(&who(1));
            match kiosk.view() {
                View::VisitDone(done) => prop_assert_eq!(done.balance, Some(town.free(&kiosk))),
                View::Own(own) => {
                    prop_assert_eq!(own.balance, town.free(&kiosk));
                    prop_assert_eq!(own.reserved, account.spends().reserved());
                    prop_assert!(own.tabs.contains(&own.tab));
                }
                _ => {}
            }
            let mut answered: Vec<_> = kiosk.journal.iter().filter_map(|f| {
                matches!(f.body, FactBody::SpendAnswered { .. }).then_some(f.caused_by)
            }).collect();
            let all = answered.len();
            answered.sort();
            answered.dedup();
            prop_assert_eq!(answered.len(), all, "answered once");
        }
        kiosk.disk = None;
        kiosk.give(Input::Store(None));
        town.tell(&mut kiosk, 8, 0);
        kiosk.give(Input::Tick);
        let account = kiosk.folds.account(&who(1));
        prop_assert!(account.spends().open().is_empty(), "every answer is journalled");
        let settled = account.spends().settled();
        let earned = u64::try_from(account.balance()).unwrap() + town.elsewhere;
        prop_assert_eq!(town.free(&kiosk), earned.saturating_sub(settled));
    }
}
