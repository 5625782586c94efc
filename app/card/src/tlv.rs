//! Just enough BER-TLV (ISO/IEC 7816-4 §6.3) for flat files of short fields.

/// Why a file is not a run of fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the file is not a run of TLV fields")]
pub(crate) struct NotTlv;

/// The value under `tag`, the first if there are several.
pub(crate) fn find(file: &[u8], tag: u16) -> Result<Option<&[u8]>, NotTlv> {
    let mut rest = file;
    // Padding behind the last field (§6.3: bytes 00 and FF have no meaning there).
    while !matches!(rest, [] | [0x00 | 0xFF, ..]) {
        let (found, value, after) = field(rest).ok_or(NotTlv)?;
        if found == tag {
            return Ok(Some(value));
        }
        rest = after;
    }
    Ok(None)
}

fn field(bytes: &[u8]) -> Option<(u16, &[u8], &[u8])> {
    let (&first, rest) = bytes.split_first()?;
    let (tag, rest) = if first & 0x1F == 0x1F {
        let (&second, rest) = rest.split_first()?;
        // A third tag byte would follow: no profile can name it.
        if second & 0x80 != 0 {
            return None;
        }
        (u16::from_be_bytes([first, second]), rest)
    } else {
        (u16::from(first), rest)
    };
    let (length, rest) = match rest {
        [short @ 0..=0x7F, rest @ ..] => (usize::from(*short), rest),
        [0x81, length, rest @ ..] => (usize::from(*length), rest),
        [0x82, high, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest),
        _ => return None,
    };
    let (value, after) = rest.split_at_checked(length)?;
    Some((tag, value, after))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_are_found_and_padding_ends_them() {
        let file = [0x80, 1, 5, 0x5F, 0x20, 0x81, 2, 6, 7, 0xFF, 0xFF];
        assert_eq!(find(&file, 0x80), Ok(Some(&[5][..])));
        assert_eq!(find(&file, 0x5F20), Ok(Some(&[6, 7][..])));
        assert_eq!(find(&file, 0x82), Ok(None));
        assert_eq!(find(&[], 0x80), Ok(None));
    }

    #[test]
    fn a_field_longer_than_the_file_is_an_error() {
        assert_eq!(find(&[0x80, 5, 1], 0x80), Err(NotTlv));
        assert_eq!(find(&[0x80, 0x84, 1, 1, 1, 1], 0x80), Err(NotTlv));
        assert_eq!(find(&[0x80], 0x80), Err(NotTlv));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_read_past_the_end(file in prop::collection::vec(any::<u8>(), 0..300), tag: u16) {
            if let Ok(Some(value)) = find(&file, tag) {
                prop_assert!(value.len() < file.len());
            }
        }
    }
}
