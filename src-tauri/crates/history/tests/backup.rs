//! Backups: made beside a writer, refused when anything is wrong with them, and forgetting whoever was forgotten since.

mod common;

use common::{Live, MORNING, call};
use mirante_floor::PartyId;
use mirante_history::*;
use std::{
    fs,
    path::{Path, PathBuf},
};

const WORDS: &str = "correct horse battery";

fn quiet() -> impl FnMut(Stage, u64, u64) {
    |_, _, _| {}
}

fn make(data: &Path, to: &Path) -> std::result::Result<Manifest, BackupError> {
    backup(Backup { data, to, passphrase: WORDS, host: "pabx", now_ms: MORNING }, &mut quiet())
}

fn put_back(
    file: &Path,
    data: &Path,
    passphrase: &str,
    receipts: &[PathBuf],
) -> std::result::Result<Restored, BackupError> {
    restore_backup(Restore { file, data, passphrase, receipts, tag: "now" }, &mut quiet())
}

fn party(number: &str) -> Party {
    Party { number: number.into(), name: "Ana".into() }
}

fn forget(history: &mut History, id: PartyId) -> Erasure {
    let record = Erasure {
        when_ms: MORNING,
        kind: SubjectKind::Customer,
        subject: "s".into(),
        by: "Bia".into(),
        reason: "12".into(),
        visits: 0,
        attempts: 0,
        people: Vec::new(),
    };
    history.forget(&Forget { people: vec![id], record }).expect("forget").expect("somebody")
}

