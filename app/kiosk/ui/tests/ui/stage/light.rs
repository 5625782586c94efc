//! Colours as light (WCAG 2.2, "relative luminance" and "contrast ratio").

/// Red, green and blue from 0 to 1, as light adds up.
pub(crate) type Light = [f64; 3];

pub(crate) fn light(colour: [u8; 3]) -> Light {
    colour.map(|c| {
        let c = f64::from(c) / 255.0;
        if c <= 0.04045 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    })
}

/// From 0, black, to 1, white.
pub(crate) fn luminance([r, g, b]: Light) -> f64 {
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// From 1, the same, to 21, black and white.
pub(crate) fn contrast(a: Light, b: Light) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}
