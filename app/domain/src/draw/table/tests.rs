use super::*;
use crate::draw::sample::{hall, prize, secret, table};
use crate::draw::secret::commitment;
use jiff::civil::date;

type Slip = fn(&mut DrawTable);

#[test]
fn each_slip_is_named() {
    let slips: [(Slip, &str); 22] = [
        (
            |t| t.until = date(2026, 10, 1),
            "table autumn ends before it begins",
        ),
        (|t| t.rows.clear(), "table autumn needs 1 to 12 rows"),
        (
            |t| t.rows[1].id = prize("towel"),
            "table autumn: row towel stands twice",
        ),
        (
            |t| t.rows[3].weight = 5_999,
            "table autumn: the weights sum to 9999; they must sum to 10000",
        ),
        (
            |t| t.rows[3].weight = 6_001,
            "table autumn: the weights sum to 10001; they must sum to 10000",
        ),
        (
            |t| {
                t.rows[2].weight = 0;
                t.rows[3].weight = 8_000;
            },
            "table autumn: row sticker has no weight and stands in for nothing",
        ),
        (|t| t.kiosks.clear(), "table autumn stands at no kiosk"),
        (
            |t| {
                stock(t).insert(prize("car"), 1);
            },
            "table autumn: hall-1 has stock of car, which is no row",
        ),
        (
            |t| {
                for a in t.kiosks.values_mut() {
                    a.stock.insert(prize("thanks"), 1);
                }
            },
            "table autumn: thanks is no prize and has no stock",
        ),
        (
            |t| {
                stock(t).remove(&prize("orange"));
            },
            "table autumn: hall-1 has no stock of orange, other kiosks have; write 0",
        ),
        (
            |t| {
                stock(t).insert(prize("towel"), MAX_STOCK + 1);
            },
            "table autumn: hall-1 has more than 100000 pieces of towel",
        ),
        (
            |t| t.rows[0].when_gone = None,
            "table autumn: towel has stock, so it needs when_gone",
        ),
        (
            |t| t.rows[0].when_gone = Some(prize("orange")),
            "table autumn: when_gone of towel must be another row without stock, and towel must have some",
        ),
        (
            |t| t.rows[0].when_gone = Some(prize("car")),
            "table autumn: when_gone of towel must be another row without stock, and towel must have some",
        ),
        (
            |t| t.rows[2].when_gone = Some(prize("thanks")),
            "table autumn: when_gone of sticker must be another row without stock, and sticker must have some",
        ),
        (
            |t| ceiling(t).blanks = 0,
            "table autumn: ceiling.blanks must be 1 to 1000",
        ),
        (
            |t| ceiling(t).row = prize("thanks"),
            "table autumn: the ceiling's row thanks must be a prize of the table",
        ),
        (
            |t| t.per_day = 0,
            "table autumn: spins a day must be 1 to 8, for an age band 0 to 8",
        ),
        (
            |t| {
                t.ages.insert(Age::Child, 9);
            },
            "table autumn: spins a day must be 1 to 8, for an age band 0 to 8",
        ),
        (
            |t| t.spins.streak = 11,
            "table autumn: spins.streak must be at most 10",
        ),
        (
            |t| t.spins = SpinRule::default(),
            "table autumn: nothing earns a spin",
        ),
        (
            |t| t.rows = vec![t.rows[2].clone(); 13],
            "table autumn needs 1 to 12 rows",
        ),
    ];
    assert_eq!(table().check(), Ok(()));
    for (slip, said) in slips {
        let mut table = table();
        slip(&mut table);
        assert_eq!(table.check().unwrap_err().to_string(), said);
    }
}

fn stock(table: &mut DrawTable) -> &mut BTreeMap<PrizeId, u32> {
    &mut table.kiosks.get_mut(&hall()).unwrap().stock
}

fn ceiling(table: &mut DrawTable) -> &mut Ceiling {
    table.ceiling.as_mut().unwrap()
}

