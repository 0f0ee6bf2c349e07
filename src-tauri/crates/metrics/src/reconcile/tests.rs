//! A PBX of the test's own counts by whole seconds, event by event; following its counters must leave nothing.

use super::*;
use proptest::prelude::*;

/// What the PBX counts by: its own time, ms.
#[derive(Debug, Clone)]
struct Call {
    agent: u8,
    entered: i64,
    waits: i64,
    talks: i64,
    end: Outcome,
    /// The device is free that long after the answer.
    freed: Option<i64>,
}

#[derive(Debug, Clone, Default)]
struct Pbx {
    completed: u32,
    abandoned: u32,
    within: u32,
    abandoned_within: u32,
    hold: u32,
    talk: u32,
    /// Whose call each member has, by the second in which it was answered.
    calls: std::collections::BTreeMap<u8, (i64, bool)>,
}

const LIMIT_S: i64 = 5;

impl Pbx {
    fn answer(&mut self, call: &Call) {
        let (from, to) = (call.entered / 1000, (call.entered + call.waits) / 1000);
        let wait = (to - from) as u32;
        self.hold = if self.completed + self.abandoned == 0 { wait } else { (3 * self.hold + wait) >> 2 };
        self.calls.insert(call.agent, (to, i64::from(wait) <= LIMIT_S));
    }

    /// The device is free, or the conversation is over: whichever comes, only for the call that the member has.
    fn over(&mut self, call: &Call, at: i64) {
        let began = (call.entered + call.waits) / 1000;
        let Some((_, within)) = self.calls.get(&call.agent).copied().filter(|(its, _)| *its == began) else { return };
        self.calls.remove(&call.agent);
        let talk = (at / 1000 - began) as u32;
        self.completed += 1;
        self.within += u32::from(within);
        self.talk = if self.completed == 1 { talk } else { (3 * self.talk + talk) >> 2 };
    }

    fn leave(&mut self, call: &Call) {
        let wait = (call.entered + call.waits) / 1000 - call.entered / 1000;
        self.abandoned += 1;
        self.abandoned_within += u32::from(wait <= LIMIT_S);
    }

    fn told(&self, at: i64) -> Told {
        let share = |part: u32, of: u32| if of == 0 { 0.0 } else { 100.0 * (part as f32 / of as f32) };
        let tenths = |share: f32| format!("{share:.1}").replace('.', "").parse().unwrap();
        let all = self.within + self.abandoned_within;
        let levels = PbxLevels {
            of_completed: tenths(share(self.within, self.completed)),
            of_all: Some(tenths(share(all, self.completed + self.abandoned))),
        };
        let counters = PbxCounters {
            calls: 0,
            completed: self.completed,
            abandoned: self.abandoned,
            hold_s: self.hold,
            talk_s: self.talk,
            level_s: LIMIT_S as u32,
        };
        Told { at, counters, levels: Some(levels) }
    }
}

/// Plays the calls and asks at these moments; at those of `resets` the counters begin again.
fn play(calls: &[Call], asked: &[i64], resets: &[i64]) -> Vec<Stretch> {
    #[derive(Clone, Copy)]
    enum Due {
        Answer(usize),
        Over(usize),
        Leave(usize),
        Reset,
        Ask,
    }
    let mut due = Vec::new();
    for (at, call) in calls.iter().enumerate() {
        let left = call.entered + call.waits;
        match call.end {
            Outcome::Answered => {
                due.push((left, Due::Answer(at)));
                due.extend(call.freed.map(|freed| (left + freed, Due::Over(at))));
                due.push((left + call.talks, Due::Over(at)));
            }
            Outcome::ExitKey => {}
            _ => due.push((left, Due::Leave(at))),
        }
    }
    due.extend(asked.iter().map(|at| (*at, Due::Ask)));
    due.extend(resets.iter().map(|at| (*at, Due::Reset)));
    due.sort_by_key(|(at, _)| *at);
    let (mut pbx, mut stretches, mut reset) =
        (Pbx::default(), vec![Stretch { begun_after: None, unheard: false, told: Vec::new() }], false);
    let mut last = 0;
    for (at, what) in due {
        match what {
            Due::Answer(call) => pbx.answer(&calls[call]),
            Due::Over(call) => pbx.over(&calls[call], at),
            Due::Leave(call) => pbx.leave(&calls[call]),
            Due::Reset => (pbx, reset) = (Pbx::default(), true),
            Due::Ask => {
                if std::mem::take(&mut reset) {
                    stretches.push(Stretch { begun_after: Some(last), unheard: false, told: Vec::new() });
                }
                stretches.last_mut().unwrap().told.push(pbx.told(at));
                last = at;
            }
        }
    }
    stretches
}

