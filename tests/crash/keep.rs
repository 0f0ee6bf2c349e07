//! Removing what is too old holds up whoever writes for less than 50 ms at a time, on the disk of the build folder.

use crate::count;
use mirante_engine::config::{Config, Keep, RetentionConfig, Unit};
use mirante_engine::{Engine, KeyStore, Options, Removed};
use mirante_history::{History, OpenOptions};
use std::path::Path;
use std::time::{Duration, Instant};

/// No step may take longer, ms: a promise of `cargo xtask prove keep`, by which nobody is judged who only tests.
const LONGEST_MS: f64 = 50.0;

/// A centre's past, all of which but a day goes while it lives on, sixty times as fast as life.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "makes weeks of a large centre and removes them: cargo xtask prove keep"]
async fn no_step_of_a_removal_is_long() {
    let (days, queues, agents) =
        (count("MIRANTE_KEEP_DAYS", 3), count("MIRANTE_KEEP_QUEUES", 10), count("MIRANTE_KEEP_AGENTS", 100));
    let data = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("tempdir");
    let text = format!(
        "[[source]]\nname = \"demo\"\nkind = \"simulator\"\ndays = {days}\nqueues = {queues}\nagents = {agents}\nseed = 3\n\
         warp = 60\n"
    );
    let engine = Engine::start(Options {
        data: data.path().to_owned(),
        key: KeyStore::File,
        config: Config::parse(&text).expect("a configuration"),
        follow: Vec::new(),
    })
    .expect("an engine");
    while engine.health().past_percent.is_some() || engine.health().unsaved > 2_000 {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let before = Size::of(data.path());
    let day = Keep::For(1, Unit::Days);
    engine.keep_for(RetentionConfig { numbers: day, contacts: day, working_time: day, rewind: day });
    let (began, seq) = (Instant::now(), engine.health().saved_seq);
    engine.remove_now();
    let removed = loop {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if let Some(removed) = engine.removing().last {
            break removed;
        }
        assert!(began.elapsed() < Duration::from_secs(1_800), "{:?}", engine.removing());
    };
    let took = began.elapsed().as_secs_f64();
    let meanwhile = engine.health().saved_seq - seq;
    engine.shutdown().await;
    let after = Size::of(data.path());
    let Removed { rows, bytes, steps, error, .. } = removed;
    let figures = serde_json::json!({
        "rows": rows, "bytes": bytes, "seconds": took, "steps": steps.count(),
        "step_p50_ms": steps.within_ms(0.5), "step_p99_ms": steps.within_ms(0.99), "step_longest_ms": steps.most_ms(),
        "file_mb_before": before.mb(), "file_mb_after": after.mb(), "unused_pages_after": after.unused,
        "events_kept_meanwhile": meanwhile,
    });
    println!("{figures}");
    assert_eq!(error, None);
    assert!(rows > 1_000 && steps.count() > 100 && meanwhile > 0, "{figures}");
    assert!(after.unused <= 64 && after.mb() < before.mb(), "room was given back: {figures}");
    if count("MIRANTE_KEEP_TIMED", 0) == 1 {
        assert!(steps.most_ms() <= LONGEST_MS, "{figures}");
    }
    let history = History::open(data.path(), &OpenOptions::reader()).expect("open");
    assert_eq!(history.verify(|_, _| {}).expect("read").findings, Vec::<String>::new());
}

/// How large the file is.
struct Size {
    pages: u64,
    unused: u64,
}

impl Size {
    fn of(data: &Path) -> Size {
        let base = rusqlite::Connection::open(data.join("mirante.db")).expect("open");
        let one = |what: &str| base.query_row(&format!("PRAGMA {what}"), [], |row| row.get(0)).expect("a count");
        Size { pages: one("page_count"), unused: one("freelist_count") }
    }

    fn mb(&self) -> f64 {
        self.pages as f64 * 4096.0 / 1e6
    }
}
