//! A resident's points in plain Japanese.

use jiff::civil::Date;
use machitap_domain::{
    FacilityId,
    catalogue::Catalogue,
    points::{
        award::AwardReason,
        caps::{CapHit, Period, Scope},
        ledger::SpendMade,
        merge::{AwardMade, Cut},
        rules::Rules,
        spend::{SpendFor, SpendVerdict},
    },
};

use crate::points::story::What;

/// One line of a resident's story; its day finds the names of that time.
pub(in crate::web) fn line(what: &What<'_>, day: Option<Date>, names: &Catalogue) -> String {
    match *what {
        What::Given { award, stands, cut } => given(award, stands, cut, day, names),
        What::Repaid(points) => format!("まちの立て替えを返した：-{points}"),
        What::Spent { made, undone, lent } => spent(made, undone, lent, names),
        What::Ended(points) => format!("期限が切れた：-{points}"),
    }
}

fn given(
    award: &AwardMade,
    stands: u32,
    cut: Option<Cut>,
    day: Option<Date>,
    names: &Catalogue,
) -> String {
    let at = names.facilities.get(&award.facility);
    let at = at.map_or(award.facility.as_str(), |f| &f.name.ja);
    let what = reason(&award.reason, &award.facility, day, names);
    let points = award.points;
    let why = match cut {
        None => return format!("{what}（{at}）：+{stands}"),
        Some(Cut::Undone) => "取り消した".to_owned(),
        Some(Cut::Given) => "もう もらっている".to_owned(),
        Some(Cut::Capped(hit)) => capped(hit),
    };
    format!("{what}（{at}）：+{stands}（{points}のうち。{why}）")
}

fn reason(reason: &AwardReason, at: &FacilityId, day: Option<Date>, names: &Catalogue) -> String {
    let rules = names.point_rule(at).map(|r| r.on(day.unwrap_or(Date::MAX)));
    let rules: Option<&Rules> = rules.as_deref();
    let named = |kind: &str, name: Option<&String>| {
        name.map_or_else(|| kind.to_owned(), |name| format!("{kind}「{name}」"))
    };
    match reason {
        AwardReason::Visit => "利用".to_owned(),
        AwardReason::FirstVisit => "はじめての利用".to_owned(),
        AwardReason::Streak => "連続の利用".to_owned(),
        AwardReason::Stamps => "スタンプがたまった".to_owned(),
        AwardReason::Window => "曜日や時間のおまけ".to_owned(),
        AwardReason::Birthday => "誕生月".to_owned(),
        AwardReason::Campaign(id) => {
            let found = rules.and_then(|r| r.campaigns.iter().find(|c| c.id == *id));
            named("キャンペーン", found.map(|c| &c.name.ja))
        }
        AwardReason::Volunteering(id) => {
            let found = rules.and_then(|r| r.volunteering.iter().find(|a| a.id == *id));
            named("ボランティア", found.map(|a| &a.name.ja))
        }
        AwardReason::Event(id) => {
            let events = names.facilities.get(at).and_then(|f| f.service.as_event());
            let found = events.and_then(|e| e.event(id));
            named("催し", found.map(|e| &e.name.ja))
        }
    }
}

fn capped(hit: CapHit) -> String {
    let period = match hit.period {
        Period::Day => "1日",
        Period::Month => "1か月",
        Period::Year => "1年",
    };
    let scope = match hit.scope {
        Scope::Facility => "ここでは",
        Scope::Person => "まち全体で",
    };
    format!("{scope}{period}に{}まで", hit.cap)
}

fn spent(made: &SpendMade, undone: bool, lent: Option<u64>, names: &Catalogue) -> String {
    let offer = made.spend.what.offer();
    let name = names.offers.name(offer);
    let name = name.map_or(offer.as_str(), |n| &n.ja);
    let what = match made.spend.what {
        SpendFor::PrizeEntry(_) => format!("「{name}」に応募"),
        SpendFor::Donation(_) => format!("「{name}」を応援"),
    };
    let points = made.spend.points;
    let lent = lent.map_or_else(String::new, |l| format!("（うち{l}はまちが立て替え）"));
    match (made.verdict, undone) {
        (Some(SpendVerdict::Settled), _) => format!("{what}：-{points}{lent}"),
        (Some(SpendVerdict::Declined), false) => {
            format!("{what}：不成立（{points}は使っていない）")
        }
        (_, true) => format!("{what}：取り消した（{points}は使っていない）"),
        (None, false) => format!("{what}：{points}（まちの返事を待っている）"),
    }
}

#[cfg(test)]
mod tests {
    use machitap_domain::{
        BootId, ClockSource, FactId, FactKey, Incarnation, Quality, Stamp, points::spend::Spend,
        time::DayKey,
    };
    use uuid::Uuid;

    use super::*;

