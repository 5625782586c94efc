//! Numbers as the language that is spoken writes them, by the Unicode CLDR.

use std::cell::RefCell;

use icu_decimal::{DecimalFormatter, DecimalFormatterPreferences, input::Decimal};
use icu_locale_core::{Locale, locale};
use machitap_domain::catalogue::Language;
use slint::SharedString;

thread_local! {
    // Beside the bundled texts, which Slint keeps for the thread, too.
    static SPOKEN: RefCell<DecimalFormatter> = RefCell::new(formatter(Language::default()));
}

/// Writes numbers in that language from now on, on this thread.
pub(crate) fn speak(language: Language) {
    SPOKEN.set(formatter(language));
}

/// A whole number with its thousands apart.
pub(crate) fn grouped(n: impl Into<Decimal>) -> SharedString {
    written(&n.into())
}

/// Hundredths of a per cent, exactly.
pub(crate) fn percent(weight: u16) -> SharedString {
    let mut share = Decimal::from(weight);
    share.multiply_pow10(-2);
    share.trim_end();
    slint::format!("{} %", written(&share))
}

fn written(n: &Decimal) -> SharedString {
    SPOKEN.with_borrow(|spoken| slint::format!("{}", spoken.format(n)))
}

fn formatter(language: Language) -> DecimalFormatter {
    let locale: Locale = match language {
        Language::Ja | Language::Easy => locale!("ja"),
        Language::En => locale!("en"),
        Language::Zh => locale!("zh"),
        Language::Vi => locale!("vi"),
        Language::Pt => locale!("pt"),
    };
    DecimalFormatter::try_new(
        DecimalFormatterPreferences::from(&locale),
        Default::default(),
    )
    .expect("the data of these languages is compiled in")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart_as_each_language_has_it() {
        for (language, shown) in [
            (Language::Ja, "1,234,567"),
            (Language::Easy, "1,234,567"),
            (Language::En, "1,234,567"),
            (Language::Zh, "1,234,567"),
            (Language::Vi, "1.234.567"),
            (Language::Pt, "1.234.567"),
        ] {
            speak(language);
            assert_eq!(grouped(1_234_567), shown);
        }
        speak(Language::Ja);
        for (n, shown) in [(0, "0"), (999, "999"), (-1_000, "-1,000"), (-100, "-100")] {
            assert_eq!(grouped(n), shown);
        }
    }

    #[test]
    fn odds_are_said_exactly() {
        for (weight, said) in [
            (10_000, "100 %"),
            (1_250, "12.5 %"),
            (1_234, "12.34 %"),
            (5, "0.05 %"),
            (100, "1 %"),
        ] {
            speak(Language::Ja);
            assert_eq!(percent(weight), said);
            speak(Language::Pt);
            assert_eq!(percent(weight), said.replace('.', ","));
        }
    }
}