/// The calls as Mirante tells them: each moment a little late.
fn stays(calls: &[Call]) -> Vec<Stay> {
    let late = |at: i64, nth: usize| at + (nth as i64 * 7) % 40;
    let stay = |(nth, call): (usize, &Call)| {
        let left = call.entered + call.waits;
        let answered =
            (call.end == Outcome::Answered).then(|| (Name::from(format!("{}", call.agent)), late(left, nth)));
        Stay {
            id: VisitId(nth as u64 + 1),
            entered: late(call.entered, nth + 3),
            ended: Some(late(left + if answered.is_some() { call.talks } else { 0 }, nth + 5)),
            freed: call.freed.map(|freed| late(left + freed, nth)),
            answered,
            outcome: Some(call.end),
            begin: Begin::Heard,
        }
    };
    calls.iter().enumerate().map(stay).collect()
}

fn followed(stretches: &[Stretch], stays: &[Stay]) -> Followed {
    follow(stretches, stays, &KNOWN).expect("something was told")
}

const KNOWN: Known = Known { clocks: Clocks::STAMPED, counts_twice: false, record: None };

/// Of a release that may count twice, whose record tells of no other conversation than ours, or of these.
fn twice(missed: Vec<i64>) -> Known {
    Known { counts_twice: true, record: Some(Record { from: 0, to: i64::MAX, missed }), ..KNOWN }
}

fn left(followed: &Followed) -> [i64; 6] {
    let of = |line: &Option<Line>| line.as_ref().map_or(0, |line| line.left);
    let Followed { completed, abandoned, of_completed, of_all, hold, talk, .. } = followed;
    [completed.left, abandoned.left, of(of_completed), of(of_all), hold.left, talk.left]
}

fn causes(line: &Line) -> Vec<(Cause, i64)> {
    line.because.iter().filter(|because| because.count != 0).map(|because| (because.cause, because.count)).collect()
}

/// What is said always adds up.
fn adds_up(line: &Line) {
    let explained: i64 = line.because.iter().map(|because| because.count).sum();
    assert_eq!(line.ours.unwrap() + explained, line.theirs, "{line:?}");
}

fn call() -> impl Strategy<Value = Call> {
    let end = prop_oneof![
        5 => Just(Outcome::Answered),
        2 => Just(Outcome::Abandoned),
        1 => Just(Outcome::Timeout),
        1 => Just(Outcome::Withdrawn),
        1 => Just(Outcome::ExitKey),
        1 => Just(Outcome::Overflow),
        1 => Just(Outcome::Transferred),
    ];
    (0..30_u8, 10_000..600_000_i64, 0..15_000_i64, 500..40_000_i64, end, proptest::option::weighted(0.1, 0..30_000_i64))
        .prop_map(|(agent, entered, waits, talks, end, freed)| {
            let freed = freed.filter(|freed| end == Outcome::Answered && *freed + 600 < talks);
            Call { agent, entered, waits, talks, end, freed }
        })
}

