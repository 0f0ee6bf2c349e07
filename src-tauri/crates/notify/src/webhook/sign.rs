//! Signatures by the convention of Standard Webhooks: HMAC-SHA256 over id, timestamp and body, so that a receiver knows who sent it, that
//! nothing was changed, and, by the timestamp, that it is not an old one again.

use crate::Secret;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use thiserror::Error;

/// Bytes of a key.
const FEWEST: usize = 24;

/// What webhooks are signed with. Prints as dots.
#[derive(Clone)]
pub struct SigningKey(Hmac<Sha256>);

/// Why a text is no key. It never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "a key for signatures is at least {FEWEST} bytes in base64, as `openssl rand -base64 32` makes; whsec_ may stand before it"
)]
pub struct SigningKeyError;

impl SigningKey {
    /// Understands base64, with or without `whsec_` before it.
    ///
    /// # Errors
    /// [`SigningKeyError`]: not base64, or too short.
    pub fn parse(text: &Secret) -> Result<SigningKey, SigningKeyError> {
        let text = text.reveal().trim();
        let bytes = STANDARD.decode(text.strip_prefix("whsec_").unwrap_or(text)).map_err(|_| SigningKeyError)?;
        if bytes.len() < FEWEST {
            return Err(SigningKeyError);
        }
        Hmac::new_from_slice(&bytes).map(SigningKey).map_err(|_| SigningKeyError)
    }

    /// The header's value; `seconds` is the Unix time that the receiver is told.
    pub(super) fn sign(&self, id: &str, seconds: i64, body: &[u8]) -> String {
        let mut mac = self.0.clone();
        mac.update(format!("{id}.{seconds}.").as_bytes());
        mac.update(body);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_signs_as_the_convention_does() {
        // The example that its libraries are tested with.
        let key = SigningKey::parse(&Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")).unwrap();
        let signed = key.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        for bad in ["", "whsec_", "dG9vIHNob3J0", "not base64 at all, but long enough to be a key"] {
            assert_eq!(SigningKey::parse(&Secret::new(bad)).unwrap_err(), SigningKeyError, "{bad}");
        }
        assert_eq!(format!("{key:?}"), "SigningKey(…)");
    }
}
