use qrcode::{Color, EcLevel, QrCode};
use slint::{Image, Rgb8Pixel, SharedPixelBuffer};

/// White modules around a code (ISO/IEC 18004, 5.3.8).
const QUIET: usize = 4;

/// One pixel a module: the screen makes them larger without smoothing. No picture where the
/// text is longer than any code.
pub(super) fn picture(text: &str) -> Image {
    let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else {
        return Image::default();
    };
    let inner = code.width();
    let side = inner + 2 * QUIET;
    let edge = u32::try_from(side).expect("a code has at most 177 modules");
    let mut pixels = SharedPixelBuffer::<Rgb8Pixel>::new(edge, edge);
    pixels
        .make_mut_slice()
        .fill(Rgb8Pixel::new(0xFF, 0xFF, 0xFF));
    for (n, colour) in code.into_colors().into_iter().enumerate() {
        if colour == Color::Dark {
            let at = (n / inner + QUIET) * side + n % inner + QUIET;
            pixels.make_mut_slice()[at] = Rgb8Pixel::new(0, 0, 0);
        }
    }
    Image::from_rgb8(pixels)
}
