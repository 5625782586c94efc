//! The pictures, and a page to look at them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// A picture.
#[derive(Debug)]
struct Picture {
    file: String,
    scene: String,
    caption: String,
}

/// Pictures in the order they were taken.
#[derive(Debug)]
pub struct Album {
    dir: PathBuf,
    pictures: Vec<Picture>,
}

impl Album {
    /// An empty one; pictures of an earlier play go.
    ///
    /// # Errors
    /// When the directory cannot be made or cleared.
    pub fn new(dir: &Path) -> Result<Self> {
        fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
        for entry in fs::read_dir(dir)?.flatten() {
            if entry
                .path()
                .extension()
                .is_some_and(|e| e == "png" || e == "html")
            {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(Self {
            dir: std::path::absolute(dir)?,
            pictures: Vec::new(),
        })
    }

    /// The file the next picture goes to.
    pub fn next(&mut self, scene: &str, name: &str, caption: &str) -> PathBuf {
        let file = format!("{:02}-{name}.png", self.pictures.len() + 1);
        let path = self.dir.join(&file);
        self.pictures.push(Picture {
            file,
            scene: scene.to_owned(),
            caption: caption.to_owned(),
        });
        path
    }

    /// How many pictures there are.
    pub fn len(&self) -> usize {
        self.pictures.len()
    }

    /// True before the first.
    pub fn is_empty(&self) -> bool {
        self.pictures.is_empty()
    }

    /// The page.
    pub fn index(&self) -> PathBuf {
        self.dir.join("index.html")
    }

    /// Writes the page.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(&self) -> Result<()> {
        let mut page = String::from(
            "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width\">\n\
             <title>Machitap: a played day</title>\n<style>\n\
             body{font:16px/1.6 sans-serif;margin:2rem;background:#f4f1ea;color:#222}\n\
             main{display:grid;grid-template-columns:repeat(auto-fill,minmax(24rem,1fr));gap:1.5rem}\n\
             figure{margin:0;background:#fff;border-radius:.5rem;overflow:hidden}\n\
             img{width:100%;display:block}figcaption{padding:.6rem .9rem}\n\
             small{color:#666}\n</style>\n<h1>A played day</h1>\n<main>\n",
        );
        for p in &self.pictures {
            page.push_str(&format!(
                "<figure><a href=\"{f}\"><img src=\"{f}\" alt=\"{c}\" loading=\"lazy\"></a>\
                 <figcaption><small>{s} · {n}</small><br>{c}</figcaption></figure>\n",
                f = escape(&p.file),
                n = escape(p.file.trim_end_matches(".png")),
                s = escape(&p.scene),
                c = escape(&p.caption),
            ));
        }
        page.push_str("</main>\n");
        Ok(fs::write(self.index(), page)?)
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
