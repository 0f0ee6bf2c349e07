//! `cargo xtask prove NAME`: one promise, shown on the real programs.

use crate::fuzz;
use crate::sh::cargo;
use anyhow::Result;

/// A promise that can be shown now.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Promise {
    /// Visits on a real Asterisk equal the driver's record and the PBX's queue_log.
    Visits,
    /// Two runs of two minutes of traffic of every kind on Asterisk 22 and 16: nothing is left between Mirante's visits, the PBX's own counters
    /// with their moving averages, and the queue_log.
    Reconcile,
    /// Three minutes of traffic of every kind on Asterisk 22 and 16, twice, by each means: no difference. A quarter of an hour.
    Zero,
    /// A PBX that is cut, frozen, silent or restarted is said within 3 s, and nothing lies meanwhile.
    Faults,
    /// Reloads, clocks that are set, half-open sockets, kills, lost events, changed rights and certificates, on Asterisk 22 and 16:
    /// prints a line for each bad day. A quarter of an hour.
    Baddays,
    /// What Mirante did not hear, cut off, killed or with the PBX dead, is told from the queue_log to the last visit.
    Backfill,
    /// A history writer that is killed 200 times while it writes, seals and prunes, and 50 times while it migrates, has lost nothing that it said was kept, and starts again
    /// within 50 ms.
    Kill,
    /// The same when the power goes: on a journalled file system on a disk that remembers every write and flush, as that disk may be
    /// left at 120 moments. Needs root, /dev/fuse and loop devices.
    Power,
    /// A disk that is full, slow, stands still, breaks, may only be read or is a network: the screen goes on and says so, and nothing
    /// kept is lost. Needs what `power` needs.
    Disk,
    /// Removing two weeks of a large centre holds up whoever writes for at most 50 ms at a time on this disk; prints the figures as JSON.
    Keep,
    /// A thousand random moments of a simulated week, and of a run on a real Asterisk, are what the engine held then.
    Rewind,
    /// Messages about alerts in a storm, 200 kills: counted at a real webhook receiver, none is lost, none that was kept as sent comes
    /// again, and at most one a kill comes twice, with the same key. The same of an engine whose queues fill and empty: every alert that
    /// fired was told once.
    Alerts,
    /// Whatever a PBX, a log, a file or a disk holds, its readers neither panic nor lie.
    Fuzz,
}

pub(crate) fn run(promise: Promise, options: &fuzz::Options) -> Result<()> {
    let test = match promise {
        Promise::Visits => "visits",
        Promise::Reconcile => "reconcile::",
        Promise::Zero => "zero::",
        Promise::Faults => "faults",
        Promise::Baddays => "bad::",
        Promise::Backfill => "backfill::",
        Promise::Fuzz => return fuzz::run(options),
        Promise::Kill => {
            crash("kill::")?;
            return cargo(["test", "--locked", "-p", "mirante-history", "--lib", "--", "schema::kill", "--nocapture"])
                .env("MIRANTE_MIGRATION_KILLS", "50")
                .go();
        }
        Promise::Disk => {
            cargo(["build", "--locked", "-p", "mirante-cli"]).go()?;
            return crash("disk::the_screen");
        }
        Promise::Keep => return crash("keep::"),
        Promise::Alerts => {
            crash("post::no_alert")?;
            return crash("storm::every_alert");
        }
        Promise::Rewind => return crash("rewind::"),
        Promise::Power => return crash("power::nothing_acknowledged_is_lost"),
    };
    cargo(["build", "--locked", "-p", "mirante-cli"]).go()?;
    let run = cargo(["test", "--locked", "-p", "mirante-tests", "--test", "asterisk", "--"])
        .args([test, "--include-ignored", "--nocapture", "--test-threads", "1"])
        .env("RUST_LIB_BACKTRACE", "0");
    match promise {
        Promise::Zero => run.env("MIRANTE_RIG_SECONDS", "180").env("MIRANTE_RIG_RUNS", "2").go(),
        Promise::Reconcile => run.env("MIRANTE_RIG_SECONDS", "120").env("MIRANTE_RIG_RUNS", "2").go(),
        _ => run.go(),
    }
}

/// A bad end of history, on a history as fast as the one that is shipped: how long it takes to start again is part of the promise.
fn crash(test: &str) -> Result<()> {
    let fast = |name: &str| format!("profile.dev.package.{name}.opt-level=3");
    cargo(["test", "--locked", "-p", "mirante-tests", "--test", "crash"])
        .args(["--config", &fast("mirante-floor"), "--config", &fast("mirante-history"), "--"])
        .args([test, "--include-ignored", "--nocapture", "--test-threads", "1"])
        .env("RUST_LIB_BACKTRACE", "0")
        .env("MIRANTE_KILLS", "200")
        .env("MIRANTE_REOPEN_MS", "50")
        .env("MIRANTE_KEEP_DAYS", "14")
        .env("MIRANTE_KEEP_QUEUES", "40")
        .env("MIRANTE_KEEP_AGENTS", "400")
        .env("MIRANTE_KEEP_TIMED", "1")
        .go()
}
