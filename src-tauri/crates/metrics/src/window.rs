//! Stretches of time that figures are of.

/// A stretch of time: from an instant up to, not including, another. Unix ms by our clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First instant.
    pub from: i64,
    /// First instant after it.
    pub to: i64,
}

/// What stretch a figure is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// This instant: who waits, who is free.
    Now,
    /// The last so many whole minutes and the one that is not over.
    Rolling(u32),
    /// The interval of so many minutes that is not over, counted from the start of the day.
    Interval(u32),
    /// The day.
    Day,
    /// Any stretch.
    Range(Span),
}

const MINUTE: i64 = 60_000;

impl Window {
    /// Minutes of rolling windows that people may choose.
    pub const ROLLING: [u32; 4] = [5, 15, 30, 60];
    /// Minutes of intervals that people may choose.
    pub const INTERVALS: [u32; 3] = [15, 30, 60];

    /// The stretch, up to `now`, of the day that began at `day_from`. Unix ms.
    pub fn span(self, now: i64, day_from: i64) -> Span {
        match self {
            Window::Now => Span { from: now, to: now },
            Window::Rolling(minutes) => {
                let minute = now.div_euclid(MINUTE) * MINUTE;
                Span { from: minute.saturating_sub(i64::from(minutes) * MINUTE), to: now }
            }
            Window::Interval(minutes) => {
                let length = i64::from(minutes.max(1)) * MINUTE;
                Span { from: day_from + (now - day_from).div_euclid(length) * length, to: now }
            }
            Window::Day => Span { from: day_from, to: now },
            Window::Range(span) => span,
        }
    }
}

impl Span {
    /// Parts of so many minutes, counted from `day_from`; the first and the last may be shorter.
    pub fn intervals(self, minutes: u32, day_from: i64) -> impl Iterator<Item = Span> {
        let length = i64::from(minutes.max(1)) * MINUTE;
        let mut from = self.from;
        std::iter::from_fn(move || {
            if from >= self.to {
                return None;
            }
            let edge = day_from + ((from - day_from).div_euclid(length) + 1) * length;
            let part = Span { from, to: edge.min(self.to) };
            from = part.to;
            Some(part)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 1_795_230_000_000; // 2026-11-21T03:00Z, midnight in São Paulo

    fn at(hours: i64, minutes: i64) -> i64 {
        DAY + (hours * 60 + minutes) * MINUTE
    }

    #[test]
    fn windows_end_now_and_begin_on_whole_minutes() {
        let now = at(14, 37) + 12_345;
        let from = |window: Window| window.span(now, DAY).from;
        assert_eq!(from(Window::Rolling(15)), at(14, 22));
        assert_eq!(from(Window::Interval(30)), at(14, 30));
        assert_eq!(from(Window::Interval(60)), at(14, 0));
        assert_eq!(from(Window::Day), DAY);
        assert_eq!(Window::Now.span(now, DAY), Span { from: now, to: now });
    }

    #[test]
    fn intervals_meet_and_cover() {
        let span = Span { from: at(9, 10), to: at(10, 40) };
        let parts: Vec<_> = span.intervals(30, DAY).map(|part| (part.from, part.to)).collect();
        assert_eq!(
            parts,
            [(at(9, 10), at(9, 30)), (at(9, 30), at(10, 0)), (at(10, 0), at(10, 30)), (at(10, 30), at(10, 40))]
        );
    }
}
