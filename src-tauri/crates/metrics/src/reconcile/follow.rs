//! From the first of what was told to the last: what differs, why, and what is left.

use super::cause::{Because, Cause, add};
use super::piece::{Left, Must};
use super::span::Reach;
use super::steps::{Step, What, steps};
use super::{Begin, Clocks, Known, Stay, Stretch, Told};
use mirante_floor::{Outcome, VisitId};
use std::collections::BTreeSet;

/// One figure of the platform's beside ours.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Line {
    /// Ours, in the figure's unit; absent where there is nothing to make it of.
    pub ours: Option<i64>,
    /// The platform's: of a level and an average as it stands, or as it stood when most was left of it.
    pub theirs: i64,
    /// Why they differ, for counts.
    pub because: Vec<Because>,
    /// What the platform must show then, by the stays: from the least to the most.
    pub must: Option<Reach>,
    /// What nothing explains, over all that was told; never below 0.
    pub left: i64,
}

/// Everything that a platform counts of a queue, beside ours.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Followed {
    /// When the first was told, Unix ms.
    pub from: i64,
    /// When the last was.
    pub to: i64,
    /// Conversations that ended in between.
    pub completed: Line,
    /// Waits that ended without an answer in between.
    pub abandoned: Line,
    /// Its level of the completed, tenths of a percent, since it counts.
    pub of_completed: Option<Line>,
    /// Its level of the completed and abandoned, likewise.
    pub of_all: Option<Line>,
    /// Its moving average of waits, s.
    pub hold: Line,
    /// Its moving average of conversations, s.
    pub talk: Line,
    /// When something was left: between these moments.
    pub left_between: Vec<(i64, i64)>,
}

/// Follows a queue's counters through stretches, oldest first, by all the stays of that time. `None` where nothing was told.
pub fn follow(stretches: &[Stretch], stays: &[Stay], known: &Known) -> Option<Followed> {
    let stretches: Vec<&Stretch> = stretches.iter().filter(|stretch| !stretch.told.is_empty()).collect();
    let (first, last) = (stretches.first()?.told.first()?, stretches.last()?.told.last()?);
    let mut all = Followed { from: first.at, to: last.at, ..Followed::default() };
    let mut walk = Walk { all: &mut all, stays, known, shown: Shown::default(), left: (0, 0), before: None };
    for stretch in stretches {
        walk.stretch(stretch);
    }
    let (Shown { of_completed, of_all, hold, talk }, left) = (walk.shown, walk.left);
    all.of_completed = last.levels.map(|_| of_completed);
    all.of_all = last.levels.and_then(|levels| levels.of_all).map(|_| of_all);
    (all.hold, all.talk) = (hold, talk);
    (all.completed.left, all.abandoned.left) = left;
    ours(&mut all, stays, i64::from(last.counters.level_s));
    Some(all)
}

/// Levels and averages: as they stand, or as they stood when most was left of them.
#[derive(Default)]
struct Shown {
    of_completed: Line,
    of_all: Line,
    hold: Line,
    talk: Line,
}

impl Shown {
    fn see(&mut self, told: &Told, must: Option<&Must>, left: Left) {
        let see = |line: &mut Line, theirs: Option<i64>, must: Option<Reach>, left: i64| {
            if let Some(theirs) = theirs
                && left.abs() >= line.left
            {
                *line = Line { theirs, must, left: left.abs(), ..Line::default() };
            }
        };
        let levels = told.levels;
        see(
            &mut self.of_completed,
            levels.map(|levels| levels.of_completed.into()),
            must.and_then(|must| must.of_completed),
            left.of_completed,
        );
        see(
            &mut self.of_all,
            levels.and_then(|levels| levels.of_all).map(i64::from),
            must.and_then(|must| must.of_all),
            left.of_all,
        );
        see(&mut self.hold, Some(told.counters.hold_s.into()), must.map(|must| must.hold), left.hold);
        see(&mut self.talk, Some(told.counters.talk_s.into()), must.map(|must| must.talk), left.talk);
    }
}

/// Where the walk stands: what was told last, and by which step the counters were read then.
struct Before {
    told: Told,
    /// Steps that were counted by then, of stays told apart by visit and kind.
    counted: BTreeSet<(VisitId, bool)>,
}

impl Before {
    /// What completed and abandoned grew by since.
    fn moved(&self, stretch: &Stretch, first: &Told) -> (i64, i64) {
        let (then, now) = (self.told.counters, first.counters);
        let grown =
            |then: u32, now: u32| i64::from(now) - if stretch.begun_after.is_some() { 0 } else { i64::from(then) };
        (grown(then.completed, now.completed), grown(then.abandoned, now.abandoned))
    }

