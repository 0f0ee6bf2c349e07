//! A stretch survives its bytes, tells the same boards as the fold, and no bytes are worse than an error.

use super::*;
use crate::board::Board;
use crate::streams;
use mirante_floor::*;
use proptest::prelude::*;

/// Packs what happens after `floor`; gives the boards after each event as well.
fn pack(mut floor: Floor, events: &[Event]) -> (Packed, Vec<Board>) {
    let mut packer = Packer::new(&floor).expect("begun");
    let mut boards = vec![packer.board()];
    assert_eq!(boards[0], Board::of(&floor));
    let mut changes = Changes::default();
    for event in events {
        floor.apply(event, &mut changes);
        packer.push(event, &floor, &changes);
        changes.clear();
        boards.push(packer.board());
        assert_eq!(boards.last(), Some(&Board::of(&floor)), "after {event:?}");
    }
    (packer.pack().expect("packed"), boards)
}

fn unpack(packed: &Packed, seq: u64) -> Result<Vec<Event>> {
    let mut read = Vec::new();
    events(&packed.board, &packed.core, &packed.detail, seq, |event| {
        read.push(event.clone());
        Ok(true)
    })?;
    Ok(read)
}

fn settings() -> Vec<Event> {
    let goal = |queue: &str, seconds| {
        let setup = QueueSetup { goal: Goal { percent: 90, seconds }, ..QueueSetup::default() };
        Kind::Configured(Setting::Queue { source: SourceId(1), queue: queue.into(), setup })
    };
    vec![streams::event(0, 1, streams::MORNING, goal("sac", 3)), streams::event(0, 2, streams::MORNING, goal("n1", 30))]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_stretch_survives_its_bytes_and_its_boards_are_the_folds(
        one in streams::any_stream(1),
        nine in streams::any_stream(9),
        cut in any::<prop::sample::Index>(),
        decided in any::<bool>(),
    ) {
        let mut events: Vec<Event> = if decided { settings() } else { Vec::new() };
        let (mut one, mut nine) = (one.into_iter().peekable(), nine.into_iter().peekable());
        while let Some(next) = if one.len() > nine.len() { one.next() } else { nine.next().or_else(|| one.next()) } {
            events.push(next);
        }
        for (seq, event) in (1..).zip(&mut events) {
            event.stamp.seq = seq;
        }
        let (before, after) = events.split_at(cut.index(events.len() + 1).min(events.len()));
        let mut floor = Floor::default();
        streams::fold(&mut floor, before);
        let (packed, boards) = pack(floor, after);
        let seq = after.first().map_or(1, |event| event.stamp.seq);
        prop_assert_eq!(unpack(&packed, seq).expect("unpacked"), after);
        for (count, board) in boards.iter().enumerate() {
            let (read, took, _) = board_at(&packed.board, &packed.core, |_, n| n < count as u64).expect("read");
            prop_assert_eq!(took, count as u64);
            prop_assert_eq!(&read, board);
        }
    }

    #[test]
    fn altered_bytes_are_an_error_or_events_and_no_panic(
        events in streams::any_stream(1),
        which in 0..3usize,
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3u8), 1..6),
    ) {
        let (packed, _) = pack(Floor::default(), &events);
        let plain = |bytes: &[u8]| bytes.to_vec();
        let mut altered = [plain(&packed.board), plain(&packed.core), plain(&packed.detail)];
        for (at, with, how) in edits {
            let bytes = &mut altered[which];
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = with,
                1 => bytes.insert(at, with),
                _ => drop(bytes.remove(at)),
            }
        }
        let [board, core, detail] = altered;
        let altered = Packed { board, core, detail };
        let _ = unpack(&altered, 1);
        let _ = board_at(&altered.board, &altered.core, |_, _| true);
    }

    #[test]
    fn any_columns_are_an_error_or_events_and_no_panic(
        seed in prop::collection::vec((0..40usize, prop::collection::vec(0..6u8, 0..12)), 0..60),
        count in 0..60u64,
        floor in streams::any_stream(1),
    ) {
        let mut known = Floor::default();
        streams::fold(&mut known, &floor);
        let board = Packer::new(&known).expect("begun").board;
        let (mut base, mut core, mut detail) = (Out::new(base::STREAMS), Out::new(effects::STREAMS), Out::new(detail::STREAMS));
        for (stream, bytes) in &seed {
            for byte in bytes {
                base.byte(stream % base::STREAMS, *byte);
                core.byte(stream % effects::STREAMS, *byte);
                detail.byte(stream % detail::STREAMS, *byte);
            }
        }
        let core = [count.to_le_bytes().to_vec(), versioned(&core, "test").expect("packed")].concat();
        let detail = versioned(&detail, "test").expect("packed");
        for board in [board, versioned(&base, "test").expect("packed")] {
            let packed = Packed { board, core: core.clone(), detail: detail.clone() };
            let _ = unpack(&packed, 1);
            let _ = board_at(&packed.board, &packed.core, |_, _| true);
        }
    }
}
