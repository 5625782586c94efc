//! Answers to reset as contactless readers make them (PC/SC part 3 §3.1.3.2.3).

/// A type B processor card: application data and protocol info of its ATQB.
pub const MY_NUMBER_CARD: [u8; 13] = processor([0x00, 0x00, 0x00, 0x00, 0x33, 0x81, 0x81, 0x20]);

/// A SAM in its own slot: a contact card, T=1.
pub const SAM: [u8; 9] = [0x3B, 0xD4, 0x18, 0x81, 0x31, b'M', b'S', b'A', b'M'];

/// FeliCa.
pub const FELICA: [u8; 20] = storage(0x11, 0x003B);
/// MIFARE Classic 1K.
pub const MIFARE_1K: [u8; 20] = storage(0x03, 0x0001);
/// MIFARE Ultralight and NTAG.
pub const ULTRALIGHT: [u8; 20] = storage(0x03, 0x0003);

const fn processor(historical: [u8; 8]) -> [u8; 13] {
    let mut atr = [0; 13];
    atr[0] = 0x3B;
    atr[1] = 0x88;
    atr[2] = 0x80;
    atr[3] = 0x01;
    let mut i = 0;
    while i < 8 {
        atr[4 + i] = historical[i];
        i += 1;
    }
    checked(atr)
}

const fn storage(standard: u8, name: u16) -> [u8; 20] {
    let [high, low] = name.to_be_bytes();
    checked([
        0x3B, 0x8F, 0x80, 0x01, 0x80, 0x4F, 0x0C, 0xA0, 0x00, 0x00, 0x03, 0x06, standard, high,
        low, 0, 0, 0, 0, 0,
    ])
}

/// With TCK, the exclusive or of all bytes after the first (ISO/IEC 7816-3 §8.2.5).
const fn checked<const N: usize>(mut atr: [u8; N]) -> [u8; N] {
    let mut i = 1;
    while i < N - 1 {
        atr[N - 1] ^= atr[i];
        i += 1;
    }
    atr
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_byte_is_right() {
        for atr in [&MY_NUMBER_CARD[..], &FELICA, &MIFARE_1K, &ULTRALIGHT] {
            assert_eq!(atr[1..].iter().fold(0, |sum, byte| sum ^ byte), 0);
            assert_eq!(
                usize::from(atr[1] & 0x0F),
                atr.len() - 5,
                "historical bytes"
            );
        }
        // The one example the standard itself gives: MIFARE Classic 1K, TCK 6A.
        assert_eq!(MIFARE_1K[19], 0x6A);
    }
}
