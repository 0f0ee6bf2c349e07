//! People: known by a number, encrypted, forgotten for good.

mod common;

use common::{Live, MORNING, call};
use mirante_floor::PartyId;
use mirante_history::{Batch, Erasure, Forget, History, HistoryError, KeyStore, OpenOptions, Party, SubjectKind};
use std::{fs, path::Path};

fn party(number: &str, name: &str) -> Party {
    Party { number: number.into(), name: name.into() }
}

fn writer(dir: &Path) -> History {
    History::open(dir, &OpenOptions::writer()).expect("open for writing")
}

fn reader(dir: &Path) -> History {
    History::open(dir, &OpenOptions::reader()).expect("open for reading")
}

fn commit(history: &mut History) {
    history.commit(Batch { events: &[], facts: &[] }).expect("commit");
}

/// All bytes of the database and its log.
fn bytes(dir: &Path) -> Vec<u8> {
    ["mirante.db", "mirante.db-wal"].iter().flat_map(|f| fs::read(dir.join(f)).unwrap_or_default()).collect()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|w| w == text.as_bytes())
}

fn forget(history: &mut History, id: PartyId) -> Option<Erasure> {
    let record = Erasure {
        when_ms: MORNING,
        kind: SubjectKind::Customer,
        subject: history.subject(SubjectKind::Customer, &["11987654321"]).expect("a key"),
        by: "Bia".into(),
        reason: "pedido 12".into(),
        visits: 0,
        attempts: 0,
        people: Vec::new(),
    };
    history.forget(&Forget { people: vec![id], record }).expect("forget")
}

#[test]
fn the_same_person_has_the_same_number_for_ever() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut history = writer(dir.path());
    let parties = history.parties();
    let ana = parties.id_of(&party("11987654321", "Ana")).expect("id");
    assert_eq!(parties.id_of(&party("11987654321", "Ana")).expect("id"), ana);
    assert_eq!(parties.get(ana).expect("get"), Some(party("11987654321", "Ana")), "known before the commit");
    let other = parties.id_of(&party("11987654321", "Ana Lúcia")).expect("id");
    // Parts do not run into each other.
    let joined = parties.id_of(&party("1198765432", "1Ana")).expect("id");
    assert!(ana != other && other != joined && joined != ana);
    commit(&mut history);
    assert_eq!(parties.find("11987654321").expect("find"), [ana, other]);
    drop((history, parties));

    let again = writer(dir.path()).parties();
    assert_eq!(again.get(ana).expect("get"), Some(party("11987654321", "Ana")));
    assert_eq!(again.id_of(&party("11987654321", "Ana")).expect("id"), ana);
    assert_eq!(reader(dir.path()).parties().get(other).expect("get"), Some(party("11987654321", "Ana Lúcia")));
    assert_eq!(again.get(PartyId(999)).expect("get"), None);
    assert!(matches!(reader(dir.path()).parties().id_of(&party("1", "")), Err(HistoryError::ReadOnly)));
}

#[test]
fn nobody_is_readable_in_the_file() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut history = writer(dir.path());
    history.parties().id_of(&party("11987654321", "Ana Clara")).expect("id");
    commit(&mut history);
    let bytes = bytes(dir.path());
    assert!(holds(&bytes, "CREATE TABLE party"), "these are the right bytes");
    assert!(!holds(&bytes, "11987654321") && !holds(&bytes, "Ana Clara"));
    assert!(!format!("{:?}", party("11987654321", "Ana Clara")).contains("Ana"));
}

#[test]
fn nobody_reaches_the_disk_without_a_commit_and_numbers_are_not_lost_by_a_failed_one() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    let ana = live.history.parties().id_of(&party("1", "Ana")).expect("id");
    assert_eq!(reader(dir.path()).parties().get(ana).expect("get"), None);
    live.seq = 5;
    call(&mut live, MORNING, "c1", 1, 1);
    live.try_keep().expect_err("out of step");
    assert_eq!(reader(dir.path()).parties().get(ana).expect("get"), None);
    commit(&mut live.history);
    assert_eq!(reader(dir.path()).parties().get(ana).expect("get"), Some(party("1", "Ana")));
}

