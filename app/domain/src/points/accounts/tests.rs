use jiff::civil::date;
use uuid::Uuid;

use super::*;
use crate::{
    fact::tests::stamp,
    points::{
        VisitMade,
        award::{Award, AwardReason},
        spend::{Spend, SpendFor},
    },
    time::DayKey,
};

const LIFE: Incarnation = Incarnation(Uuid::from_u128(9));

fn fact(n: u128) -> FactId {
    FactId(Uuid::from_u128(n))
}

fn who() -> Pseudonym {
    crate::PurposeKey::new([3; 32]).pseudonym(&"SKM-000001".parse().unwrap())
}

fn visit(account: &mut Account, n: u128, day: Date, points: u32) {
    account.visit(VisitMade::new(fact(n), DayKey::Date(day), stamp(1, 1)));
    let award = Award {
        points,
        reason: AwardReason::Visit,
    };
    assert!(account.award(fact(n), &award));
}

#[test]
fn what_was_counted_is_not_counted_again() {
    let today = date(2026, 11, 24);
    let mut account = Account::default();
    visit(&mut account, 1, today, 10);
    let mut told = Accounts {
        as_of_ms: 5,
        life: Some(LIFE),
        ..Accounts::default()
    };
    let week = EarnedIn {
        span: Span::of(Period::Week, today),
        points: 40,
    };
    told.holders.insert(
        who(),
        Standing {
            free: 510,
            visits: 52,
            own: Own::of(&account),
            earned: vec![week],
            ..Standing::default()
        },
    );
    let known = |a: &Account| told.known(&who(), LIFE, a);
    assert_eq!((known(&account).free, known(&account).visits), (510, 52));
    visit(&mut account, 2, today, 30);
    assert_eq!((known(&account).free, known(&account).visits), (540, 53));
    let standing = told.standing(&who(), LIFE).unwrap();
    let in_week = |day| standing.earned_in(Period::Week, day, &account);
    assert_eq!((in_week(today).counted, in_week(today).now), (40, 70));
    // Next week the old word says nothing, and neither do this week's visits.
    assert_eq!(
        (
            in_week(date(2026, 12, 1)).counted,
            in_week(date(2026, 12, 1)).now
        ),
        (0, 0)
    );
    account.spend(
        fact(3),
        stamp(1, 1),
        Spend {
            what: SpendFor::PrizeEntry("rice".parse().unwrap()),
            points: 200,
        },
    );
    assert_eq!(known(&account).free, 340);
    assert!(account.undo(fact(3)));
    assert_eq!(known(&account).free, 540);
    // A new journal has given nothing yet: nothing is taken off.
    let other = Incarnation(Uuid::from_u128(10));
    assert_eq!(told.known(&who(), other, &Account::default()).free, 510);
}

#[test]
fn somebody_the_city_has_not_told_of_has_what_this_journal_knows() {
    let mut account = Account::default();
    visit(&mut account, 1, date(2026, 11, 24), 10);
    let known = Accounts::default().known(&who(), LIFE, &account);
    assert_eq!((known.free, known.as_of_ms), (10, None));
}

#[test]
fn news_renew_only_what_they_speak_of_and_only_when_newer() {
    let standing = |free| Standing {
        free,
        own: Own {
            earned: 7,
            ..Own::default()
        },
        ..Standing::default()
    };
    let other = crate::PurposeKey::new([4; 32]).pseudonym(&"SKM-000001".parse().unwrap());
    let base = Accounts {
        as_of_ms: 10,
        life: Some(LIFE),
        holders: [(who(), standing(1)), (other, standing(2))].into(),
    };
    let mut news = Accounts {
        as_of_ms: 11,
        life: Some(LIFE),
        holders: [(who(), standing(3))].into(),
    };
    let all = base.renewed_by(&news);
    assert_eq!((all.holders[&who()].free, all.holders[&other].free), (3, 2));
    news.life = Some(Incarnation(Uuid::from_u128(10)));
    let all = base.renewed_by(&news);
    assert_eq!(all.holders[&other].own, Own::default());
    assert_eq!(all.holders[&who()].own.earned, 7);
    news.as_of_ms = 10;
    assert_eq!(base.renewed_by(&news), base);
}

#[test]
fn what_the_town_lent_is_paid_back_before_anything_is_free() {
    let today = date(2026, 11, 24);
    let spend = Spend {
        what: SpendFor::PrizeEntry("rice".parse().unwrap()),
        points: 8,
    };
    let mut account = Account::default();
    visit(&mut account, 1, today, 10);
    account.spend(fact(2), stamp(1, 1), spend);
    assert!(account.answer(fact(2), SpendVerdict::Settled));
    assert!(account.undo(fact(1)));
    let told = Standing {
        owed: 8,
        own: Own::of(&account),
        ..Standing::default()
    };
    assert_eq!(told.known(&account).free, 0);
    visit(&mut account, 3, today, 10);
    assert_eq!(told.known(&account).free, 2);
}

#[test]
fn own_is_told_with_the_answers_the_journal_does_not_have_yet() {
    let mut account = Account::default();
    visit(&mut account, 1, date(2026, 11, 24), 50);
    for (n, points) in [(2, 20), (3, 25)] {
        let what = SpendFor::Donation("tower".parse().unwrap());
        account.spend(fact(n), stamp(1, 1), Spend { what, points });
    }
    let answers = [
        (fact(2), SpendVerdict::Settled),
        (fact(3), SpendVerdict::Declined),
    ]
    .into();
    let told = Own::answered(&account, &answers);
    assert_eq!((told.spent, Own::of(&account).spent), (20, 45));
    for (spend, verdict) in &answers {
        assert!(account.answer(*spend, *verdict));
    }
    assert_eq!(told, Own::of(&account));
}
