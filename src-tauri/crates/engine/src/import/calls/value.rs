//! Moments and durations, as reports write them.

use super::mapping::{Dates, Mapping, Short, Unit};
use crate::sheet::Cell;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};

/// A moment, as a cell says it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Moment {
    /// What a clock on the wall showed.
    Civil(DateTime),
    /// An instant: seconds since 1970, or a time with its offset.
    Instant(Timestamp),
}

/// A moment on the clock of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// Once, Unix ms.
    Once(i64),
    /// Twice, since clocks went back: the first of both, Unix ms.
    Twice(i64),
    /// Never: clocks went forward over it.
    Never,
}

impl Moment {
    /// When that was, where clocks show the time of `zone`.
    pub(super) fn when(self, zone: &TimeZone) -> Option<When> {
        let civil = match self {
            Moment::Instant(at) => return Some(When::Once(at.as_millisecond())),
            Moment::Civil(civil) => civil,
        };
        let ambiguous = zone.to_ambiguous_timestamp(civil);
        let at = |found: Result<Timestamp, jiff::Error>| found.ok().map(|at| at.as_millisecond());
        match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => at(ambiguous.compatible()).map(When::Once),
            AmbiguousOffset::Fold { .. } => at(ambiguous.earlier()).map(When::Twice),
            AmbiguousOffset::Gap { .. } => Some(When::Never),
        }
    }
}

/// The moment that a cell says; with `time`, that cell says the time of day.
pub(super) fn moment(cell: &Cell, time: Option<&Cell>, dates: Dates) -> Option<Moment> {
    let moment = match cell {
        Cell::Date(days) => Moment::Civil(of_days(*days)?),
        Cell::Number(number) => number_moment(*number)?,
        Cell::Text(text) => text_moment(text, dates)?,
        Cell::Empty | Cell::Span(_) => return None,
    };
    let Some(time) = time else { return Some(moment) };
    let Moment::Civil(day) = moment else { return Some(moment) };
    let time = match time {
        Cell::Date(days) | Cell::Span(days) => of_days(days.rem_euclid(1.0))?.time(),
        Cell::Number(days) if (0.0..1.0).contains(days) => of_days(*days)?.time(),
        Cell::Text(text) => match text_moment(text, dates) {
            Some(Moment::Civil(whole)) => whole.time(),
            _ => time_of_day(text)?,
        },
        Cell::Number(_) | Cell::Empty => return None,
    };
    Some(Moment::Civil(day.date().to_datetime(time)))
}

/// Days since the last of 1899 but one, as Excel counts.
fn of_days(days: f64) -> Option<DateTime> {
    if !(0.0..2_958_466.0).contains(&days) {
        return None;
    }
    let ms = (days * 86_400_000.0).round() as i64;
    let zero = Date::new(1899, 12, 30).ok()?.to_datetime(Time::midnight());
    zero.checked_add(jiff::Span::new().milliseconds(ms)).ok()
}

/// A number may be Excel's count of days, or seconds or milliseconds since 1970.
fn number_moment(number: f64) -> Option<Moment> {
    if (20_000.0..80_000.0).contains(&number) {
        return of_days(number).map(Moment::Civil);
    }
    if (6e8..4.2e9).contains(&number) {
        return Timestamp::from_millisecond((number * 1000.0).round() as i64).ok().map(Moment::Instant);
    }
    if (6e11..4.2e12).contains(&number) {
        return Timestamp::from_millisecond(number.round() as i64).ok().map(Moment::Instant);
    }
    // 20261122143005
    (1.9e13..2.2e13).contains(&number).then(|| text_moment(&format!("{number:.0}"), Dates::Dmy)).flatten()
}

