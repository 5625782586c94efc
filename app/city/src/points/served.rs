//! How a resident wants to be served, in a plain line.

use machitap_domain::{
    catalogue::Language,
    preferences::{Preferences, TextSize},
};

/// The line for the city's own eyes; what was left to the kiosk is not in it.
pub fn said(preferences: &Preferences) -> String {
    let language = preferences.language.map(|language| match language {
        Language::Ja => "in Japanese",
        Language::Easy => "in plain Japanese",
        Language::En => "in English",
        Language::Zh => "in Chinese",
        Language::Vi => "in Vietnamese",
        Language::Pt => "in Portuguese",
    });
    let text = match preferences.text {
        TextSize::Normal => None,
        TextSize::Large => Some("large text"),
        TextSize::Largest => Some("largest text"),
    };
    let voice = preferences.voice.map(|voice| match voice {
        true => "with voice",
        false => "without voice",
    });
    let still = preferences.still.then_some("nothing moves");
    let wishes: Vec<&str> = [language, text, voice, still]
        .into_iter()
        .flatten()
        .collect();
    if wishes.is_empty() {
        return "wants: as everybody".to_owned();
    }
    format!("wants: {}", wishes.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_chosen_is_said_and_nothing_else() {
        let all = Preferences {
            language: Some(Language::En),
            text: TextSize::Largest,
            voice: Some(false),
            still: true,
        };
        let some = Preferences {
            text: TextSize::Large,
            ..Preferences::default()
        };
        for (preferences, line) in [
            (Preferences::default(), "wants: as everybody"),
            (some, "wants: large text"),
            (
                all,
                "wants: in English, largest text, without voice, nothing moves",
            ),
        ] {
            assert_eq!(said(&preferences), line);
        }
    }
}
