//! Draws every view in every language and size into a directory, with a page to leaf
//! through: `screens DIR`, or `screens DIR PART` for the views whose name holds PART.

#[path = "../tests/ui/stage/mod.rs"]
#[allow(dead_code)]
mod stage;

use std::{fmt::Write as _, fs, path::Path, process::ExitCode};

use machitap_kiosk_ui::gallery;
use stage::{LANGUAGES, SIZES, Stage};

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    let Some(dir) = args.next() else {
        eprintln!("usage: screens DIR [PART]");
        return ExitCode::from(2);
    };
    let part = args.next().map(|p| p.to_string_lossy().into_owned());
    match draw(Path::new(&dir), part.as_deref().unwrap_or("")) {
        Ok(count) => {
            println!("{count} pictures, see {}/index.html", dir.display());
            ExitCode::SUCCESS
        }
        Err(e) => {
            eprintln!("screens: {e}");
            ExitCode::FAILURE
        }
    }
}

fn draw(dir: &Path, part: &str) -> Result<usize, Box<dyn std::error::Error>> {
    machitap_kiosk_ui::check_fonts()?;
    fs::create_dir_all(dir)?;
    let stage = Stage::new();
    let mut body = String::new();
    let mut count = 0;
    for (name, screen) in gallery::views() {
        if !name.contains(part) {
            continue;
        }
        write!(body, "<section id=\"{name}\"><h2>{name}</h2>")?;
        for (code, language) in LANGUAGES {
            for (w, h) in SIZES {
                stage.resize(w, h);
                stage.show(&gallery::in_language(&screen, language));
                let file = format!("{name}.{code}.{w}x{h}.png");
                fs::write(dir.join(&file), stage.picture().png())?;
                write!(
                    body,
                    "<figure><a href=\"{file}\"><img loading=\"lazy\" src=\"{file}\" \
                     alt=\"{name}, {code}, {w}×{h}\"></a><figcaption>{code} · {w}×{h}\
                     </figcaption></figure>"
                )?;
                count += 1;
            }
        }
        body.push_str("</section>\n");
    }
    let page = format!("{HEAD}{body}</main></html>\n");
    fs::write(dir.join("index.html"), page)?;
    Ok(count)
}

const HEAD: &str = "<!doctype html><html lang=\"ja\"><meta charset=\"utf-8\">\
<meta name=\"viewport\" content=\"width=device-width\"><title>Machitap — 画面一覧</title>\
<style>body{margin:0;background:#fbf5ea;color:#2a211b;font:18px \"BIZ UDPGothic\",sans-serif}\
h1{padding:24px 32px 0;margin:0}h2{margin:32px 32px 8px;font-size:20px}\
section{display:flex;flex-wrap:wrap;gap:16px;padding:0 32px}h2{flex:0 0 100%;margin-left:0}\
figure{margin:0}img{height:260px;border:1px solid #e6dac6;border-radius:8px;background:#fff}\
figcaption{font-size:14px;color:#54473d}</style><h1>Machitap — 画面一覧</h1><main>\n";