/// No agent answers two calls within a second of each other: which of them the PBX believes is then a matter of its threads.
fn fair(mut calls: Vec<Call>) -> Vec<Call> {
    calls.sort_by_key(|call| (call.end == Outcome::Answered, call.agent, call.entered + call.waits));
    calls.dedup_by(|later, call| {
        let at = |call: &Call| call.entered + call.waits;
        later.end == Outcome::Answered
            && call.end == Outcome::Answered
            && later.agent == call.agent
            && [call.freed, Some(call.talks), Some(0)]
                .iter()
                .flatten()
                .any(|end| (at(later) - at(call) - end).abs() < 1_500)
    });
    calls.sort_by_key(|call| call.entered);
    calls
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_is_left_of_what_was_heard(calls in prop::collection::vec(call(), 1..120), step in 30_000..200_000_i64) {
        let calls = fair(calls);
        let asked: Vec<i64> = (0..).map(|nth| 1_000 + nth * step).take_while(|at| *at < 800_000).collect();
        let followed = followed(&play(&calls, &asked, &[]), &stays(&calls));
        prop_assert_eq!(left(&followed), [0; 6], "{:?}", followed);
        adds_up(&followed.completed);
        adds_up(&followed.abandoned);
    }

    /// On a release that may count twice, asked each hour, and with a reconnection that took no time: none of it hides what was missed.
    #[test]
    fn a_conversation_that_was_missed_is_left(calls in prop::collection::vec(call(), 5..60), nth in any::<prop::sample::Index>(), cut in any::<bool>()) {
        let calls = fair(calls);
        let asked = [1_000, 300_000, 301_000, 900_000];
        // Far from the readings, and not followed by another call of the same agent, which makes the platform forget it.
        let far = |at: i64| asked.iter().all(|asked| (at - asked).abs() > 8_000);
        let counted: Vec<usize> = (0..calls.len())
            .filter(|at| {
                let call = &calls[*at];
                let end = call.entered + call.waits + call.freed.unwrap_or(call.talks);
                let others = calls.iter().filter(|other| other.agent == call.agent && other.end == Outcome::Answered).count();
                call.end == Outcome::Answered && others == 1 && far(end) && far(call.entered + call.waits + call.talks)
            })
            .collect();
        prop_assume!(!counted.is_empty());
        let mut told = play(&calls, &asked, &[]);
        if cut {
            let later = told[0].told.split_off(2);
            told.push(Stretch { begun_after: None, unheard: true, told: later });
        }
        let mut heard = stays(&calls);
        let missed = heard.remove(counted[nth.index(counted.len())]);
        // No end of another call near a reading, which could be on either side of it.
        prop_assume!(heard.iter().all(|stay| stay.ended.is_none_or(far) && stay.freed.is_none_or(far)));
        let known = twice(vec![missed.ended.unwrap()]);
        for known in [&known, &KNOWN] {
            prop_assert!(follow(&told, &heard, known).unwrap().completed.left >= 1);
        }
    }

    #[test]
    fn what_was_not_heard_is_left(calls in prop::collection::vec(call(), 5..60), nth in any::<prop::sample::Index>()) {
        let calls = fair(calls);
        let counted: Vec<usize> = (0..calls.len()).filter(|at| matches!(calls[*at].end, Outcome::Abandoned | Outcome::Timeout)).collect();
        prop_assume!(!counted.is_empty());
        let told = play(&calls, &[1_000, 900_000], &[]);
        let mut heard = stays(&calls);
        heard.remove(counted[nth.index(counted.len())]);
        prop_assert_eq!(followed(&told, &heard).abandoned.left, 1);
    }
}

fn plain(agent: u8, entered: i64, end: Outcome) -> Call {
    Call { agent, entered, waits: 3_000, talks: 20_000, end, freed: None }
}

fn alone(call: Call) -> Followed {
    let calls = [plain(9, 5_000, Outcome::Answered), call];
    followed(&play(&calls, &[1_000, 300_000], &[]), &stays(&calls))
}

#[test]
fn each_end_that_the_platform_calls_abandoned_is_named() {
    for (end, cause) in [
        (Outcome::Timeout, Cause::Timeout),
        (Outcome::Overflow, Cause::Overflow),
        (Outcome::Withdrawn, Cause::Withdrawn),
        (Outcome::Transferred, Cause::Moved),
    ] {
        let followed = alone(plain(1, 50_000, end));
        assert_eq!(causes(&followed.abandoned), [(cause, 1)], "{end:?}");
        assert_eq!(left(&followed), [0; 6], "{end:?}");
    }
    let followed = alone(plain(1, 50_000, Outcome::ExitKey));
    assert_eq!((causes(&followed.abandoned), followed.abandoned.theirs), (vec![], 0), "a key is counted nowhere");
}

#[test]
fn an_unknown_end_is_abandoned_or_a_key_and_the_counter_tells_which() {
    for (end, count) in [(Outcome::Timeout, 1), (Outcome::ExitKey, 0)] {
        let calls = [plain(9, 5_000, Outcome::Answered), plain(1, 50_000, end)];
        let mut heard = stays(&calls);
        heard[1].outcome = Some(Outcome::Unknown);
        let followed = followed(&play(&calls, &[1_000, 300_000], &[]), &heard);
        let named: Vec<_> = if count == 0 { vec![] } else { vec![(Cause::Unknown, count)] };
        assert_eq!((causes(&followed.abandoned), left(&followed)), (named, [0; 6]), "{end:?}");
    }
}

