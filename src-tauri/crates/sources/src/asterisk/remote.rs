//! Agents at a telephone of their own: their number may be kept in the table of people only, never in a key or an address.

use super::Secret;
use hmac::{Hmac, KeyInit, Mac};
use mirante_floor::Name;
use sha2::Sha256;
use std::sync::OnceLock;

/// Longest run of digits that is an extension; a longer one is somebody's telephone.
pub(crate) const EXTENSION: usize = 7;
/// How often the secret is hashed, so that a key tells nobody anything about it. Tens of milliseconds, once.
const ROUNDS: u32 = 50_000;

/// Makes keys of addresses that hold a telephone number.
///
/// Numbers are few enough to be tried one after the other, so a plain hash would give them away: this one is keyed with the AMI
/// secret. It is the same at every connection, and another after the secret was changed.
#[derive(Debug)]
pub(crate) struct Remote {
    secret: Secret,
    key: OnceLock<[u8; 32]>,
}

impl Default for Remote {
    fn default() -> Self {
        Remote::new(Secret::new(""))
    }
}

impl Remote {
    pub(crate) fn new(secret: Secret) -> Remote {
        Remote { secret, key: OnceLock::new() }
    }

    /// Whose key is known already: making one takes longer than a fuzz target may.
    #[cfg(feature = "fuzzing")]
    pub(crate) fn keyed(key: [u8; 32]) -> Remote {
        Remote { secret: Secret::new(""), key: OnceLock::from(key) }
    }

    /// The key of an address, such as `tel-1f0a92c47b`.
    pub(crate) fn key(&self, address: &str) -> Name {
        let key = self.key.get_or_init(|| {
            let secret = self.secret.expose().as_bytes();
            (0..ROUNDS).fold(tag(secret, b"mirante remote agents"), |key, _| tag(secret, &key))
        });
        let [a, b, c, d, e, ..] = tag(key, address.as_bytes());
        format!("tel-{a:02x}{b:02x}{c:02x}{d:02x}{e:02x}").into()
    }
}

fn tag(key: &[u8], text: &[u8]) -> [u8; 32] {
    // A block as long as the hash's takes a key of any length without a failure: longer keys are folded in as text.
    let mut block = [0; 64];
    let kept = key.len().min(block.len());
    block[..kept].copy_from_slice(&key[..kept]);
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
    mac.update(&key[kept..]);
    mac.update(text);
    mac.finalize().into_bytes().into()
}

/// The telephone number that a text holds: its first run of more than [`EXTENSION`] digits.
pub(crate) fn telephone(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    // Thousands of short keys are looked at in a list.
    if bytes.len() <= EXTENSION {
        return None;
    }
    let mut start = 0;
    for end in 0..=bytes.len() {
        if bytes.get(end).is_none_or(|byte| !byte.is_ascii_digit()) {
            if end - start > EXTENSION {
                return text.get(start..end);
            }
            start = end + 1;
        }
    }
    None
}

/// A text with every telephone number hidden but for its last two digits.
pub(crate) fn masked(text: &str) -> Name {
    if telephone(text).is_none() {
        return text.into();
    }
    let mut hidden = text.to_owned();
    while let Some(number) = telephone(&hidden) {
        let shown = format!("***{}", &number[number.len() - 2..]);
        hidden = hidden.replacen(number, &shown, 1);
    }
    hidden.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_neither_number_nor_secret_and_stays() {
        let (one, again) = (Remote::new(Secret::new("s")), Remote::new(Secret::new("s")));
        let key = one.key("Local/5511999990000@out/n");
        assert_eq!(key, again.key("Local/5511999990000@out/n"));
        assert!(key.len() == 14 && key.starts_with("tel-") && telephone(&key[4..]).is_none_or(|run| run.len() < 11));
        assert_ne!(key, one.key("Local/5511999990001@out/n"));
        assert_ne!(key, Remote::new(Secret::new("t")).key("Local/5511999990000@out/n"));
        assert!(!format!("{one:?}").contains("\"s\""));
    }

    #[test]
    fn numbers_are_hidden_wherever_they_stand() {
        assert_eq!(&*masked("Local/5511999990000@out/n"), "Local/***00@out/n");
        assert_eq!(&*masked("PJSIP/12345678@1133334444"), "PJSIP/***78@***44");
        assert_eq!(&*masked("PJSIP/2101/sip:2101@10.0.0.1:5060"), "PJSIP/2101/sip:2101@10.0.0.1:5060");
        assert_eq!(telephone("SIP/trunk/5511999990000"), Some("5511999990000"));
        assert_eq!(telephone("Local/1234567@x"), None);
    }
}
