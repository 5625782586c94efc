//! The languages there are, chosen from before a card is held or on the own page.

use machitap_domain::{
    catalogue::Language,
    preferences::{Preference, Preferences},
};

use super::{
    own::own,
    town::{Kiosk, VISIT, card},
};
use crate::{
    input::Touch,
    session::{CHOOSER_MS, LANGUAGE_MS},
    view::{OwnPage, OwnTab, View},
};

fn choosing(kiosk: &Kiosk) -> bool {
    matches!(kiosk.view(), View::Languages)
}

fn idle(kiosk: &Kiosk) -> bool {
    matches!(kiosk.view(), View::Idle(_))
}

#[test]
fn one_touch_shows_them_and_one_chooses() {
    for language in Language::ALL {
        let mut kiosk = Kiosk::new(VISIT);
        kiosk.touch(Touch::Languages);
        assert!(choosing(&kiosk));
        kiosk.touch(Touch::Language(language));
        assert!(idle(&kiosk));
        assert_eq!(kiosk.screen().language, language);
        kiosk.wait(LANGUAGE_MS);
        assert_eq!(kiosk.screen().language, Language::Ja);
    }
}

#[test]
fn whoever_goes_back_or_away_keeps_what_they_had() {
    for leave in [
        (|kiosk| kiosk.touch(Touch::Cancel)) as fn(&mut Kiosk),
        |kiosk| kiosk.wait(CHOOSER_MS),
    ] {
        let mut kiosk = Kiosk::new(VISIT);
        kiosk.touch(Touch::Language(Language::Vi));
        kiosk.touch(Touch::Languages);
        leave(&mut kiosk);
        assert!(idle(&kiosk));
        assert_eq!(kiosk.screen().language, Language::Vi);
    }
}

#[test]
fn a_card_needs_no_way_back_first() {
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.touch(Touch::Language(Language::Pt));
    kiosk.touch(Touch::Languages);
    kiosk.tap(card(1));
    assert!(matches!(kiosk.view(), View::VisitDone(_)));
    assert_eq!(kiosk.screen().language, Language::Pt);
}

#[test]
fn nothing_that_is_done_gives_way_to_them() {
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.tap(card(1));
    kiosk.touch(Touch::Languages);
    assert!(matches!(kiosk.view(), View::VisitDone(_)));
}

#[test]
fn on_the_own_page_one_is_chosen_for_good() {
    let mut kiosk = Kiosk::new(VISIT);
    kiosk.tap(card(1));
    kiosk.touch(Touch::Own);
    kiosk.touch(Touch::Languages);
    assert_eq!(own(&kiosk).tab, OwnTab::Overview, "not from every tab");
    assert_ne!(own(&kiosk).page, OwnPage::Languages);
    kiosk.touch(Touch::Tab(OwnTab::Preferences));
    kiosk.touch(Touch::Languages);
    assert_eq!(own(&kiosk).page, OwnPage::Languages);
    kiosk.touch(Touch::Cancel);
    assert_eq!(own(&kiosk).tab, OwnTab::Preferences);
    kiosk.touch(Touch::Languages);
    kiosk.touch(Touch::Prefer(Preference::Language(Some(Language::Zh))));
    let OwnPage::Preferences(sheet) = &own(&kiosk).page else {
        panic!("back at the preferences: {:?}", own(&kiosk).page);
    };
    assert_eq!(
        sheet.chosen,
        Preferences::default().with(Preference::Language(Some(Language::Zh)))
    );
    assert_eq!(kiosk.screen().language, Language::Zh);
    kiosk.touch(Touch::Cancel);
    kiosk.tap(card(1));
    assert_eq!(
        kiosk.screen().language,
        Language::Zh,
        "at the next visit too"
    );
}
