//! A data folder as this layout first wrote it, which every later version must read.
//!
//! Never made again once a version that writes it was released: then a failing test here means that the new code cannot
//! read what people have on disk. Before that: `cargo test -p mirante-history --test golden -- --ignored`.

mod common;

use common::{Live, MORNING, streams, visits};
use mirante_floor::*;
use mirante_history::{Batch, History, KeyStore, OpenOptions, Party};
use std::{
    fs,
    path::{Path, PathBuf},
};

const KEY: KeyStore = KeyStore::Given([7; 32]);

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/layout-1.db")
}

fn names(text: &str) -> Name {
    Name::from(text)
}

/// Every kind of event and of setting, each at least once, in an order that makes sense.
fn story(ana: PartyId) -> Vec<(u16, Kind)> {
    let one = SourceId(1);
    let flags = DispositionFlags {
        human: true,
        right_party: true,
        sale: true,
        promise: false,
        do_not_call: false,
        completed: true,
        unworkable: false,
    };
    let setup = QueueSetup {
        label: Some(names("Atendimento")),
        operation: Some(Operation::Sac),
        goal: Goal { percent: 90, seconds: 10 },
        hours: Some((480, 1_200)),
        client: Some(names("Contratante")),
    };
    let person = Person {
        id: names("p1"),
        name: ana,
        team: Some(names("t1")),
        shift: Some(names("s1")),
        day_minutes: Some(380),
        logins: vec![(one, names("2101"))],
    };
    let team = Team { id: names("t1"), label: names("Azul"), supervisor: Some(names("rui")) };
    let shift = Shift { id: names("s1"), label: names("Manhã"), hours: (480, 860) };
    let campaign = names("vendas");
    let (kind, client) = (CampaignKind::Sales, Some(names("Loja")));
    let effort = CampaignSetup { label: names("Vendas"), kind, goal: Some(40), client };
    let counters = PbxCounters { calls: 1, completed: 2, abandoned: 3, hold_s: 4, talk_s: 5, level_s: 6 };
    let (sac, agent, call) = (names("sac"), names("2101"), |n: u32| names(&format!("c{n}")));
    let settings = [
        Setting::Source { source: one, label: names("Matriz"), sample: true },
        Setting::Queue { source: one, queue: sac.clone(), setup },
        Setting::Person(person),
        Setting::Team(team),
        Setting::Shift(shift),
        Setting::Campaign { source: one, campaign, setup: effort },
        Setting::Ruling(Ruling {
            scope: Scope::Client(names("Loja")),
            from: MORNING - 1,
            percent: Some(90),
            seconds: None,
            short_seconds: Some(6),
            formulas: [(names("sl"), names("sl.f6")), (names("repeat"), names("repeat.72h"))].into(),
        }),
        Setting::Aim {
            key: AimKey {
                scope: Scope::Team(names("t1")),
                definition: names("aht"),
                window: AimWindow::Shift(names("manha")),
                calendar: Calendar { weekdays: 0x1f, on_holidays: false, on_others: true },
            },
            from: i64::MIN,
            aim: Some(Aim { milli: 240_000, direction: Direction::AtMost }),
        },
        Setting::Aim {
            key: AimKey {
                scope: Scope::Campaign(one, names("vendas")),
                definition: names("hit"),
                window: AimWindow::Interval(30),
                calendar: Calendar::ALWAYS,
            },
            from: MORNING,
            aim: None,
        },
        Setting::Profile {
            of: ProfileOf::Kind(CampaignKind::Sales),
            indicator: names("repeat.24h"),
            shown: Shown { shown: true, why: names("contrato") },
        },
        Setting::Holidays([MORNING, MORNING + 1].into()),
    ];

    let entered = |queue: &str, n| Kind::Entered {
        queue: names(queue),
        call: call(n),
        contact: call(n),
        caller: Some(ana),
        position: Some(1),
        waited_ms: 0,
    };
    let end = DialEnd { dropped: false, by: EndedBy::Callee, cause: Some(16), status: Some(names("ANSWER")) };
    let talking = Activity::Talking(Place::Campaign(names("vendas")));
    let of_one = [
        Kind::LinkUp { platform: names("Asterisk 22.10.0") },
        Kind::DayStarted { from: MORNING - 3_600_000 },
        Kind::QueueSeen { queue: sac.clone(), counters },
        streams::member("sac", "2101", Device::Idle, false),
        streams::member("n1", "2102", Device::OnHold, true),
        entered("sac", 1),
        Kind::Moved { call: call(1), position: 2 },
        Kind::Ringing { queue: sac.clone(), call: call(1), agent: agent.clone() },
        Kind::RingEnded { queue: sac.clone(), agent: agent.clone() },
        Kind::RingNoAnswer { queue: sac.clone(), agent: agent.clone(), ring_ms: 15_000 },
        Kind::Answered { queue: sac.clone(), call: call(1), agent: agent.clone(), leg: Some(names("l1")) },
        Kind::DeviceChanged { agent: agent.clone(), device: Device::InUse },
        Kind::Tick,
        Kind::Completed {
            queue: sac.clone(),
            call: None,
            leg: Some(names("l1")),
            agent: agent.clone(),
            transferred: true,
            talk_ms: Some(64_000),
        },
        Kind::ActivityChanged { agent: agent.clone(), activity: Some(talking) },
        entered("n1", 2),
        Kind::Left { queue: names("n1"), call: call(2), outcome: Outcome::Unknown, ago_ms: 0 },
        Kind::VisitAmended {
            queue: names("n1"),
            call: call(2),
            from: Outcome::Unknown,
            to: Outcome::Timeout,
            witness: Witness::QueueLog,
        },
        entered("sac", 3),
        Kind::CallEnded { call: call(3) },
        Kind::Dialled {
            attempt: names("a1"),
            campaign: Some(names("vendas")),
            contact: names("k1"),
            agent: Some(agent.clone()),
            callee: Some(ana),
        },
        Kind::DialRinging { attempt: names("a1") },
        Kind::DialAnswered { attempt: names("a1"), by: AnsweredBy::Human, agent: Some(agent.clone()) },
        Kind::Disposed { campaign: Some(names("vendas")), attempt: names("a1"), code: names("VENDA"), flags },
        Kind::DialParted { attempt: names("a1"), ago_ms: 0 },
        Kind::DialEnded { attempt: names("a1"), end, ago_ms: 0 },
        Kind::MemberRemoved { queue: names("n1"), agent: names("2102") },
        Kind::QueueGone { queue: names("n1") },
        entered("sac", 4),
        Kind::LinkDown { reason: names("cut") },
    ];
    let subject = alert::Subject { scope: alert::Scope::Queue, source: one, id: names("sac") };
    let standing = |shown, taken| alert::Standing {
        alert: 1,
        name: names("Espera longa"),
        severity: alert::Severity::Critical,
        shown,
        since: MORNING,
        fired: Some(MORNING + 1),
        flapping: true,
        taken,
        value: Some(61.5),
        limit: Some(60.0),
    };
    let change = |shown, taken| {
        let key = alert::Key { rule: names("espera"), subject: subject.clone() };
        Kind::Alert(Box::new(alert::Change { key, standing: standing(shown, taken), cause: 3 }))
    };
    let settings = settings.into_iter().map(Kind::Configured);
    let of_mirante = settings.chain([change(alert::Shown::Firing, None)]).map(|kind| (SourceId::MIRANTE.0, kind));
    let taken = change(alert::Shown::Acknowledged, Some((names("rui"), MORNING + 2)));
    of_mirante.chain(of_one.into_iter().map(|kind| (1, kind))).chain([(SourceId::MIRANTE.0, taken)]).collect()
}

