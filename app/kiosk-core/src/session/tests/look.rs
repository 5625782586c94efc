//! The city's look comes with its catalogue.

use machitap_domain::look::{Colour, Look};

use super::town::{Kiosk, VISIT};

#[test]
fn every_screen_has_the_look_of_the_catalogue_in_force() {
    let mut kiosk = Kiosk::new(VISIT);
    assert_eq!(*kiosk.screen().header.look, Look::default());
    let sea = Colour::new(0x13_4B_7A);
    kiosk.catalogue(|c| c.look.colours.primary = Some(sea));
    assert_eq!(kiosk.screen().header.look.colours.primary, Some(sea));
    kiosk.catalogue(|_| ());
    assert_eq!(*kiosk.screen().header.look, Look::default());
}
