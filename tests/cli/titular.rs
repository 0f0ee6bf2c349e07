//! Whoever asks what is stored about them, or to be forgotten, served while a hub runs and when none does.

use super::backup::hub;
use super::folder::run;
use mirante_floor::PartyId;
use mirante_history::{History, OpenOptions};
use mirante_tests::hub::{Hub, visits};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Numbers of customers who came to a queue or were called only once, of those that are on the disk by now: they will hardly be heard
/// of again while the centre goes on.
fn callers(data: &str) -> Vec<String> {
    let base = rusqlite::Connection::open(Path::new(data).join("mirante.db")).expect("a database");
    let sql = "SELECT who FROM (SELECT caller AS who FROM visit UNION ALL SELECT callee FROM attempt)
               WHERE who IS NOT NULL GROUP BY who HAVING count(*) = 1 ORDER BY who";
    let mut statement = base.prepare(sql).expect(sql);
    let once = statement.query_map((), |row| row.get(0)).expect("rows").map(|id| PartyId(id.expect("a number")));
    let people = History::open(Path::new(data), &OpenOptions::reader()).expect("history").parties();
    let numbers = once.filter_map(|id| people.get(id).expect("readable")).map(|person| person.number);
    // Whoever works there has a number of four digits.
    numbers.filter(|number| number.len() > 8).collect()
}

fn content(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let (mut all, mut look) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(path) = look.pop() {
        if path.is_dir() {
            look.extend(std::fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("an entry").path()));
        } else if let Ok(bytes) = std::fs::read(&path) {
            all.push((path, bytes));
        }
    }
    all
}

/// Files of a folder that hold these bytes anywhere.
fn holders(folder: &Path, bytes: &[u8]) -> Vec<PathBuf> {
    assert!(!bytes.is_empty());
    let holds = |content: &Vec<u8>| content.windows(bytes.len()).any(|window| window == bytes);
    content(folder).into_iter().filter(|(_, content)| holds(content)).map(|(path, _)| path).collect()
}

/// What a database keeps encrypted of these rows of people.
fn sealed(data: &str, receipt: &Value) -> Vec<Vec<u8>> {
    let base = rusqlite::Connection::open(Path::new(data).join("mirante.db")).expect("a database");
    let ids = receipt["people"].as_array().expect("people").iter().map(|person| person["id"].as_u64().expect("an id"));
    let one =
        |id: u64| base.query_row("SELECT sealed FROM party WHERE id = ?1", [id], |row| row.get(0)).expect("a row");
    ids.map(one).collect()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
#[ignore = "needs the built mirantectl: cargo xtask test"]
fn a_customer_is_told_everything_and_then_forgotten_for_ever() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    // As slow as life: in a hurried centre the same people call again while this lasts.
    let (mut hub, data) = hub("1");
    let (secret, copy, before) = (path("secret"), path("copy.age"), path("before"));
    std::fs::write(&secret, "correct horse battery\n").expect("a file");

    let export = |number: &str, out: &str, language: &str| {
        run(&["titular", "export", "--phone", number, "--data", &data, "--out", out, "--language", language])
    };
    let mut known = callers(&data).into_iter().take(60).enumerate().filter(|(nth, number)| {
        let (code, words) = export(number, &path(&format!("found-{nth}")), "pt-BR");
        assert!(code == 0 || words.contains("nobody is stored"), "{words}");
        code == 0
    });
    let (nth, number) = known.next().expect("somebody who called");
    let (_, other) = known.next().expect("another who called");
    let found: Value = serde_json::from_str(&read(&path(&format!("found-{nth}.json")))).expect("JSON");
    assert!(found["known_as"].as_array().expect("forms").iter().all(|form| form["number"] == *number), "{found}");
    let all = found["records"].as_array().expect("records");
    let (records, stays_of) = (all.len(), all.iter().filter(|record| record["is"] == "visit").count());
    assert!(records > 0 && all.iter().all(|record| record["is"] != "span"), "nobody's working time: {found}");
    let table = read(&path(&format!("found-{nth}.csv")));
    assert!(table.starts_with("\u{feff}o que é,início,") && table.lines().count() == records + 1, "{table}");
    let (code, words) = export(&format!("+{number}"), &path("en"), "en");
    assert_eq!(code, 0, "the same number in another way: {number} {words}");
    assert!(read(&path("en.csv")).contains("what it is,begun"), "English");
    assert_eq!(export(&number, &path("en"), "es").0, 1, "never over another file");
    let name = found["known_as"][0]["name"].as_str().unwrap_or_default().to_owned();

    // A copy of before, to know which bytes must be gone.
    let (code, words) = run(&["backup", "--data", &data, "--to", &copy, "--passphrase-file", &secret]);
    assert_eq!(code, 0, "{words}");
    let restore = |to: &str, more: &[&str]| {
        let (code, words) = run(&[&["restore", &copy, "--data", to, "--passphrase-file", &secret][..], more].concat());
        assert_eq!(code, 0, "{words}");
        words
    };
    restore(&before, &[]);

    let receipt = path("receipt.json");
    let erase = |number: &str, reason: &str, receipt: &str, more: &[&str]| {
        let order = ["titular", "erase", "--phone", number, "--data", &data, "--by", "Bia", "--reason", reason];
        run(&[&order[..], &["--receipt", receipt], more].concat())
    };
    let (code, words) = erase(&number, "pedido 12/2026", &receipt, &[]);
    assert_eq!(code, 2, "nobody confirmed: {words}");
    assert!(words.contains("goes: number and name") && words.contains(&format!(" {stays_of} visits")), "{words}");
    let (code, words) = erase(&number, &format!("pedido de {number}"), &receipt, &["--yes"]);
    assert!(code == 1 && words.contains("would tell who"), "{words}");
    assert!(!Path::new(&receipt).exists() && export(&number, &path("still"), "es").0 == 0, "nothing happened");
    let stays = visits(&hub.data(), 60 * 24 * 3).expect("visits").len();

    let (code, words) = erase(&number, "pedido 12/2026", &receipt, &["--yes"]);
    assert_eq!(code, 0, "through the hub: {words}");
    let told: Value = serde_json::from_str(&read(&receipt)).expect("JSON");
    assert_eq!(
        (&told["by"], &told["reason"], &told["kind"]),
        (&"Bia".into(), &"pedido 12/2026".into(), &"customer".into())
    );
    assert!(
        !read(&receipt).contains(&number) && told["subject"].as_str().is_some_and(|hash| hash.len() == 64),
        "{told}"
    );
    let gone = sealed(&before, &told);
    assert!(!gone.is_empty());
    for bytes in &gone {
        assert!(!holders(Path::new(&before), bytes).is_empty(), "these are the right bytes");
        assert_eq!(holders(&hub.data(), bytes), [] as [PathBuf; 0], "left behind");
    }
    assert_eq!(holders(&hub.data(), number.as_bytes()), [] as [PathBuf; 0], "the number, anywhere");
    if name.len() > 3 {
        assert_eq!(holders(&hub.data(), name.as_bytes()), [] as [PathBuf; 0], "the name, anywhere");
    }
    let (code, words) = export(&number, &path("gone"), "es");
    assert!(code == 1 && words.contains("nobody is stored"), "{words}");
    assert!(visits(&hub.data(), 60 * 24 * 3).expect("visits").len() >= stays, "what happened stays, of nobody");
    let (_, listed) = run(&["titular", "list", "--data", &data]);
    assert!(listed.contains("pedido 12/2026") && !listed.contains(&number), "{listed}");

    // Without a hub, and then with a backup of before put back in place.
    hub.kill().expect("killed");
    let second = path("second.json");
    let (code, words) = erase(&other, "pedido 13/2026", &second, &["--yes"]);
    assert_eq!(code, 0, "directly: {words}");
    let words = restore(&data, &[]);
    assert!(words.contains("2 erasures newer than the backup"), "{words}");
    for (who, receipt) in [(&number, &receipt), (&other, &second)] {
        assert!(export(who, &path("again"), "es").1.contains("nobody is stored"), "came back");
        let told: Value = serde_json::from_str(&read(receipt)).expect("JSON");
        for bytes in sealed(&before, &told) {
            let left = holders(Path::new(&data), &bytes);
            assert_eq!(left, [] as [PathBuf; 0], "came back");
        }
    }
    let (code, words) = run(&["verify", "--data", &data]);
    assert_eq!(code, 0, "{words}");
    // On another computer the receipts tell.
    let elsewhere = path("elsewhere");
    restore(&elsewhere, &["--receipt", &receipt, "--receipt", &second]);
    for bytes in &gone {
        assert_eq!(holders(Path::new(&elsewhere), bytes), [] as [PathBuf; 0], "came back elsewhere");
    }
    hub.restart().expect("a hub goes on with it");
}

