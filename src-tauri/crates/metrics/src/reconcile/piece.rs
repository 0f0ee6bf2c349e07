//! What counters must show at one moment, from what they showed at an earlier one and what happened in between.

use super::average::{IsFirst, next, together};
use super::span::Reach;
use super::steps::{Step, What};
use super::{Clocks, Told};

/// What must be shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Must {
    pub(super) completed: Reach,
    pub(super) abandoned: Reach,
    pub(super) hold: Reach,
    pub(super) talk: Reach,
    /// Tenths of a percent, if the platform tells it.
    pub(super) of_completed: Option<Reach>,
    pub(super) of_all: Option<Reach>,
}

/// What of that is not shown: 0 where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub(super) struct Left {
    pub(super) completed: i64,
    pub(super) abandoned: i64,
    pub(super) of_completed: i64,
    pub(super) of_all: i64,
    pub(super) hold: i64,
    pub(super) talk: i64,
}

impl Left {
    pub(super) fn weight(&self) -> (i64, i64) {
        let counts = self.completed.abs() + self.abandoned.abs();
        (counts, self.of_completed.abs() + self.of_all.abs() + self.hold.abs() + self.talk.abs())
    }
}

impl Must {
    /// What `from` comes to by `steps`. `to` tells the level's limit then: where it was changed, either may have held.
    pub(super) fn of(from: &Told, steps: &[Step], to: &Told, clocks: Clocks) -> Must {
        let limits = [i64::from(from.counters.level_s), i64::from(to.counters.level_s)];
        let mut run = Run::of(from);
        let mut rest = steps;
        while let [first, ..] = rest {
            // Told at almost the same moment, so either may have come first.
            let last = rest.windows(2).position(|two| two[1].at - two[0].at > clocks.late_ms);
            let (group, behind) = rest.split_at(last.map_or(rest.len(), |last| last + 1));
            if group.len() == 1 {
                run.one(first, limits)
            } else {
                run.group(group, limits)
            }
            rest = behind;
        }
        run.must(to)
    }

    pub(super) fn left_of(&self, told: &Told) -> Left {
        let level = |must: Option<Reach>, told: Option<u16>| {
            must.zip(told).map_or(0, |(must, told)| must.left_of(i64::from(told)))
        };
        Left {
            completed: self.completed.left_of(told.counters.completed.into()),
            abandoned: self.abandoned.left_of(told.counters.abandoned.into()),
            of_completed: level(self.of_completed, told.levels.map(|levels| levels.of_completed)),
            of_all: level(self.of_all, told.levels.and_then(|levels| levels.of_all)),
            hold: self.hold.left_of(told.counters.hold_s.into()),
            talk: self.talk.left_of(told.counters.talk_s.into()),
        }
    }
}

struct Run {
    completed: Reach,
    abandoned: Reach,
    hold: Reach,
    talk: Reach,
    /// Completed within the level's limit, and all that ended within it, if the platform's level tells.
    within: Option<Reach>,
    all_within: Option<Reach>,
}

impl Run {
    fn of(from: &Told) -> Run {
        let (completed, abandoned) = (i64::from(from.counters.completed), i64::from(from.counters.abandoned));
        let within = from.levels.map(|levels| counted(levels.of_completed, completed));
        let all_within =
            from.levels.and_then(|levels| levels.of_all).map(|level| counted(level, completed + abandoned));
        Run {
            completed: Reach::exactly(completed),
            abandoned: Reach::exactly(abandoned),
            hold: Reach::exactly(from.counters.hold_s.into()),
            talk: Reach::exactly(from.counters.talk_s.into()),
            within,
            all_within,
        }
    }

    fn one(&mut self, step: &Step, limits: [i64; 2]) {
        match step.what {
            What::Connect { wait } => {
                let ended = self.completed.plus(self.abandoned);
                self.hold = next(self.hold, wait, is_zero(ended));
            }
            What::Complete { talk, is_sure, .. } => {
                let counted = next(self.talk, talk, is_zero(self.completed));
                self.talk = if is_sure { counted } else { counted.or(self.talk) };
            }
            What::Abandon { .. } => {}
        }
        self.count(step, limits);
    }

