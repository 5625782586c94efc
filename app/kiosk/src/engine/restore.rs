//! What an earlier run left in the journal, taken up again.

use std::collections::BTreeMap;

use machitap_domain::fact::Class;
use machitap_kiosk_core::{Session, Setup, lockout::Lockout};
use machitap_store::Journal;

use super::{ANCHOR_KEY, Times, refused};
use crate::{
    clock::Anchor,
    documents::{Documents, News},
};

pub(crate) fn clock(journal: &Journal, times: &mut Times) {
    match journal.clock_floor() {
        Ok(Some(floor)) => {
            times.keeper.raise_floor(floor);
            times.floor.raise(floor);
        }
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "the last trusted time cannot be read"),
    }
    let kept = journal.get_setting(ANCHOR_KEY).ok().flatten();
    if let Some(anchor) = kept.and_then(|text| serde_json::from_str::<Anchor>(&text).ok()) {
        times.keeper.restore(anchor);
    }
}

/// The settings the session keeps. One that cannot be read counts as damaged, which the
/// lock on the PIN answers by staying locked.
pub(super) fn settings(journal: &Journal) -> BTreeMap<String, String> {
    let mut kept = BTreeMap::new();
    match journal.get_setting(Lockout::KEY) {
        Ok(None) => {}
        Ok(Some(text)) => {
            kept.insert(Lockout::KEY.to_owned(), text);
        }
        Err(error) => {
            tracing::warn!(%error, "the staff lock cannot be read; it counts as locked");
            kept.insert(Lockout::KEY.to_owned(), String::new());
        }
    }
    match journal.get_setting(Session::CLOCK_KEY) {
        Ok(text) => kept.extend(text.map(|text| (Session::CLOCK_KEY.to_owned(), text))),
        Err(error) => {
            tracing::warn!(%error, "the last believed time cannot be read; the clock is taken anew");
        }
    }
    kept
}

pub(super) fn documents(journal: &Journal, documents: &mut Documents, setup: &mut Setup) {
    for name in documents.names() {
        let stored = match journal.document(&name) {
            Ok(Some(stored)) => stored,
            Ok(None) => continue,
            Err(error) => {
                refused(&name, &error, error.class());
                continue;
            }
        };
        match documents.restore(&name, stored.version, &stored.bytes) {
            Ok(News::Catalogue(catalogue)) => setup.catalogue = Some(*catalogue),
            Ok(News::Roster(roster)) => setup.roster = Some((*roster, stored.issued_ms)),
            Ok(News::Ranking(ranking)) => setup.ranking = Some(*ranking),
            Ok(News::Notices(notices)) => setup.notices = *notices,
            Ok(News::Absences(absences)) => setup.absences = Some((*absences, stored.issued_ms)),
            Ok(News::Deals(deals)) => setup.deals = *deals,
            Ok(News::Fares(fares)) => setup.fares = Some(*fares),
            Ok(News::Accounts(accounts)) => setup.accounts = *accounts,
            Ok(News::AccountNews(news)) => setup.account_news = *news,
            Ok(News::Progress(progress)) => setup.progress = *progress,
            Ok(News::Leases(leases)) => setup.leases = Some(*leases),
            Err(error) => refused(&name, &error, Class::Refuse),
        }
    }
}
