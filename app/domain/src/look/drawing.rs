//! A crest or a mascot: an SVG that needs nothing but itself.

use roxmltree::{Document, Node, ParsingOptions};
use serde::{Deserialize, Serialize};

/// A larger drawing is slow to send and slow to draw.
pub const MAX_BYTES: usize = 32 * 1024;

/// More parts than this are slow to draw.
pub const MAX_ELEMENTS: usize = 1_000;

const SVG: &str = "http://www.w3.org/2000/svg";

/// What the renderer draws the same everywhere: no letters (a face may be missing), no pictures
/// from elsewhere, no programs, no filters; and nothing that, nested, is drawn many times over
/// from few elements, as uses, masks and clips are.
const ELEMENTS: [&str; 15] = [
    "circle",
    "defs",
    "desc",
    "ellipse",
    "g",
    "line",
    "linearGradient",
    "path",
    "polygon",
    "polyline",
    "radialGradient",
    "rect",
    "stop",
    "svg",
    "title",
];

/// SVG 1.1 as text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Drawing(String);

/// Why a drawing is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDrawing {
    /// Too large.
    #[error("the drawing has {0} bytes, and may have {MAX_BYTES}")]
    Large(usize),
    /// Too many parts.
    #[error("the drawing has {0} elements, and may have {MAX_ELEMENTS}")]
    Crowded(usize),
    /// No XML.
    #[error("the drawing cannot be read as XML: {0}")]
    Xml(String),
    /// Another kind of document.
    #[error("the drawing must be an SVG: <svg xmlns=\"{SVG}\" viewBox=\"…\">")]
    NotSvg,
    /// Without a size it can't be placed.
    #[error("the drawing's viewBox must be four numbers, its width and height above 0")]
    ViewBox,
    /// Three times as wide as high, or more; or the other way round.
    #[error("the drawing must be less than three times as wide as high, or as high as wide")]
    Narrow,
    /// Letters, pictures, programs, filters.
    #[error("the drawing may not have <{0}>; make it of plain shapes, its letters of paths")]
    Element(String),
    /// Something of another file.
    #[error("the drawing may refer to its own parts only, not to {0:?}")]
    Reference(String),
}

impl Drawing {
    /// Wraps the text. [`check`](Self::check) says whether it can be drawn.
    pub fn new(svg: impl Into<String>) -> Self {
        Self(svg.into())
    }

    /// The SVG.
    pub fn svg(&self) -> &str {
        &self.0
    }

    /// Checks what the type cannot.
    ///
    /// # Errors
    /// The first [`InvalidDrawing`] found.
    pub fn check(&self) -> Result<(), InvalidDrawing> {
        if self.0.len() > MAX_BYTES {
            return Err(InvalidDrawing::Large(self.0.len()));
        }
        let options = ParsingOptions {
            // Entities that grow without end come with a DTD.
            allow_dtd: false,
            ..ParsingOptions::default()
        };
        let document = Document::parse_with_options(&self.0, options)
            .map_err(|why| InvalidDrawing::Xml(why.to_string()))?;
        let root = document.root_element();
        if !is_svg(root) || root.tag_name().name() != "svg" {
            return Err(InvalidDrawing::NotSvg);
        }
        view_box(root.attribute("viewBox").unwrap_or_default())?;
        let elements = root.descendants().filter(Node::is_element);
        let count = elements.clone().count();
        if count > MAX_ELEMENTS {
            return Err(InvalidDrawing::Crowded(count));
        }
        for element in elements {
            let name = element.tag_name().name();
            if !is_svg(element) || !ELEMENTS.contains(&name) {
                return Err(InvalidDrawing::Element(name.to_owned()));
            }
            for attribute in element.attributes() {
                stays(attribute.name(), attribute.value())?;
            }
        }
        Ok(())
    }
}

impl std::fmt::Debug for Drawing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Drawing({} bytes)", self.0.len())
    }
}

fn is_svg(node: Node<'_, '_>) -> bool {
    node.tag_name().namespace() == Some(SVG)
}

fn view_box(written: &str) -> Result<(), InvalidDrawing> {
    let numbers: Vec<f32> = written
        .split([' ', ',', '\n', '\t'])
        .filter(|s| !s.is_empty())
        .map(str::parse)
        .collect::<Result<_, _>>()
        .map_err(|_| InvalidDrawing::ViewBox)?;
    let &[_, _, width, height] = numbers.as_slice() else {
        return Err(InvalidDrawing::ViewBox);
    };
    let sized = |x: f32| x.is_finite() && x > 0.0;
    if !sized(width) || !sized(height) {
        return Err(InvalidDrawing::ViewBox);
    }
    if f32::max(width / height, height / width) >= 3.0 {
        return Err(InvalidDrawing::Narrow);
    }
    Ok(())
}

/// Links and `url(…)` lead to the drawing's own parts.
fn stays(name: &str, value: &str) -> Result<(), InvalidDrawing> {
    let leaves = || Err(InvalidDrawing::Reference(value.to_owned()));
    if name == "href" && !value.starts_with('#') {
        return leaves();
    }
    let lower = value.to_ascii_lowercase();
    let elsewhere = |after: &str| !after.trim_start_matches(['"', '\'', ' ']).starts_with('#');
    if lower.split("url(").skip(1).any(elsewhere) || lower.contains("@import") {
        return leaves();
    }
    Ok(())
}
