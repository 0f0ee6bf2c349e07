//! Bad days on a real PBX, each in a few seconds: what is said, what heals, what is on record.

mod calls;
mod reloads;
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

/// A test of both versions.
macro_rules! on_both {
    ($name:ident) => {
        mod $name {
            #[test]
            #[ignore = "runs a real PBX: cargo xtask test"]
            fn on_22() {
                super::$name(mirante_tests::pbx::Major::V22);
            }

            #[test]
            #[ignore = "runs a real PBX: cargo xtask test"]
            fn on_16() {
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
