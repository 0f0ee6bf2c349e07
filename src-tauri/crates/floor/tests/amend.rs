//! What records and later words tell of visits that had ended.

mod common;

use common::*;
use mirante_floor::*;

const S: SourceId = SourceId(1);

/// Folds `(ms after the morning, how it is known, kind)` and gives the floor and its facts. The platform's clock is ours.
fn tell(story: impl IntoIterator<Item = (i64, Origin, Kind)>) -> (Floor, Vec<Fact>) {
    let mut floor = Floor::default();
    let up = (0, Origin::Heard, Kind::LinkUp { platform: name("Asterisk 22") });
    let events = std::iter::once(up).chain(story).zip(1..).map(|((ms, origin, kind), seq)| {
        let mut event = event(1, seq, MORNING + ms, kind);
        (event.stamp.at, event.origin) = (Some(event.stamp.seen), origin);
        event
    });
    let facts = fold(&mut floor, &events.collect::<Vec<_>>());
    (floor, facts)
}

fn heard(story: Vec<(i64, Kind)>) -> (Floor, Vec<Fact>) {
    tell(story.into_iter().map(|(ms, kind)| (ms, Origin::Heard, kind)))
}

fn closed(facts: &[Fact]) -> Vec<&ClosedVisit> {
    facts.iter().filter_map(|f| if let Fact::VisitClosed(v) = f { Some(v) } else { None }).collect()
}

/// The log tells of a stay when its caller waits in the same queue again already.
#[test]
fn a_better_witness_leaves_the_next_stay_alone() {
    let amend = |to: Outcome, witness: Witness| Kind::VisitAmended {
        queue: name("sac"),
        call: name("c1"),
        from: Outcome::Unknown,
        to,
        witness,
    };
    let left = || Kind::Left { queue: name("sac"), call: name("c1"), outcome: Outcome::Unknown, ago_ms: 0 };
    let (floor, facts) = heard(vec![
        (0, entered("sac", "c1")),
        (9_000, left()),
        (9_100, entered("sac", "c1")),
        (9_700, amend(Outcome::Timeout, Witness::QueueLog)),
    ]);
    assert_eq!(floor.sites[&S].queues["sac"].waiting.len(), 1, "who came again still waits");
    let amended = |facts: &[Fact]| -> Vec<_> {
        let told = |fact: &Fact| match fact {
            Fact::VisitAmended { id, to, .. } => Some((id.map(|id| id.0), *to)),
            _ => None,
        };
        facts.iter().filter_map(told).collect()
    };
    let first = closed(&facts)[0].id.0;
    assert_eq!(amended(&facts), [(Some(first), Outcome::Timeout)]);
    // Of two ends that nobody saw the log tells the first first; the stream speaks of the newest.
    let (_, facts) = heard(vec![
        (0, entered("sac", "c1")),
        (9_000, left()),
        (9_100, entered("sac", "c1")),
        (20_000, left()),
        (20_010, amend(Outcome::ExitKey, Witness::Stream)),
        (20_700, amend(Outcome::Timeout, Witness::QueueLog)),
    ]);
    let ids: Vec<u64> = closed(&facts).iter().map(|visit| visit.id.0).collect();
    assert_eq!(amended(&facts), [(Some(ids[1]), Outcome::ExitKey), (Some(ids[0]), Outcome::Timeout)]);
    let (_, facts) = heard(vec![
        (0, entered("sac", "c1")),
        (9_000, left()),
        (9_100, entered("sac", "c1")),
        (20_000, left()),
        (20_700, amend(Outcome::Timeout, Witness::QueueLog)),
        (20_700, amend(Outcome::Withdrawn, Witness::QueueLog)),
    ]);
    assert_eq!(amended(&facts), [(Some(ids[0]), Outcome::Timeout), (Some(ids[1]), Outcome::Withdrawn)]);
}

/// The floor has forgotten the stay that a word is about: only one that a picture alone tells of may be thought to be it.
#[test]
fn a_better_witness_ends_no_wait_that_was_heard_to_begin() {
    let waiting = |origin: Origin| {
        let left = Kind::Left { queue: name("sac"), call: name("c1"), outcome: Outcome::Unknown, ago_ms: 0 };
        let (from, to, witness) = (Outcome::Unknown, Outcome::Timeout, Witness::QueueLog);
        let amend = Kind::VisitAmended { queue: name("sac"), call: name("c1"), from, to, witness };
        let (floor, facts) = tell([
            (0, Origin::Heard, entered("sac", "c1")),
            (9_000, Origin::Heard, left),
            (9_050, Origin::Heard, Kind::DayStarted { from: MORNING + 9_050 }),
            (9_100, origin, entered("sac", "c1")),
            (9_700, Origin::Heard, amend),
        ]);
        let last = closed(&facts).last().map(|visit| visit.outcome);
        (floor.sites[&S].queues["sac"].waiting.len(), last)
    };
    assert_eq!(waiting(Origin::Heard), (1, Some(Outcome::Unknown)));
    assert_eq!(waiting(Origin::Inferred), (0, Some(Outcome::Timeout)));
}

