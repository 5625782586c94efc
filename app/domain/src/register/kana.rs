//! The kana board: the keys of the screen, and what a mark does to the kana before it.

/// The columns of the board from right to left, top to bottom; a space where there is no key.
pub const BOARD: [&str; 11] = [
    "アイウエオ",
    "カキクケコ",
    "サシスセソ",
    "タチツテト",
    "ナニヌネノ",
    "ハヒフヘホ",
    "マミムメモ",
    "ヤ\u{3000}ユ\u{3000}ヨ",
    "ラリルレロ",
    "ワ\u{3000}ヲ\u{3000}ン",
    "ー",
];

/// What one key of marks turns through, as on a telephone: plain, small or voiced, again.
const TURNS: [&str; 26] = [
    "アァ",
    "イィ",
    "ウゥヴ",
    "エェ",
    "オォ",
    "カガ",
    "キギ",
    "クグ",
    "ケゲ",
    "コゴ",
    "サザ",
    "シジ",
    "スズ",
    "セゼ",
    "ソゾ",
    "タダ",
    "チヂ",
    "ツッヅ",
    "テデ",
    "トド",
    "ハバパ",
    "ヒビピ",
    "フブプ",
    "ヘベペ",
    "ホボポ",
    "ヤャ",
];

const SMALL: [&str; 3] = ["ユュ", "ヨョ", "ワヮ"];

/// True for a kana the board can write.
pub fn is_kana(c: char) -> bool {
    matches!(c, 'ァ'..='ヴ' | 'ー')
}

/// The kana that follows this one under the key of marks; itself where there is no other.
pub fn marked(kana: char) -> char {
    for turn in TURNS.iter().chain(&SMALL) {
        let mut all = turn.chars();
        if all.any(|c| c == kana) {
            return all.next().or_else(|| turn.chars().next()).unwrap_or(kana);
        }
    }
    kana
}
