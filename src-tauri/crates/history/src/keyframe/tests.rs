//! A floor survives its bytes, and no bytes are worse than an error.

use super::{V1, keyframe, restore};
use crate::pack;
use mirante_floor::*;
use proptest::prelude::*;

use crate::streams;

/// Decisions of every kind, as Mirante itself makes them.
fn configured() -> Vec<Event> {
    let name = streams::name;
    let source = SourceId(1);
    let setup = QueueSetup {
        label: Some(name("Atendimento")),
        operation: Some(Operation::HelpDeskN2),
        goal: Goal { percent: 90, seconds: 10 },
        hours: Some((480, 1200)),
        client: Some(name("Contratante")),
    };
    let anew = QueueSetup { client: None, goal: Goal::default(), ..setup.clone() };
    let person = |id: &str, login: &str| {
        Setting::Person(Person {
            id: name(id),
            name: PartyId(7),
            team: Some(name("t1")),
            shift: Some(name("manha")),
            day_minutes: Some(380),
            logins: vec![(source, name(login)), (SourceId(2), name("2102"))],
        })
    };
    let settings = vec![
        Setting::Source { source, label: name("Matriz"), sample: true },
        Setting::Queue { source, queue: name("sac"), setup },
        Setting::Queue { source, queue: name("sac"), setup: anew },
        person("p1", "2101"),
        person("p2", "2102"), // takes 2102 of source 2 from the first
        Setting::Team(Team { id: name("t1"), label: name("Azul"), supervisor: Some(name("ana")) }),
        Setting::Shift(Shift { id: name("manha"), label: name("Manhã"), hours: (480, 860) }),
        Setting::Campaign {
            source,
            campaign: name("vendas"),
            setup: CampaignSetup {
                label: name("Vendas"),
                kind: CampaignKind::Sales,
                goal: Some(40),
                client: Some(name("Loja")),
            },
        },
        Setting::Ruling(Ruling {
            scope: Scope::Client(name("Loja")),
            from: streams::MORNING - 1,
            percent: Some(90),
            seconds: None,
            short_seconds: Some(6),
            formulas: [(name("sl"), name("sl.f6")), (name("repeat"), name("repeat.72h"))].into(),
        }),
        Setting::Aim {
            key: AimKey {
                scope: Scope::Team(name("t1")),
                definition: name("aht"),
                window: AimWindow::Shift(name("manha")),
                calendar: Calendar { weekdays: 0x1f, on_holidays: false, on_others: true },
            },
            from: i64::MIN,
            aim: Some(Aim { milli: 240_000, direction: Direction::AtMost }),
        },
        Setting::Aim {
            key: AimKey {
                scope: Scope::Campaign(source, name("vendas")),
                definition: name("hit"),
                window: AimWindow::Interval(30),
                calendar: Calendar::ALWAYS,
            },
            from: streams::MORNING,
            aim: None,
        },
        Setting::Profile {
            of: ProfileOf::Kind(CampaignKind::Sales),
            indicator: name("repeat.24h"),
            shown: Shown { shown: true, why: name("contrato") },
        },
        Setting::Holidays([streams::MORNING, streams::MORNING + 1].into()),
    ];
    let event = |kind| streams::event(SourceId::MIRANTE.0, 1, streams::MORNING, kind);
    let alert = |id: &str, shown, taken| {
        let subject = alert::Subject { scope: alert::Scope::Agent, source, id: name(id) };
        let standing = alert::Standing {
            alert: 5,
            name: name("Pausa longa"),
            severity: alert::Severity::Warning,
            shown,
            since: streams::MORNING,
            fired: Some(streams::MORNING - 1),
            flapping: true,
            taken,
            value: Some(0.75),
            limit: None,
        };
        let key = alert::Key { rule: name("pausa"), subject };
        Kind::Alert(Box::new(alert::Change { key, standing, cause: 3 }))
    };
    let alerts = [
        alert("2101", alert::Shown::NoData, None),
        alert("2102", alert::Shown::Acknowledged, Some((name("rui"), streams::MORNING + 7))),
    ];
    settings.into_iter().map(Kind::Configured).chain(alerts).map(event).collect()
}

