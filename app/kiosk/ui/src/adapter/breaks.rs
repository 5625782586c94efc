//! Where a text may end its line.

/// Forbids a break where it stands.
const JOINER: char = '\u{2060}';

/// Words longer than this break anywhere: they may not fit their line.
const LONGEST: usize = 11;

/// On two lines of like length, where there is a space or a mark to break at; else empty.
pub(super) fn in_two(text: &str) -> String {
    let breaks = text.char_indices().filter_map(|(at, c)| match c {
        c if c.is_whitespace() => Some((&text[..at], &text[at + c.len_utf8()..])),
        '・' => Some(text.split_at(at + c.len_utf8())),
        '（' => Some(text.split_at(at)),
        _ => None,
    });
    let longer = |(a, b): &(&str, &str)| a.chars().count().max(b.chars().count());
    breaks
        .filter(|(a, b)| !a.is_empty() && !b.is_empty())
        .min_by_key(longer)
        .map(|(a, b)| format!("{a}\n{b}"))
        .unwrap_or_default()
}

/// Plain Japanese has spaces between its words; this one breaks only there, and after a
/// mark, as a child reads it.
pub(super) fn at_words(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for piece in text.split_inclusive(|c: char| c.is_whitespace() || "、。・？！（）".contains(c))
    {
        let long = piece.chars().count() > LONGEST;
        for (i, c) in piece.chars().enumerate() {
            if i > 0 && !long && !c.is_whitespace() {
                out.push(JOINER);
            }
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_lines_are_as_alike_as_the_words_allow() {
        for (text, parts) in [
            ("山田 花子", "山田\n花子"),
            ("長宗我部", ""),
            ("NGUYEN THI MAI", "NGUYEN\nTHI MAI"),
            ("アレクサンドリーナ\u{3000}蓮", "アレクサンドリーナ\n蓮"),
            ("おじいさん・おばあさん", "おじいさん・\nおばあさん"),
            ("きょうだい（18歳）", "きょうだい\n（18歳）"),
            ("（はい）", ""),
        ] {
            assert_eq!(in_two(text), parts);
        }
    }

    #[test]
    fn words_hold_together_and_long_ones_do_not() {
        let shown = |text: &str| at_words(text).replace(JOINER, "_");
        assert_eq!(shown("朝の 体温"), "朝_の 体_温");
        assert_eq!(shown("おに・いま。ほか"), "お_に_・い_ま_。ほ_か");
        assert_eq!(
            shown("きょうだいのみなさんへ！"),
            "きょうだいのみなさんへ！"
        );
    }
}