#[test]
fn a_device_that_is_free_early_is_counted_then() {
    let call = Call { talks: 200_000, freed: Some(4_000), ..plain(1, 50_000, Outcome::Answered) };
    let calls = [plain(9, 5_000, Outcome::Answered), call];
    let early = followed(&play(&calls, &[1_000, 100_000], &[]), &stays(&calls));
    assert_eq!((causes(&early.completed), left(&early)), (vec![(Cause::FreedEarly, 1)], [0; 6]));
    let both = followed(&play(&calls, &[1_000, 100_000, 400_000], &[]), &stays(&calls));
    assert_eq!((causes(&both.completed), left(&both)), (vec![], [0; 6]));
    // Without that word its conversation would be too long for the average, and one too few would be counted.
    let mut heard = stays(&calls);
    heard[1].freed = None;
    assert_eq!(followed(&play(&calls, &[1_000, 100_000], &[]), &heard).completed.left, 1);
}

#[test]
fn a_conversation_that_was_under_way_is_counted_and_no_visit() {
    let calls = [Call { talks: 60_000, ..plain(1, 500, Outcome::Answered) }, plain(2, 70_000, Outcome::Answered)];
    let told = play(&calls, &[10_000, 100_000], &[]);
    let mut heard = stays(&calls);
    // What the platform says at its end: whole seconds.
    (heard[0].begin, heard[0].answered) = (Begin::Unheard, heard[0].ended.map(|ended| ("1".into(), ended - 60_000)));
    let named = followed(&told, &heard);
    assert_eq!((causes(&named.completed), left(&named)), (vec![(Cause::UnderWay, 1)], [0; 6]), "{named:?}");
    adds_up(&named.completed);
    assert_eq!(followed(&told, &heard[1..]).completed.left, 1);
}

#[test]
fn a_call_is_forgotten_when_its_agent_is_given_another() {
    let calls = [plain(1, 10_000, Outcome::Answered), plain(1, 20_000, Outcome::Answered)];
    let followed = followed(&play(&calls, &[1_000, 300_000], &[]), &stays(&calls));
    assert_eq!((causes(&followed.completed), left(&followed)), (vec![(Cause::Overtaken, -1)], [0; 6]));
    assert_eq!(followed.completed.because[0].visits, [VisitId(1)]);
}

#[test]
fn a_conversation_counted_twice_fits_all_counters_or_is_left() {
    let calls: Vec<Call> = (0..8)
        .map(|n| Call {
            waits: 2_000 + i64::from(n % 2) * 9_000,
            talks: 7_000 + i64::from(n) * 3_000,
            ..plain(n, 10_000 + i64::from(n) * 40_000, Outcome::Answered)
        })
        .collect();
    let mut told = calls.clone();
    told.insert(4, Call { agent: 99, ..calls[3].clone() });
    let stretches = play(&told, &[1_000, 400_000], &[]);
    // Its wait is averaged once only, as the call was answered once.
    let mut once = play(&calls, &[1_000, 400_000], &[]);
    let mut told_twice = stretches.clone();
    told_twice[0].told[1].counters.hold_s = once.pop().unwrap().told[1].counters.hold_s;
    let heard = stays(&calls);
    let named = follow(&told_twice, &heard, &twice(vec![])).unwrap();
    assert_eq!((causes(&named.completed), left(&named)), (vec![(Cause::Twice, 1)], [0; 6]), "{named:?}");
    adds_up(&named.completed);
    assert_eq!(
        follow(&told_twice, &heard, &KNOWN).unwrap().completed.left,
        1,
        "only where the platform is known for it"
    );
    for record in [
        None,
        Some(Record { from: 0, to: i64::MAX, missed: vec![200_000] }),
        Some(Record { from: 2_000, to: i64::MAX, missed: vec![] }),
    ] {
        let known = Known { record, ..twice(vec![]) };
        assert_eq!(follow(&told_twice, &heard, &known).unwrap().completed.left, 1, "{known:?}");
    }
    told_twice[0].told[1].counters.talk_s += 9;
    assert_eq!(follow(&told_twice, &heard, &twice(vec![])).unwrap().completed.left, 1, "what does not fit is left");
}

