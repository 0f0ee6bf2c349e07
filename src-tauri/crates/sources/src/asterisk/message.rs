//! AMI messages out of a stream of bytes.
//!
//! Tolerant on purpose: platforms of the family differ in line ends, in the space after a colon, in the case of keys and in
//! encoding. What is too large is cut, never fatal, and memory stays bounded whatever the other side sends. The result does not
//! depend on how the bytes were cut into reads.

/// Longest line kept, bytes; the rest of a longer one is dropped.
pub(crate) const MAX_LINE: usize = 64 * 1024;
/// Most bytes of one message kept.
const MAX_MESSAGE: usize = 256 * 1024;
/// Most fields of one message kept.
const MAX_FIELDS: usize = 512;
/// Key under which a line that is no field and begins a message is filed: the greeting.
const BANNER: &str = "Banner";

/// One message: a response, an event or the greeting. Values hold no line ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Message {
    /// All keys and values, back to back.
    text: String,
    /// For each field: end of its key and end of its value in `text`.
    fields: Vec<(usize, usize)>,
}

impl Message {
    /// Fields in the order they came.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut start = 0;
        self.fields.iter().map(move |&(key_end, end)| {
            let field = (&self.text[start..key_end], &self.text[key_end..end]);
            start = end;
            field
        })
    }

    /// The first value of a key, in any case; `None` if the message has no such key.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        self.fields().find(|(k, _)| k.eq_ignore_ascii_case(key)).map(|(_, value)| value)
    }

    /// The first value of a key that says something: neither empty nor one of the platform's words for nothing.
    pub(crate) fn said(&self, key: &str) -> Option<&str> {
        self.get(key).filter(|value| !matches!(*value, "" | "<unknown>" | "<null>" | "(null)"))
    }

    /// The value as a number.
    pub(crate) fn number<T: std::str::FromStr>(&self, key: &str) -> Option<T> {
        self.get(key)?.trim().parse().ok()
    }

    /// The event's name, if this is an event.
    pub(crate) fn event(&self) -> Option<&str> {
        self.get("Event")
    }

    /// The greeting, if this is one.
    pub(crate) fn banner(&self) -> Option<&str> {
        self.get(BANNER)
    }

    /// True if this is a response that grants what was asked.
    pub(crate) fn is_success(&self) -> bool {
        self.get("Response").is_some_and(|response| response.eq_ignore_ascii_case("Success"))
    }

    /// The platform's own time of an event, Unix ms (`Timestamp: seconds.micros`).
    pub(crate) fn at(&self) -> Option<i64> {
        let text = self.get("Timestamp")?;
        let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
        let seconds: i64 = seconds.parse().ok().filter(|s| (0..=32_503_680_000).contains(s))?;
        let digits = fraction.bytes().chain(std::iter::repeat(b'0')).take(3);
        let mut millis = digits.map(|d| d.is_ascii_digit().then(|| i64::from(d - b'0')));
        Some(seconds * 1000 + millis.try_fold(0, |sum, d| Some(sum * 10 + d?))?)
    }

    fn push(&mut self, key: &str, value: &str) {
        if self.fields.len() < MAX_FIELDS && self.text.len() + key.len() + value.len() <= MAX_MESSAGE {
            self.text.push_str(key);
            let key_end = self.text.len();
            self.text.push_str(value);
            self.fields.push((key_end, self.text.len()));
        }
    }
}

/// Turns bytes into messages.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    /// The line not yet ended, at most [`MAX_LINE`] bytes of it.
    line: Vec<u8>,
    /// The message not yet ended.
    message: Message,
}