fn text_moment(text: &str, dates: Dates) -> Option<Moment> {
    let text = text.trim();
    if text.len() > 64 {
        return None;
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(Moment::Instant(at));
    }
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_number && text.bytes().filter(|byte| *byte == b'.').count() <= 1 {
        let digits = text.as_bytes();
        if let (14, Some(date)) = (text.len(), ymd(&text[..8.min(text.len())])) {
            let part = |from: usize| number(&text[from..from + 2]).and_then(|part| i8::try_from(part).ok());
            let time = Time::new(part(8)?, part(10)?, part(12)?, 0).ok()?;
            return digits.iter().all(u8::is_ascii_digit).then(|| Moment::Civil(date.to_datetime(time)));
        }
        return match ymd(text) {
            Some(date) => Some(Moment::Civil(date.to_datetime(Time::midnight()))),
            None => number_moment(text.parse().ok()?),
        };
    }
    // The day ends where a space, a comma or the T of ISO follows three numbers.
    let mut ends = text.char_indices().skip_while(|(_, c)| c.is_ascii_digit() || "/-.".contains(*c));
    let end = ends.next().map_or(text.len(), |(end, _)| end);
    let (day, rest) = text.split_at(end);
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',' || c == '-' || c == 'T' || c == 't');
    let rest = ["às ", "as ", "a las ", "at "].iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest).trim();
    let day = date(day.trim_end_matches(['-', '.']), dates)?;
    if rest.is_empty() {
        return Some(Moment::Civil(day.to_datetime(Time::midnight())));
    }
    // 14:30:05+00:00 and the like are instants.
    if let Some(sign) = rest.find(['+', 'Z']).filter(|at| *at > 4)
        && let Some(time) = time_of_day(&rest[..sign])
    {
        let offset = rest[sign..].trim();
        let whole = format!("{}{offset}", day.to_datetime(time));
        let long = if offset.len() == 3 { format!("{whole}:00") } else { whole };
        return long.parse::<Timestamp>().ok().map(Moment::Instant);
    }
    Some(Moment::Civil(day.to_datetime(time_of_day(rest)?)))
}

fn number(text: &str) -> Option<i64> {
    (!text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())?
}

/// `20261122`.
fn ymd(text: &str) -> Option<Date> {
    let number = number(text).filter(|_| text.len() == 8)?;
    let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
    (1970..2100).contains(&year).then(|| Date::new(year as i16, month as i8, day as i8).ok())?
}

fn date(text: &str, dates: Dates) -> Option<Date> {
    let parts: Vec<&str> = text.split(['/', '-', '.']).collect();
    let [first, second, third] = parts[..] else { return None };
    let (a, b, c) = (number(first)?, number(second)?, number(third)?);
    let (year, month, day) = if first.len() == 4 {
        (a, b, c)
    } else {
        let year = if third.len() <= 2 { 2000 + c } else { c };
        match dates {
            Dates::Dmy => (year, b, a),
            Dates::Mdy => (year, a, b),
        }
    };
    let small = |part: i64| i8::try_from(part).ok();
    Date::new(i16::try_from(year).ok()?, small(month)?, small(day)?).ok()
}

/// `14:30`, `14:30:05`, `14:30:05,250`, `2:30:05 PM`, `14h30m05`.
fn time_of_day(text: &str) -> Option<Time> {
    let text = text.trim().to_ascii_lowercase();
    let digits_end = text.rfind(|c: char| c.is_ascii_digit())? + 1;
    let (clock, half) = text.split_at(digits_end);
    let half: String = half.chars().filter(|c| c.is_ascii_alphabetic()).collect();
    let clock = clock.replace(['h', 'm'], ":");
    let (whole, fraction) = clock.split_once(['.', ',']).unwrap_or((&clock, ""));
    let mut parts = whole.split(':').map(|part| number(part.trim()));
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = match parts.next() {
        None => 0,
        Some(second) => second?,
    };
    if parts.next().is_some() || fraction.len() > 9 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let hour = match (&*half, hour) {
        ("" | "s" | "hs" | "hrs", hour) => hour,
        ("am", 1..=11) | ("pm", 12) => hour,
        ("am", 12) => 0,
        ("pm", 1..=11) => hour + 12,
        _ => return None,
    };
    let nanos = format!("{fraction:0<9}").parse::<i32>().ok()?;
    Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?, nanos).ok()
}

/// Which of two ways dates are written, by those that can be read in one way only; none if all can be in both.
pub(super) fn written(texts: impl Iterator<Item = String>) -> Option<Dates> {
    let mut seen = None;
    for text in texts {
        let parts: Vec<i64> = text.split(['/', '-', '.', ' ', ',', 'T']).take(3).filter_map(number).collect();
        match parts[..] {
            [13..=31, 1..=12, _] => return Some(Dates::Dmy),
            [1..=12, 13..=31, _] => seen = Some(Dates::Mdy),
            _ => {}
        }
    }
    seen
}

