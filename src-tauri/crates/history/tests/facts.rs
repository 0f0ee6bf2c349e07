//! Visits, spans, gaps and minutes come back as they were given.

mod common;

use common::{Live, MORNING, call, streams, visits};
use mirante_floor::*;
use mirante_history::{Batch, History, Indicator, OpenOptions};

fn span_rows(history: &History) -> Vec<AgentSpan> {
    let mut all = Vec::new();
    let kept = |row: mirante_history::SpanRow| {
        all.push(row.span);
        true
    };
    history.spans(0, i64::MAX, kept).expect("spans");
    all
}

#[test]
fn visits_come_by_time_of_entry() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    let mut told = Vec::new();
    for n in 0..20i64 {
        call(&mut live, MORNING + n * 1_000, &format!("c{n}"), 100 * n, 700);
        told.extend(live.changes.facts.iter().filter_map(|f| match f {
            Fact::VisitClosed(v) => Some(v.clone()),
            _ => None,
        }));
        live.keep();
    }
    live.happen(1, MORNING + 30_000, streams::entered("sac", "open"));
    live.keep();
    assert_eq!(visits(&live.history, 0, i64::MAX), told, "every field as the fold gave it");
    let some = visits(&live.history, MORNING + 3_000, MORNING + 5_000);
    assert_eq!(some.iter().map(|v| &*v.call).collect::<Vec<_>>(), ["c3", "c4"], "the end is not included");
    let mut first = 0;
    live.history
        .visits(0, i64::MAX, |_| {
            first += 1;
            false
        })
        .expect("visits");
    assert_eq!(first, 1, "stops when told");
}

#[test]
fn spans_of_every_state_come_back() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    let states = [
        AgentState::Ready,
        AgentState::Ringing,
        AgentState::Talking(Place::Queue("sac".into())),
        AgentState::Talking(Place::Campaign("vendas".into())),
        AgentState::Hold(Place::Other),
        AgentState::Wrapup(Place::Queue("n1".into())),
        AgentState::Paused(Some("lanche".into())),
        AgentState::Paused(None),
        AgentState::Offline,
        AgentState::Unknown,
    ];
    let span = |(n, state): (i64, AgentState)| AgentSpan {
        source: SourceId(1),
        agent: "2101".into(),
        state,
        from: Moment { seen: MORNING + n, at: Some(n) },
        to: Moment { seen: MORNING + n + 1, at: None },
    };
    let spans: Vec<AgentSpan> = (0..).zip(states).map(span).collect();
    let facts: Vec<Fact> = spans.iter().cloned().map(Fact::SpanClosed).collect();
    live.history.commit(Batch { events: &[], facts: &facts }).expect("commit");
    assert_eq!(span_rows(&live.history), spans);
}

/// The end of a conversation comes once: what is recorded of its length stays.
#[test]
fn a_record_tells_how_long_a_conversation_lasted() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    let moment = |ms: i64| Moment { seen: MORNING + ms, at: None };
    let visit = |id: u64, outcome, talk_ms| {
        Fact::VisitClosed(ClosedVisit {
            id: VisitId(id),
            source: SourceId(1),
            queue: "sac".into(),
            call: "c1".into(),
            contact: "c1".into(),
            caller: None,
            entered: moment(0),
            ended: moment(9_000),
            outcome,
            wait_ms: 5,
            agent: None,
            agent_name: None,
            interface: None,
            talk_ms,
            transferred: false,
            origin: Origin::Inferred,
        })
    };
    let told = |id: u64, talk_ms| Fact::TalkTold { id: VisitId(id), ended: moment(7_000), talk_ms, transferred: true };
    let facts = [
        visit(1, Outcome::Answered, None),
        visit(2, Outcome::Answered, Some(6_000)),
        visit(3, Outcome::Abandoned, None),
        told(1, 4_000),
        told(1, 5_000),
        told(2, 4_000),
        told(3, 4_000),
        told(4, 4_000),
    ];
    live.history.commit(Batch { events: &[], facts: &facts }).expect("commit");
    let known = visits(&live.history, 0, i64::MAX);
    let known: Vec<_> = known.iter().map(|v| (v.id.0, v.talk_ms, v.ended.seen - MORNING, v.transferred)).collect();
    assert_eq!(known, [(1, Some(4_000), 7_000, true), (2, Some(6_000), 9_000, false), (3, None, 9_000, false)]);
}

