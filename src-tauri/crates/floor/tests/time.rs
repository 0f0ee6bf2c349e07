//! Clocks, days, minutes and gaps.

mod common;

use common::*;
use mirante_floor::*;

#[test]
fn durations_are_the_platforms_when_it_tells_the_time() {
    let mut floor = Floor::default();
    let mut events = vec![event(1, 1, MORNING, entered("sac", "c1"))];
    // The news came 900 ms late; the platform's own clock says 10 s.
    let mut late = event(1, 2, MORNING + 10_900, left("sac", "c1", Outcome::Abandoned));
    late.stamp.at = Some(MORNING - 7 + 10_000);
    events.push(late);
    let facts = fold(&mut floor, &events);
    assert_eq!(closed(&facts)[0].wait_ms, 10_000);
}

/// What is told after the fact belongs where it happened: waits and talks by the platform's clock, nothing in the open minute,
/// nothing of yesterday in today's totals, and no claim that an agent was heard of.
#[test]
fn an_account_of_the_past_is_no_present() {
    let mut floor = Floor::default();
    let mut changes = Changes::default();
    let mut seq = 0;
    let mut tell = |origin: Origin, seen: i64, at: i64, kind: Kind| {
        seq += 1;
        let stamp = Stamp { source: S, epoch: 1, seq, seen: MORNING + seen, at: Some(MORNING + at) };
        floor.apply(&Event { stamp, origin, kind }, &mut changes);
    };
    tell(Origin::Heard, 0, 0, Kind::DayStarted { from: MORNING });
    tell(Origin::Heard, 0, 0, Kind::LinkUp { platform: name("pbx") });
    tell(Origin::Heard, 0, 0, member("sac", "2101", Device::Idle, false));
    tell(Origin::Heard, 1_000, 1_000, entered("sac", "open"));
    tell(Origin::Heard, 2_000, 2_000, Kind::LinkDown { reason: name("cut") });
    let now = 600_000;
    tell(Origin::Heard, now, now, Kind::LinkUp { platform: name("pbx") });
    tell(Origin::Backfilled, now, -60_000, entered("sac", "yesterday"));
    let left = |call: &str| Kind::Left { queue: name("sac"), call: name(call), outcome: Outcome::Timeout, ago_ms: 0 };
    tell(Origin::Backfilled, now, -50_000, left("yesterday"));
    tell(Origin::Backfilled, now, 5_000, answered("sac", "open", "2101"));
    tell(Origin::Backfilled, now, 20_000, entered("sac", "missed"));
    tell(Origin::Backfilled, now, 31_000, completed("sac", Some("open"), None, "2101"));
    tell(Origin::Backfilled, now, 44_000, left("missed"));
    let visits = closed(&changes.facts);
    let of = |call: &str| visits.iter().find(|v| &*v.call == call).expect(call);
    assert_eq!(
        (of("yesterday").wait_ms, of("yesterday").outcome, of("yesterday").origin),
        (10_000, Outcome::Timeout, Origin::Backfilled)
    );
    assert_eq!((of("open").wait_ms, of("open").talk_ms, of("open").origin), (4_000, Some(26_000), Origin::Backfilled));
    assert_eq!((of("missed").wait_ms, of("missed").entered.seen), (24_000, MORNING + 20_000));
    let site = &floor.sites[&S];
    let totals = &site.queues["sac"].totals;
    assert_eq!(
        (totals.offered, totals.waits[&Outcome::Answered].count, totals.waits[&Outcome::Timeout].count),
        (2, 1, 1)
    );
    assert!(site.minute.queues.get("sac").is_none_or(|m| m.entered + m.answered + m.lost == 0));
    assert!(site.agents["2101"].touched <= MORNING, "the next picture may correct the agent");
    assert_eq!(site.heard, Some(Moment { seen: MORNING + 1_000, at: Some(MORNING + 1_000) }));
}

#[test]
fn minutes_split_states_and_waits_at_their_edge() {
    assert_eq!(MORNING % Minute::MS, 0);
    let (_, facts) = tell(vec![
        (0, member("sac", "2101", Device::Idle, false)),
        (30_000, entered("sac", "c1")),
        (45_000, answered("sac", "c1", "2101")),
        (90_000, completed("sac", Some("c1"), None, "2101")),
        (120_000, Kind::Tick),
    ]);
    let minutes: Vec<&Minute> =
        facts.iter().filter_map(|f| if let Fact::MinuteClosed(m) = f { Some(m) } else { None }).collect();
    assert_eq!(minutes.len(), 2);
    let talking = (StateKind::Talking, Some(Place::Queue(name("sac"))));
    let ready = (StateKind::Ready, None);
    let spent = |m: &Minute| {
        let states = &m.agents["2101"].states;
        (states.get(&ready).copied().unwrap_or(0), states.get(&talking).copied().unwrap_or(0))
    };
    assert_eq!(spent(minutes[0]), (45_000, 15_000));
    assert_eq!(spent(minutes[1]), (30_000, 30_000));
    let sac = &minutes[0].queues["sac"];
    assert_eq!((sac.entered, sac.answered, sac.waiting_ms, sac.waiting_peak), (1, 1, 15_000, 1));
    assert!(minutes.iter().all(|m| m.covered_ms == Minute::MS));
}

