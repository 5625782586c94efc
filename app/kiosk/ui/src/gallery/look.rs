//! An invented town by the sea: its colours, its crest (a wave) and its mascot (a whale).

use machitap_domain::look::{Colour, Colours, Drawing, Look};

pub(super) fn sea() -> Look {
    Look {
        colours: Colours {
            paper: Some(Colour::new(0xED_F5_FA)),
            primary: Some(Colour::new(0x13_4B_7A)),
        },
        crest: Some(Drawing::new(include_str!("look/sea-crest.svg"))),
        mascot: Some(Drawing::new(include_str!("look/sea-mascot.svg"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_one_a_kiosk_takes() {
        assert_eq!(sea().check(), Ok(()));
    }
}