#[test]
fn a_better_witness_amends_the_visit_it_names_or_the_latest_recorded_so() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    let visit = |id: u64, outcome| {
        let moment = |ms: u64| Moment { seen: MORNING + ms as i64, at: None };
        Fact::VisitClosed(ClosedVisit {
            id: VisitId(id),
            source: SourceId(1),
            queue: "sac".into(),
            call: "c1".into(),
            contact: "c1".into(),
            caller: Some(PartyId(3)),
            entered: moment(id * 10),
            ended: moment(id * 10 + 5),
            outcome,
            wait_ms: 5,
            agent: None,
            agent_name: None,
            interface: None,
            talk_ms: None,
            transferred: false,
            origin: Origin::Inferred,
        })
    };
    let amend = |id, from, to| Fact::VisitAmended {
        source: SourceId(1),
        id,
        queue: "sac".into(),
        call: "c1".into(),
        from,
        to,
        witness: Witness::QueueLog,
    };
    let facts = [
        visit(1, Outcome::Unknown),
        visit(2, Outcome::Unknown),
        visit(3, Outcome::Abandoned),
        amend(None, Outcome::Unknown, Outcome::Timeout),
        amend(Some(VisitId(1)), Outcome::Unknown, Outcome::ExitKey),
        amend(Some(VisitId(1)), Outcome::ExitKey, Outcome::Overflow),
        amend(None, Outcome::Withdrawn, Outcome::Overflow),
        visit(3, Outcome::Timeout),
    ];
    live.history.commit(Batch { events: &[], facts: &facts }).expect("commit");
    let outcomes: Vec<_> = visits(&live.history, 0, i64::MAX).into_iter().map(|v| (v.id.0, v.outcome)).collect();
    assert_eq!(outcomes, [(1, Outcome::Overflow), (2, Outcome::Timeout), (3, Outcome::Abandoned)]);
    let joined = |contact: &str, root: &str| Fact::ContactJoined {
        source: SourceId(1),
        contact: contact.into(),
        root: root.into(),
    };
    live.history.commit(Batch { events: &[], facts: &[joined("c1", "c0"), joined("never", "c9")] }).expect("commit");
    assert!(visits(&live.history, 0, i64::MAX).iter().all(|visit| &*visit.contact == "c0"), "one contact");
    let faults: Vec<_> = live.history.faults().expect("faults").into_iter().map(|f| f.what).collect();
    assert_eq!(faults, ["amendment_without_visit", "visit_ended_twice"]);
    let db = rusqlite::Connection::open(dir.path().join("mirante.db")).expect("open");
    let first: (String, String) = db
        .query_row("SELECT amended_from, amended_by FROM visit WHERE id = 1", [], |r| Ok((r.get(0)?, r.get(1)?)))
        .expect("row");
    assert_eq!(first, ("unknown".into(), "queue_log".into()), "what was recorded first stays known");
}

