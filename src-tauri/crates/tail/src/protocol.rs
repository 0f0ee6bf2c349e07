//! What is said between the two ends.
//!
//! The version is agreed on by TLS itself ([`ALPN`]). Then each side sends frames: a length (4 bytes, big-endian) and as many
//! bytes, one [`Request`] or [`Answer`] in postcard's encoding. The first request is [`Request::Hello`]; each request has one
//! answer, in order. There is no state but that: a connection may end at any moment and another begin.

use crate::files::OldFile;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};

/// The protocol and its version. What changes its meaning changes the number.
pub const ALPN: &[u8] = b"mirante-tail/1";
/// Longest request, bytes.
pub const MAX_REQUEST: usize = 1024;
/// Longest answer, bytes.
pub const MAX_ANSWER: usize = 512 * 1024;
/// Most bytes of a file in one answer.
pub const MAX_READ: usize = 256 * 1024;
/// Most older files told of, the youngest first.
pub const MAX_OLDER: usize = 1000;

/// Proof that a client may read: 32 bytes, written as 64 hexadecimal digits.
pub type Token = [u8; 32];

/// What a client asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Request {
    /// The first thing said.
    Hello {
        /// Its right to ask.
        token: Token,
    },
    /// How long is the log now?
    Size,
    /// Which older files lie beside it?
    Older,
    /// What does a file hold?
    Read {
        /// An older file by its name; `None` is the log.
        file: Option<String>,
        /// From which byte on.
        offset: u64,
        /// At most so many bytes; more than [`MAX_READ`] are not given.
        most: u32,
    },
}

/// What it is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// Come in.
    Welcome,
    /// The token is another one.
    Refused,
    /// Bytes of the log; `None` if there is none at the moment.
    Size(Option<u64>),
    /// The older files.
    Older(Vec<OldFile>),
    /// Bytes of a file: none at its end.
    Bytes(Vec<u8>),
    /// It cannot be done.
    Failed {
        /// True if the file is not there.
        gone: bool,
        /// Why, in English.
        words: String,
    },
}

/// Sends one frame.
///
/// # Errors
/// When the connection breaks.
pub fn send(to: &mut impl Write, what: &impl Serialize) -> io::Result<()> {
    let body = postcard::to_stdvec(what).map_err(io::Error::other)?;
    let length = u32::try_from(body.len()).map_err(io::Error::other)?;
    to.write_all(&length.to_be_bytes())?;
    to.write_all(&body)?;
    to.flush()
}

/// Waits for one frame of at most `most` bytes.
///
/// # Errors
/// When the connection breaks, or what comes is no such frame.
pub fn receive<T: DeserializeOwned>(from: &mut impl Read, most: usize) -> io::Result<T> {
    let wrong = |words: &'static str| io::Error::new(io::ErrorKind::InvalidData, words);
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let length = u32::from_be_bytes(length) as usize;
    if length > most {
        return Err(wrong("the other side sends more than was agreed"));
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body)?;
    match postcard::take_from_bytes(&body) {
        Ok((what, [])) => Ok(what),
        _ => Err(wrong("the other side cannot be understood")),
    }
}

/// Reads a token's 64 digits; spaces and line ends around them do not count.
pub fn token(text: &str) -> Option<Token> {
    let digits: Option<Vec<u8>> =
        text.trim().chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    let digits = digits.filter(|digits| digits.len() == 64)?;
    let mut token = [0; 32];
    for (byte, pair) in token.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = pair[0] << 4 | pair[1];
    }
    Some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_received_and_nothing_else_is() {
        let read = Request::Read { file: Some("queue_log.1".into()), offset: u64::MAX, most: 7 };
        let mut bytes = Vec::new();
        send(&mut bytes, &read).expect("sent");
        assert_eq!(receive::<Request>(&mut &bytes[..], MAX_REQUEST).expect("received"), read);
        for (frame, kind) in [
            (&b"\0\0\x04\x01aaaa"[..], io::ErrorKind::InvalidData),
            (&b"\xff\xff\xff\xffaaaa"[..], io::ErrorKind::InvalidData),
            (&b"\0\0\0\x01\x09"[..], io::ErrorKind::InvalidData),
            (&b"\0\0\0\x02\x01\x01"[..], io::ErrorKind::InvalidData),
            (&b"\0\0\0\0"[..], io::ErrorKind::InvalidData),
            (&b"\0\0\0\x09\x01"[..], io::ErrorKind::UnexpectedEof),
        ] {
            let error = receive::<Request>(&mut &frame[..], MAX_REQUEST).expect_err("no request");
            assert_eq!(error.kind(), kind, "{frame:?}");
        }
    }

    #[test]
    fn the_longest_answers_fit() {
        let file = OldFile { name: "q".repeat(255), size: u64::MAX, modified: Some(i64::MAX) };
        for answer in [Answer::Bytes(vec![0; MAX_READ]), Answer::Older(vec![file; MAX_OLDER])] {
            let mut bytes = Vec::new();
            send(&mut bytes, &answer).expect("sent");
            assert_eq!(receive::<Answer>(&mut &bytes[..], MAX_ANSWER).expect("received"), answer);
        }
    }

    #[test]
    fn a_token_is_64_digits() {
        assert_eq!(token(&format!(" {}\n", "0f".repeat(32))), Some([15; 32]));
        for text in ["", "0f", &"0f".repeat(33), &"zz".repeat(32)] {
            assert_eq!(token(text), None, "{text}");
        }
    }
}