#[test]
fn counters_that_begin_again_forget_what_was_counted_and_who_talks() {
    let calls = [
        plain(1, 10_000, Outcome::Answered),
        Call { talks: 200_000, ..plain(2, 70_000, Outcome::Answered) },
        plain(3, 310_000, Outcome::Abandoned),
    ];
    let told = play(&calls, &[1_000, 60_000, 120_000, 180_000, 400_000], &[150_000]);
    assert_eq!(told.len(), 2);
    let followed = followed(&told, &stays(&calls));
    assert_eq!((causes(&followed.completed), left(&followed)), (vec![(Cause::BegunAgain, -1)], [0; 6]));
    assert_eq!((followed.completed.theirs, followed.abandoned.theirs), (1, 1));
}

#[test]
fn what_moved_while_nobody_listened_is_measured() {
    let calls: Vec<Call> = (0..6).map(|n| plain(n, 10_000 + i64::from(n) * 50_000, Outcome::Abandoned)).collect();
    let mut told = play(&calls, &[1_000, 60_000, 250_000, 400_000], &[]);
    let later = told[0].told.split_off(2);
    told.push(Stretch { begun_after: None, unheard: true, told: later });
    let heard: Vec<Stay> =
        stays(&calls).into_iter().filter(|stay| !(60_000..250_000).contains(&stay.entered)).collect();
    let followed = followed(&told, &heard);
    assert_eq!((causes(&followed.abandoned), left(&followed)), (vec![(Cause::Unheard, 4)], [0; 6]));
}

#[test]
fn not_hearing_explains_only_more_and_beginning_again_only_less() {
    let calls: Vec<Call> = (0..6).map(|n| plain(n, 10_000 + i64::from(n) * 50_000, Outcome::Answered)).collect();
    // Two that ended in the gap came twice.
    let mut told = play(&calls, &[1_000, 60_000, 250_000, 400_000], &[]);
    let later = told[0].told.split_off(2);
    told.push(Stretch { begun_after: None, unheard: true, told: later });
    let mut heard = stays(&calls);
    for (nth, twin) in [1, 2].into_iter().enumerate() {
        let twin = Stay { id: VisitId(90 + nth as u64), ..heard[twin].clone() };
        heard.push(Stay { answered: twin.answered.map(|(_, at)| (format!("9{nth}").into(), at)), ..twin });
    }
    assert_eq!(followed(&told, &heard).completed.left, 2);
    // Two that were counted anew were missed while Mirante listened; one that was forgotten may stand for one of them.
    let told = play(&calls, &[1_000, 60_000, 250_000, 400_000], &[70_000]);
    let mut heard = stays(&calls);
    heard.drain(2..4);
    assert_eq!(left(&followed(&told, &stays(&calls))), [0; 6]);
    assert_eq!(followed(&told, &heard).completed.left, 1);
}

#[test]
fn what_ends_as_the_counters_are_read_may_be_in_them_or_not() {
    for shift in [-40, 0, 40] {
        let calls = [plain(1, 57_000 + shift, Outcome::Abandoned), plain(2, 80_000, Outcome::Abandoned)];
        let followed = followed(&play(&calls, &[1_000, 60_000, 200_000], &[]), &stays(&calls));
        assert_eq!((left(&followed), followed.abandoned.theirs), ([0; 6], 2), "{shift}");
    }
}

#[test]
fn a_record_is_held_against_ours_call_by_call() {
    let stay = |call: &str, entered: i64, outcome| log::Told {
        call: call.into(),
        entered,
        ended: entered + 14_300,
        outcome,
        wait_ms: 4_300,
        agents: vec!["Ana".into()],
        talk_ms: Some(10_000),
    };
    let ours = [
        stay("1", 1_400, Outcome::Answered),
        stay("1", 90_200, Outcome::Answered),
        stay("2", 5_000, Outcome::Abandoned),
    ];
    let theirs = [
        log::Told { wait_ms: 4_000, ..stay("1", 90_000, Outcome::Answered) },
        log::Told {
            agents: vec!["Rui".into(), "Ana".into()],
            talk_ms: Some(13_000),
            ..stay("1", 1_000, Outcome::Answered)
        },
        stay("3", 5_000, Outcome::Timeout),
    ];
    let pairs = log::pair(&ours, &theirs);
    let words: Vec<_> = pairs.iter().map(|pair| (pair.ours, pair.theirs, &pair.differs[..])).collect();
    assert_eq!(
        words,
        [
            (Some(0), Some(1), &[log::Differs::Talk][..]),
            (Some(1), Some(0), &[]),
            (Some(2), None, &[]),
            (None, Some(2), &[])
        ]
    );
}
