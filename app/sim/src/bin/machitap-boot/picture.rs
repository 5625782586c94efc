//! What a display shows, and how much two of them differ.

use std::{
    fs::File,
    io::{BufReader, BufWriter},
    path::Path,
};

use anyhow::{Context, Result, ensure};

/// Two dots differ when a colour does by more than this, of 255: edges of letters may be drawn
/// a shade otherwise.
const NOTICED: u8 = 24;

/// A part of a display: left, top, right, bottom.
pub(crate) type Part = [u32; 4];

/// A picture, three bytes a dot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Picture {
    width: u32,
    height: u32,
    dots: Vec<[u8; 3]>,
}

impl Picture {
    /// Reads a PNG file.
    ///
    /// # Errors
    /// When it is none.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let file = File::open(path).with_context(|| path.display().to_string())?;
        Self::decode(png::Decoder::new(BufReader::new(file)))
    }

    fn decode<R: std::io::BufRead + std::io::Seek>(mut decoder: png::Decoder<R>) -> Result<Self> {
        decoder.set_transformations(png::Transformations::normalize_to_color8());
        let mut reader = decoder.read_info()?;
        let size = reader.output_buffer_size().context("a PNG too large")?;
        let mut bytes = vec![0; size];
        let frame = reader.next_frame(&mut bytes)?;
        let samples = frame.color_type.samples();
        ensure!(samples >= 3, "a PNG without colours");
        let dots = bytes[..frame.buffer_size()]
            .chunks_exact(samples)
            .map(|dot| [dot[0], dot[1], dot[2]])
            .collect();
        Ok(Self {
            width: frame.width,
            height: frame.height,
            dots,
        })
    }

    /// Writes it as PNG.
    ///
    /// # Errors
    /// When it cannot.
    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let file = File::create(path).with_context(|| path.display().to_string())?;
        let mut encoder = png::Encoder::new(BufWriter::new(file), self.width, self.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_compression(png::Compression::High);
        encoder
            .write_header()?
            .write_image_data(self.dots.as_flattened())?;
        Ok(())
    }

    /// Width and height.
    pub(crate) const fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    /// The colour of a dot.
    pub(crate) fn dot(&self, (x, y): (u32, u32)) -> Option<[u8; 3]> {
        let inside = x < self.width && y < self.height;
        let n = usize::try_from(y.checked_mul(self.width)?.checked_add(x)?).ok()?;
        self.dots.get(n).copied().filter(|_| inside)
    }

    /// Of all dots, the share that is bright, 0 to 1.
    pub(crate) fn bright(&self) -> f64 {
        let bright = |dot: &&[u8; 3]| dot.iter().all(|c| *c > 128);
        let bright = self.dots.iter().filter(bright).count();
        bright as f64 / self.dots.len().max(1) as f64
    }

    /// Of all dots outside the parts left out, the share that differs, 0 to 1; 1 for pictures of
    /// different sizes.
    pub(crate) fn differs(&self, other: &Self, without: &[Part]) -> f64 {
        if self.size() != other.size() {
            return 1.0;
        }
        let (mut all, mut different) = (0_u32, 0_u32);
        for (n, (a, b)) in (0_u32..).zip(self.dots.iter().zip(&other.dots)) {
            let (x, y) = (n % self.width, n / self.width);
            let inside = |[left, top, right, bottom]: &Part| {
                (*left..*right).contains(&x) && (*top..*bottom).contains(&y)
            };
            if without.iter().any(inside) {
                continue;
            }
            all += 1;
            if a.iter().zip(b).any(|(a, b)| a.abs_diff(*b) > NOTICED) {
                different += 1;
            }
        }
        f64::from(different) / f64::from(all.max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(colour: u8) -> Picture {
        Picture {
            width: 4,
            height: 2,
            dots: vec![[colour; 3]; 8],
        }
    }

    #[test]
    fn differences_are_counted_where_they_count() {
        let mut other = plain(100);
        assert!(plain(100).differs(&other, &[]) < f64::EPSILON);
        other.dots[1] = [100, 160, 100];
        assert!((plain(100).differs(&other, &[]) - 0.125).abs() < 1e-9);
        assert!(plain(100).differs(&other, &[[1, 0, 2, 1]]) < f64::EPSILON);
        assert!(plain(110).differs(&plain(100), &[]) < f64::EPSILON);
    }

    #[test]
    fn a_picture_is_read_as_it_was_written() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("p.png");
        plain(7).write(&path).unwrap();
        assert_eq!(Picture::read(&path).unwrap(), plain(7));
    }
}