#[test]
fn minutes_add_up_for_analysts() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    live.happen(1, MORNING, Kind::LinkUp { platform: "Asterisk 22".into() });
    live.happen(1, MORNING, streams::member("sac", "2101", Device::Idle, false));
    for n in 0..60 {
        call(&mut live, MORNING + n * 20_000, &format!("c{n}"), 3_000, 12_000);
    }
    live.happen(1, MORNING + 30 * 60_000, Kind::Tick);
    live.keep();
    let db = rusqlite::Connection::open(dir.path().join("mirante.db")).expect("open");
    let one = |sql: &str| db.query_row(sql, [], |r| r.get::<_, i64>(0)).expect(sql);
    assert_eq!(one("SELECT sum(entered) FROM rollup_queue WHERE queue = 'sac'"), 60);
    assert_eq!(one("SELECT sum(answered) FROM rollup_queue WHERE queue = 'sac'"), 60);
    assert_eq!(one("SELECT sum(waiting_ms) FROM rollup_queue"), 60 * 3_000);
    assert_eq!(one("SELECT sum(answered) FROM rollup_agent_queue WHERE agent = '2101'"), 60);
    let talking = "SELECT sum(spent_ms) FROM rollup_agent WHERE state = 'talking' AND place_name = 'sac'";
    assert_eq!(one(talking), 60 * 12_000);
    assert_eq!(one("SELECT sum(spent_ms) FROM rollup_agent"), 30 * 60_000, "every moment is in one state");
    assert_eq!(one("SELECT count(DISTINCT quarter_ms) FROM rollup_agent"), 3);
    assert_eq!(one("SELECT min(covered_ms) FROM minute"), 60_000);
    assert_eq!(one("SELECT count(*) FROM minute"), 30);
}

#[test]
fn hostile_text_stays_text() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    let hostile = "'); DROP TABLE visit; -- <script>\u{0}\u{202e}";
    call(&mut live, MORNING, hostile, 10, 20);
    live.keep();
    assert_eq!(&*visits(&live.history, 0, i64::MAX)[0].call, hostile);
    let reader = History::open(dir.path(), &OpenOptions::reader()).expect("open");
    assert_eq!(&*visits(&reader, 0, i64::MAX)[0].contact, hostile);
}

#[test]
fn an_indicator_is_there_second_by_second_and_absent_where_nothing_was_heard() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    live.happen(1, MORNING - 60_000, Kind::LinkUp { platform: "Asterisk 22".into() });
    live.happen(1, MORNING - 59_000, streams::entered("sac", "before"));
    call(&mut live, MORNING + 1_000, "c1", 5_000, 20_000);
    live.happen(1, MORNING + 30_500, streams::entered("sac", "c2"));
    let left =
        |call: &str| Kind::Left { queue: "sac".into(), call: call.into(), outcome: Outcome::Abandoned, ago_ms: 0 };
    live.happen(1, MORNING + 33_000, left("c2"));
    live.happen(1, MORNING + 34_000, left("before"));
    live.happen(1, MORNING + 40_000, Kind::LinkDown { reason: "cut".into() });
    live.happen(1, MORNING + 45_000, Kind::LinkUp { platform: "Asterisk 22".into() });
    live.keep();
    let of = |indicator| live.history.series(SourceId(1), "sac", indicator, MORNING, 50).expect("series");
    let past = |second: i64| live.history.board_at(MORNING + second * 1_000).expect("board").board;
    let waiting = of(Indicator::Waiting);
    for second in (0..50).filter(|second| !(40..45).contains(second)) {
        let shown = past(second).queues[0].waits.len() as u32;
        assert_eq!(waiting[second as usize], Some(shown), "at {second}");
    }
    assert_eq!(waiting[40..45], [None; 5]);
    assert_eq!(
        (of(Indicator::Offered)[0], of(Indicator::Offered)[49]),
        (Some(0), Some(2)),
        "from the span's beginning on"
    );
    assert_eq!((of(Indicator::Answered)[5], of(Indicator::Answered)[6]), (Some(0), Some(1)));
    assert_eq!(of(Indicator::Lost)[49], Some(1));
    let level = of(Indicator::ServiceLevel { seconds: 5 });
    assert_eq!([level[0], level[6], level[33]], [None, Some(1000), Some(500)]);
    assert_eq!(of(Indicator::ServiceLevel { seconds: 4 })[6], Some(0));
}