#[test]
#[ignore = "writes the golden folder"]
fn make() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut history = History::open(dir.path(), &OpenOptions::writer().key(KEY)).expect("open");
    history.register("matriz", "asterisk").expect("register");
    let ana = Party { number: "11987654321".into(), name: "Ana".into() };
    let ana = history.parties().id_of(&ana).expect("id");
    let recovered = history.recover().expect("recover");
    let (floor, changes) = (recovered.floor, Changes::default());
    let mut live = Live { history, floor, seq: 0, events: Vec::new(), changes };
    for (n, (source, kind)) in (0..).zip(story(ana)) {
        live.happen(source, MORNING + n * 7_000, kind);
        live.keep();
        if n == 11 || n == 27 {
            assert!(live.seal().faithful);
        }
    }
    drop(live);
    let db = rusqlite::Connection::open(dir.path().join("mirante.db")).expect("open");
    db.execute_batch("PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM;").expect("small");
    drop(db);
    fs::create_dir_all(golden().parent().expect("a folder")).expect("folder");
    fs::copy(dir.path().join("mirante.db"), golden()).expect("copy");
}

#[test]
fn what_the_first_layout_wrote_is_read() {
    let dir = tempfile::tempdir().expect("tempdir");
    fs::copy(golden(), dir.path().join("mirante.db")).expect("the golden file");
    let mut history = History::open(dir.path(), &OpenOptions::writer().key(KEY)).expect("open");
    assert_eq!(history.sources().expect("sources")[0].name, "matriz");
    let ana = PartyId(1);
    let known = history.parties().get(ana).expect("get").map(|p| (p.number, p.name));
    assert_eq!(known, Some(("11987654321".into(), "Ana".into())));

    // The events are those of the story, whatever the code calls them by now.
    let mut events = Vec::new();
    let mut kept = |event: &Event| {
        events.push(event.clone());
        true
    };
    history.events(0..=1_000, &mut kept).expect("events");
    let told: Vec<(u16, Kind)> = events.iter().map(|e| (e.stamp.source.0, e.kind.clone())).collect();
    assert_eq!(told, story(ana));
    assert!(
        (0..).zip(&events).all(|(n, e)| e.stamp.seen == MORNING + n * 7_000 && e.stamp.at == Some(e.stamp.seen - 7))
    );

    // Stored floors are what the events lead to.
    let (mut floor, mut changes) = (Floor::default(), Changes::default());
    for event in &events {
        floor.apply(event, &mut changes);
        let past = history.floor_at_seq(event.stamp.seq).expect("a past floor");
        if past.fold_version == FOLD_VERSION {
            assert_eq!(past.floor, floor, "after event {}", event.stamp.seq);
        }
    }
    let outcomes: Vec<_> = visits(&history, 0, i64::MAX).into_iter().map(|v| (v.call.to_string(), v.outcome)).collect();
    let outcomes: Vec<_> = outcomes.iter().map(|(call, outcome)| (call.as_str(), outcome.word())).collect();
    assert_eq!(outcomes, [("c1", "answered"), ("c2", "timeout"), ("c3", "unknown")]);

    let mut attempts = Vec::new();
    let attempt = |a: ClosedAttempt| {
        attempts.push((a.attempt.to_string(), a.talk_ms, a.end.cause));
        true
    };
    history.attempts(0, i64::MAX, attempt).expect("attempts");
    assert_eq!(attempts, [("a1".to_owned(), Some(14_000), Some(16))]);

    // And it goes on.
    let next = history.recover().expect("recover").next_seq;
    let event = streams::event(1, next, MORNING + 900_000, Kind::LinkUp { platform: names("Asterisk 23") });
    let ack = history.commit(Batch { events: &[event], facts: &[] }).expect("commit");
    assert_eq!(ack.seq, next);
}