#[test]
fn a_kiosk_has_one_table_at_a_time() {
    let first = table();
    let mut second = table();
    assert_eq!(
        check_all(&[first.clone(), second.clone()])
            .unwrap_err()
            .to_string(),
        "table autumn stands twice"
    );
    second.id = "winter".parse().unwrap();
    assert_eq!(
        check_all(&[first.clone(), second.clone()])
            .unwrap_err()
            .to_string(),
        "tables autumn and winter stand at hall-1 on the same day"
    );
    second.from = date(2026, 12, 1);
    second.until = date(2026, 12, 28);
    assert_eq!(check_all(&[first.clone(), second.clone()]), Ok(()));
    second.from = first.from;
    second.kiosks.retain(|k, _| *k != hall());
    let mut first = first;
    first.kiosks.retain(|k, _| *k == hall());
    assert_eq!(check_all(&[first, second]), Ok(()));
}

#[test]
fn a_price_cannot_be_written_down() {
    let text = serde_json::to_value(table()).unwrap();
    assert_eq!(
        serde_json::from_value::<DrawTable>(text.clone()).unwrap(),
        table()
    );
    for (place, key) in [
        ("", "price"),
        ("/spins", "yen"),
        ("/spins", "points"),
        ("/rows/0", "cost"),
    ] {
        let mut slipped = text.clone();
        slipped.pointer_mut(place).unwrap()[key] = 10.into();
        let said = serde_json::from_value::<DrawTable>(slipped)
            .unwrap_err()
            .to_string();
        assert!(said.contains(&format!("unknown field `{key}`")), "{said}");
    }
}

#[test]
fn the_terms_cover_what_decides_and_nothing_else() {
    let before = commitment(&table(), &hall(), &secret());
    let changes: [(Slip, bool); 8] = [
        (
            |t| {
                t.rows[0].weight = 499;
                t.rows[2].weight = 2_001;
            },
            true,
        ),
        (
            |t| {
                stock(t).insert(prize("towel"), 3);
            },
            true,
        ),
        (|t| t.rows[0].when_gone = Some(prize("sticker")), true),
        (|t| ceiling(t).blanks = 4, true),
        (|t| t.ceiling = None, true),
        (|t| t.rows[2].blank = true, true),
        (|t| t.rows[0].name.ja = "手ぬぐい".into(), false),
        (|t| t.per_day = 2, false),
    ];
    for (n, (change, decides)) in changes.into_iter().enumerate() {
        let mut table = table();
        change(&mut table);
        let after = commitment(&table, &hall(), &secret());
        assert_eq!(after != before, decides, "change {n}");
    }
}

#[test]
fn every_ticket_lies_in_its_row() {
    let table = table();
    for (ticket, row) in [
        (0, "towel"),
        (499, "towel"),
        (500, "orange"),
        (1_999, "orange"),
        (2_000, "sticker"),
        (4_000, "thanks"),
        (9_999, "thanks"),
    ] {
        let ticket = Ticket::try_from(ticket).unwrap();
        assert_eq!(table.row_of(ticket).id.as_str(), row);
    }
}

#[test]
fn deeds_earn_spins_only_where_they_earned_points() {
    let rule = SpinRule {
        visit: 1,
        first_visit: 2,
        streak: 3,
        stamps: 4,
        volunteering: 5,
    };
    let line = |points, reason| Award { points, reason };
    let help = || AwardReason::Volunteering("cleaning".parse().unwrap());
    for (lines, spins) in [
        (vec![], 0),
        (vec![line(0, AwardReason::Visit)], 0),
        (vec![line(10, AwardReason::Visit)], 1),
        (
            vec![line(10, AwardReason::Visit), line(5, AwardReason::Streak)],
            4,
        ),
        (
            vec![
                line(10, AwardReason::Visit),
                line(5, AwardReason::FirstVisit),
            ],
            3,
        ),
        (
            vec![
                line(10, AwardReason::Visit),
                line(5, AwardReason::Stamps),
                line(1, AwardReason::Window),
            ],
            5,
        ),
        (
            vec![
                line(10, AwardReason::Visit),
                line(5, AwardReason::Streak),
                line(5, AwardReason::Stamps),
                line(1, AwardReason::FirstVisit),
            ],
            MAX_SPINS,
        ),
        (vec![line(100, help())], 5),
    ] {
        assert_eq!(rule.earned(&lines), spins, "{lines:?}");
    }
}

#[test]
fn of_whom_no_age_is_known_the_cap_is_everybodys() {
    let table = table();
    assert_eq!(table.per_day(None), 3);
    assert_eq!(table.per_day(Some(Age::Senior)), 3);
    assert_eq!(table.per_day(Some(Age::Child)), 1);
    assert_eq!(table.per_day_at_most(), 3);
}
