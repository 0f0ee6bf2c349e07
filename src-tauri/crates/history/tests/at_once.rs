//! Several looks at one state of history, whatever is committed between them.

use mirante_floor::{Changes, Event, Floor, Kind, Origin, SourceId, Stamp};
use mirante_history::{Batch, History, HistoryError, OpenOptions};

fn commit(history: &mut History, floor: &mut Floor, seq: u64, kind: Kind) {
    let stamp = Stamp { source: SourceId(1), epoch: 1, seq, seen: 1_795_230_000_000 + seq as i64, at: None };
    let (event, mut changes) = (Event { stamp, origin: Origin::Heard, kind }, Changes::default());
    floor.apply(&event, &mut changes);
    history.commit(Batch { events: &[event], facts: &changes.facts }).expect("kept");
}

#[test]
fn several_looks_see_one_state() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut writer = History::open(folder.path(), &OpenOptions::writer()).expect("a history");
    let mut floor = writer.recover().expect("recovered").floor;
    assert_eq!(writer.register("pabx", "asterisk").expect("a source"), SourceId(1));
    commit(&mut writer, &mut floor, 1, Kind::LinkUp { platform: "test".into() });
    let before = floor.clone();
    let reader = writer.reader().expect("a reader");
    let told = reader.at_once(|history| {
        assert_eq!(history.newest_seq()?, 1);
        commit(&mut writer, &mut floor, 2, Kind::DayStarted { from: 1_795_230_000_000 });
        writer.register("filial", "asterisk")?;
        assert_eq!((history.newest_seq()?, history.sources()?.len()), (1, 1));
        assert_eq!(history.floor_at_seq(1)?.floor, before);
        assert_eq!(history.floor_at(i64::MAX)?.floor, before);
        assert!(matches!(history.floor_at_seq(2), Err(HistoryError::NotYet { .. })));
        let mut events = 0;
        history.events(0..=u64::MAX, |_| {
            events += 1;
            true
        })?;
        // Within it, another is the same.
        Ok::<_, HistoryError>((events, history.at_once(|history| history.newest_seq())?))
    });
    assert_eq!(told.expect("told"), (1, 1));
    assert_eq!((reader.newest_seq().expect("a number"), reader.sources().expect("sources").len()), (2, 2));
}
