use std::{fs::File, io::BufReader, path::Path};

use slint::{Rgba8Pixel, SharedPixelBuffer};

/// What the renderer drew.
#[derive(Clone)]
pub(crate) struct Picture(SharedPixelBuffer<Rgba8Pixel>);

impl From<SharedPixelBuffer<Rgba8Pixel>> for Picture {
    fn from(pixels: SharedPixelBuffer<Rgba8Pixel>) -> Self {
        Self(pixels)
    }
}

impl Picture {
    pub(crate) fn png(&self) -> Vec<u8> {
        let mut out = Vec::new();
        let mut encoder = png::Encoder::new(&mut out, self.0.width(), self.0.height());
        encoder.set_color(png::ColorType::Rgba);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().expect("a Vec takes all");
        writer
            .write_image_data(self.0.as_bytes())
            .expect("a Vec takes all");
        writer.finish().expect("a Vec takes all");
        out
    }

    /// One that was drawn before.
    pub(crate) fn open(path: &Path) -> Self {
        let file = File::open(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let mut decoder = png::Decoder::new(BufReader::new(file));
        decoder.set_transformations(png::Transformations::EXPAND | png::Transformations::ALPHA);
        let mut reader = decoder.read_info().expect("a PNG");
        let info = reader.info();
        let mut pixels = SharedPixelBuffer::new(info.width, info.height);
        reader
            .next_frame(pixels.make_mut_bytes())
            .expect("a PNG of eight bits a colour");
        Self(pixels)
    }

    pub(crate) fn size(&self) -> (u32, u32) {
        (self.0.width(), self.0.height())
    }

    /// The pixel at that place.
    pub(crate) fn at(&self, x: u32, y: u32) -> Rgba8Pixel {
        self.0.as_slice()[(y * self.0.width() + x) as usize]
    }

    /// Its colour.
    pub(crate) fn colour(&self, x: u32, y: u32) -> [u8; 3] {
        let Rgba8Pixel { r, g, b, .. } = self.at(x, y);
        [r, g, b]
    }

    /// How many pixels differ from the first one.
    pub(crate) fn marked(&self) -> usize {
        let first = self.0.as_slice()[0];
        self.0.as_slice().iter().filter(|p| **p != first).count()
    }

    /// How many pixels differ from another picture of the same size.
    pub(crate) fn differs(&self, other: &Self) -> usize {
        assert_eq!(self.size(), other.size());
        let pairs = self.0.as_slice().iter().zip(other.0.as_slice());
        pairs.filter(|(a, b)| a != b).count()
    }
}