#[test]
fn a_forgotten_person_is_gone_also_from_a_copy_put_back() {
    let dir = tempfile::tempdir().expect("tempdir");
    let mut history = writer(dir.path());
    let parties = history.parties();
    let ana = parties.id_of(&party("11987654321", "Ana")).expect("id");
    let rui = parties.id_of(&party("21912345678", "Rui")).expect("id");
    commit(&mut history);
    drop((history, parties));
    let copy = fs::read(dir.path().join("mirante.db")).expect("copy");
    let sealed: Vec<u8> = rusqlite::Connection::open(dir.path().join("mirante.db"))
        .and_then(|db| db.query_row("SELECT sealed FROM party WHERE id = ?1", [ana.0 as i64], |r| r.get(0)))
        .expect("sealed");
    let sealed_in = |dir: &Path| bytes(dir).windows(sealed.len()).any(|w| w == sealed);
    assert!(sealed_in(dir.path()));

    let mut history = writer(dir.path());
    let parties = history.parties();
    // A layout's past copy lies in the same folder.
    fs::write(dir.path().join("mirante.db.layout-0"), &copy).expect("a copy");
    let record = forget(&mut history, ana).expect("somebody");
    assert_eq!(forget(&mut history, ana), None, "nobody left to forget");
    assert_eq!(forget(&mut history, PartyId(999)), None);
    assert_eq!(history.erasures().expect("list"), [record]);
    let older = fs::read(dir.path().join("mirante.db.layout-0")).expect("read");
    assert!(!older.windows(sealed.len()).any(|w| w == sealed), "gone from the older layout's copy too");
    assert_eq!(parties.get(ana).expect("get"), None);
    assert!(parties.find("11987654321").expect("find").is_empty());
    assert_eq!(parties.get(rui).expect("get"), Some(party("21912345678", "Rui")));
    // Whoever calls again is somebody new.
    let again = parties.id_of(&party("11987654321", "Ana")).expect("id");
    assert_ne!(again, ana);
    commit(&mut history);
    assert!(!sealed_in(dir.path()), "no bytes left behind");
    drop((history, parties));

    fs::write(dir.path().join("mirante.db"), copy).expect("put back");
    let history = writer(dir.path());
    assert_eq!(history.parties().get(ana).expect("get"), None, "forgotten again");
    assert_eq!(history.parties().get(rui).expect("get"), Some(party("21912345678", "Rui")));
    assert!(!sealed_in(dir.path()));
}

/// Retention asks when a customer was last heard of, and leaves whoever works here alone.
#[test]
fn who_works_here_and_the_newest_day_of_each_are_known() {
    use mirante_floor::{Device, Kind};
    const DAY: i64 = 24 * 60 * 60_000;
    let dir = tempfile::tempdir().expect("tempdir");
    let mut live = Live::open(dir.path());
    let parties = live.history.parties();
    let [ana, rui, eva, never] = ["1", "2", "3", "4"].map(|number| parties.id_of(&party(number, "")).expect("id"));
    let enters = |live: &mut Live, at: i64, call: &str, who: PartyId| {
        let mut kind = common::streams::entered("sac", call);
        if let Kind::Entered { caller, .. } = &mut kind {
            *caller = Some(who);
        }
        live.happen(1, at, kind);
    };
    let mut member = common::streams::member("sac", "2101", Device::Idle, false);
    if let Kind::Member { name, .. } = &mut member {
        *name = Some(eva);
    }
    live.happen(1, MORNING, member);
    enters(&mut live, MORNING + 1, "c1", ana);
    enters(&mut live, MORNING + 2, "c2", rui);
    live.happen(1, MORNING + 3, common::streams::left("sac", "c2", mirante_floor::Outcome::Abandoned));
    live.keep();
    // Two days later the first hangs up, the member calls in as if from outside, and nobody new is told of the others.
    live.happen(1, MORNING + 2 * DAY, common::streams::left("sac", "c1", mirante_floor::Outcome::Abandoned));
    enters(&mut live, MORNING + 2 * DAY + 1, "c3", eva);
    live.keep();
    let db = rusqlite::Connection::open(dir.path().join("mirante.db")).expect("open");
    let known = |id: PartyId| -> (bool, i64) {
        let sql = "SELECT staff, used_ms FROM party WHERE id = ?1";
        let (staff, used): (bool, i64) = db.query_row(sql, [id.0], |r| Ok((r.get(0)?, r.get(1)?))).expect("row");
        assert_eq!(used % DAY, 0, "days");
        (staff, (used - MORNING.div_euclid(DAY) * DAY) / DAY)
    };
    assert_eq!([ana, rui, eva, never].map(known), [(false, 2), (false, 0), (true, 2), (false, 0)]);
}

