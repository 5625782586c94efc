//! What a virtual card is.

/// What a card does with a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// It answers: data and status word, or what a broken card sends instead.
    Answer(Vec<u8>),
    /// It never answers.
    Silence,
    /// It is pulled away before it can.
    Leave,
}

/// A card, as its contacts or its field show it.
pub trait VirtualCard: Send {
    /// The answer to reset a reader reports for it.
    fn atr(&self) -> Vec<u8>;

    /// Power or reset: whatever was selected or proved is forgotten.
    fn reset(&mut self) {}

    /// One command.
    fn apdu(&mut self, command: &[u8]) -> Reply;
}

impl VirtualCard for Box<dyn VirtualCard> {
    fn atr(&self) -> Vec<u8> {
        (**self).atr()
    }

    fn reset(&mut self) {
        (**self).reset();
    }

    fn apdu(&mut self, command: &[u8]) -> Reply {
        (**self).apdu(command)
    }
}
