//! A report of calls, whoever made it: rows, each a call that makes sense or a place with a reason, or a refusal in words.

use jiff::tz::TimeZone;
use mirante_engine::import::calls::{Look, Mapping, look};
use std::ops::ControlFlow;
use std::path::Path;

/// 2026-11-22, Unix ms.
const NOW: i64 = 1_795_359_600_000;
/// A week, ms.
const WEEK: i64 = 7 * 24 * 60 * 60 * 1000;

pub(crate) fn run(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report");
    std::fs::write(&path, bytes).expect("a file");
    let zone = TimeZone::get("America/Sao_Paulo").expect("a zone");
    let Some(first) = seen(&path, None, &zone) else { return };
    // What was guessed is written, read and used again, and comes to the same.
    let mapping = Mapping::parse(&first.mapping.write()).expect("a mapping");
    assert_eq!(mapping, first.mapping);
    let again = seen(&path, Some(&mapping), &zone).expect("the same file");
    assert_eq!((again.rows, again.calls, &again.unfit), (first.rows, first.calls, &first.unfit));
}

fn seen(path: &Path, mapping: Option<&Mapping>, zone: &TimeZone) -> Option<Look> {
    let mut last = 0;
    let found = look(path, mapping, zone, NOW, |row| {
        assert!(row.line > 0);
        last = row.line;
        ControlFlow::Continue(())
    });
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return None;
        }
    };
    if found.missing.is_empty() {
        assert_eq!(found.calls + found.skipped + found.unusable(), found.rows, "every row is something");
    }
    for call in found.shown.iter().filter_map(|shown| shown.read.as_ref().ok()?.as_ref()) {
        let words = [Some(&call.queue), call.agent.as_ref(), call.call.as_ref(), call.phone.as_ref()];
        for word in words.into_iter().flatten() {
            assert!(!word.is_empty() && word.chars().count() <= 80 && !word.chars().any(char::is_control), "{word:?}");
        }
        assert!((0..=WEEK).contains(&call.wait_ms), "{call:?}");
        assert!(call.talk_ms.is_none_or(|talk| (0..=WEEK).contains(&talk)), "{call:?}");
    }
    Some(found)
}
