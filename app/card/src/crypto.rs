//! The few primitives the citizen AP stands on, each held to a published vector.

use std::fmt;

use aes::Aes128;
use cmac::{Cmac, KeyInit, Mac};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Bytes of an AES-128 key, a challenge and a whole CMAC.
pub const BLOCK: usize = 16;

/// One block: a challenge, a MAC.
pub type Block = [u8; BLOCK];

/// AN10922 §2.2: the input is padded to two blocks behind a constant byte.
const DIVERSIFICATION_INPUT: std::ops::RangeInclusive<usize> = 16..=31;

/// An AES-128 key; wiped when dropped, never shown.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Key(Block);

impl Key {
    /// Takes the 16 bytes.
    pub const fn new(bytes: Block) -> Self {
        Self(bytes)
    }

    /// AES-CMAC (RFC 4493, NIST SP 800-38B) over the parts in sequence.
    pub fn cmac(&self, parts: &[&[u8]]) -> Block {
        let mut mac = Cmac::<Aes128>::new(&self.0.into());
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The key of one card (NXP AN10922 §2.2, AES-128).
    ///
    /// # Panics
    /// When the input, in sum 16 to 31 bytes, is not: its parts have fixed bounds.
    pub fn diversify(&self, input: &[&[u8]]) -> Self {
        let length: usize = input.iter().map(|part| part.len()).sum();
        // Below 16 bytes AN10922 pads further than CMAC does; no caller needs that.
        assert!(DIVERSIFICATION_INPUT.contains(&length));
        let parts: Vec<&[u8]> = std::iter::once(&[0x01][..])
            .chain(input.iter().copied())
            .collect();
        Self(self.cmac(&parts))
    }

    /// One block of NIST SP 800-108r1 §4.1: counter mode, PRF = CMAC, an 8-bit counter
    /// before the fixed input `label ‖ 00 ‖ context ‖ L`, L = 128 as two bytes.
    pub fn derive(&self, label: &[u8], context: &[&[u8]]) -> Self {
        let context = context.concat();
        self.derive_fixed(&[label, &[0x00], &context, &[0x00, 0x80]])
    }

    fn derive_fixed(&self, fixed: &[&[u8]]) -> Self {
        let parts: Vec<&[u8]> = std::iter::once(&[0x01][..])
            .chain(fixed.iter().copied())
            .collect();
        Self(self.cmac(&parts))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(‹secret›)")
    }
}

/// Compares two MACs in a time that does not depend on where they differ.
pub fn same(a: &Block, b: &Block) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests {
    use aes::cipher::BlockCipherEncrypt;

    use super::*;

    fn block(text: &str) -> Block {
        hex::decode(text).unwrap().try_into().unwrap()
    }

    #[test]
    fn cmac_rfc_4493_section_4() {
        let key = Key::new(block("2b7e151628aed2a6abf7158809cf4f3c"));
        let message = hex::decode(concat!(
            "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51",
            "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
        ))
        .unwrap();
        for (length, mac) in [
            (0, "bb1d6929e95937287fa37d129b756746"),
            (16, "070a16b46b4d4144f79bdd9dd04a287c"),
            (40, "dfa66747de9ae63030ca32611497c827"),
            (64, "51f0bebf7e3b9d92fc49741779363cfe"),
        ] {
            assert_eq!(key.cmac(&[&message[..length]]), block(mac), "{length}");
            let (a, b) = message[..length].split_at(length / 3);
            assert_eq!(key.cmac(&[a, b]), block(mac), "{length} in two parts");
        }
    }

    #[test]
    fn diversification_an10922_section_2_2_1() {
        let master = Key::new(block("00112233445566778899aabbccddeeff"));
        let parts = ["04782e21801d80", "3042f5", "4e585020416275"].map(|p| hex::decode(p).unwrap());
        let card = master.diversify(&[&parts[0], &parts[1], &parts[2]]);
        assert_eq!(card.0, block("a8dd63a3b89d54b37ca802473fda9175"));
    }

    #[test]
    fn derivation_cavp_kbkdf_counter_cmac_aes128_8_bits_before() {
        let key = Key::new(block("dff1e50ac0b69dc40f1051d46c2b069c"));
        let fixed = hex::decode(concat!(
            "c16e6e02c5a3dcc8d78b9ac1306877761310455b4e41469951d9e6c2245a064b",
            "33fd8c3b01203a7824485bf0a64060c4648b707d2607935699316ea5"
        ))
        .unwrap();
        let derived = key.derive_fixed(&[&fixed]);
        assert_eq!(derived.0, block("8be8f0869b3c0ba97b71863d1b9f7813"));
    }

    /// The whole derivation again, from the bare cipher.
    #[test]
    fn derivation_against_the_bare_cipher() {
        let key = [7u8; BLOCK];
        let input = [&[1u8][..], b"label", &[0], &[9; 5], &[0x00, 0x80]].concat();
        assert!(input.len() < BLOCK, "one padded block");
        let cipher = Aes128::new(&key.into());
        let mut subkey = [0u8; BLOCK].into();
        cipher.encrypt_block(&mut subkey);
        let mut subkey = u128::from_be_bytes(subkey.into());
        for _ in 0..2 {
            subkey = (subkey << 1) ^ ((subkey >> 127) * 0x87);
        }
        let mut padded = [0u8; BLOCK];
        padded[..input.len()].copy_from_slice(&input);
        padded[input.len()] = 0x80;
        let mut mac = (u128::from_be_bytes(padded) ^ subkey).to_be_bytes().into();
        cipher.encrypt_block(&mut mac);
        let derived = Key::new(key).derive(b"label", &[&[9; 5]]);
        assert_eq!(derived.0, Block::from(mac));
    }

    #[test]
    fn a_key_never_shows() {
        assert_eq!(format!("{:?}", Key::new([0x41; BLOCK])), "Key(‹secret›)");
    }
}
