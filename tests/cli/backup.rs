//! Backups of a hub that runs and writes, put back and verified.

use super::folder::run;
use super::{floor, same};
use mirante_tests::hub::Hub;
use std::path::Path;
use std::time::Duration;

/// A hub that runs on example data, so many times as fast as life, and the folder of these. Its past is told and on the disk.
pub(super) fn hub(warp: &str) -> (Hub, String) {
    let hub = Hub::simulate(&["--days", "1", "--warp", warp, "--seed", "11"]).expect("a hub");
    let data = hub.data().join("amostra");
    hub.wait_for_past(&data).expect("its past");
    let data = data.display().to_string();
    (hub, data)
}

fn contains(path: &Path, text: &str) -> bool {
    std::fs::read(path).expect("a file").windows(text.len()).any(|bytes| bytes == text.as_bytes())
}

#[test]
#[ignore = "needs the built mirantectl: cargo xtask test"]
fn a_running_hub_is_backed_up_and_put_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (secret, backups, again) = (path("secret"), path("backups"), path("again"));
    std::fs::write(&secret, "correct horse battery\n").expect("a file");
    std::fs::create_dir(&backups).expect("a folder");
    let (mut hub, data) = hub("600");

    let (refused, words) = run(&["backup", "--data", &data, "--to", &backups]);
    assert_eq!(refused, 2, "no terminal to ask at: {words}");
    assert!(words.contains("--passphrase-file"), "{words}");
    assert_eq!(run(&["backup", "--data", &data, "--to", &backups, "--passphrase", "correct horse battery"]).0, 2);
    // Three while it writes; two are kept.
    let make = ["backup", "--data", &data, "--to", &backups, "--passphrase-file", &secret, "--keep", "2"];
    for _ in 0..3 {
        let (made, words) = run(&make);
        assert_eq!(made, 0, "{words}");
        assert!(words.contains("read back and compared"), "{words}");
        std::thread::sleep(Duration::from_millis(1_100));
    }
    let mut files: Vec<_> =
        std::fs::read_dir(&backups).expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    assert_eq!(files.len(), 2, "{files:?}");
    let file = files[1].display().to_string();
    assert!(!contains(&files[1], "CREATE TABLE") && !contains(&files[1], "mirante.db"), "readable");

    let (checked, told) = run(&["restore", &file, "--check", "--passphrase-file", &secret]);
    assert_eq!(checked, 0, "{told}");
    let seq = told.split("up to event ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a number").to_owned();
    let (busy, words) = run(&["restore", &file, "--data", &data, "--passphrase-file", &secret]);
    assert_eq!(busy, 1, "{words}");
    assert!(words.contains("already writes to") && words.contains("nothing was changed"), "{words}");
    let wrong = path("wrong");
    std::fs::write(&wrong, "correct horse batterY\n").expect("a file");
    let (refused, words) = run(&["restore", &file, "--data", &again, "--passphrase-file", &wrong]);
    assert_eq!(refused, 1, "{words}");
    assert!(words.contains("the passphrase does not open") && !Path::new(&again).exists(), "{words}");

    let (restored, words) = run(&["restore", &file, "--data", &again, "--passphrase-file", &secret]);
    assert_eq!(restored, 0, "{words}");
    assert!(words.contains("whoever was erased after the backup"), "a new folder has no list: {words}");
    let (whole, words) = run(&["verify", "--data", &again]);
    assert_eq!(whole, 0, "{words}");
    same(&floor(&again, "--seq", &seq)["rows"], &floor(&data, "--seq", &seq)["rows"], seq.parse().expect("a number"));

    // In place of the folder that the hub had, which it then goes on with.
    hub.kill().expect("killed");
    let (restored, words) = run(&["restore", &file, "--data", &data, "--passphrase-file", &secret]);
    assert_eq!(restored, 0, "{words}");
    let aside = words.split("is kept in ").nth(1).and_then(|rest| rest.split(';').next()).expect("a folder");
    assert!(Path::new(aside).join("mirante.db").exists(), "{words}");
    hub.restart().expect("a hub");
    let mut feed = hub.client().feed().expect("a feed");
    let begun: u64 = seq.parse().expect("a number");
    while feed.state.seq <= begun {
        feed.take_next().expect("a batch");
    }
    let (whole, words) = run(&["verify", "--data", &data]);
    assert_eq!(whole, 0, "{words}");
}

/// Asks until the answer is so, for as long as a hub may take.
fn until(hub: &Hub, is: impl Fn(&serde_json::Value) -> bool) -> serde_json::Value {
    let began = std::time::Instant::now();
    let client = hub.client().patient(Duration::from_secs(60));
    loop {
        let ask = serde_json::json!({ "do": "keeping", "language": "pt-BR" });
        let backup = client.command(&ask).expect("an answer")["backup"].clone();
        if is(&backup) {
            return backup;
        }
        assert!(began.elapsed() < Duration::from_secs(120), "{backup}");
        std::thread::sleep(Duration::from_millis(500));
    }
}

#[test]
#[ignore = "needs the built mirantectl: cargo xtask test"]
fn a_hub_makes_backups_by_itself_and_says_when_it_cannot() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let config = format!(
        "[[source]]\nname = \"demo\"\nkind = \"simulator\"\ndays = 0\nseed = 5\n\n[backup]\nfolder = \"{}\"\n\
         passphrase = \"file:{}\"\nkeep = 3\n",
        path("copies"),
        path("secret")
    );
    // Neither the folder nor the passphrase is there.
    let mut hub = Hub::start(&config, &[]).expect("a hub");
    let failed = until(&hub, |backup| !backup["failed"].is_null());
    assert!(failed["failed"].as_str().is_some_and(|words| words.contains("secret")), "{failed}");
    assert!(failed["last_ms"].is_null(), "{failed}");
    let next = serde_json::json!({ "do": "next", "stream": null, "after": null });
    let batch = hub.client().command(&next).expect("a batch");
    assert_eq!(batch["health"]["backup_troubled"], true, "every screen says so: {}", batch["health"]);

    std::fs::create_dir(folder.path().join("copies")).expect("a folder");
    std::fs::write(folder.path().join("secret"), "correct horse battery\n").expect("a file");
    hub.kill_and_restart().expect("a hub");
    let made = until(&hub, |backup| !backup["last_ms"].is_null() && backup["making"] == false);
    assert_eq!(
        (&made["failed"], &made["overdue"], &made["keep"]),
        (&serde_json::Value::Null, &false.into(), &3.into())
    );
    let files: Vec<_> = std::fs::read_dir(folder.path().join("copies"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    assert_eq!(files.len(), 1, "{files:?}");
    let size = std::fs::metadata(&files[0]).expect("a file").len();
    assert_eq!(made["last_bytes"], size);
    let file = files[0].display().to_string();
    let (checked, told) = run(&["restore", &file, "--check", "--passphrase-file", &path("secret")]);
    assert_eq!(checked, 0, "{told}");
}
