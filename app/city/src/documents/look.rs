//! The city's drawings: `crest.svg` and `mascot.svg` beside the catalogue.

use std::path::Path;

use machitap_domain::look::{Drawing, Look};

use super::{Rejected, optional};
use crate::flaw::{Flaw, Toml};

/// The files, each as it was found.
pub(super) struct Drawings {
    crest: Option<Toml>,
    mascot: Option<Toml>,
}

impl Drawings {
    /// # Errors
    /// [`Rejected::File`] for one that is there and cannot be read.
    pub(super) fn beside(catalogue: &Path) -> Result<Self, Rejected> {
        let file = |name| optional(&catalogue.with_file_name(name));
        Ok(Self {
            crest: file("crest.svg")?,
            mascot: file("mascot.svg")?,
        })
    }

    /// Makes them part of the look.
    ///
    /// # Errors
    /// The first [`Flaw`]: one that cannot be drawn, or that stands in the catalogue too.
    pub(super) fn hang(self, catalogue: &Toml, look: &mut Look) -> Result<(), Flaw> {
        let places = [
            ("crest", self.crest, &mut look.crest),
            ("mascot", self.mascot, &mut look.mascot),
        ];
        for (name, file, place) in places {
            let Some(file) = file else { continue };
            if place.is_some() {
                let why = format_args!("{name}.svg is there too; keep one of the two");
                return Err(catalogue.flaw(&format!("look.{name}"), why));
            }
            let drawing = Drawing::new(file.text());
            drawing.check().map_err(|why| file.flaw("", why))?;
            *place = Some(drawing);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::documents::{
        read,
        tests::{samples, spoil, taken_up},
    };

    const LEAF: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\">\
                        <path d=\"M0 0h9v9z\"/></svg>";

    #[test]
    fn drawings_lie_beside_the_catalogue() {
        let (_dir, documents, city) = samples();
        fs::write(documents.join("crest.svg"), LEAF).unwrap();
        let look = read(&documents, &city).unwrap().catalogue.look;
        assert_eq!(look.crest.map(|d| d.svg().to_owned()), Some(LEAF.into()));
        assert_eq!(look.mascot, None);
    }

    #[test]
    fn a_slip_is_told_by_its_file() {
        let (_dir, documents, city) = samples();
        let said = || read(&documents, &city).unwrap_err().to_string();
        fs::write(documents.join("mascot.svg"), "<html/>").unwrap();
        assert!(
            said().contains("mascot.svg:1: the drawing must be an SVG"),
            "{}",
            said()
        );
        fs::write(documents.join("mascot.svg"), LEAF).unwrap();
        let twice = "contact = \"0\"\nlook = { mascot = \"<svg/>\" }\n#";
        spoil(&documents, "catalogue.toml", "contact = ", twice);
        assert!(
            said().contains("look.mascot: mascot.svg is there too"),
            "{}",
            said()
        );
    }

    #[test]
    fn the_samples_colours_are_sound_and_pale_ones_are_placed() {
        let (_dir, documents, city) = samples();
        let path = documents.join("catalogue.toml");
        let text = taken_up(&fs::read_to_string(&path).unwrap());
        assert!(text.contains("\nprimary = "), "{text}");
        fs::write(&path, &text).unwrap();
        read(&documents, &city).unwrap();
        fs::write(&path, text.replace("#134B7A", "#7FB3D5")).unwrap();
        let said = read(&documents, &city).unwrap_err().to_string();
        assert!(
            said.contains("look.colours.primary: #7FB3D5: white"),
            "{said}"
        );
    }
}
