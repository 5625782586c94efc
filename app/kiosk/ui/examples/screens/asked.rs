//! Which pictures are asked for.

use std::{path::PathBuf, sync::Arc};

use clap::{
    Parser,
    builder::{PossibleValuesParser, TypedValueParser},
};
use machitap_domain::{catalogue::Language, look::Look};
use machitap_kiosk_ui::gallery;

use crate::{
    Shot,
    stage::{LANGUAGES, SIZES},
};

/// Draws the screens into a directory, with an index.html to leaf through.
#[derive(Parser)]
#[command(name = "screens")]
pub(crate) struct Asked {
    /// Where to
    pub(crate) dir: PathBuf,
    /// Only views whose name holds this; may be given again
    #[arg(long = "part", value_name = "NAME", value_parser = part)]
    parts: Vec<String>,
    /// Only in this language; may be given again
    #[arg(long = "language", value_name = "TAG", value_parser = language())]
    languages: Vec<(&'static str, Language)>,
    /// Only in this size, pixels; may be given again
    #[arg(long = "size", value_name = "WxH", value_parser = size)]
    sizes: Vec<(u32, u32)>,
    /// Only in this look; may be given again
    #[arg(long = "look", value_name = "NAME", value_parser = look())]
    looks: Vec<(&'static str, Arc<Look>)>,
}

impl Asked {
    pub(crate) fn wants(&self, view: &str) -> bool {
        self.parts.is_empty() || self.parts.iter().any(|part| view.contains(part))
    }

    /// All pictures of one view. One more thing to draw it in is one more loop here and one
    /// more facet of the shot.
    pub(crate) fn shots(&self, view: &'static str) -> Vec<Shot> {
        let mut all = Vec::new();
        for look in or_all(&self.looks, &gallery::looks()) {
            for language in or_all(&self.languages, &LANGUAGES) {
                for size in or_all(&self.sizes, &SIZES) {
                    all.push(Shot {
                        view,
                        look: look.clone(),
                        language,
                        size,
                        words: String::new(),
                    });
                }
            }
        }
        all
    }
}

fn or_all<T: Clone>(asked: &[T], all: &[T]) -> Vec<T> {
    if asked.is_empty() { all } else { asked }.to_vec()
}

fn part(text: &str) -> Result<String, String> {
    let names: Vec<_> = gallery::views().into_iter().map(|(name, _)| name).collect();
    if names.iter().any(|name| name.contains(text)) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "no view is named so. The views: {}",
        names.join(", ")
    ))
}

fn language() -> impl TypedValueParser<Value = (&'static str, Language)> {
    PossibleValuesParser::new(LANGUAGES.map(|(code, _)| code)).map(|said| {
        let mut all = LANGUAGES.into_iter();
        all.find(|(code, _)| *code == said).expect("it was checked")
    })
}

fn look() -> impl TypedValueParser<Value = (&'static str, Arc<Look>)> {
    PossibleValuesParser::new(gallery::looks().map(|(name, _)| name)).map(|said| {
        let mut all = gallery::looks().into_iter();
        all.find(|(name, _)| *name == said).expect("it was checked")
    })
}

fn size(text: &str) -> Result<(u32, u32), String> {
    let named = SIZES.map(|(w, h)| format!("{w}x{h}"));
    let found = named.iter().position(|name| name == text);
    found
        .map(|n| SIZES[n])
        .ok_or_else(|| format!("possible values: {}", named.join(", ")))
}
