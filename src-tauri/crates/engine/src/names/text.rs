//! Bytes of a file as text, whatever program wrote it.

use super::NamesError;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// The text, and what its encoding is called.
pub(super) fn decode(bytes: &[u8]) -> Result<(String, &'static str), NamesError> {
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(NamesError::Empty);
    }
    // Spreadsheets and archives: the signatures of ZIP (also .xlsx and .ods), of old .xls, of PDF and of gzip.
    let others: [&[u8]; 4] = [b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b"];
    if others.iter().any(|start| bytes.starts_with(start)) {
        return Err(NamesError::NotText);
    }
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None => without_mark(bytes),
    };
    let (text, _, _) = encoding.decode(bytes);
    if text.contains('\0') {
        return Err(NamesError::NotText);
    }
    // Latin-1 is how everybody calls what Windows writes.
    let name = if encoding == WINDOWS_1252 { "Latin-1" } else { encoding.name() };
    Ok((text.into_owned(), name))
}

/// The encoding of bytes that begin with no mark.
fn without_mark(bytes: &[u8]) -> &'static Encoding {
    // Every other byte of western text in UTF-16 is 0.
    let zero = |odd: usize| bytes.iter().skip(odd).step_by(2).take(64).filter(|b| **b == 0).count();
    let half = bytes.len().min(128) / 2;
    if half >= 2 && zero(1) * 2 > half {
        UTF_16LE
    } else if half >= 2 && zero(0) * 2 > half {
        UTF_16BE
    } else if std::str::from_utf8(bytes).is_ok() {
        UTF_8
    } else {
        WINDOWS_1252
    }
}
