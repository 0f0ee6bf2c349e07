//! What the decoder must read, skip and cut.

use super::*;
use crate::asterisk::message::{Kept, MAX_FIELDS};
use proptest::prelude::*;

fn decode(bytes: &[u8]) -> Vec<Kept> {
    let mut out = Vec::new();
    Decoder::default().push(bytes, |message| out.push(message.keep()));
    out
}

#[test]
fn reads_what_the_family_sends() {
    let all = decode(
        b"Asterisk Call Manager/11.0.0\r\nResponse: Success\r\nActionID: 1\r\n\r\nevent:Hangup\nUNIQUEID:1.2\nX: a: b\n\n\r\n\r\n\
          Event: QueueCallerJoin\r\nCallerIDName: Jo\xe3o\r\nEmpty: \r\nno field\r\nTimestamp: 1795290493.9\r\n\r\n",
    );
    assert_eq!(all.len(), 4);
    let [banner, response, hangup, join] = [0, 1, 2, 3].map(|i| all[i].message());
    assert_eq!(banner.banner(), Some("Asterisk Call Manager/11.0.0"));
    assert!(response.is_success() && response.banner().is_none());
    assert_eq!(hangup.event(), Some("Hangup"));
    assert_eq!(hangup.get("Uniqueid"), Some("1.2"));
    assert_eq!(hangup.get("x"), Some("a: b"));
    assert_eq!(hangup.at(), None);
    assert_eq!(join.get("CallerIDName"), Some("João"));
    assert_eq!((join.get("Empty"), join.said("Empty"), join.get("Absent")), (Some(""), None, None));
    assert_eq!(join.at(), Some(1_795_290_493_900));
}

#[test]
fn a_value_cannot_smuggle_a_line() {
    let all = decode(b"Event: X\r\nName: a\rEvent: Y\r\n\r\n");
    assert_eq!(all[0].message().get("Name"), Some("a Event: Y"));
}

#[test]
fn latin_1_is_told_line_by_line() {
    let mixed = decode(b"Event: X\nName: \xc3\xa9\nOld: Jos\xe9\n\n");
    assert_eq!((mixed[0].message().get("Name"), mixed[0].message().get("Old")), (Some("é"), Some("José")));
}

#[test]
fn what_is_too_large_is_cut() {
    let mut bytes = b"Event: X\r\nBig: ".to_vec();
    bytes.extend(std::iter::repeat_n(b'a', 10 * MAX_LINE));
    bytes.extend(b"\r\nUniqueid: 7\r\n");
    for _ in 0..2 * MAX_FIELDS {
        bytes.extend(b"Variable: v\r\n");
    }
    bytes.extend(b"\r\nEvent: Y\r\n\r\n");
    let all = decode(&bytes);
    let big = all[0].message();
    assert_eq!(big.get("Big").map(str::len), Some(MAX_LINE - "Big: ".len()));
    assert_eq!(big.get("Uniqueid"), Some("7"));
    assert_eq!(big.fields().count(), MAX_FIELDS);
    assert_eq!(all[1].message().event(), Some("Y"));
}

#[test]
fn memory_stays_bounded_without_a_line_end() {
    let mut decoder = Decoder::default();
    decoder.push(b"Event: X\n", |_| {});
    for _ in 0..200 {
        decoder.push(&[b'a'; 100_000], |_| panic!("no message is over"));
    }
    for _ in 0..100 {
        decoder.push(&[&[b'\n'][..], &[b'b'; 60_000]].concat(), |_| panic!("no message is over"));
    }
    let held = decoder.long.as_ref().map_or(0, |long| long.kept.len());
    assert!(held <= MAX_MESSAGE + MAX_LINE, "{held}");
    let mut names = Vec::new();
    decoder.push(b"\n\nEvent: Y\n\n", |message| names.extend(message.event().map(str::to_owned)));
    assert_eq!(names, ["X", "Y"]);
}

#[test]
fn a_list_is_read_by_its_shape_however_it_is_cut() {
    let params = |queue: usize| format!("Event: QueueParams\r\nQueue: q{queue}\r\nMax: 0\r\nActionID: 1\r\n\r\n");
    let member = "Event: QueueMember\r\nQueue: q\r\nPausedReason: \r\nActionID: 1\r\n\r\n".repeat(10);
    let list: String = (0..50).map(|queue| params(queue) + &member).collect();
    for length in [500, 501, 997, 4096, 100_000] {
        let (mut decoder, mut shaped, mut reads) = (Decoder::default(), 0, 0);
        for read in list.as_bytes().chunks(length) {
            decoder.push(read, |message| shaped += usize::from(message.shape() != 0));
            reads += 1;
        }
        assert_eq!(decoder.count(), 550);
        assert!(shaped >= 500 - 2 - reads, "{shaped} in {reads} reads");
    }
}