#[test]
#[ignore = "needs the built mirantectl: cargo xtask test"]
fn an_operators_name_goes_and_the_working_time_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let data = path("data");
    let made = Hub::ctl(&["simulate", "--data", &data, "--days", "1", "--seed", "5"]).expect("mirantectl");
    assert!(made.status.success(), "{made:?}");
    let all = visits(Path::new(&data), 60 * 24 * 2).expect("visits");
    let agent = all.iter().find_map(|visit| visit.agent.clone()).expect("somebody answered");
    let answered = || {
        let all = visits(Path::new(&data), 60 * 24 * 2).expect("visits");
        all.iter().filter(|visit| visit.agent.as_deref() == Some(agent.as_str())).count()
    };
    assert!(answered() > 0);
    let (code, words) = run(&["titular", "export", "--agent", &agent, "--data", &data, "--out", &path("who")]);
    assert_eq!(code, 0, "{words}");
    let told: Value = serde_json::from_str(&read(&path("who.json"))).expect("JSON");
    let spans =
        |told: &Value| told["records"].as_array().expect("records").iter().filter(|r| r["is"] == "span").count();
    let worked = spans(&told);
    assert!(worked > 0 && read(&path("who.csv")).contains("tempo de trabalho"), "{words}");
    assert!(told["records"].as_array().expect("records").iter().all(|r| r["number"].is_null()), "no customer's number");
    let code_of = told["agent"].as_str().expect("source and code").to_owned();

    let receipt = path("receipt.json");
    let order = ["titular", "erase", "--agent", &agent, "--data", &data, "--by", "Bia", "--reason", "desligamento 7"];
    let (code, words) = run(&[&order[..], &["--receipt", &receipt, "--yes"]].concat());
    assert_eq!(code, 0, "{words}");
    assert!(words.contains("working time") && words.contains("5 years"), "{words}");
    assert_eq!(answered(), 0, "the name shows nowhere");
    let (code, words) = run(&["titular", "export", "--agent", &code_of, "--data", &data, "--out", &path("after")]);
    assert_eq!(code, 0, "{words}");
    let told: Value = serde_json::from_str(&read(&path("after.json"))).expect("JSON");
    assert_eq!((spans(&told), told["known_as"].as_array().map(Vec::len)), (worked, Some(0)), "{}", told["known_as"]);
    assert!(run(&["titular", "export", "--agent", &agent, "--data", &data, "--out", &path("x")]).1.contains("nobody"));
    let (code, words) = run(&["verify", "--data", &data]);
    assert_eq!(code, 0, "{words}");
}