    fn not_counted(&self, until: &[Step]) -> Vec<Step> {
        until.iter().filter(|step| key(step).is_some_and(|key| !self.counted.contains(&key))).copied().collect()
    }
}

/// What a counter moved beyond the steps that are known, where nobody followed it. That the platform was not heard explains only more,
/// that its counters began again only less.
#[derive(Clone, Copy)]
struct Beyond {
    cause: Cause,
    named: i64,
    left: i64,
}

impl Beyond {
    fn of(stretch: &Stretch, new: &[Step], talked: bool, moved: (i64, i64)) -> Beyond {
        let mine = || new.iter().filter(|step| key(step).is_some_and(|(_, is)| is == talked));
        let more = if talked { moved.0 } else { moved.1 } - mine().count() as i64;
        let (cause, named) = if more > 0 && stretch.unheard {
            (Cause::Unheard, more)
        } else if more < 0 && stretch.begun_after.is_some() {
            (Cause::Reset, more)
        } else {
            let unsure = mine().filter(is_unsure).count() as i64;
            (if talked { Cause::BegunAgain } else { Cause::Unknown }, more.clamp(-unsure, 0))
        };
        Beyond { cause, named, left: (more - named).abs() }
    }
}

struct Walk<'a> {
    all: &'a mut Followed,
    stays: &'a [Stay],
    known: &'a Known,
    shown: Shown,
    /// Of completed and abandoned, over all that was told.
    left: (i64, i64),
    before: Option<Before>,
}

