use super::*;
use crate::{Batch, OpenOptions};
use mirante_floor::alert::{Change, Key, Scope, Severity, Standing, Subject};
use mirante_floor::{Changes, Event, Fact, Floor, Kind, Origin, SourceId, Stamp};

const NOON: i64 = 1_795_000_000_000;

fn key() -> Key {
    let subject = Subject { scope: Scope::Queue, source: SourceId(1), id: "sac".into() };
    Key { rule: "espera".into(), subject }
}

fn standing(alert: u64, shown: Shown, taken: Option<&str>) -> Standing {
    Standing {
        alert,
        name: "Espera longa".into(),
        severity: Severity::Warning,
        shown,
        since: NOON,
        fired: (alert != 0).then_some(NOON + 2_000),
        flapping: false,
        taken: taken.map(|by| (by.into(), NOON + 1_800_000)),
        value: Some(61.5),
        limit: Some(60.0),
    }
}

/// Lets changes happen one second apart, from `seq` on: the events and their facts.
fn happen(floor: &mut Floor, seq: u64, standings: Vec<Standing>) -> (Vec<Event>, Vec<Fact>) {
    let mut changes = Changes::default();
    let events: Vec<Event> = (seq..)
        .zip(standings)
        .map(|(seq, standing)| {
            let seen = NOON + seq as i64 * 1_000;
            let stamp = Stamp { source: SourceId::MIRANTE, epoch: 0, seq, seen, at: None };
            let kind = Kind::Alert(Box::new(Change { key: key(), standing, cause: seq - 1 }));
            Event { stamp, origin: Origin::Heard, kind }
        })
        .collect();
    events.iter().for_each(|event| floor.apply(event, &mut changes));
    (events, changes.facts)
}

fn message(id: u64, alert: u64) -> NewDelivery {
    NewDelivery {
        id,
        key: format!("k{id}"),
        channel: "email".into(),
        target: "bia".into(),
        alerts: vec![alert],
        body: "{}".into(),
        made_ms: NOON + 40_000,
        due_ms: NOON + 40_000,
        expires_ms: NOON + 3_600_000,
    }
}

fn life() -> Vec<Standing> {
    let (firing, taken) = (standing(7, Shown::Firing, None), standing(7, Shown::Acknowledged, Some("bia")));
    let (pending, over) = (standing(0, Shown::Pending, None), standing(7, Shown::Normal, None));
    vec![pending, firing, taken, standing(7, Shown::Recovering, None), over]
}

