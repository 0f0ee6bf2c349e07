//! A history that is whole, and one that is not.

use mirante_tests::hub::Hub;
use std::path::Path;

fn verify(data: &Path) -> (Option<i32>, String) {
    let output = Hub::ctl(&["verify", "--data", &data.display().to_string()]).expect("mirantectl");
    (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

#[test]
#[ignore = "needs the built mirantectl: cargo xtask test"]
fn a_simulated_day_is_verified_and_a_changed_row_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().display().to_string();
    assert_eq!(verify(folder.path()).0, Some(1), "nothing to read");
    let made = Hub::ctl(&["simulate", "--data", &data, "--days", "1", "--seed", "5"]).expect("mirantectl");
    assert!(made.status.success(), "{made:?}");
    let (code, words) = verify(folder.path());
    assert_eq!(code, Some(0), "{words}");
    assert!(words.contains("all as it should be") && words.contains("rows computed again"), "{words}");

    let base = rusqlite::Connection::open(folder.path().join("amostra/mirante.db")).expect("a database");
    let sql =
        "UPDATE visit SET wait_ms = wait_ms + 60000 WHERE id = (SELECT max(id) FROM visit WHERE outcome = 'answered')";
    assert_eq!(base.execute(sql, []).expect("changed"), 1);
    let (code, words) = verify(folder.path());
    assert_eq!(code, Some(1), "{words}");
    assert!(words.contains("visit: a row is missing or differs") && words.contains("2 findings"), "{words}");
}
