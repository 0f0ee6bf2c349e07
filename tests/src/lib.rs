//! Black-box tests on the built programs, with the rig that runs real servers for them.
//!
//! * [`pbx`] installs a real Asterisk from Debian without root and runs it on loopback with a small busy call centre.
//! * [`load`] calls that centre by a seeded plan and keeps its own record of every stay in every queue, from witnesses that
//!   Mirante does not use: the dial plan's own announcements and the bridges.
//! * [`queue_log`] reads the PBX's record of the same calls, as a third opinion.
//! * [`hub`] runs the built `mirantectl` and asks it as users do; [`proxy`] is a wire that can be cut in between.
//!
//! * [`disk`] is a disk that remembers what it went through, for power cuts, and that can stand still.
//!
//! Nothing here knows Mirante's insides: the tests talk to its programs as users do. Only `crash` also knows history.

pub mod ami;
pub mod background;
pub mod bench;
#[cfg(target_os = "linux")]
pub mod disk;
pub mod hub;
pub mod load;
pub mod pbx;
pub mod proxy;
pub mod queue_log;
pub mod year;

/// Milliseconds since 1970 by this computer's clock.
pub fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// Sends a signal, such as `-STOP`, to a process.
pub fn signal(process: u32, name: &str) -> anyhow::Result<()> {
    // The shell has its own `kill`; a small Debian may have no other.
    let status = std::process::Command::new("sh").args(["-c", &format!("kill {name} {process}")]).status()?;
    anyhow::ensure!(status.success(), "kill {name} failed");
    Ok(())
}
