//! Stretches of time of windows, on the operation's clock.

use crate::figures::LONGEST;
use crate::wire::WindowRow;
use jiff::SignedDuration;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use mirante_floor::{AimWindow, Config};
use mirante_metrics::{Span, Window};

const MINUTE: i64 = 60_000;

/// Now, and where the day stands.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    pub(crate) now: i64,
    /// First instant of the day, Unix ms.
    pub(crate) day: i64,
    /// First instant of the next.
    pub(crate) next: i64,
    /// From Monday, 0 to 6.
    pub(crate) weekday: u8,
    pub(crate) zone: TimeZone,
}

/// A window's stretch up to now, and when it closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stands {
    pub(crate) span: Span,
    /// Absent of a rolling window, and of a stretch that is over.
    pub(crate) closes: Option<i64>,
}

impl Clock {
    pub(crate) fn at(now: i64, zone: &TimeZone) -> Option<Clock> {
        let at = jiff::Timestamp::from_millisecond(now).ok()?.to_zoned(zone.clone());
        let start = at.start_of_day().ok()?;
        let next = start.tomorrow().ok()?.start_of_day().ok()?;
        Some(Clock {
            now,
            day: start.timestamp().as_millisecond(),
            next: next.timestamp().as_millisecond(),
            weekday: at.weekday().to_monday_zero_offset().unsigned_abs(),
            zone: zone.clone(),
        })
    }

    /// The same time of day so many weeks before an instant.
    pub(crate) fn weeks_before(&self, ms: i64, weeks: i64) -> Option<i64> {
        let at = jiff::Timestamp::from_millisecond(ms).ok()?.to_zoned(self.zone.clone());
        let then = at.checked_sub(jiff::Span::new().weeks(weeks)).ok()?;
        Some(then.timestamp().as_millisecond())
    }

    pub(crate) fn of(&self, window: &AimWindow, config: &Config) -> Option<Stands> {
        match window {
            AimWindow::Rolling(minutes) => self.stands(Window::Rolling(*minutes), None),
            AimWindow::Day => self.stands(Window::Day, Some(self.next)),
            AimWindow::Interval(minutes) => {
                let span = Window::Interval(*minutes).span(self.now, self.day);
                self.stands(Window::Interval(*minutes), Some((span.from + i64::from(*minutes) * MINUTE).min(self.next)))
            }
            AimWindow::Shift(id) => self.shift(config.shifts.get(id)?.hours),
        }
    }

    /// The shift that goes on, or the last one that was: by the clock on the wall, on days of 23 and 25 hours too.
    fn shift(&self, (from, to): (u16, u16)) -> Option<Stands> {
        let today = jiff::Timestamp::from_millisecond(self.day).ok()?.to_zoned(self.zone.clone()).date();
        let at = |date: Date, minute: u16| {
            let time = Time::midnight().wrapping_add(SignedDuration::from_mins(i64::from(minute)));
            let date = if minute >= 24 * 60 { date.tomorrow().ok()? } else { date };
            Some(date.to_datetime(time).to_zoned(self.zone.clone()).ok()?.timestamp().as_millisecond())
        };
        let begins = at(today, from)?;
        let (date, begins) = if self.now < begins {
            let yesterday = today.yesterday().ok()?;
            (yesterday, at(yesterday, from)?)
        } else {
            (today, begins)
        };
        let ends = at(if to > from { date } else { date.tomorrow().ok()? }, to)?;
        let span = Span { from: begins, to: self.now.min(ends) };
        Some(Stands { span, closes: Some(ends).filter(|ends| *ends > self.now) })
    }

    fn stands(&self, window: Window, closes: Option<i64>) -> Option<Stands> {
        let Span { from, to } = window.span(self.now, self.day);
        let closes = closes.filter(|closes| *closes > self.now);
        (from <= to).then_some(Stands { span: Span { from, to }, closes })
    }

    /// The stretch that a face asks for.
    pub(crate) fn asked(&self, window: &WindowRow, config: &Config) -> Option<Span> {
        let window = match window {
            WindowRow::Rolling(minutes) if (1..=1440).contains(minutes) => AimWindow::Rolling(*minutes),
            WindowRow::Interval(minutes) if (1..=1440).contains(minutes) => AimWindow::Interval(*minutes),
            WindowRow::Shift(id) => AimWindow::Shift(id.as_str().into()),
            WindowRow::Day => AimWindow::Day,
            WindowRow::Range((from, to)) => {
                let whole = from.rem_euclid(MINUTE) == 0 && to.rem_euclid(MINUTE) == 0;
                // A longer one is a report, not a screen.
                let length = to.checked_sub(*from).filter(|length| *length > 0 && *length <= LONGEST);
                return length.filter(|_| whole).map(|_| Span { from: *from, to: *to });
            }
            WindowRow::Rolling(_) | WindowRow::Interval(_) => return None,
        };
        self.of(&window, config).map(|stands| stands.span)
    }
}