impl Walk<'_> {
    fn stretch(&mut self, stretch: &Stretch) {
        let Some(first) = stretch.told.first() else { return };
        let clocks = self.known.clocks;
        // What must be shown is known from the second on.
        self.shown.see(first, None, Left::default());
        let begun = stretch.begun_after.map(|after| Reach::between(after, first.at));
        let (steps, overtaken) = steps(self.stays, begun, clocks);
        let (mut cut, mut from) = (cuts(&steps, first, clocks), first);
        let mut begin = None;
        for told in &stretch.told[1..] {
            let ends = cuts(&steps, told, clocks);
            let tries = cut
                .clone()
                .flat_map(|one| ends.clone().filter(move |other| one <= *other).map(move |other| (one, other)));
            let nature = (natural(&steps, from), natural(&steps, told));
            let judged = tries.map(|(one, other)| {
                let must = Must::of(from, &steps[one..other], told, clocks);
                let far = one.abs_diff(nature.0) + other.abs_diff(nature.1);
                (must.left_of(told), far, one, other, must)
            });
            let Some((mut left, _, one, other, mut then)) = judged.min_by_key(|(left, far, ..)| (left.weight(), *far))
            else {
                continue;
            };
            begin.get_or_insert(one);
            if self.known.is_complete(from.at, told.at)
                && let Some((visits, must)) = twice(&steps[one..other], from, told, left, clocks)
            {
                let line = &mut self.all.completed;
                visits.into_iter().for_each(|visit| add(&mut line.because, Cause::Twice, 1, Some(visit)));
                (left, then) = (Left::default(), must);
            }
            self.shown.see(told, Some(&then), left);
            if left != Left::default() {
                self.all.left_between.push((from.at, told.at));
            }
            self.left.0 += left.completed.abs();
            self.left.1 += left.abandoned.abs();
            (cut, from) = (other..other + 1, told);
        }
        let begin = begin.unwrap_or_else(|| self.alone(stretch, &steps, first));
        let end = if stretch.told.len() > 1 { cut.start } else { begin };
        let overtaken: Vec<VisitId> = overtaken.into_iter().map(|(visit, _)| visit).collect();
        self.gap(stretch, first, &steps[..begin], &overtaken);
        self.explain(first, from, &steps[begin..end], &overtaken, begun);
        let count = |told: &Told| (i64::from(told.counters.completed), i64::from(told.counters.abandoned));
        let ((c0, a0), (c1, a1)) = (count(first), count(from));
        self.all.completed.theirs += c1 - c0;
        self.all.abandoned.theirs += a1 - a0;
        self.unsure(&steps[begin..end], true, Cause::BegunAgain, c1 - c0);
        self.unsure(&steps[begin..end], false, Cause::Unknown, a1 - a0);
        self.before = Some(Before { told: *from, counted: steps[..end].iter().filter_map(key).collect() });
    }

    /// Of what was perhaps counted, as much was as the counter moved.
    fn unsure(&mut self, counted: &[Step], talked: bool, cause: Cause, moved: i64) {
        let mine = counted.iter().filter(|step| key(step).is_some_and(|(_, is)| is == talked));
        let (all, unsure) = (mine.clone().count() as i64, mine.filter(is_unsure).count() as i64);
        let less = (all - moved).clamp(0, unsure);
        let line = if talked { &mut self.all.completed } else { &mut self.all.abandoned };
        if less > 0 {
            add(&mut line.because, cause, -less, None);
        }
    }

    /// Between two stretches the platform was not heard, or its counters began again: what they moved beyond what is known is
    /// measured.
    fn gap(&mut self, stretch: &Stretch, first: &Told, until: &[Step], overtaken: &[VisitId]) {
        let Some(before) = &self.before else { return };
        let (from, moved) = (before.told, before.moved(stretch, first));
        let new = before.not_counted(until);
        let begun = stretch.begun_after.map(|after| Reach::between(after, first.at));
        self.explain(&from, first, &new, overtaken, begun);
        let beyond = [true, false].map(|talked| Beyond::of(stretch, &new, talked, moved));
        for (line, (theirs, beyond)) in [&mut self.all.completed, &mut self.all.abandoned]
            .into_iter()
            .zip([(moved.0, beyond[0]), (moved.1, beyond[1])])
        {
            line.theirs += theirs;
            if beyond.named != 0 {
                add(&mut line.because, beyond.cause, beyond.named, None);
            }
        }
        let left = beyond.map(|beyond| beyond.left);
        if left != [0, 0] {
            self.all.left_between.push((from.at, first.at));
        }
        self.left.0 += left[0];
        self.left.1 += left[1];
    }

    /// How many steps were counted by the only list of a stretch: as many as leave least of what moved before it.
    fn alone(&self, stretch: &Stretch, steps: &[Step], first: &Told) -> usize {
        let nature = natural(steps, first);
        let Some(before) = &self.before else { return nature };
        let moved = before.moved(stretch, first);
        let left = |cut: usize| {
            let new = before.not_counted(&steps[..cut]);
            [true, false].map(|talked| Beyond::of(stretch, &new, talked, moved).left).iter().sum::<i64>()
        };
        cuts(steps, first, self.known.clocks).min_by_key(|cut| (left(*cut), cut.abs_diff(nature))).unwrap_or(nature)
    }

    /// Why the platform counted these steps, and we the stays that ended between the two moments.
    fn explain(&mut self, from: &Told, to: &Told, counted: &[Step], overtaken: &[VisitId], begun: Option<Reach>) {
        let done: BTreeSet<(VisitId, bool)> = counted.iter().filter_map(key).collect();
        let is_in = |at: i64| at > from.at && at <= to.at;
        let near = self.known.clocks.near_ms;
        let is_near = |stay: &Stay| {
            let ends = [stay.ended, stay.freed];
            ends.into_iter().flatten().any(|end| end.abs_diff(from.at).min(end.abs_diff(to.at)) <= near as u64)
        };
        for stay in self.stays {
            let ended_in = stay.ended.is_some_and(is_in);
            let is_ours = |outcome: Outcome| ended_in && stay.outcome == Some(outcome) && stay.begin != Begin::Unheard;
            if stay.answered.is_some() {
                let (ours, theirs) = (is_ours(Outcome::Answered), done.contains(&(stay.id, true)));
                if ours != theirs {
                    let cause = if stay.begin == Begin::Unheard {
                        Cause::UnderWay
                    } else if overtaken.contains(&stay.id) {
                        Cause::Overtaken
                    } else if begun.is_some_and(|begun| stay.answered.as_ref().is_some_and(|(_, at)| *at <= begun.high))
                    {
                        Cause::BegunAgain
                    } else if stay.freed.is_some_and(|freed| is_in(freed) != ended_in) {
                        Cause::FreedEarly
                    } else if is_near(stay) {
                        Cause::Moment
                    } else {
                        self.left.0 += 1;
                        continue;
                    };
                    add(&mut self.all.completed.because, cause, i64::from(theirs) - i64::from(ours), Some(stay.id));
                }
            } else {
                let (ours, theirs) = (is_ours(Outcome::Abandoned), done.contains(&(stay.id, false)));
                if ours != theirs {
                    let Some(cause) = stay
                        .outcome
                        .and_then(Cause::of)
                        .filter(|_| ended_in)
                        .or(is_near(stay).then_some(Cause::Moment))
                    else {
                        self.left.1 += 1;
                        continue;
                    };
                    add(&mut self.all.abandoned.because, cause, i64::from(theirs) - i64::from(ours), Some(stay.id));
                }
            }
        }
    }
}