/// A plain splitter, line by line: what the decoder must equal.
fn plain(bytes: &[u8]) -> Vec<Vec<(String, String)>> {
    let word = |text: &str| text.trim_matches(|c: char| c.is_ascii_whitespace()).to_owned();
    let (mut out, mut message, mut size) = (Vec::new(), Vec::new(), 0);
    let Some(whole) = memchr::memrchr(b'\n', bytes) else { return out };
    for line in bytes[..whole].split(|b| *b == b'\n') {
        let line = &line[..line.len().min(MAX_LINE)];
        let text = match std::str::from_utf8(line) {
            Ok(text) => text.to_owned(),
            Err(_) => line.iter().map(|b| char::from(*b)).collect(),
        };
        let text = text.strip_suffix('\r').unwrap_or(&text).replace('\r', " ");
        if text.is_empty() {
            out.extend((size > 0).then(|| std::mem::take(&mut message)));
            size = 0;
        } else if size == 0 && !text.contains(':') {
            out.push(vec![("banner".to_owned(), text.trim().to_owned())]);
        } else if size + line.len() < MAX_MESSAGE {
            size += line.len() + 1;
            if let Some((key, value)) = text.split_once(':').filter(|_| message.len() < MAX_FIELDS) {
                message.push((word(key), word(value)));
            }
        }
    }
    out
}

fn fields(message: Message<'_>) -> Vec<(String, String)> {
    match message.banner() {
        Some(banner) => vec![("banner".to_owned(), banner.to_owned())],
        None => message.fields().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(),
    }
}

fn takes(name: &[u8], _: &[u8]) -> bool {
    name == b"Hangup"
}

/// Bytes that look enough like AMI to reach every branch.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => proptest::collection::vec(any::<u8>(), 0..20),
        8 => proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b':'), Just(b'e'), Just(0xe9)], 0..12),
        8 => Just(b"\r\n".to_vec()),
        8 => Just(b"\r\n\r\n".to_vec()),
        8 => Just(b"\n".to_vec()),
        8 => Just(b"\n\n".to_vec()),
        8 => Just(b"Event: Hangup\r\n".to_vec()),
        4 => Just(b"Event: Other\n".to_vec()),
        4 => Just(b"Event: Hangup\r\nCause: \r\nActionID: 1\r\n\r\n".repeat(3)),
        8 => Just(b"Timestamp: 1.99999999999\r\n".to_vec()),
        8 => Just(b"Uniqueid:\xc3".to_vec()),
        1 => (MAX_LINE - 20..MAX_LINE + 20).prop_map(|length| vec![b'x'; length]),
        1 => Just(b"Variable: a=b\r\n".repeat(MAX_FIELDS + 10)),
        1 => Just([&b"V:"[..], &[b'v'; MAX_LINE / 2], b"\n"].concat().repeat(12)),
    ];
    proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn chunks_do_not_matter_and_a_plain_splitter_agrees(
        bytes in bytes(),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let expected = plain(&bytes);
        let whole: Vec<_> = decode(&bytes).iter().map(|message| fields(message.message())).collect();
        prop_assert_eq!(&expected, &whole);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let (mut parts, mut some) = (Vec::new(), Vec::new());
        let (mut decoder, mut picky) = (Decoder::default(), Decoder::new(takes));
        for pair in cuts.windows(2) {
            decoder.push(&bytes[pair[0]..pair[1]], |message| {
                let _ = (message.at(), message.event(), message.number::<i32>("Uniqueid"));
                parts.push(fields(message));
            });
            picky.push(&bytes[pair[0]..pair[1]], |message| some.push(fields(message)));
        }
        prop_assert_eq!(&expected, &parts);
        prop_assert_eq!(picky.count(), expected.len() as u64);
        let wanted = |m: &&Vec<(String, String)>| m.first().is_none_or(|(key, value)| !key.eq_ignore_ascii_case("Event") || value == "Hangup");
        prop_assert_eq!(expected.iter().filter(wanted).collect::<Vec<_>>(), some.iter().collect::<Vec<_>>());
        for (key, value) in expected.iter().flatten() {
            prop_assert!(!key.contains(['\r', '\n']) && !value.contains(['\r', '\n']));
        }
    }

    #[test]
    fn byte_by_byte_is_the_same(bytes in proptest::collection::vec(prop_oneof![Just(b'\r'), Just(b'\n'), Just(b':'), Just(b'a')], 0..200)) {
        let mut parts = Vec::new();
        let mut decoder = Decoder::default();
        for byte in &bytes {
            decoder.push(&[*byte], |message| parts.push(fields(message)));
        }
        prop_assert_eq!(plain(&bytes), parts);
    }
}