#[test]
fn a_gap_is_recorded_and_nothing_is_credited_in_it() {
    let (floor, facts) = tell(vec![
        (0, member("sac", "2101", Device::Idle, false)),
        (10_000, Kind::LinkDown { reason: name("cut") }),
        (40_000, Kind::LinkUp { platform: name("Asterisk 22") }),
        (60_000, Kind::Tick),
    ]);
    let gap = facts.iter().find_map(|f| if let Fact::GapClosed(g) = f { Some(g) } else { None }).expect("a gap");
    assert_eq!((gap.from, gap.to), (MORNING + 10_000, MORNING + 40_000));
    let minute =
        facts.iter().find_map(|f| if let Fact::MinuteClosed(m) = f { Some(m) } else { None }).expect("a minute");
    assert_eq!(minute.covered_ms, 30_000);
    assert_eq!(minute.agents["2101"].states.values().sum::<i64>(), 30_000);
    assert_eq!(floor.sites[&S].covered_ms, 30_000);
}

#[test]
fn the_day_starts_anew_and_what_is_open_goes_on() {
    let (floor, _) = tell(vec![
        (0, entered("sac", "c1")),
        (5_000, left("sac", "c1", Outcome::Abandoned)),
        (6_000, entered("sac", "c2")),
        (60_000, Kind::DayStarted { from: MORNING + 60_000 }),
        (61_000, left("sac", "c2", Outcome::Abandoned)),
    ]);
    let site = &floor.sites[&S];
    let totals = &site.queues["sac"].totals;
    assert_eq!((totals.offered, totals.count(Outcome::Abandoned)), (0, 0), "it came yesterday, though it ended today");
    assert_eq!(site.counting_since, Some(MORNING + 60_000));
}

/// Either clock is set an hour ahead while somebody waits and somebody talks: nothing becomes longer, and the hour never was.
#[test]
fn a_clock_that_is_set_changes_no_length() {
    const HOUR: i64 = 3_600_000;
    for (at_by, seen_by) in [(HOUR, 0), (-HOUR, 0), (0, HOUR)] {
        let mut floor = Floor::default();
        let mut changes = Changes::default();
        let mut seq = 0;
        let mut tell = |seen: i64, at: i64, kind: Kind| {
            seq += 1;
            let stamp = Stamp { source: S, epoch: 1, seq, seen: MORNING + seen, at: Some(MORNING + at) };
            floor.apply(&Event { stamp, origin: Origin::Heard, kind }, &mut changes);
        };
        tell(0, 0, Kind::DayStarted { from: MORNING });
        tell(0, 0, Kind::LinkUp { platform: name("pbx") });
        tell(0, 0, member("sac", "2101", Device::Idle, false));
        tell(1_000, 1_000, entered("sac", "c1"));
        tell(2_000, 2_000, answered("sac", "c1", "2101"));
        tell(3_000, 3_000, entered("sac", "c2"));
        let s = seen_by;
        tell(5_000 + s, 5_000 + at_by, Kind::Clock { ahead_ms: at_by - seen_by, at_by, seen_by });
        let at = |ms: i64| ms + at_by;
        tell(9_000 + s, at(9_000), completed("sac", Some("c1"), None, "2101"));
        let left = Kind::Left { queue: name("sac"), call: name("c2"), outcome: Outcome::Abandoned, ago_ms: 0 };
        tell(10_000 + s, at(10_000), left);
        tell(300_000 + s, at(300_000), Kind::Tick);
        let visits = closed(&changes.facts);
        let of = |call: &str| visits.iter().find(|v| &*v.call == call).expect(call);
        assert_eq!(
            (of("c1").wait_ms, of("c1").talk_ms, of("c2").wait_ms),
            (1_000, Some(7_000), 7_000),
            "{at_by} {seen_by}"
        );
        let minutes = changes.facts.iter().filter_map(|f| if let Fact::MinuteClosed(m) = f { Some(m) } else { None });
        let covered: i64 = minutes.clone().map(|m| m.covered_ms).sum();
        let worked: i64 = minutes.flat_map(|m| m.agents.values()).flat_map(|a| a.states.values()).sum();
        let open = &floor.sites[&S].minute;
        assert!((295_000..=300_000).contains(&(covered + open.covered_ms)), "{covered} {at_by} {seen_by}");
        assert!(worked <= 300_000, "{worked}");
        assert_eq!(floor.sites[&S].clock_ahead, Some(at_by - seen_by));
    }
}

#[test]
fn every_time_that_shows_is_drawn_again_when_our_clock_is_set() {
    for (at_by, seen_by) in [(3_600_000, 0), (0, 3_600_000)] {
        let (mut floor, mut changes) = (Floor::default(), Changes::default());
        let stamp = Stamp { source: S, epoch: 1, seq: 1, seen: MORNING + seen_by, at: None };
        let kind = Kind::Clock { ahead_ms: at_by - seen_by, at_by, seen_by };
        floor.apply(&Event { stamp, origin: Origin::Heard, kind }, &mut changes);
        assert_eq!(changes.all, seen_by > 0);
    }
}

