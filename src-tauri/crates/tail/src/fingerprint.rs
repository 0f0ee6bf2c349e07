//! What a certificate is known by: the SHA-256 of its DER form, as `openssl x509 -fingerprint -sha256` prints it.

use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;
use subtle::ConstantTimeEq;

/// SHA-256 of a certificate. Reads hex in any case, with or without colons and `sha256:`; prints `sha256:AB:CD:…`.
#[derive(Clone, Copy)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// The fingerprint of a certificate in DER form.
    pub fn of(certificate: &[u8]) -> Fingerprint {
        Fingerprint(Sha256::digest(certificate).into())
    }
}

impl PartialEq for Fingerprint {
    /// Takes as long for a near miss as for a far one.
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Fingerprint {}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256")?;
        self.0.iter().try_for_each(|byte| write!(f, ":{byte:02X}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// A text that is no fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a fingerprint is \"sha256:\" and 64 hexadecimal digits, colons between them or not, as \
     `openssl x509 -noout -fingerprint -sha256` prints it"
)]
pub struct NoFingerprint;

impl FromStr for Fingerprint {
    type Err = NoFingerprint;

    fn from_str(text: &str) -> Result<Self, NoFingerprint> {
        let lower = text.trim().to_ascii_lowercase();
        let hex = ["sha256 fingerprint=", "sha256:"].iter().find_map(|p| lower.strip_prefix(p)).unwrap_or(&lower);
        let digits: Option<Vec<u8>> =
            hex.chars().filter(|c| *c != ':').map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
        let digits = digits.filter(|digits| digits.len() == 64).ok_or(NoFingerprint)?;
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = pair[0] << 4 | pair[1];
        }
        Ok(Fingerprint(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_way_of_writing_is_read() {
        let own = Fingerprint::of(b"abc");
        let hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let colons = own.to_string().split_off("sha256:".len());
        assert!(colons.starts_with("BA:78:16:BF:") && colons.len() == 95, "{colons}");
        let ways = [
            hex.to_owned(),
            format!("sha256:{hex}"),
            format!("SHA256:{}", hex.to_uppercase()),
            format!("  sha256:{colons}\n"),
            format!("sha256 Fingerprint={colons}"),
            format!("SHA256 Fingerprint={colons}"),
            own.to_string(),
        ];
        for way in ways {
            assert_eq!(way.parse::<Fingerprint>(), Ok(own), "{way}");
        }
        let long = format!("{hex}00");
        for wrong in
            ["", "sha256:", "sha1:ba7816bf", &hex[1..], &long, "sha256:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0"]
        {
            assert_eq!(wrong.parse::<Fingerprint>(), Err(NoFingerprint), "{wrong}");
        }
        assert_ne!(own, Fingerprint::of(b"abd"));
    }
}
