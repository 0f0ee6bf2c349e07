//! Bad days on a real PBX, each in a few seconds: what is said, what heals, what is on record.

mod access;
mod calls;
mod clocks;
mod drift;
mod hosts;
mod killed;
mod reloads;
mod sockets;
mod tls;
mod told;

use mirante_tests::hub::{Hub, Visit, visits};
use mirante_tests::pbx::Major;
use std::time::Duration;

/// A hub that follows the PBX there and hears it.
fn following(address: std::net::SocketAddr) -> Hub {
    let hub = Hub::follow(address, None).expect("a hub");
    hub.wait_up(Duration::from_secs(15)).expect("a hub that hears the PBX");
    hub
}

/// The visits of the last ten minutes once everything heard so far was kept.
fn kept(hub: &Hub) -> Vec<Visit> {
    // What was heard is committed within a second.
    std::thread::sleep(Duration::from_millis(1500));
    visits(&hub.data(), 10).expect("a table of visits")
}

/// A stretch in which a source was not heard.
#[derive(Debug)]
struct Gap {
    from_ms: i64,
    to_ms: i64,
    reason: String,
}

/// The gaps on record. One is written when it ends, with the next commit.
fn gaps(hub: &Hub) -> Vec<Gap> {
    std::thread::sleep(Duration::from_secs(2));
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let base = rusqlite::Connection::open_with_flags(hub.database(), flags).expect("a database");
    let mut rows = base.prepare("SELECT from_ms, to_ms, reason FROM gap ORDER BY from_ms").expect("a table of gaps");
    let gap = |row: &rusqlite::Row<'_>| Ok(Gap { from_ms: row.get(0)?, to_ms: row.get(1)?, reason: row.get(2)? });
    rows.query_map([], gap).expect("rows").map(|row| row.expect("a row")).collect()
}

/// A test of both versions. What is named `long_` is left to `cargo xtask prove baddays`: version 16, unless it is `always`.
macro_rules! on_both {
    ($name:ident) => {
        on_both!($name, long_on_16);
    };
    ($name:ident, always) => {
        on_both!($name, on_16);
    };
    ($name:ident, $sixteen:ident) => {
        mod $name {
            #[test]
            #[ignore = "runs a real PBX: cargo xtask test"]
            fn on_22() {
                super::$name(mirante_tests::pbx::Major::V22);
            }

            #[test]
            #[ignore = "runs a real PBX: cargo xtask prove baddays"]
            fn $sixteen() {
                super::$name(mirante_tests::pbx::Major::V16);
            }
        }
    };
}
use on_both;

/// Prints what was measured, for `cargo xtask prove baddays`.
fn measured(major: Major, day: &str, words: &str) {
    println!("bad day | {} | {day:<34} | {words}", major.number());
}
