//! Which extensions of Token-2022 a mint may have.

use crate::error::{MarketError, Rule};

const TLV_HEADER: usize = 4;

/// `ExtensionType` of the Token-2022 interface, of those that can neither take, tax nor block tokens.
mod extension {
    pub const UNINITIALIZED: u16 = 0;
    pub const IMMUTABLE_OWNER: u16 = 7;
    pub const INTEREST_BEARING_CONFIG: u16 = 10;
    pub const METADATA_POINTER: u16 = 18;
    pub const TOKEN_METADATA: u16 = 19;
    pub const SCALED_UI_AMOUNT: u16 = 25;
}

/// Refuses extensions that are not allowed, unknown ones among them. `tlv` are type-length-value entries: type u16,
/// length u16, value.
pub fn require_known_extensions(mut tlv: &[u8]) -> Rule<()> {
    while let Some((header, rest)) = tlv.split_at_checked(TLV_HEADER) {
        let [t0, t1, l0, l1] = *header else {
            return Err(MarketError::MintNotSupported);
        };
        match u16::from_le_bytes([t0, t1]) {
            extension::UNINITIALIZED => return Ok(()),
            extension::IMMUTABLE_OWNER
            | extension::INTEREST_BEARING_CONFIG
            | extension::METADATA_POINTER
            | extension::TOKEN_METADATA
            | extension::SCALED_UI_AMOUNT => {}
            _ => return Err(MarketError::MintExtensionNotAllowed),
        }
        let length = usize::from(u16::from_le_bytes([l0, l1]));
        tlv = rest.get(length..).ok_or(MarketError::MintNotSupported)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kind: u16, length: u16) -> Vec<u8> {
        let mut bytes = kind.to_le_bytes().to_vec();
        bytes.extend(length.to_le_bytes());
        bytes.extend(vec![0xaa; usize::from(length)]);
        bytes
    }

    #[test]
    fn only_the_listed_extensions_are_allowed() {
        for kind in 1..=64u16 {
            let allowed = matches!(kind, 7 | 10 | 18 | 19 | 25);
            let expected = if allowed { Ok(()) } else { Err(MarketError::MintExtensionNotAllowed) };
            assert_eq!(require_known_extensions(&entry(kind, 8)), expected, "extension {kind}");
        }
    }

    #[test]
    fn a_forbidden_extension_behind_an_allowed_one_is_found() {
        let tlv = [entry(18, 64), entry(1, 108)].concat();
        assert_eq!(require_known_extensions(&tlv), Err(MarketError::MintExtensionNotAllowed));
    }

    #[test]
    fn an_entry_longer_than_the_account_is_refused() {
        let mut tlv = entry(18, 64);
        tlv.truncate(40);
        assert_eq!(require_known_extensions(&tlv), Err(MarketError::MintNotSupported));
    }

    #[test]
    fn padding_ends_the_walk() {
        let tlv = [entry(10, 52), vec![0; 12]].concat();
        assert_eq!(require_known_extensions(&tlv), Ok(()));
    }
}
