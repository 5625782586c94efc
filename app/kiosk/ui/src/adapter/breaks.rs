//! Where a text may end its line.

/// Forbids a break where it stands.
const JOINER: char = '\u{2060}';

/// Words longer than this break anywhere: they may not fit their line.
const LONGEST: usize = 11;

/// Likewise where nobody knows how long a line is.
const SHORT: usize = 9;

/// Characters without kana: a longer row of them is Chinese, which breaks anywhere.
const HAN: usize = 5;

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
    joined(text, LONGEST)
}

/// The same for lines of any length: only short words hold together.
pub(super) fn at_short_words(text: &str) -> String {
    joined(text, SHORT)
}

fn joined(text: &str, longest: usize) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for piece in
        text.split_inclusive(|c: char| c.is_whitespace() || "、。，：；・？！（）".contains(c))
    {
        let length = piece.trim_end().chars().count();
        let long = length > longest || length > HAN && piece.chars().all(is_no_kana);
        let mut before = None;
        for c in piece.chars() {
            // Words of letters hold together by themselves.
            let letters = is_letter(c) && before.is_some_and(is_letter);
            if before.is_some() && !long && !letters && !c.is_whitespace() {
                out.push(JOINER);
            }
            out.push(c);
            before = Some(c);
        }
    }
    out
}

/// Of a script that keeps its words together: Latin, with whatever marks.
fn is_letter(c: char) -> bool {
    c.is_ascii() || ('\u{00C0}'..='\u{024F}').contains(&c) || ('\u{1E00}'..='\u{1EFF}').contains(&c)
}

fn is_no_kana(c: char) -> bool {
    !is_letter(c) && !('\u{3040}'..='\u{30FF}').contains(&c)
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
    fn where_lines_may_be_short_only_short_words_hold_together() {
        let shown = |text: &str| at_short_words(text).replace(JOINER, "_");
        assert_eq!(shown("おでかけ 応援"), "お_で_か_け 応_援");
        assert_eq!(shown("ファミリーサポート"), "フ_ァ_ミ_リ_ー_サ_ポ_ー_ト");
        assert_eq!(shown("インフルエンザワクチン"), "インフルエンザワクチン");
    }

    #[test]
    fn words_hold_together_and_long_ones_do_not() {
        let shown = |text: &str| at_words(text).replace(JOINER, "_");
        assert_eq!(shown("朝の 体温"), "朝_の 体_温");
        assert_eq!(shown("おに・いま。ほか"), "お_に_・い_ま_。ほ_か");
        assert_eq!(shown("中央公民館 です"), "中_央_公_民_館 で_す");
        assert_eq!(shown("Tiếng Việt"), "Tiếng Việt");
        assert_eq!(
            shown("きょうだいのみなさんへ！"),
            "きょうだいのみなさんへ！"
        );
        assert_eq!(shown("请把卡放在感应区，谢谢"), "请把卡放在感应区，谢_谢");
    }
}
