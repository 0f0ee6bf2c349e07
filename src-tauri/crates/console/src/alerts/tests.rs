use super::*;
use crate::alerts::story;
use mirante_floor::alert::{Change, Key, Severity, Shown, Standing};
use mirante_floor::{Changes, Event, Fact, Kind, Origin, SourceId, Stamp};
use mirante_history::{AlertAction, AlertRows, Batch, Deed, NewDelivery, OpenOptions};

const NOON: i64 = 1_800_000_000_000;

/// An alert that fires, is taken, recovers, breaks again, recovers, and is over; each step a second later.
fn lived(folder: &std::path::Path) -> History {
    use Shown::*;
    let mut history = History::open(folder, &OpenOptions::writer()).expect("history");
    let key = Key::read("espera/queue/1/sac").expect("a key");
    let (mut floor, mut changes) = (Floor::default(), Changes::default());
    let mut events = Vec::new();
    let lived = [Pending, Firing, Acknowledged, Recovering, Firing, Recovering, Normal];
    for (seq, shown) in (1..).zip(lived) {
        let at = NOON + 1_000 * i64::try_from(seq).expect("few");
        let standing = Standing {
            alert: if seq > 1 { 7 } else { 0 },
            name: "Espera longa".into(),
            severity: Severity::Warning,
            shown,
            since: at,
            fired: (seq > 1).then_some(NOON + 2_000),
            flapping: false,
            taken: (shown == Acknowledged).then(|| ("bia".into(), NOON + 60_000)),
            value: Some(61.0),
            limit: Some(60.0),
        };
        let kind = Kind::Alert(Box::new(Change { key: key.clone(), standing, cause: seq - 1 }));
        let stamp = Stamp { source: SourceId::MIRANTE, epoch: 0, seq, seen: at, at: None };
        let event = Event { stamp, origin: Origin::Heard, kind };
        floor.apply(&event, &mut changes);
        events.push(event);
    }
    let facts: Vec<Fact> = std::mem::take(&mut changes.facts);
    let message = NewDelivery {
        id: 1,
        key: "k".into(),
        channel: "email".into(),
        target: "bia".into(),
        alerts: vec![7],
        body: "{}".into(),
        made_ms: NOON + 2_000,
        due_ms: NOON + 2_000,
        expires_ms: NOON + 90_000,
    };
    let action =
        AlertAction { alert: 7, at_ms: NOON + 3_000, what: Deed::Taken, who: Some("bia".into()), words: "vejo".into() };
    let rows = AlertRows { actions: vec![action], deliveries: vec![message], ..AlertRows::default() };
    history.commit_with(Batch { events: &events, facts: &facts }, &rows).expect("kept");
    history
}

#[test]
fn a_story_says_what_was_done_and_whether_it_helped() {
    let folder = tempfile::tempdir().expect("a folder");
    let history = lived(folder.path());
    let floor = Floor::default();
    let told = story(&history, &floor, 7, |_| None).expect("a story");
    assert_eq!(told.alert.label, "sac");
    assert_eq!(told.seq, 1, "the floor before it fired");
    assert_eq!(told.steps.len(), 7);
    assert_eq!(told.effect.to_take_ms, Some(1_000));
    assert_eq!(told.effect.to_recover_ms, Some(4_000), "the first recovery did not last");
    assert_eq!(told.effect.taken_to_recover_ms, Some(3_000));
    assert_eq!(told.effect.to_resolve_ms, Some(5_000));
    assert_eq!(told.actions[0].words, "vejo");
    assert_eq!((told.deliveries[0].channel.as_str(), told.deliveries[0].state.as_str()), ("email", "waiting"));
    assert!(story(&history, &floor, 8, |_| None).is_err(), "there is no such alert");
}

#[test]
fn past_alerts_are_looked_for_by_words_and_in_parts() {
    let folder = tempfile::tempdir().expect("a folder");
    let history = lived(folder.path());
    let asked = |words: &str, skip| AlertsAsked {
        from_ms: NOON,
        to_ms: NOON + 60_000,
        words: words.into(),
        rule: None,
        severity: None,
        skip,
    };
    let count = |words: &str, skip| past(&history, &Floor::default(), &asked(words, skip)).expect("rows").rows.len();
    assert_eq!((count("LONGA", 0), count("", 0), count("curta", 0), count("", 1)), (1, 1, 0, 0));
}
