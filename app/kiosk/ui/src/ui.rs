//! The window, and the one way in and out of it.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use machitap_domain::{catalogue::Language, preferences::Preference};
use machitap_kiosk_core::{Screen, Touch, View, input::StaffAct};
use slint::ComponentHandle;

use crate::{
    adapter::{Models, own, panel},
    larger,
    reach::Mounting,
    screens::{ActItem, App, DeskApi, PanelApi, SessionApi},
    tongues::{face, language, speak, tongue},
};

/// The kiosk's window. Lives on the thread it was made on.
pub struct Ui {
    app: App,
    models: Models,
    shown: RefCell<Option<(View, Language)>>,
    /// Nothing moves here, whoever comes.
    still: Cell<bool>,
}

/// Makes the window on the platform already set. It is not shown yet.
///
/// # Errors
/// The platform's, when it can make no window.
pub fn kiosk() -> Result<Ui, slint::PlatformError> {
    let app = App::new()?;
    // Without this the environment's LANG would choose.
    speak(Language::default());
    Ok(Ui {
        models: Models::attach(&app),
        app,
        shown: RefCell::new(None),
        still: Cell::new(false),
    })
}

impl Ui {
    /// The window, to show, size and take pictures of.
    pub fn window(&self) -> &slint::Window {
        self.app.window()
    }

    /// The component, for the event loop and for finding elements.
    pub fn component(&self) -> &App {
        &self.app
    }

    /// Whether nothing moves but what counts time.
    pub fn reduce_motion(&self, reduced: bool) {
        self.still.set(reduced);
        self.app.global::<PanelApi>().set_reduced_motion(reduced);
    }

    /// Says how the panel hangs: how large 20 mm are on it, and whether it must be lowered.
    pub fn mount(&self, mounting: Mounting) {
        panel::mount(&self.app, mounting);
    }

    /// Draws a screen. A view equal to the last one leaves its countdown running.
    pub fn show_screen(&self, screen: &Screen) {
        let mut shown = self.shown.borrow_mut();
        let (same_view, same_language) = shown.as_ref().map_or((false, false), |(view, l)| {
            (*view == screen.view, *l == screen.language)
        });
        if !same_language {
            speak(screen.language);
            self.app
                .global::<SessionApi>()
                .set_tongue(tongue(screen.language));
            let face = face(screen.language);
            let panel = self.app.global::<PanelApi>();
            panel.set_family(face.family.into());
            panel.set_leading(face.leading);
        }
        let panel = self.app.global::<PanelApi>();
        panel.set_reduced_motion(self.still.get() || !screen.motion);
        panel.set_larger(larger::factor(screen));
        panel.set_lowered(screen.lowered);
        self.models.header(&self.app, &screen.header);
        if !(same_view && same_language) {
            self.models.view(&self.app, &screen.view);
            *shown = Some((screen.view.clone(), screen.language));
        }
    }

    /// Hears each touch. A second call replaces the first.
    pub fn on_touch(&self, hear: impl Fn(Touch) + 'static) {
        let hear: Rc<dyn Fn(Touch)> = Rc::new(hear);
        let session = self.app.global::<SessionApi>();
        let tell = |touch: Touch| {
            let hear = hear.clone();
            move || hear(touch)
        };
        session.on_confirm(tell(Touch::Confirm));
        session.on_cancel(tell(Touch::Cancel));
        session.on_undo(tell(Touch::Undo));
        session.on_erase(tell(Touch::Erase));
        session.on_turn_all(tell(Touch::TurnAll));
        session.on_wait(tell(Touch::Wait));
        session.on_spin(tell(Touch::Spin));
        session.on_odds(tell(Touch::Odds));
        session.on_own(tell(Touch::Own));
        session.on_languages(tell(Touch::Languages));
        session.on_lower(tell(Touch::Lower));
        session.on_tab({
            let hear = hear.clone();
            move |item| hear(Touch::Tab(own::tab_of(item)))
        });
        let tell_place = |touch: fn(usize) -> Touch| {
            let hear = hear.clone();
            move |i| place(i).map(touch).into_iter().for_each(&*hear)
        };
        session.on_toggle_child(tell_place(Touch::ToggleChild));
        session.on_turn_child(tell_place(Touch::TurnChild));
        session.on_pick(tell_place(Touch::Pick));
        let tell_step = |touch: fn(i32) -> Touch| {
            let hear = hear.clone();
            move |by| hear(touch(by))
        };
        session.on_minutes(tell_step(Touch::Minutes));
        session.on_days(tell_step(Touch::Days));
        session.on_months(tell_step(Touch::Months));
        session.on_pages(tell_step(Touch::Pages));
        session.on_heads({
            let hear = hear.clone();
            move |by| {
                i16::try_from(by)
                    .map(Touch::Heads)
                    .into_iter()
                    .for_each(&*hear)
            }
        });
        session.on_act({
            let hear = hear.clone();
            move |item, i| act(item, i).map(Touch::Act).into_iter().for_each(&*hear)
        });
        session.on_digit({
            let hear = hear.clone();
            move |d| {
                u8::try_from(d)
                    .map(Touch::Digit)
                    .into_iter()
                    .for_each(&*hear)
            }
        });
        let prefer = |hear: &Rc<dyn Fn(Touch)>| {
            let hear = hear.clone();
            move |one| hear(Touch::Prefer(one))
        };
        session.on_prefer_tongue({
            let prefer = prefer(&hear);
            move |to| prefer(Preference::Language(Some(language(to))))
        });
        session.on_prefer_text({
            let prefer = prefer(&hear);
            move |size| prefer(Preference::Text(own::text_of(size)))
        });
        session.on_prefer_voice({
            let prefer = prefer(&hear);
            move |voice| prefer(Preference::Voice(Some(voice)))
        });
        session.on_prefer_still({
            let prefer = prefer(&hear);
            move |still| prefer(Preference::Still(still))
        });
        let desk = self.app.global::<DeskApi>();
        desk.on_mark(tell(Touch::Mark));
        desk.on_kana_key({
            let hear = hear.clone();
            move |kana| kana.chars().map(Touch::Kana).for_each(&*hear)
        });
        session.on_speak(move |to| hear(Touch::Language(language(to))));
    }
}

fn place(i: i32) -> Option<usize> {
    usize::try_from(i).ok()
}

fn act(item: ActItem, i: i32) -> Option<StaffAct> {
    Some(match item {
        ActItem::Alarms => StaffAct::Alarms,
        ActItem::Tasks => StaffAct::Tasks,
        ActItem::Emergency => StaffAct::Emergency,
        ActItem::Papers => StaffAct::Papers,
        ActItem::Kiosk => StaffAct::Kiosk,
        ActItem::In => StaffAct::In,
        ActItem::Out => StaffAct::Out,
        ActItem::HandOver => StaffAct::HandOver,
        ActItem::Excuse => StaffAct::Excuse,
        ActItem::Pass => StaffAct::Pass,
        ActItem::Correct => StaffAct::Correct(place(i)?),
        ActItem::Add => StaffAct::Add,
        ActItem::Turn => StaffAct::Turn,
        ActItem::Strike => StaffAct::Strike,
        ActItem::EndEmergency => StaffAct::EndEmergency,
        ActItem::Write => StaffAct::Write,
        ActItem::Help => StaffAct::Help,
        ActItem::Register => StaffAct::Register,
        ActItem::Relink => StaffAct::Relink,
        ActItem::Release => StaffAct::Release,
        ActItem::Prizes => StaffAct::Prizes,
        ActItem::TakeBack => StaffAct::TakeBack(place(i)?),
    })
}