/// A floor on which anything may have happened, in two sources.
fn any_floor() -> impl Strategy<Value = Floor> {
    (streams::any_stream(1), streams::any_stream(9), any::<bool>()).prop_map(|(one, nine, decided)| {
        let mut floor = Floor::default();
        if decided {
            let day = Kind::DayStarted { from: streams::MORNING };
            streams::fold(&mut floor, &[streams::event(1, 1, streams::MORNING, day)]);
            streams::fold(&mut floor, &configured());
            assert!(!floor.config.queues_were.is_empty());
        }
        let counters = PbxCounters { calls: 1, completed: 2, abandoned: 3, hold_s: 4, talk_s: 5, level_s: 6 };
        let seen = Kind::QueueSeen { queue: streams::name("sac"), counters };
        streams::fold(&mut floor, &[streams::event(9, 1, streams::MORNING, seen)]);
        streams::fold(&mut floor, &one);
        streams::fold(&mut floor, &nine);
        floor
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_floor_survives_its_bytes(floor in any_floor()) {
        let bytes = keyframe(&floor).expect("written");
        prop_assert_eq!(restore(&bytes).expect("read"), floor);
    }

    #[test]
    fn a_stream_in_two_halves_through_a_keyframe_is_the_same_floor(events in streams::any_stream(1), cut in any::<prop::sample::Index>()) {
        let mut whole = Floor::default();
        let facts = streams::fold(&mut whole, &events);
        let (first, second) = events.split_at(cut.index(events.len()));
        let mut half = Floor::default();
        let mut told = streams::fold(&mut half, first);
        let mut half = restore(&keyframe(&half).expect("written")).expect("read");
        told.extend(streams::fold(&mut half, second));
        prop_assert_eq!(half, whole);
        prop_assert_eq!(told, facts);
    }

    #[test]
    fn altered_bytes_are_an_error_and_no_panic(floor in any_floor(), at in any::<prop::sample::Index>(), with in 1u8..) {
        let mut bytes = keyframe(&floor).expect("written");
        let at = at.index(bytes.len());
        bytes[at] ^= with;
        // The checksum finds whatever changes the contents.
        prop_assert!(restore(&bytes).is_err() || restore(&bytes).expect("read") == floor);
        prop_assert!(restore(&bytes[..at]).is_err());
    }

    #[test]
    fn altered_tables_are_an_error_or_a_floor_and_no_panic(
        floor in any_floor(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3u8), 1..6),
    ) {
        let mut plain = pack::open_bytes(V1, &keyframe(&floor).expect("written"), "test").expect("opened");
        for (at, with, how) in edits {
            let at = at.index(plain.len());
            match how {
                0 => plain[at] = with,
                1 => plain.insert(at, with),
                _ => drop(plain.remove(at)),
            }
        }
        if let Ok(read) = restore(&pack::seal_bytes(V1, &plain, "test").expect("sealed")) {
            // Whatever passes for a floor can be written again.
            let again = restore(&keyframe(&read).expect("written")).expect("read");
            prop_assert_eq!(again, read);
        }
    }

    #[test]
    fn any_bytes_are_an_error_or_a_floor_and_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = restore(&bytes);
        let _ = restore(&pack::seal_bytes(V1, &bytes, "test").expect("sealed"));
        let _ = pack::unpack_all(&bytes).count();
        let run = pack::seal_bytes(1, &bytes, "test").expect("sealed");
        let framed = [(run.len() as u32).to_le_bytes().as_slice(), &run].concat();
        let _ = pack::unpack_all(&framed).count();
    }

    #[test]
    fn events_survive_their_bytes(events in streams::any_stream(3)) {
        let mut bytes = Vec::new();
        pack::pack_all(&events, &mut bytes).expect("packed");
        let runs: Vec<Vec<Event>> = pack::unpack_all(&bytes).collect::<Result<_, _>>().expect("unpacked");
        prop_assert_eq!(runs.concat(), events);
        bytes.pop();
        prop_assert!(pack::unpack_all(&bytes).any(|run| run.is_err()));
    }
}

#[test]
fn every_field_is_in_the_bytes() {
    // A floor with something in every field that the arbitrary ones leave empty too often to trust.
    let mut floor = Floor::default();
    streams::fold(&mut floor, &configured());
    let calls = [
        streams::member("sac", "2101", Device::Idle, true),
        streams::entered("sac", "c1"),
        Kind::Ringing { queue: "sac".into(), call: "c1".into(), agent: "2101".into() },
        streams::entered("n1", "c2"),
        streams::answered("n1", "c2", "2102"),
        Kind::RingNoAnswer { queue: "n1".into(), agent: "2103".into(), ring_ms: 9_000 },
        streams::entered("n1", "c3"),
        Kind::Left { queue: "n1".into(), call: "c3".into(), outcome: Outcome::Abandoned, ago_ms: 0 },
        Kind::Dialled {
            attempt: "a1".into(),
            campaign: Some("vendas".into()),
            contact: "x".into(),
            agent: Some("2101".into()),
            callee: Some(PartyId(9)),
        },
        Kind::DialRinging { attempt: "a1".into() },
        Kind::DialAnswered { attempt: "a1".into(), by: AnsweredBy::Unknown, agent: None },
        Kind::Disposed {
            campaign: None,
            attempt: "a1".into(),
            code: "V".into(),
            flags: DispositionFlags { promise: true, unworkable: true, ..DispositionFlags::default() },
        },
        Kind::Dialled {
            attempt: "a2".into(),
            campaign: Some("vendas".into()),
            contact: "y".into(),
            agent: None,
            callee: None,
        },
        Kind::DialAnswered { attempt: "a2".into(), by: AnsweredBy::Unknown, agent: None },
        Kind::DialEnded { attempt: "a2".into(), end: DialEnd::UNHEARD, ago_ms: 0 },
    ];
    for (n, kind) in (1..).zip(calls) {
        streams::fold(&mut floor, &[streams::event(1, n, streams::MORNING + n as i64 * 1_000, kind)]);
    }
    let site = &floor.sites[&SourceId(1)];
    assert!(!site.agents["2101"].ringing.is_empty() && site.agents["2102"].talking.is_some());
    assert!(site.agents["2101"].attempt.is_some() && site.attempts["a1"].disposition.is_some());
    assert!(!site.undecided.is_empty() && !site.recent.is_empty() && !site.minute.agents.is_empty());
    assert!(!site.queues["sac"].waiting.is_empty() && !site.contacts.is_empty() && !site.campaigns.is_empty());
    assert_eq!(restore(&keyframe(&floor).expect("written")).expect("read"), floor);
}

#[test]
fn contradictions_are_told_in_words() {
    let mut floor = Floor::default();
    streams::fold(&mut floor, &[streams::event(1, 1, streams::MORNING, streams::entered("sac", "c1"))]);
    let orphan = super::KeyframeV1 { sites: Default::default(), ..super::KeyframeV1::from(&floor) };
    let error = Floor::try_from(orphan).expect_err("queues of no site").to_string();
    assert_eq!(error, "stored keyframe is damaged: row 0 of 0 is referred to");
    assert_eq!(restore(&[]).expect_err("nothing").to_string(), "stored keyframe is damaged: it is empty");
    assert_eq!(
        restore(&[9, 1]).expect_err("v9").to_string(),
        "stored keyframe is damaged: version 9 is not known here"
    );
}