/// Every file below a folder with its bytes.
fn content(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    let mut look = vec![folder.to_owned()];
    while let Some(path) = look.pop() {
        if path.is_dir() {
            look.extend(fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
        } else {
            let bytes = fs::read(&path).expect("a file");
            all.push((path, bytes));
        }
    }
    all.sort();
    all
}

#[test]
fn people_forgotten_after_a_backup_stay_forgotten() {
    let dir = tempfile::tempdir().expect("tempdir");
    let (data, file) = (dir.path().join("data"), dir.path().join("one.age"));
    let mut live = Live::open(&data);
    let (ana, rui) = {
        let parties = live.history.parties();
        (parties.id_of(&party("11987654321")).expect("id"), parties.id_of(&party("21912345678")).expect("id"))
    };
    call(&mut live, MORNING, "c1", 1_000, 2_000);
    live.keep();
    fs::write(data.join("mirante.toml"), "zone = \"UTC\"\n").expect("a file");
    let made = make(&data, &file).expect("a backup beside the writer");
    assert_eq!((made.newest_seq, made.layout, &*made.host), (live.seq, 1, "pabx"));
    let names: Vec<&str> = made.files.iter().map(|file| &*file.name).collect();
    assert_eq!(names, ["mirante.db", "party.key", "mirante.toml"]);
    assert!(matches!(make(&data, &file), Err(BackupError::Exists { .. })));
    assert_eq!(check_backup(&file, WORDS, &mut quiet()).expect("whole"), made);
    let sealed: Vec<u8> = rusqlite::Connection::open(data.join("mirante.db"))
        .and_then(|db| db.query_row("SELECT sealed FROM party WHERE id = ?1", [ana.0 as i64], |r| r.get(0)))
        .expect("sealed");
    let holds = |folder: &Path| content(folder).iter().any(|(_, b)| b.windows(sealed.len()).any(|w| w == sealed));

    // What a backup that was killed left behind goes with whoever is forgotten.
    let left = data.join(".backup-left");
    fs::create_dir(&left).expect("a folder");
    fs::write(left.join("mirante.db"), &sealed).expect("a file");
    let erased = forget(&mut live.history, ana);
    assert!(!holds(&data));
    let receipt = dir.path().join("receipt.json");
    fs::write(&receipt, serde_json::to_vec(&erased).expect("JSON")).expect("a file");
    assert!(matches!(put_back(&file, &data, WORDS, &[]), Err(BackupError::History(HistoryError::Busy { .. }))));
    call(&mut live, MORNING + 60_000, "c2", 1_000, 2_000);
    live.keep();
    drop(live);
    fs::write(data.join("mirante.toml"), "zone = \"America/Manaus\"\n").expect("a file");

    // In its own folder the list is there: nobody comes back, and what is not history stays as it is now.
    let restored = put_back(&file, &data, WORDS, &[]).expect("restored");
    assert_eq!((restored.forgotten_since, restored.list_of_backup_only), (1, false));
    assert!(!holds(&data), "forgotten again before anybody could look");
    let history = History::open(&data, &OpenOptions::writer()).expect("open");
    assert_eq!(history.newest_seq().expect("seq"), made.newest_seq, "c2 came later");
    assert_eq!(history.parties().get(ana).expect("get"), None);
    assert_eq!(history.parties().get(rui).expect("get"), Some(party("21912345678")));
    assert_eq!(history.erasures().expect("list"), std::slice::from_ref(&erased));
    drop(history);
    assert!(fs::read_to_string(data.join("mirante.toml")).expect("read").contains("Manaus"));
    let aside = restored.aside.expect("the folder that was there");
    assert_eq!(common::visits(&History::open(&aside, &OpenOptions::reader()).expect("open"), 0, i64::MAX).len(), 2);

    // Elsewhere only a receipt knows. Without one that is told, and true.
    let (bare, told) = (dir.path().join("bare"), dir.path().join("told"));
    let restored = put_back(&file, &bare, WORDS, &[]).expect("restored");
    assert!(restored.list_of_backup_only && restored.aside.is_none());
    assert!(holds(&bare), "these are the right bytes");
    assert!(fs::read_to_string(bare.join("mirante.toml")).expect("read").contains("UTC"));
    let restored = put_back(&file, &told, WORDS, &[receipt]).expect("restored");
    assert!(!restored.list_of_backup_only && restored.forgotten_since == 1);
    assert!(!holds(&told));
    let wrong = put_back(&file, &dir.path().join("wrong"), WORDS, &[bare.join("mirante.toml")]);
    assert!(matches!(wrong, Err(BackupError::Receipt { .. })));
    let temporary = |name: &str| name.contains(".restore-") || name.ends_with(".part");
    let left: Vec<_> = fs::read_dir(dir.path()).expect("a folder").flatten().map(|e| e.file_name()).collect();
    assert!(!left.iter().any(|name| temporary(&name.to_string_lossy())), "{left:?}");
}

#[test]
fn nothing_changes_when_anything_is_wrong() {
    let dir = tempfile::tempdir().expect("tempdir");
    let (data, file) = (dir.path().join("data"), dir.path().join("one.age"));
    let mut live = Live::open(&data);
    call(&mut live, MORNING, "c1", 1_000, 2_000);
    live.keep();
    drop(live);
    let short = Backup { data: &data, to: &file, passphrase: "too short", host: "", now_ms: 0 };
    assert!(matches!(backup(short, &mut quiet()), Err(BackupError::Short { shortest: 12 })));
    make(&data, &file).expect("a backup");
    let before = content(&data);
    let bytes = fs::read(&file).expect("read");
    let bad = dir.path().join("bad.age");
    let words = |passphrase: &str| put_back(&bad, &data, passphrase, &[]).expect_err("refused").to_string();
    let unchanged = || {
        assert!(content(&data) == before, "the folder is as it was");
        assert_eq!(fs::read_dir(dir.path()).expect("a folder").count(), 3, "nothing lies about");
    };

    fs::write(&bad, &bytes).expect("write");
    let wrong = words("correct horse batterY");
    assert!(wrong.starts_with("the passphrase does not open"), "{wrong}");
    unchanged();
    // The header is some 200 bytes; the payload comes in pieces of 64 KiB, each with a tag.
    let places = [0, 30, 60, 150, bytes.len() / 3, bytes.len() / 2, bytes.len() - 1];
    for place in places {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1;
        fs::write(&bad, flipped).expect("write");
        words(WORDS);
        unchanged();
    }
    for length in [0, 10, 100, 300, bytes.len() / 2, bytes.len() - 1] {
        fs::write(&bad, &bytes[..length]).expect("write");
        let told = words(WORDS);
        let known = told.contains("cut short") || told.contains("is not a backup of Mirante");
        assert!(known, "{length} bytes: {told}");
        unchanged();
    }
    fs::write(&bad, [&bytes[..], b"more"].concat()).expect("write");
    words(WORDS);
    unchanged();
    fs::write(&bad, &bytes).expect("write");
    put_back(&bad, &data, WORDS, &[]).expect("the same bytes unharmed");
}

#[test]
fn a_damaged_history_is_not_passed_off_as_a_backup() {
    let dir = tempfile::tempdir().expect("tempdir");
    let (data, file) = (dir.path().join("data"), dir.path().join("one.age"));
    let mut live = Live::open(&data);
    for n in 0..200 {
        call(&mut live, MORNING + n * 10_000, &format!("c{n}"), 1_000, 2_000);
    }
    live.keep();
    drop(live);
    let path = data.join("mirante.db");
    let mut bytes = fs::read(&path).expect("read");
    let root: usize = rusqlite::Connection::open(&path)
        .and_then(|db| db.query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'visit'", [], |r| r.get(0)))
        .expect("a page");
    bytes[(root - 1) * 4096..(root - 1) * 4096 + 64].fill(0xff);
    fs::write(&path, bytes).expect("write");
    let refused = make(&data, &file).expect_err("damaged");
    assert!(refused.to_string().contains("mirantectl verify"), "{refused}");
    assert!(!file.exists());
}