#[test]
fn a_gap_begins_when_mirante_stood_still() {
    let mut floor = Floor::default();
    let mut changes = Changes::default();
    let mut tell = |seq: u64, seen: i64, kind: Kind| {
        let stamp = Stamp { source: S, epoch: 1, seq, seen: MORNING + seen, at: None };
        floor.apply(&Event { stamp, origin: Origin::Heard, kind }, &mut changes);
        floor.sites[&S].covered_ms
    };
    tell(1, 0, Kind::DayStarted { from: MORNING });
    tell(2, 0, Kind::LinkUp { platform: name("pbx") });
    assert_eq!(tell(3, 30_000, Kind::StoodStill { ms: 20_000 }), 30_000);
    let down = Kind::LinkDown { reason: name("overload: Mirante stood still") };
    assert_eq!(tell(4, 30_000, down), 10_000, "what was not heard is not covered");
    tell(5, 31_000, Kind::LinkUp { platform: name("pbx") });
    // It is forgotten with the session that it ended.
    tell(6, 40_000, Kind::LinkDown { reason: name("protocol: cut") });
    tell(7, 42_000, Kind::LinkUp { platform: name("pbx") });
    let gaps = changes.facts.iter().filter_map(|f| if let Fact::GapClosed(g) = f { Some(g) } else { None });
    let gaps: Vec<(i64, i64)> = gaps.map(|gap| (gap.from - MORNING, gap.to - MORNING)).collect();
    assert_eq!(gaps, [(10_000, 31_000), (40_000, 42_000)]);
}

/// A day's totals are of those who came on it, by whatever clock they leave: as history counts them.
#[test]
fn who_came_before_midnight_stays_in_the_day_before() {
    let mut floor = Floor::default();
    let mut changes = Changes::default();
    let mut seq = 0;
    let mut tell = |floor: &mut Floor, seen: i64, kind: Kind| {
        seq += 1;
        floor.apply(&event(1, seq, MORNING + seen, kind), &mut changes);
    };
    let dialled = |attempt: &str| Kind::Dialled {
        attempt: name(attempt),
        campaign: Some(name("vendas")),
        contact: name(attempt),
        agent: None,
        callee: None,
    };
    let human = |attempt: &str| Kind::DialAnswered { attempt: name(attempt), by: AnsweredBy::Human, agent: None };
    let over = |attempt: &str| Kind::DialEnded { attempt: name(attempt), end: DialEnd::UNHEARD, ago_ms: 0 };
    tell(&mut floor, -86_400_000, Kind::DayStarted { from: MORNING - 86_400_000 });
    tell(&mut floor, -50_000, Kind::LinkUp { platform: name("pbx") });
    tell(&mut floor, -50_000, member("sac", "2101", Device::Idle, false));
    tell(&mut floor, -40_000, entered("sac", "talks"));
    tell(&mut floor, -39_000, entered("sac", "gives up"));
    tell(&mut floor, -38_000, dialled("before"));
    tell(&mut floor, 0, Kind::DayStarted { from: MORNING });
    tell(&mut floor, 1_000, answered("sac", "talks", "2101"));
    tell(&mut floor, 2_000, left("sac", "gives up", Outcome::Unknown));
    // The record tells of the one of yesterday how it left: today's totals have nothing to move.
    tell(
        &mut floor,
        2_500,
        Kind::VisitAmended {
            queue: name("sac"),
            call: name("gives up"),
            from: Outcome::Unknown,
            to: Outcome::Timeout,
            witness: Witness::Stream,
        },
    );
    tell(&mut floor, 3_000, completed("sac", Some("talks"), None, "2101"));
    tell(&mut floor, 4_000, human("before"));
    tell(&mut floor, 5_000, over("before"));
    let site = &floor.sites[&S];
    assert_eq!(site.queues["sac"].totals, Totals::default(), "all of it is yesterday's");
    assert_eq!(site.campaigns["vendas"], Campaign::default());
    assert_eq!(site.minute.queues["sac"].answered, 1, "what happened in the minute did happen in it");

    tell(&mut floor, 10_000, entered("sac", "today"));
    tell(&mut floor, 11_000, answered("sac", "today", "2101"));
    tell(&mut floor, 12_000, dialled("after"));
    tell(&mut floor, 13_000, human("after"));
    // The news of a day that had begun before: what goes on of it is counted again.
    tell(&mut floor, 14_000, Kind::DayStarted { from: MORNING + 9_000 });
    tell(&mut floor, 16_000, completed("sac", Some("today"), None, "2101"));
    tell(&mut floor, 17_000, over("after"));
    let site = &floor.sites[&S];
    let totals = &site.queues["sac"].totals;
    assert_eq!((totals.offered, totals.count(Outcome::Answered), totals.talks.count), (1, 1, 1));
    let campaign = &site.campaigns["vendas"];
    assert_eq!((campaign.attempts, campaign.humans, campaign.ended), (1, 1, 1));
}
