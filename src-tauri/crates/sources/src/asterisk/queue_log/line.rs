//! One line of a queue_log: `stamp|call|queue|agent|VERB|data…`, read without a copy.
//!
//! Nothing in a line is trusted: a line is bytes that anybody who may dial the PBX had a hand in. A line that has not the five
//! leading fields is none; a number that is none is absent; a verb that is not known keeps its name and its data.

use super::verb::Verb;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use memchr::memchr;
use std::borrow::Cow;
use std::fmt;

/// Longest line that is read, bytes; a longer one is no line.
pub const MAX_LINE: usize = 16 * 1024;
/// Latest second that is taken at its word: the end of the year 9999.
const LAST_S: i64 = 253_402_300_799;

/// One line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<'a> {
    /// When.
    pub stamp: Stamp,
    /// The call's id (Uniqueid at entry), or one of the words `NONE`, `REALTIME` and `MANAGER`.
    pub call: Field<'a>,
    /// The queue.
    pub queue: Field<'a>,
    /// The agent: the member's name or its interface, as the PBX is set.
    pub agent: Field<'a>,
    /// What happened.
    pub verb: Verb<'a>,
}

impl<'a> Line<'a> {
    /// Reads a line without its line feed.
    pub fn parse(line: &'a [u8]) -> Option<Line<'a>> {
        if line.len() > MAX_LINE {
            return None;
        }
        let mut rest = line.strip_suffix(b"\r").unwrap_or(line);
        let mut next = || {
            let end = memchr(b'|', rest)?;
            let field = &rest[..end];
            rest = &rest[end + 1..];
            Some(field)
        };
        let (stamp, call, queue, agent) = (next()?, next()?, next()?, next()?);
        // Nothing need follow the verb.
        let (verb, data) = memchr(b'|', rest).map_or((rest, &[][..]), |end| (&rest[..end], &rest[end + 1..]));
        Line::of([stamp, call, queue, agent, verb], data)
    }

    /// A line of five leading fields and the data behind them, divided by `|`.
    pub(super) fn of([stamp, call, queue, agent, verb]: [&'a [u8]; 5], data: &'a [u8]) -> Option<Line<'a>> {
        if verb.is_empty() {
            return None;
        }
        Some(Line {
            stamp: Stamp::parse(stamp)?,
            call: Field(call),
            queue: Field(queue),
            agent: Field(agent),
            verb: Verb::parse(verb, data),
        })
    }
}

/// A field: bytes of the PBX's.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Field<'a>(pub &'a [u8]);

impl<'a> Field<'a> {
    /// The field as text: UTF-8, else Latin-1, which older phones still send. Control characters become spaces.
    pub fn text(self) -> Cow<'a, str> {
        let text = match std::str::from_utf8(self.0) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => Cow::Owned(self.0.iter().copied().map(char::from).collect()),
        };
        if text.contains(char::is_control) { text.replace(char::is_control, " ").into() } else { text }
    }

    /// The same, unless the field is empty or one of the words that the PBX writes for nothing.
    pub fn said(self) -> Option<Cow<'a, str>> {
        (!matches!(self.0, b"" | b"NONE" | b"REALTIME" | b"MANAGER")).then(|| self.text())
    }

    /// The field as a number that is not negative.
    pub fn number(self) -> Option<i64> {
        digits(self.0).filter(|_| self.0.len() <= 12)
    }
}

impl fmt::Debug for Field<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.text(), f)
    }
}

/// When a line was written, as exactly as it tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stamp {
    /// A whole second, Unix s: what Asterisk writes into a file. Any instant in it.
    Second(i64),
    /// An instant, Unix ms.
    Instant(i64),
    /// A day and time in the PBX's own zone: what Asterisk writes into a table.
    Civil(DateTime),
}

impl Stamp {
    /// Reads `1795290492`, `1795290492.123456` or `2026-11-21 12:34:56.123456`.
    pub fn parse(stamp: &[u8]) -> Option<Stamp> {
        match *stamp {
            [_, _, _, _, b'-', ..] => civil(stamp).map(Stamp::Civil),
            _ => {
                let dot = memchr(b'.', stamp);
                let whole = &stamp[..dot.unwrap_or(stamp.len())];
                let seconds = digits(whole).filter(|seconds| *seconds <= LAST_S)?;
                match dot {
                    None => Some(Stamp::Second(seconds)),
                    Some(dot) => Some(Stamp::Instant(seconds * 1000 + nanos(&stamp[dot + 1..])? / 1_000_000)),
                }
            }
        }
    }

    /// The instant, Unix ms; of a whole second its middle, which is half a second from the truth at most. `zone` is the PBX's;
    /// without it a day and time are no instant.
    pub fn at(self, zone: Option<&TimeZone>) -> Option<i64> {
        match self {
            Stamp::Second(second) => Some(second * 1000 + 500),
            Stamp::Instant(ms) => Some(ms),
            Stamp::Civil(at) => Some(zone?.to_ambiguous_timestamp(at).compatible().ok()?.as_millisecond()),
        }
    }

