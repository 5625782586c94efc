//! Cards that misbehave.

use std::{thread, time::Duration};

use super::{Reply, VirtualCard};

/// What goes wrong. Commands are counted over all resets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Answers that many commands and then never again.
    SilentAfter(u32),
    /// Is pulled away at the command after that many.
    LeavesAfter(u32),
    /// Answers that many commands with half a status word, as a broken contact does,
    /// then well.
    BreaksFirst(u32),
    /// Answers noise, from that seed.
    Garbage(u64),
    /// Answers "success" and then noise, from that seed.
    PlausibleGarbage(u64),
    /// Takes that long over every answer.
    Slow(Duration),
}

/// A card with a fault.
#[derive(Debug)]
pub struct Faulty<C> {
    card: C,
    fault: Fault,
    commands: u32,
    noise: u64,
}

/// Longer than any short response, so that the reader's buffer is tried as well.
const LONGEST_NOISE: u64 = 300;

impl<C: VirtualCard> Faulty<C> {
    /// A card with a fault.
    pub const fn new(card: C, fault: Fault) -> Self {
        let noise = match fault {
            Fault::Garbage(seed) | Fault::PlausibleGarbage(seed) => seed,
            _ => 0,
        };
        Self {
            card,
            fault,
            commands: 0,
            noise,
        }
    }

    /// SplitMix64: noise that a seed brings back.
    const fn next(&mut self) -> u64 {
        self.noise = self.noise.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.noise;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn noise(&mut self) -> Vec<u8> {
        // vpcd takes an empty answer for a card that left.
        let length = 1 + self.next() % LONGEST_NOISE;
        (0..length).map(|_| self.next() as u8).collect()
    }
}

impl<C: VirtualCard> VirtualCard for Faulty<C> {
    fn atr(&self) -> Vec<u8> {
        self.card.atr()
    }

    fn reset(&mut self) {
        self.card.reset();
    }

    fn apdu(&mut self, command: &[u8]) -> Reply {
        let before = self.commands;
        self.commands += 1;
        match self.fault {
            Fault::SilentAfter(n) if before >= n => Reply::Silence,
            Fault::LeavesAfter(n) if before >= n => Reply::Leave,
            Fault::BreaksFirst(n) if before < n => Reply::Answer(vec![0x90]),
            Fault::Garbage(_) => Reply::Answer(self.noise()),
            Fault::PlausibleGarbage(_) if before == 0 => Reply::Answer(vec![0x90, 0x00]),
            Fault::PlausibleGarbage(_) => {
                let mut noise = self.noise();
                noise.truncate(256);
                noise.extend([0x90, 0x00]);
                Reply::Answer(noise)
            }
            Fault::Slow(pause) => {
                thread::sleep(pause);
                self.card.apdu(command)
            }
            _ => self.card.apdu(command),
        }
    }
}
