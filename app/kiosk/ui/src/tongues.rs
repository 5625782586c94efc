//! What each language of the screens is: its texts, its face, its key.

use machitap_domain::catalogue::Language;

use crate::{
    fonts::{Face, GOTHIC, MARKED, SIMPLIFIED},
    numbers,
    screens::Tongue,
};

pub(crate) const fn tongue(language: Language) -> Tongue {
    match language {
        Language::Ja => Tongue::Ja,
        Language::Easy => Tongue::Easy,
        Language::En => Tongue::En,
        Language::Zh => Tongue::Zh,
        Language::Vi => Tongue::Vi,
        Language::Pt => Tongue::Pt,
    }
}

pub(crate) const fn language(tongue: Tongue) -> Language {
    match tongue {
        Tongue::Ja => Language::Ja,
        Tongue::Easy => Language::Easy,
        Tongue::En => Language::En,
        Tongue::Zh => Language::Zh,
        Tongue::Vi => Language::Vi,
        Tongue::Pt => Language::Pt,
    }
}

/// The face its letters are in.
pub const fn face(language: Language) -> Face {
    match language {
        Language::Ja | Language::Easy | Language::En | Language::Pt => GOTHIC,
        Language::Zh => SIMPLIFIED,
        Language::Vi => MARKED,
    }
}

/// Selects the bundled texts, whose source language is the empty name, and how numbers are
/// written.
pub(crate) fn speak(language: Language) {
    let name = match language {
        Language::Ja => "",
        Language::Easy => "ja-Hira",
        Language::En => "en",
        Language::Zh => "zh",
        Language::Vi => "vi",
        Language::Pt => "pt",
    };
    slint::select_bundled_translation(name).expect("build.rs bundles every language");
    numbers::speak(language);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_language_has_a_key_of_its_own() {
        for one in Language::ALL {
            assert_eq!(language(tongue(one)), one);
        }
    }
}
