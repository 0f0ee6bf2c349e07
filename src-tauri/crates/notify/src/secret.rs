//! Secrets, and addresses that are secrets: neither ever prints.

use std::fmt;
use thiserror::Error;

/// A secret. Prints as dots.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Secret(text.into())
    }

    /// The secret itself, for the one place that must send it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Where an HTTP channel sends to. Whoever knows such an address can often write there, so it prints as dots too.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(reqwest::Url);

/// Why a text is not an address. It never repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not an address that begins with https:// (http:// is for this computer and private networks)")]
pub struct AddressError;

impl Address {
    /// Understands `https://…` or `http://…`.
    ///
    /// # Errors
    /// [`AddressError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, AddressError> {
        let url = reqwest::Url::parse(text.trim()).map_err(|_| AddressError)?;
        let plain = matches!(url.scheme(), "http" | "https") && url.host().is_some();
        if plain { Ok(Address(url)) } else { Err(AddressError) }
    }

    /// This address with more of a path behind its own.
    #[must_use]
    pub fn join(&self, path: &[&str]) -> Address {
        let mut url = self.0.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        Address(url)
    }

    /// True if what is sent there does not leave this computer.
    pub fn is_local(&self) -> bool {
        let host = self.0.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    pub(crate) fn url(&self) -> reqwest::Url {
        self.0.clone()
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_joined_and_never_shown() {
        let base = Address::parse("https://h.example/a/?k=1").unwrap();
        assert_eq!(base.join(&["api", "v2"]).url().as_str(), "https://h.example/a/api/v2?k=1");
        assert_eq!(base.join(&["a/b"]).url().path(), "/a/a%2Fb", "a part is one part");
        assert_eq!(format!("{base:?} {:?}", Secret::new("x")), "Address(…) Secret(…)");
        for bad in ["", "h.example", "ftp://h.example", "file:///etc/passwd", "https://"] {
            assert_eq!(Address::parse(bad), Err(AddressError), "{bad}");
        }
        assert!(Address::parse("http://[::1]:9/").unwrap().is_local() && !base.is_local());
    }
}