/// What a step counts: a conversation, or a wait; nothing where an agent only answered.
fn key(step: &Step) -> Option<(VisitId, bool)> {
    match step.what {
        What::Connect { .. } => None,
        What::Complete { .. } => Some((step.visit, true)),
        What::Abandon { .. } => Some((step.visit, false)),
    }
}

/// The most conversations that one list may show to be counted twice.
const MOST_TWICE: i64 = 3;

/// The conversations that, counted once more, make every counter what it was told to be: a number that is merely too high has none.
fn twice(steps: &[Step], from: &Told, to: &Told, left: Left, clocks: Clocks) -> Option<(Vec<VisitId>, Must)> {
    if !(1..=MOST_TWICE).contains(&left.completed) || left.abandoned != 0 {
        return None;
    }
    let (mut steps, mut visits) = (steps.to_vec(), Vec::new());
    for _ in 0..left.completed {
        let again = |at: usize| {
            let mut more = steps.clone();
            more.insert(at + 1, steps[at]);
            let must = Must::of(from, &more, to, clocks);
            (must.left_of(to).weight(), at, must, more)
        };
        let is_new =
            |at: &usize| matches!(steps[*at].what, What::Complete { .. }) && !visits.contains(&steps[*at].visit);
        let best = (0..steps.len()).filter(is_new).map(again).min_by_key(|(weight, at, ..)| (*weight, *at));
        let (weight, at, must, more) = best?;
        visits.push(steps[at].visit);
        steps = more;
        if weight == (0, 0) {
            return Some((visits, must));
        }
    }
    None
}

/// Perhaps counted.
fn is_unsure(step: &&Step) -> bool {
    matches!(step.what, What::Complete { is_sure: false, .. } | What::Abandon { is_sure: false, .. })
}

/// How many steps a list surely or perhaps has in it.
fn cuts(steps: &[Step], told: &Told, clocks: Clocks) -> std::ops::Range<usize> {
    let until = |at: i64| steps.partition_point(|step| step.at <= at);
    until(told.at - clocks.near_ms)..until(told.at + clocks.near_ms) + 1
}

fn natural(steps: &[Step], told: &Told) -> usize {
    steps.partition_point(|step| step.at <= told.at)
}

/// Our own figures of the same time: counts, shares within the platform's limit, plain means.
fn ours(all: &mut Followed, stays: &[Stay], limit_s: i64) {
    let (from, to) = (all.from, all.to);
    let is_in = |at: i64| at > from && at <= to;
    let is_ours = |stay: &&Stay| stay.begin != Begin::Unheard && stay.ended.is_some_and(is_in);
    let ended: Vec<&Stay> = stays.iter().filter(is_ours).collect();
    let of = |outcome: Outcome| ended.iter().filter(move |stay| stay.outcome == Some(outcome));
    let wait = |stay: &Stay| stay.answered.as_ref().map(|(_, at)| *at).or(stay.ended).map_or(0, |at| at - stay.entered);
    let within = |stay: &&&Stay| wait(stay) <= limit_s * 1000;
    let (answered, abandoned) = (of(Outcome::Answered).count() as i64, of(Outcome::Abandoned).count() as i64);
    all.completed.ours = Some(answered);
    all.abandoned.ours = Some(abandoned);
    let share = |part: usize, of: i64| (of > 0).then(|| (part as i64 * 2000 + of) / (2 * of));
    let answered_within = of(Outcome::Answered).filter(within).count();
    let all_within = answered_within + of(Outcome::Abandoned).filter(within).count();
    if let Some(line) = &mut all.of_completed {
        line.ours = share(answered_within, answered);
    }
    if let Some(line) = &mut all.of_all {
        line.ours = share(all_within, answered + abandoned);
    }
    let mean = |sum: i64, count: i64| (count > 0).then(|| (sum + count * 500) / (count * 1000));
    let waits = of(Outcome::Answered).map(|stay| wait(stay)).sum();
    let talk = |stay: &&Stay| stay.ended.zip(stay.answered.as_ref()).map_or(0, |(to, (_, from))| to - from);
    let talks = of(Outcome::Answered).map(talk).sum();
    all.hold.ours = mean(waits, answered);
    all.talk.ours = mean(talks, answered);
}