    /// The second it lies in, Unix s, where that is told.
    pub fn second(self) -> Option<i64> {
        match self {
            Stamp::Second(second) => Some(second),
            Stamp::Instant(ms) => Some(ms.div_euclid(1000)),
            Stamp::Civil(_) => None,
        }
    }
}

fn digits(text: &[u8]) -> Option<i64> {
    if text.is_empty() || text.len() > 18 {
        return None;
    }
    text.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0')))
}

/// Nanoseconds of the digits behind a decimal point; those beyond the ninth say nothing.
fn nanos(text: &[u8]) -> Option<i64> {
    let kept = &text[..text.len().min(9)];
    Some(digits(kept)? * 10_i64.pow(9 - kept.len() as u32))
}

fn civil(text: &[u8]) -> Option<DateTime> {
    let part = |from: usize, to: usize| digits(text.get(from..to)?);
    let divided =
        [(4, b"-"), (7, b"-"), (13, b":"), (16, b":")].iter().all(|(at, mark)| text.get(*at) == Some(&mark[0]));
    if !divided || !matches!(text.get(10), Some(b' ' | b'T')) {
        return None;
    }
    let nanos = match text.get(19..) {
        Some([]) => 0,
        Some([b'.', fraction @ ..]) => nanos(fraction)?,
        _ => return None,
    };
    let small = |number: Option<i64>| i8::try_from(number?).ok();
    DateTime::new(
        i16::try_from(part(0, 4)?).ok()?,
        small(part(5, 7))?,
        small(part(8, 10))?,
        small(part(11, 13))?,
        small(part(14, 16))?,
        small(part(17, 19))?,
        i32::try_from(nanos).ok()?,
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn stamps_in_every_writing() {
        assert_eq!(Stamp::parse(b"1795290492"), Some(Stamp::Second(1_795_290_492)));
        assert_eq!(Stamp::parse(b"1795290492").and_then(|s| s.at(None)), Some(1_795_290_492_500));
        assert_eq!(Stamp::parse(b"1795290492.1234567890123"), Some(Stamp::Instant(1_795_290_492_123)));
        let told = Stamp::parse(b"2026-11-21 20:08:12.5").expect("a time");
        assert_eq!((told.at(None), told.second()), (None, None));
        let zone = TimeZone::get("America/Sao_Paulo").expect("a zone");
        assert_eq!(told.at(Some(&zone)), Some(1_795_302_492_500));
        assert_eq!(Stamp::parse(b"2026-11-21T20:08:12"), Stamp::parse(b"2026-11-21 20:08:12.000000"));
        for bad in
            ["", "x", "-5", "1.", "1.x", "2026-11-21", "2026-13-21 20:08:12", "2026-11-21 20:08:12Z", "99999999999999"]
        {
            assert_eq!(Stamp::parse(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn names_in_any_writing_are_text() {
        let line = Line::parse(b"1|1.1|sac|Jo\xe3o\x07\x1b[2J|CONNECT|1|2.2|3\r").expect("a line");
        assert_eq!(line.agent.text(), "João  [2J");
        assert_eq!(line.agent.said().as_deref(), Some("João  [2J"));
        assert_eq!(Field(b"NONE").said(), None);
        assert_eq!(Field("Simões".as_bytes()).text(), "Simões");
    }

    #[test]
    fn what_is_no_line_is_none() {
        for bad in ["", "|", "||||", "1|1.1|sac|NONE", "1|1.1|sac|NONE|", "x|1.1|sac|NONE|ABANDON|1|1|1", "\0\0\0"] {
            assert_eq!(Line::parse(bad.as_bytes()), None, "{bad:?}");
        }
        let long = format!("1|1.1|sac|NONE|INFO|{}", "x".repeat(MAX_LINE));
        assert_eq!(Line::parse(long.as_bytes()), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_line_or_none(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Some(line) = Line::parse(&bytes) {
                let text = format!("{line:?}");
                prop_assert!(!text.contains(['\n', '\r']));
                let _ = line.stamp.at(Some(&TimeZone::UTC));
            }
        }

        #[test]
        fn what_is_written_is_read(
            second in 0..LAST_S,
            call in "[0-9]{1,10}\\.[0-9]{1,6}",
            [queue, agent, verb] in ["[^|\r\n]{1,30}", "[^|\r\n]{1,30}", "[A-Z]{1,12}"],
            data in prop::collection::vec("[^|\r\n]{0,20}", 0..6),
        ) {
            let text = format!("{second}|{call}|{queue}|{agent}|{verb}|{}", data.join("|"));
            let line = Line::parse(text.as_bytes()).expect("a line");
            prop_assert_eq!(line.stamp, Stamp::Second(second));
            prop_assert_eq!((line.call.0, line.queue.0), (call.as_bytes(), queue.as_bytes()));
            prop_assert_eq!(line.agent.0, agent.as_bytes());
            prop_assert_eq!(line.verb.name(), verb.as_bytes());
        }
    }
}
