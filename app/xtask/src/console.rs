//! `cargo xtask console-type`: the type of the notice that stands on the console when there is
//! no kiosk.
//!
//! The kernel's console knows neither kanji nor wide characters: 512 glyphs of one width. So a
//! wide character becomes two glyphs, its halves, under private code points, and `wide.sed`
//! puts the halves in its place.

use std::{collections::BTreeSet, fmt::Write as _, fs, path::Path};

use ab_glyph::{Font, FontVec, PxScale, ScaleFont, point};
use anyhow::{Context, Result, bail};

use crate::run::{step, workspace};

const TYPE: &str = "/usr/share/fonts/truetype/bizud-gothic/BIZUDGothic-Bold.ttf";
const WIDTH: usize = 16;
const HEIGHT: usize = 32;
/// The kernel takes 256 or 512.
const GLYPHS: usize = 512;
/// Where the halves' code points begin; from U+F000 on the kernel has a meaning of its own.
const HALVES: u32 = 0xE000;

/// What a contact may be written with beside kana.
const OF_CONTACTS: &str = "役所課町村職員子育園館支局会福祉保健室内線市";
const SIGNS: &str = "、。・ー:「」→";

/// What is in `systemd/console/`.
struct Made {
    psf: Vec<u8>,
    sed: String,
}

pub(crate) fn write() -> Result<()> {
    let made = make()?;
    let dir = dir();
    fs::write(dir.join("machitap.psfu"), made.psf)?;
    fs::write(dir.join("wide.sed"), made.sed)?;
    Ok(())
}

/// What was committed is what the notices need.
pub(crate) fn check() -> Result<()> {
    step("the console's type");
    let made = make()?;
    let same = |name: &str, bytes: &[u8]| fs::read(dir().join(name)).is_ok_and(|b| b == bytes);
    if same("machitap.psfu", &made.psf) && same("wide.sed", made.sed.as_bytes()) {
        Ok(())
    } else {
        bail!("systemd/console is not what the notices need: `cargo xtask console-type`")
    }
}

fn dir() -> std::path::PathBuf {
    workspace().join("systemd/console")
}

fn make() -> Result<Made> {
    let wide = wide(&workspace().join("systemd/notice"))?;
    let font = fs::read(TYPE).with_context(|| format!("{TYPE}: is cargo xtask setup done?"))?;
    let font = FontVec::try_from_vec(font).context(TYPE)?;
    // A console clears with glyph 32, so that ASCII stands at its own numbers.
    let mut glyphs = vec![(vec![0; HEIGHT * WIDTH / 8], String::new()); GLYPHS];
    for c in ' '..='~' {
        let [left, _] = halves(&font, c)?;
        // The replacement of what the type has not.
        let code = if c == '?' {
            "?\u{FFFD}".into()
        } else {
            c.to_string()
        };
        glyphs[c as usize] = (left, code);
    }
    let free: Vec<usize> = (0..GLYPHS).filter(|i| glyphs[*i].1.is_empty()).collect();
    if wide.len() * 2 > free.len() {
        bail!(
            "{} wide characters, room for {}",
            wide.len(),
            free.len() / 2
        );
    }
    let mut sed = String::from("# Made by `cargo xtask console-type`.\ns/\u{3000}/  /g\n");
    let mut next = HALVES..;
    let mut free = free.into_iter();
    for c in wide {
        let mut codes = String::new();
        for half in halves(&font, c)? {
            let code = next.next().and_then(char::from_u32).expect("private");
            codes.push(code);
            glyphs[free.next().expect("counted")] = (half, code.to_string());
        }
        writeln!(sed, "s/{c}/{codes}/g")?;
    }
    Ok(Made {
        psf: psf(&glyphs),
        sed,
    })
}

/// Kana, what contacts need and what the notices say.
fn wide(notices: &Path) -> Result<BTreeSet<char>> {
    let mut all: BTreeSet<char> = ('ぁ'..='ん').chain('ァ'..='ン').collect();
    // No town's office is written with these.
    for c in "ゎゐゑヮヰヱ".chars() {
        all.remove(&c);
    }
    all.extend(OF_CONTACTS.chars().chain(SIGNS.chars()));
    for entry in fs::read_dir(notices).with_context(|| notices.display().to_string())? {
        all.extend(fs::read_to_string(entry?.path())?.chars());
    }
    Ok(all.into_iter().filter(|c| !c.is_ascii()).collect())
}

/// A character's bitmap, cut at the middle.
fn halves(font: &FontVec, c: char) -> Result<[Vec<u8>; 2]> {
    let id = font.glyph_id(c);
    if id.0 == 0 {
        bail!("the type has no {c:?}");
    }
    let scale = PxScale::from(HEIGHT as f32);
    let base = font.as_scaled(scale).ascent();
    let mut rows = [[false; 2 * WIDTH]; HEIGHT];
    if let Some(outline) = font.outline_glyph(id.with_scale_and_position(scale, point(0.0, base))) {
        let at = outline.px_bounds().min;
        outline.draw(|x, y, cover| {
            let (x, y) = (x as i32 + at.x as i32, y as i32 + at.y as i32);
            let row = usize::try_from(y).ok().and_then(|y| rows.get_mut(y));
            let cell = row.and_then(|row| row.get_mut(usize::try_from(x).ok()?));
            if let Some(cell) = cell {
                *cell |= cover > 0.5;
            }
        });
    }
    Ok([0, WIDTH].map(|from| {
        rows.iter()
            .flat_map(|row| row[from..from + WIDTH].chunks(8))
            .map(|eight| eight.iter().fold(0, |byte, on| byte << 1 | u8::from(*on)))
            .collect()
    }))
}

/// PC Screen Font 2 with its table of code points.
fn psf(glyphs: &[(Vec<u8>, String)]) -> Vec<u8> {
    let header = [
        0x864A_B572,
        0,
        32,
        1,
        GLYPHS,
        HEIGHT * WIDTH / 8,
        HEIGHT,
        WIDTH,
    ];
    let mut out: Vec<u8> = header
        .into_iter()
        .flat_map(|field| u32::to_le_bytes(field as u32))
        .collect();
    for (bitmap, _) in glyphs {
        out.extend(bitmap);
    }
    for (_, codes) in glyphs {
        out.extend(codes.as_bytes());
        out.push(0xFF);
    }
    out
}
