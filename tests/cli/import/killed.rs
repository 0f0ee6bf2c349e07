//! Imports that are killed while they write.

use super::{counted, import, imported, kept, log};
use crate::folder::{base, place, put, run, verify};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rusqlite::Connection;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

#[test]
#[ignore = "kills an import at random moments: cargo xtask test"]
fn a_killed_import_goes_on_and_comes_to_the_same() {
    let (folder, data) = place();
    let text = log(4, 1_770_000_000, 100_000);
    let file = put(&folder, "queue_log", text.as_bytes());
    let (_whole_folder, whole) = place();
    import(&whole, &[&file], &[]);
    let mut dice = ChaCha8Rng::seed_from_u64(4);
    let (mut killed, mut resumed) = (0, 0);
    let done = || {
        let base = Connection::open(data.join("mirante.db")).ok()?;
        base.query_row("SELECT max(done) FROM imported_file", [], |r| r.get::<_, Option<u64>>(0)).ok()?
    };
    let indexes = |data: &Path| {
        let sql = "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL ORDER BY name";
        let base = base(data);
        let mut statement = base.prepare(sql).expect("indexes");
        let names = statement.query_map([], |r| r.get::<_, String>(0)).expect("names");
        names.map(|name| name.expect("a name")).collect::<Vec<_>>()
    };
    let start = || {
        Command::new(mirante_tests::hub::mirantectl().expect("mirantectl"))
            .args(["import", "queue-log", "--source", "pabx", "--data"])
            .arg(&data)
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("mirantectl")
    };
    // Whoever is killed while indexes are left out leaves it so; the next one that writes makes them, whatever it came for.
    let mut child = start();
    while done().is_none() || indexes(&data).len() == indexes(&whole).len() {
        assert!(child.try_wait().expect("a state").is_none(), "it ended and never left an index out");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().expect("killed");
    child.wait().expect("gone");
    assert!(indexes(&data).len() < indexes(&whole).len(), "it was too late");
    let (code, words) = run(&["import", "undo", "nada", "--data", &data.display().to_string()]);
    assert!(code == 1 && words.contains("nothing was imported as nada"), "{words}");
    assert_eq!(indexes(&data), indexes(&whole));

    while killed < 8 {
        let mut child = start();
        // Either while it begins, or some time after it has kept something more.
        let before = done();
        while dice.random_bool(0.98) && done() == before && child.try_wait().expect("a state").is_none() {
            std::thread::sleep(Duration::from_millis(20));
        }
        std::thread::sleep(Duration::from_millis(dice.random_range(0..100)));
        let ended = child.try_wait().expect("a state").is_some();
        child.kill().expect("killed");
        child.wait().expect("gone");
        if ended {
            break;
        }
        killed += 1;
        resumed += u32::from(done() > before);
    }
    println!("{killed} kills within an import, {resumed} of them with something kept");
    assert!(killed > 0 && resumed > 0, "{killed} kills, {resumed} of them with something kept");
    import(&data, &[&file], &[]);
    assert_eq!(imported(&data), counted(&text));
    for (killed, whole) in kept(&data).iter().zip(kept(&whole)) {
        assert_eq!(killed.len(), whole.len());
        assert!(*killed == whole, "rows differ");
    }
    verify(&data);
}
