//! Imports that are killed while they write.

use super::{counted, import, imported, kept, log};
use crate::folder::{base, place, put, run, verify};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Calls of the smallest log. Where an import ends before what is looked for was seen, as on a fast machine, one of twice as many follows.
const CALLS: usize = 100_000;
/// Logs tried at most.
const LOGS: u32 = 5;
/// Kills while an import goes on.
const KILLS: u32 = 8;
/// Whoever comes to remove what is too old finds nothing.
const FOREVER: &str =
    "[retention]\nnumbers = \"forever\"\ncontacts = \"forever\"\nworking_time = \"forever\"\nrewind = \"forever\"\n";
/// Between two looks at an import.
const LOOK: Duration = Duration::from_millis(2);

/// An import that is going to be killed.
struct Victim {
    data: PathBuf,
    file: PathBuf,
    /// Looks on without ever changing anything; open from the first time on that there is something to see.
    eye: Option<Connection>,
}

impl Victim {
    fn start(&self) -> Child {
        Command::new(mirante_tests::hub::mirantectl().expect("mirantectl"))
            .args(["import", "queue-log", "--source", "pabx", "--data"])
            .args([&self.data, &self.file])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("mirantectl")
    }

    /// The answer to a question that has one by now.
    fn ask(&mut self, sql: &str) -> Option<u64> {
        if self.eye.is_none() {
            let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            self.eye = Connection::open_with_flags(self.data.join("mirante.db"), flags).ok();
        }
        self.eye.as_ref()?.prepare_cached(sql).ok()?.query_row([], |row| row.get(0)).ok()?
    }

    /// Bytes of the file that were kept.
    fn done(&mut self) -> Option<u64> {
        self.ask("SELECT max(done) FROM imported_file")
    }

    /// True while something was kept and of the `all` indexes some are left out.
    fn leaves_out(&mut self, all: usize) -> bool {
        let there = self.ask("SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL");
        self.done().is_some() && there.is_some_and(|there| there < all as u64)
    }

    /// Kills an import once `is_due`; false if it ended by itself before.
    fn kill(&mut self, mut is_due: impl FnMut(&mut Victim) -> bool, then: Duration) -> bool {
        let mut child = self.start();
        while !is_due(self) && is_running(&mut child) {
            std::thread::sleep(LOOK);
        }
        std::thread::sleep(then);
        let is_early = is_running(&mut child);
        child.kill().expect("killed");
        child.wait().expect("gone");
        is_early
    }
}

fn is_running(child: &mut Child) -> bool {
    child.try_wait().expect("a state").is_none()
}

/// Names of the indexes of a folder.
fn indexes(data: &Path) -> Vec<String> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name";
    let base = base(data);
    let mut statement = base.prepare(sql).expect("indexes");
    let names = statement.query_map([], |r| r.get::<_, String>(0)).expect("names");
    names.map(|name| name.expect("a name")).collect()
}

/// Kills an import of the log in `file` into `data` again and again. What it was too fast for is the error.
fn killed_often(file: &Path, data: &Path, dice: &mut ChaCha8Rng) -> Result<(), &'static str> {
    let mut victim = Victim { data: data.to_owned(), file: file.to_owned(), eye: None };
    let (small_folder, small) = place();
    import(&small, &[&put(&small_folder, "small", log(5, 1_770_000_000, 20).as_bytes())], &[]);
    let all = indexes(&small);

    // Whoever is killed while indexes are left out leaves it so; the next one that writes makes them, whatever it came for.
    if !victim.kill(|victim| victim.leaves_out(all.len()), Duration::ZERO) || !victim.leaves_out(all.len()) {
        return Err("leaving an index out");
    }
    let keeping = put(&small_folder, "mirante.toml", FOREVER.as_bytes()).display().to_string();
    let (code, words) = run(&["retention", "--apply", "--config", &keeping, "--data", &data.display().to_string()]);
    assert!(code == 0 && words.contains("nothing was old enough to go"), "{words}");
    assert_eq!(indexes(data), all);

    let (mut killed, mut resumed) = (0, 0);
    while killed < KILLS {
        // Some time after it has kept something more; every other one while it begins.
        let before = victim.done();
        let then = Duration::from_millis(dice.random_range(0..100));
        let begins = killed % 2 == 1;
        if !victim.kill(|victim| begins || victim.done() > before, then) {
            break;
        }
        killed += 1;
        resumed += u32::from(victim.done() > before);
    }
    println!("{killed} kills within an import, {resumed} of them with something kept");
    if resumed > 0 { Ok(()) } else { Err("a kill after it kept something more") }
}

#[test]
#[ignore = "kills an import at random moments: cargo xtask test"]
fn a_killed_import_goes_on_and_comes_to_the_same() {
    let mut dice = ChaCha8Rng::seed_from_u64(4);
    for doubled in 0..LOGS {
        let calls = CALLS << doubled;
        let (folder, data) = place();
        let text = log(4, 1_770_000_000, calls);
        let file = put(&folder, "queue_log", text.as_bytes());
        if let Err(what) = killed_often(&file, &data, &mut dice) {
            println!("an import of {calls} calls was too fast for {what}");
            continue;
        }
        import(&data, &[&file], &[]);
        let (_whole_folder, whole) = place();
        import(&whole, &[&file], &[]);
        assert_eq!(imported(&data), counted(&text));
        for (killed, whole) in kept(&data).iter().zip(kept(&whole)) {
            assert_eq!(killed.len(), whole.len());
            assert!(*killed == whole, "rows differ");
        }
        assert_eq!(indexes(&data), indexes(&whole));
        verify(&data);
        return;
    }
    panic!("no import of {LOGS} logs was slow enough to be killed in time");
}