/// A conversation was only known to be over, because its agent took another; the record tells its end later.
#[test]
fn a_record_tells_the_end_of_a_conversation_that_nobody_saw() {
    let end = |call: &str, agent: &str| completed("sac", Some(call), None, agent);
    let story = |origin: Origin, record: Kind| {
        tell([
            (1_000, Origin::Heard, entered("sac", "c1")),
            (4_000, Origin::Heard, answered("sac", "c1", "2101")),
            (5_000, Origin::Heard, Kind::LinkDown { reason: name("cut") }),
            (20_000, Origin::Heard, Kind::LinkUp { platform: name("Asterisk 22") }),
            (12_000, Origin::Backfilled, entered("sac", "c2")),
            (13_000, Origin::Backfilled, answered("sac", "c2", "2101")),
            (11_500, origin, record),
        ])
    };
    let (floor, facts) = story(Origin::Backfilled, end("c1", "2101"));
    let visits = closed(&facts);
    assert_eq!((visits.len(), visits[0].talk_ms), (1, None));
    let ended = Moment { seen: MORNING + 11_500, at: Some(MORNING + 11_500) };
    let told = Fact::TalkTold { id: visits[0].id, ended, talk_ms: 7_500, transferred: false };
    assert_eq!(facts.last(), Some(&told));
    let site = &floor.sites[&S];
    assert_eq!((site.queues["sac"].totals.talks.sum_ms, site.visits.len()), (7_500, 1), "c2 talks on");
    let tells = |origin, record| story(origin, record).1.iter().any(|fact| matches!(fact, Fact::TalkTold { .. }));
    assert!(!tells(Origin::Backfilled, end("c1", "2102")) && !tells(Origin::Backfilled, end("c3", "2101")));
    assert!(!tells(Origin::Heard, end("c1", "2101")), "the platform counts what is no conversation too");
}

/// The call came back to the same agent in the same queue: the record ends its conversations in order, each once.
#[test]
fn a_record_ends_the_earliest_conversation_first() {
    let talk = |at: i64| {
        [(at, Origin::Heard, entered("sac", "c1")), (at + 1_000, Origin::Heard, answered("sac", "c1", "2101"))]
    };
    let cut = [
        (10_000, Origin::Heard, Kind::LinkDown { reason: name("cut") }),
        (20_000, Origin::Heard, Kind::LinkUp { platform: name("Asterisk 22") }),
    ];
    let end = |at: i64| (at, Origin::Backfilled, completed("sac", Some("c1"), None, "2101"));
    let (floor, facts) =
        tell([&talk(1_000)[..], &cut, &talk(21_000), &[end(9_000), end(25_000), end(26_000)]].concat());
    assert!(floor.sites[&S].visits.is_empty());
    let talks: Vec<_> = closed(&facts).iter().map(|visit| visit.talk_ms).collect();
    assert_eq!(talks, [None, Some(3_000)]);
    let told: Vec<_> = facts
        .iter()
        .filter_map(|f| if let Fact::TalkTold { talk_ms, .. } = f { Some(*talk_ms) } else { None })
        .collect();
    assert_eq!(told, [7_000]);
}

/// A record may tell that a conversation is over and not how long it was, and that somebody answered and not who.
#[test]
fn what_a_record_does_not_tell_is_absent_and_the_visit_still_its() {
    let end = |agent: &str, talk_ms| Kind::Completed {
        queue: name("sac"),
        call: Some(name("c1")),
        leg: None,
        agent: name(agent),
        transferred: true,
        talk_ms,
    };
    let story = |agent: &str, talk_ms| {
        let (floor, facts) = tell([
            (1_000, Origin::Backfilled, entered("sac", "c1")),
            (4_000, Origin::Backfilled, answered("sac", "c1", agent)),
            (9_000, Origin::Backfilled, end(agent, talk_ms)),
        ]);
        assert!(floor.sites[&S].visits.is_empty());
        let visit = closed(&facts)[0].clone();
        assert_eq!((visit.wait_ms, visit.outcome, visit.transferred), (3_000, Outcome::Answered, true));
        assert_eq!(visit.origin, Origin::Backfilled);
        (visit.agent, visit.talk_ms, floor.sites[&S].agents.len())
    };
    assert_eq!(story("2101", Some(UNTOLD_MS)), (Some(name("2101")), None, 1));
    assert_eq!(story("", Some(UNTOLD_MS)), (None, None, 0));
    assert_eq!(story("", None), (None, Some(5_000), 0));
}