#[test]
fn the_key_is_needed_and_must_be_the_same() {
    let dir = tempfile::tempdir().expect("tempdir");
    let given = |byte| OpenOptions::writer().key(KeyStore::Given([byte; 32]));
    let mut history = History::open(dir.path(), &given(1)).expect("open");
    let ana = history.parties().id_of(&party("1", "Ana")).expect("id");
    commit(&mut history);
    drop(history);
    assert!(!dir.path().join("party.key").exists(), "a given key is not written down");
    let error = History::open(dir.path(), &given(2)).err().expect("another key");
    assert_eq!(error.to_string(), "the key of the party table is not the one that this folder was written with");
    let error = History::open(dir.path(), &OpenOptions::writer()).err().expect("no key");
    assert!(error.to_string().starts_with("the key of the party table is missing: "), "{error}");
    assert!(!dir.path().join("party.key").exists(), "no new key over what an old one sealed");
    // A reader without the key reads everything else.
    assert_eq!(reader(dir.path()).parties().get(ana).expect("get"), None);
    let with = OpenOptions::reader().key(KeyStore::Given([1; 32]));
    assert_eq!(
        History::open(dir.path(), &with).expect("open").parties().get(ana).expect("get"),
        Some(party("1", "Ana"))
    );
    assert_eq!(format!("{:?}", given(7)), "OpenOptions { writer: true, imports: false, key: Given(…) }");
}

#[test]
fn a_damaged_key_file_is_told() {
    let dir = tempfile::tempdir().expect("tempdir");
    drop(writer(dir.path()));
    fs::write(dir.path().join("party.key"), "é".repeat(32)).expect("write");
    let error = History::open(dir.path(), &OpenOptions::writer()).err().expect("damaged");
    assert!(error.to_string().contains("is damaged"), "{error}");
}

#[test]
fn who_is_known_keeps_the_number_where_many_are_expected() {
    let dir = tempfile::tempdir().expect("tempdir");
    let many = |from: u32, to: u32| (from..to).map(|nth| party(&format!("119{nth:08}"), ""));
    let ids = |history: &History, all: &mut dyn Iterator<Item = Party>| -> Vec<PartyId> {
        all.map(|party| history.parties().id_of(&party).expect("id")).collect()
    };
    let mut history = writer(dir.path());
    let known = ids(&history, &mut many(0, 300));
    commit(&mut history);
    drop(history);

    let mut history = writer(dir.path());
    let waiting = ids(&history, &mut many(300, 310));
    history.expect_import(0).expect("ready");
    assert_eq!(ids(&history, &mut many(0, 300)), known, "on the disk");
    assert_eq!(ids(&history, &mut many(300, 310)), waiting, "not yet on the disk");
    let fresh = ids(&history, &mut many(310, 400));
    assert!(fresh.iter().all(|id| !known.contains(id) && !waiting.contains(id)));
    assert_eq!(ids(&history, &mut many(310, 400)), fresh);
    commit(&mut history);
    assert_eq!(history.parties().find("11900000000").expect("found"), [known[0]]);
    assert_eq!(history.parties().find("11900000399").expect("found"), [fresh[89]]);
}