#[test]
fn the_life_of_an_alert_is_kept_with_what_it_caused() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut history = History::open(dir.path(), &OpenOptions::writer()).expect("open");
    let mut floor = Floor::default();
    let (events, facts) = happen(&mut floor, 1, life());
    let action = |what, who: &str, words: &str| AlertAction {
        alert: 7,
        at_ms: NOON,
        what,
        who: Some(who.into()),
        words: words.into(),
    };
    let silence = SilenceRow {
        id: 3,
        of: r#"{"rule":"espera"}"#.into(),
        from_ms: NOON,
        until_ms: NOON + 60_000,
        by: "bia".into(),
        why: "manutenção".into(),
        admin: false,
        ended_by: None,
    };
    let rows = AlertRows {
        actions: vec![action(Deed::Told, "bia", "padrao 0"), action(Deed::Taken, "bia", "vou ver")],
        deliveries: vec![message(1, 7), message(2, 8)],
        silences: vec![silence.clone()],
        memory: vec![(Memory::Climb, key().to_string(), Some("{}".into()))],
    };
    history.commit_with(Batch { events: &events, facts: &facts }, &rows).expect("kept");
    assert!(floor.alerts.is_empty(), "it is over");

    let asked = Asked { from_ms: NOON, to_ms: NOON + 60_000, most: 10, words: "LONGA".into(), ..Asked::default() };
    let alerts = history.alerts(&asked).expect("alerts");
    let [alert] = alerts.as_slice() else { panic!("{alerts:?}") };
    assert_eq!((alert.id, alert.fired_ms, alert.resolved_ms), (7, NOON + 2_000, Some(NOON + 5_000)));
    assert_eq!(alert.taken, Some((NOON + 3_000, "bia".into())));
    assert_eq!(alert.key, key());
    for none in [
        Asked { severity: Some(Severity::Critical), ..asked.clone() },
        Asked { rule: Some("outra".into()), ..asked.clone() },
        Asked { words: "curta".into(), ..asked.clone() },
        Asked { from_ms: NOON + 5_001, ..asked.clone() },
        Asked { to_ms: NOON + 2_000, ..asked },
    ] {
        assert_eq!(history.alerts(&none).expect("alerts"), [], "{none:?}");
    }
    let (_, steps) = history.alert(7).expect("read").expect("there");
    let steps: Vec<_> = steps.iter().map(|step| (step.seq, step.from, step.to, step.cause)).collect();
    use Shown::*;
    let told = [(1, Normal, Pending), (2, Pending, Firing), (3, Firing, Acknowledged), (4, Acknowledged, Recovering)];
    let told: Vec<_> = told.into_iter().map(|(seq, from, to)| (seq, from, to, seq - 1)).collect();
    assert_eq!(steps[..4], told);
    assert_eq!(steps[4], (5, Recovering, Normal, 4));
    assert_eq!(history.alert_actions(7).expect("actions"), rows.actions);
    assert_eq!(history.alert(8).expect("read"), None);

    // Taken back before its time; forgotten.
    let ended = SilenceRow { until_ms: NOON + 10, ended_by: Some("ana".into()), ..silence.clone() };
    let kept = history.alerts_kept(NOON).expect("kept");
    assert_eq!((kept.newest, kept.silences), ([7, 2, 3], vec![silence]));
    assert_eq!(kept.memory, [(Memory::Climb, key().to_string(), "{}".to_owned())]);
    let memory = vec![(Memory::Climb, key().to_string(), None)];
    let rows = AlertRows { silences: vec![ended], memory, ..AlertRows::default() };
    history.commit_with(Batch { events: &[], facts: &[] }, &rows).expect("kept");
    let kept = history.alerts_kept(NOON + 10).expect("kept");
    assert_eq!((kept.memory, kept.silences), (vec![], vec![]));

    let found = history.verify(|_, _| {}).expect("verified");
    assert!(found.findings.is_empty(), "{:?}", found.findings);
    assert!(found.rows >= 6, "the alert and its five steps: {}", found.rows);
    history.db.execute("DELETE FROM alert_step WHERE seq = 2", []).expect("lost");
    history.db.execute("UPDATE alert SET resolved_ms = 1", []).expect("altered");
    let found = history.verify(|_, _| {}).expect("verified").findings;
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn a_message_waits_until_it_came_off() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut history = History::open(dir.path(), &OpenOptions::writer()).expect("open");
    let deliveries = vec![message(1, 7), message(2, 7), message(3, 7)];
    let rows = AlertRows { deliveries, ..AlertRows::default() };
    history.commit_with(Batch { events: &[], facts: &[] }, &rows).expect("kept");
    let due = |history: &History, now: i64| {
        let due = history.deliveries_due(now, 2).expect("due");
        due.into_iter().map(|delivery| (delivery.message.id, delivery.attempts)).collect::<Vec<_>>()
    };
    assert_eq!(due(&history, NOON + 39_999), []);
    assert_eq!(due(&history, NOON + 40_000), [(1, 0), (2, 0)]);
    let attempt = |id, state, due_ms, words: &str| Attempt {
        id,
        at_ms: NOON + 41_000,
        state,
        due_ms,
        words: Some(words.to_owned()),
    };
    let long = "é".repeat(400);
    let tried = [
        attempt(1, DeliveryState::Sent, 0, "250 ok"),
        attempt(2, DeliveryState::Waiting, NOON + 50_000, &long),
        attempt(3, DeliveryState::Failed, 0, "550 no such user"),
    ];
    history.note_attempts(&tried).expect("noted");
    assert_eq!(due(&history, NOON + 49_999), []);
    assert_eq!(due(&history, NOON + 50_000), [(2, 1)]);
    assert_eq!(history.next_delivery().expect("next"), Some(NOON + 50_000));
    // What came off is told once: an answer that comes later changes nothing.
    history.note_attempts(&[attempt(1, DeliveryState::Failed, 0, "late")]).expect("noted");
    let of = history.deliveries_of(7, NOON).expect("of");
    let told: Vec<_> = of.iter().map(|of| (of.state, of.words.as_ref().map_or(0, String::len))).collect();
    use DeliveryState::*;
    assert_eq!(told, [(Sent, 6), (Waiting, 500), (Failed, 16)]);
    assert_eq!(history.newest_deliveries(1).expect("newest")[0].message.id, 3);
    history.expire_restored().expect("restored");
    assert_eq!(due(&history, i64::MAX), []);
}

#[test]
fn on_a_full_disk_the_reserve_pays_for_alerts() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut history = History::open(dir.path(), &OpenOptions::writer()).expect("open");
    let mut floor = Floor::default();
    let (events, facts) = happen(&mut floor, 1, life());
    history.commit(Batch { events: &[], facts: &[] }).expect("the reserve is set aside");
    let moved: Vec<Moved> = facts
        .into_iter()
        .filter_map(|fact| if let Fact::AlertMoved(moved) = fact { Some(*moved) } else { None })
        .collect();
    let rows = AlertRows { deliveries: vec![message(1, 7)], ..AlertRows::default() };
    history.note_alerts(&moved, &rows).expect("noted");
    // Room again: the events come without the facts that were kept already, and all agrees.
    history.commit(Batch { events: &events, facts: &[] }).expect("kept");
    assert_eq!(history.alert(7).expect("read").expect("there").1.len(), 5);
    let found = history.verify(|_, _| {}).expect("verified");
    assert!(found.findings.is_empty(), "{:?}", found.findings);
    // Written from the reserve, and killed before there was room: more than events tell is no fault.
    let (_, facts) = happen(&mut floor, 6, vec![standing(9, Shown::Firing, None)]);
    let Some(Fact::AlertMoved(moved)) = facts.into_iter().next() else { panic!("a fact") };
    history.note_alerts(&[*moved], &AlertRows::default()).expect("noted");
    let found = history.verify(|_, _| {}).expect("verified");
    assert!(found.findings.is_empty(), "{:?}", found.findings);
}
