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