    /// Several whose order is not known.
    fn group(&mut self, group: &[Step], limits: [i64; 2]) {
        let ended = self.completed.plus(self.abandoned);
        let begins = is_zero(ended) != IsFirst::No || is_zero(self.completed) != IsFirst::No;
        let unsure = group.iter().any(|step| matches!(step.what, What::Complete { is_sure: false, .. }));
        if begins || unsure {
            // An average that begins depends on all that ends beside it: every order of few, and of many as they came.
            let orders = orders(group);
            let mut runs = orders.iter().map(|order| {
                let mut run = Run { ..*self };
                order.iter().for_each(|step| run.one(step, limits));
                run
            });
            if let Some(first) = runs.next() {
                let all = runs.fold(first, |all, run| Run {
                    hold: all.hold.or(run.hold),
                    talk: all.talk.or(run.talk),
                    ..all
                });
                *self = all;
            }
            return;
        }
        let of =
            |pick: fn(&What) -> Option<Reach>| group.iter().filter_map(|step| pick(&step.what)).collect::<Vec<_>>();
        self.hold = together(self.hold, &of(|what| if let What::Connect { wait } = what { Some(*wait) } else { None }));
        self.talk =
            together(self.talk, &of(|what| if let What::Complete { talk, .. } = what { Some(*talk) } else { None }));
        group.iter().for_each(|step| self.count(step, limits));
    }

    fn count(&mut self, step: &Step, limits: [i64; 2]) {
        let (wait, is_sure) = match step.what {
            What::Connect { .. } => return,
            What::Complete { wait, is_sure, .. } => {
                self.completed = self.completed.plus(Reach { low: is_sure.into(), high: 1 });
                (wait, is_sure)
            }
            What::Abandon { wait, is_sure } => {
                self.abandoned = self.abandoned.plus(Reach { low: is_sure.into(), high: 1 });
                (wait, is_sure)
            }
        };
        let surely = limits.iter().all(|limit| wait.high <= *limit) && is_sure;
        let perhaps = limits.iter().any(|limit| wait.low <= *limit);
        let more = Reach { low: surely.into(), high: perhaps.into() };
        if matches!(step.what, What::Complete { .. }) {
            self.within = self.within.map(|within| within.plus(more));
        }
        self.all_within = self.all_within.map(|within| within.plus(more));
    }

    fn must(self, to: &Told) -> Must {
        // Levels are of what was shown: a count that is off is said once, where it is off.
        let (completed, abandoned) = (i64::from(to.counters.completed), i64::from(to.counters.abandoned));
        let tenths =
            |within: Reach, of: i64| Reach { low: tenths(within.low, of), high: tenths(within.high.min(of), of) };
        Must {
            completed: self.completed,
            abandoned: self.abandoned,
            hold: self.hold,
            talk: self.talk,
            of_completed: self.within.map(|within| tenths(within, completed)),
            of_all: self.all_within.map(|within| tenths(within, completed + abandoned)),
        }
    }
}

fn is_zero(reach: Reach) -> IsFirst {
    match (reach.low, reach.high) {
        (_, 0) => IsFirst::Yes,
        (0, _) => IsFirst::Perhaps,
        _ => IsFirst::No,
    }
}

/// Every order of up to four, else as they came and the other way round.
fn orders(group: &[Step]) -> Vec<Vec<Step>> {
    if group.len() > 4 {
        return vec![group.to_vec(), group.iter().rev().copied().collect()];
    }
    let mut all = vec![Vec::new()];
    for step in group {
        let longer = |order: &Vec<Step>| {
            (0..=order.len())
                .map(|at| {
                    let mut order = order.clone();
                    order.insert(at, *step);
                    order
                })
                .collect::<Vec<_>>()
        };
        all = all.iter().flat_map(longer).collect();
    }
    all
}

/// A share as the platform writes it: single precision, one decimal. In tenths of a percent.
#[allow(clippy::cast_precision_loss)] // as the platform does it
pub(super) fn tenths(part: i64, of: i64) -> i64 {
    if of <= 0 {
        return 0;
    }
    let percent = 100.0_f32 * (part as f32 / of as f32);
    let written = format!("{percent:.1}");
    written
        .split_once('.')
        .map_or(0, |(whole, tenth)| whole.parse::<i64>().unwrap_or(0) * 10 + tenth.parse::<i64>().unwrap_or(0))
}

/// How many of so many a share may stand for.
fn counted(level: u16, of: i64) -> Reach {
    let level = i64::from(level);
    let about = level * of / 1000;
    let spare = of / 1000 + 2;
    let fits = |part: &i64| tenths(*part, of) == level;
    let near = || (about - spare).max(0)..=(about + spare).min(of);
    match (near().find(fits), near().rev().find(fits)) {
        (Some(low), Some(high)) => Reach { low, high },
        // It says something impossible: anything may follow.
        _ => Reach { low: 0, high: of },
    }
}