impl Decoder {
    /// Takes the bytes of one read and hands every message they complete to `sink`.
    pub(crate) fn push(&mut self, mut bytes: &[u8], mut sink: impl FnMut(Message)) {
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            self.keep(&bytes[..end]);
            bytes = &bytes[end + 1..];
            self.end_line(&mut sink);
        }
        self.keep(bytes);
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = MAX_LINE - self.line.len();
        self.line.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn end_line(&mut self, sink: &mut impl FnMut(Message)) {
        let line = std::mem::take(&mut self.line);
        let text = text(line.strip_suffix(b"\r").unwrap_or(&line));
        if text.is_empty() {
            if !self.message.fields.is_empty() {
                sink(std::mem::take(&mut self.message));
            }
        } else if let Some((key, value)) = text.split_once(':') {
            self.message.push(key.trim(), value.trim());
        } else if self.message.fields.is_empty() {
            let mut banner = Message::default();
            banner.push(BANNER, text.trim());
            sink(banner);
        }
        self.line = line;
        self.line.clear();
    }
}

/// A line as text: UTF-8, else Latin-1, which older phones and boards still send. Never holds a carriage return.
fn text(line: &[u8]) -> String {
    let text = match std::str::from_utf8(line) {
        Ok(text) => text.to_owned(),
        Err(_) => line.iter().copied().map(char::from).collect(),
    };
    if text.contains('\r') { text.replace('\r', " ") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn decode(bytes: &[u8]) -> Vec<Message> {
        let mut out = Vec::new();
        Decoder::default().push(bytes, |message| out.push(message));
        out
    }

    #[test]
    fn reads_what_the_family_sends() {
        let all = decode(
            b"Asterisk Call Manager/11.0.0\r\nResponse: Success\r\nActionID: 1\r\n\r\nevent:Hangup\nUNIQUEID:1.2\nX: a: b\n\n\r\n\r\n\
              Event: QueueCallerJoin\r\nCallerIDName: Jo\xe3o\r\nEmpty: \r\nno field\r\nTimestamp: 1795290493.9\r\n\r\n",
        );
        assert_eq!(all.len(), 4);
        assert_eq!(all[0].banner(), Some("Asterisk Call Manager/11.0.0"));
        assert!(all[1].is_success());
        assert_eq!(all[2].event(), Some("Hangup"));
        assert_eq!(all[2].get("Uniqueid"), Some("1.2"));
        assert_eq!(all[2].get("x"), Some("a: b"));
        assert_eq!(all[2].at(), None);
        assert_eq!(all[3].get("CallerIDName"), Some("João"));
        assert_eq!((all[3].get("Empty"), all[3].said("Empty"), all[3].get("Absent")), (Some(""), None, None));
        assert_eq!(all[3].at(), Some(1_795_290_493_900));
    }

    #[test]
    fn a_value_cannot_smuggle_a_line() {
        let all = decode(b"Event: X\r\nName: a\rEvent: Y\r\n\r\n");
        assert_eq!(all[0].get("Name"), Some("a Event: Y"));
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
        assert_eq!(all[0].get("Big").map(str::len), Some(MAX_LINE - "Big: ".len()));
        assert_eq!(all[0].get("Uniqueid"), Some("7"));
        assert_eq!(all[0].fields().count(), MAX_FIELDS);
        assert_eq!(all[1].event(), Some("Y"));
    }

    /// Bytes that look enough like AMI to reach every branch.
    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..20),
            Just(b"\r\n".to_vec()),
            Just(b"\r\n\r\n".to_vec()),
            Just(b"\n".to_vec()),
            Just(b"Event: Hangup\r\n".to_vec()),
            Just(b"Timestamp: 1.99999999999\r\n".to_vec()),
            Just(b"Uniqueid:\xc3".to_vec()),
        ];
        proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn chunks_do_not_matter(bytes in bytes(), cuts in proptest::collection::vec(0usize..400, 0..12)) {
            let whole = decode(&bytes);
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let mut parts = Vec::new();
            let mut decoder = Decoder::default();
            for pair in cuts.windows(2) {
                decoder.push(&bytes[pair[0]..pair[1]], |message| parts.push(message));
            }
            prop_assert_eq!(&whole, &parts);
            for message in &whole {
                let _ = (message.at(), message.event(), message.banner(), message.number::<i32>("Uniqueid"));
                for (key, value) in message.fields() {
                    prop_assert!(!key.contains(['\r', '\n']) && !value.contains(['\r', '\n']));
                }
            }
        }
    }
}
