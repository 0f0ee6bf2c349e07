//! Bytes of a file as text, whatever program wrote it.

use super::NamesError;
use crate::sheet::{name_of, without_mark};
use encoding_rs::Encoding;

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
        None => without_mark(bytes, std::str::from_utf8(bytes).is_ok()),
    };
    let (text, _, _) = encoding.decode(bytes);
    if text.contains('\0') {
        return Err(NamesError::NotText);
    }
    Ok((text.into_owned(), name_of(encoding)))
}