    fn names() -> Catalogue {
        let text = r#"{"city":"town","name":{"ja":"まち"},"contact":"-","facilities":{
            "hall":{"name":{"ja":"会館"},"time_zone":"Asia/Tokyo","service":{"kind":"visit",
              "points":{"base":10,"visits_per_day":1,"rules":[{"from":"2026-04-01","base":10,
                "campaigns":[{"id":"spring","name":{"ja":"はる"},"from":"2026-04-01",
                  "until":"2026-04-30","times":2}],
                "volunteering":[{"id":"beach","name":{"ja":"浜そうじ"},"points":50}]}]}}},
            "door":{"name":{"ja":"ホール"},"time_zone":"Asia/Tokyo","service":{"kind":"event",
              "events":[{"id":"concert","name":{"ja":"演奏会"},
                "from":"2026-12-05T14:00","until":"2026-12-05T16:00"}]}}},
            "offers":{"prizes":[{"id":"rice","name":{"ja":"お米"},"picture":"rice","points":5,
              "from":"2026-01-01","until":"2026-12-31","winners":1}]}}"#;
        serde_json::from_str(text).unwrap()
    }

    fn key() -> FactKey {
        FactKey {
            kiosk: "hall-1".parse().unwrap(),
            incarnation: Incarnation(Uuid::from_u128(1)),
            seq: 1,
        }
    }

    fn day() -> Date {
        jiff::civil::date(2026, 4, 10)
    }

    fn award(reason: AwardReason, facility: &str) -> AwardMade {
        AwardMade {
            key: key(),
            cause: FactId(Uuid::from_u128(1)),
            at: Stamp {
                wall_ms: 1,
                boot: BootId(Uuid::from_u128(1)),
                mono_ms: 1,
                quality: Quality {
                    source: ClockSource::Ntp,
                    uncertainty_ms: Some(1),
                },
            },
            day: DayKey::Date(day()),
            facility: facility.parse().unwrap(),
            reason,
            points: 10,
        }
    }

    #[test]
    fn every_reason_has_its_words_and_the_name_of_its_time() {
        let id = |text: &str| AwardReason::Campaign(text.parse().unwrap());
        for (reason, at, said) in [
            (AwardReason::Visit, "hall", "利用（会館）：+10"),
            (
                AwardReason::FirstVisit,
                "hall",
                "はじめての利用（会館）：+10",
            ),
            (AwardReason::Streak, "hall", "連続の利用（会館）：+10"),
            (
                AwardReason::Stamps,
                "hall",
                "スタンプがたまった（会館）：+10",
            ),
            (
                AwardReason::Window,
                "hall",
                "曜日や時間のおまけ（会館）：+10",
            ),
            (AwardReason::Birthday, "hall", "誕生月（会館）：+10"),
            (id("spring"), "hall", "キャンペーン「はる」（会館）：+10"),
            (id("gone"), "hall", "キャンペーン（会館）：+10"),
            (
                AwardReason::Volunteering("beach".parse().unwrap()),
                "hall",
                "ボランティア「浜そうじ」（会館）：+10",
            ),
            (
                AwardReason::Event("concert".parse().unwrap()),
                "door",
                "催し「演奏会」（ホール）：+10",
            ),
            (AwardReason::Visit, "pool", "利用（pool）：+10"),
        ] {
            let award = award(reason, at);
            let what = What::Given {
                award: &award,
                stands: 10,
                cut: None,
            };
            assert_eq!(line(&what, Some(day()), &names()), said);
        }
    }

    #[test]
    fn what_was_cut_says_by_what() {
        let capped = |period, scope| {
            Some(Cut::Capped(CapHit {
                period,
                scope,
                cap: 15,
            }))
        };
        for (cut, why) in [
            (Some(Cut::Undone), "取り消した"),
            (Some(Cut::Given), "もう もらっている"),
            (capped(Period::Day, Scope::Facility), "ここでは1日に15まで"),
            (
                capped(Period::Month, Scope::Person),
                "まち全体で1か月に15まで",
            ),
            (capped(Period::Year, Scope::Person), "まち全体で1年に15まで"),
        ] {
            let award = award(AwardReason::Visit, "hall");
            let what = What::Given {
                award: &award,
                stands: 4,
                cut,
            };
            let said = format!("利用（会館）：+4（10のうち。{why}）");
            assert_eq!(line(&what, Some(day()), &names()), said);
        }
    }

    #[test]
    fn a_spend_says_what_became_of_it() {
        let prize = |id: &str| SpendFor::PrizeEntry(id.parse().unwrap());
        let gift = SpendFor::Donation("tower".parse().unwrap());
        let (settled, declined) = (Some(SpendVerdict::Settled), Some(SpendVerdict::Declined));
        for (what, verdict, undone, lent, said) in [
            (
                prize("rice"),
                None,
                false,
                None,
                "「お米」に応募：5（まちの返事を待っている）",
            ),
            (prize("rice"), settled, false, None, "「お米」に応募：-5"),
            (
                gift,
                settled,
                true,
                Some(2),
                "「tower」を応援：-5（うち2はまちが立て替え）",
            ),
            (
                prize("rice"),
                declined,
                false,
                None,
                "「お米」に応募：不成立（5は使っていない）",
            ),
            (
                prize("rice"),
                declined,
                true,
                None,
                "「お米」に応募：取り消した（5は使っていない）",
            ),
            (
                prize("rice"),
                None,
                true,
                None,
                "「お米」に応募：取り消した（5は使っていない）",
            ),
        ] {
            let made = SpendMade {
                key: key(),
                fact: FactId(Uuid::from_u128(2)),
                spend: Spend { what, points: 5 },
                day: day(),
                nth: 0,
                verdict,
            };
            let what = What::Spent {
                made: &made,
                undone,
                lent,
            };
            assert_eq!(line(&what, Some(day()), &names()), said);
        }
    }

    #[test]
    fn what_ended_or_was_paid_back_is_said_too() {
        let said = |what| line(&what, None, &names());
        assert_eq!(said(What::Ended(3)), "期限が切れた：-3");
        assert_eq!(said(What::Repaid(3)), "まちの立て替えを返した：-3");
    }
}