/// What a cell of a duration says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lasted {
    /// Nothing.
    Untold,
    /// So long, ms.
    For(i64),
    /// Less than nothing.
    Negative,
    /// What is no duration.
    Nonsense,
}

/// How long a cell says that something lasted.
pub(super) fn lasted(cell: &Cell, mapping: &Mapping) -> Lasted {
    let unit = match mapping.unit {
        Unit::S => 1000.0,
        Unit::Ms => 1.0,
        Unit::Min => 60_000.0,
    };
    let of = |ms: f64| {
        if !ms.is_finite() || ms > 1e11 {
            Lasted::Nonsense
        } else if ms < 0.0 {
            Lasted::Negative
        } else {
            Lasted::For(ms.round() as i64)
        }
    };
    match cell {
        Cell::Empty => Lasted::Untold,
        Cell::Date(days) | Cell::Span(days) => of(days * 86_400_000.0),
        Cell::Number(number) => of(number * unit),
        Cell::Text(text) => text_lasted(text.trim(), unit, mapping.short, of),
    }
}

fn text_lasted(text: &str, unit: f64, short: Short, of: impl Fn(f64) -> Lasted) -> Lasted {
    if text.is_empty()
        || matches!(text, "-" | "--" | "—" | "–")
        || matches!(&*text.to_ascii_lowercase(), "n/a" | "n/d" | "null")
    {
        return Lasted::Untold;
    }
    if text.len() > 40 {
        return Lasted::Nonsense;
    }
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest.trim()),
        None => (1.0, text),
    };
    let told = if text.contains(':') { clocked(text, short) } else { worded(text, unit) };
    told.map_or(Lasted::Nonsense, |ms| if sign < 0.0 && ms > 0.0 { Lasted::Negative } else { of(ms) })
}

fn decimal(text: &str) -> Option<f64> {
    let text = text.trim().replace(',', ".");
    let is_plain =
        text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && text.bytes().any(|b| b.is_ascii_digit());
    is_plain.then(|| text.parse().ok())?
}

/// `01:02:03`, `02:03`, `1 02:03:04`; ms.
fn clocked(text: &str, short: Short) -> Option<f64> {
    let (days, clock) = match text.split_once(' ') {
        Some((days, clock)) => (decimal(days.trim_end_matches(['d', 'D', '.']))?, clock.trim()),
        None => (0.0, text),
    };
    let parts = clock.split(':').map(decimal).collect::<Option<Vec<f64>>>()?;
    let seconds = match (&parts[..], short) {
        ([h, m, s], _) => (*h, *m, *s),
        ([m, s], Short::Ms) => (0.0, *m, *s),
        ([h, m], Short::Hm) => (*h, *m, 0.0),
        _ => return None,
    };
    let (h, m, s) = seconds;
    let is_clock = s < 60.0 && (m < 60.0 || parts.len() == 2);
    is_clock.then_some((days * 86_400.0 + h * 3600.0 + m * 60.0 + s) * 1000.0)
}

/// `75`, `75,5`, `1h 02m 03s`, `2 min`; ms.
fn worded(text: &str, unit: f64) -> Option<f64> {
    if let Some(number) = decimal(text) {
        return Some(number * unit);
    }
    let lower = text.to_ascii_lowercase();
    let (mut rest, mut ms, mut told) = (lower.trim(), 0.0, false);
    while !rest.is_empty() {
        let end = rest.find(|c: char| !(c.is_ascii_digit() || c == ',' || c == '.'))?;
        let (number, behind) = rest.split_at(end);
        let behind = behind.trim_start();
        let end = behind.find(|c: char| !c.is_alphabetic()).unwrap_or(behind.len());
        let (word, behind) = behind.split_at(end);
        let each = match word {
            "d" | "dia" | "dias" | "day" | "days" => 86_400_000.0,
            "h" | "hora" | "horas" | "hour" | "hours" | "hr" | "hrs" => 3_600_000.0,
            "m" | "min" | "mins" | "minuto" | "minutos" | "minute" | "minutes" => 60_000.0,
            "s" | "seg" | "segs" | "segundo" | "segundos" | "sec" | "secs" | "second" | "seconds" => 1000.0,
            "ms" => 1.0,
            _ => return None,
        };
        ms += decimal(number)? * each;
        told = true;
        rest = behind.trim_start_matches([' ', ',', 'e', 'y']);
    }
    told.then_some(ms)
}
