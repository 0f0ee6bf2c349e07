//! What is too old goes while a hub runs: what was shown is what goes, the hub goes on, and all is well afterwards.

use super::folder::run;
use mirante_tests::hub::Hub;
use rusqlite::Connection;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

/// A configuration whose comment and times must outlast what is changed beside them.
/// Three days: a day is kept, and even late in the evening a whole one is older.
const CONFIG: &str = "[[source]]\nname = \"demo\"\nkind = \"simulator\"\ndays = 3\nseed = 5\n\n[retention]\n# Asked by legal.\n\
    numbers = \"forever\"\ncontacts = \"forever\"\nworking_time = \"forever\"\nrewind = \"forever\" # as long as there is room\n";

fn ask(hub: &Hub, command: &Value) -> Value {
    let client = hub.client().patient(Duration::from_secs(60));
    client.command(command).unwrap_or_else(|error| panic!("{command}: {error:#}"))
}

fn keeping(hub: &Hub) -> Value {
    ask(hub, &json!({ "do": "keeping", "language": "pt-BR" }))
}

fn of<'a>(going: &'a Value, table: &str, rule: &str) -> &'a Value {
    let mut rows = going.as_array().expect("rows").iter();
    rows.find(|row| row["table"] == table && row["rule"] == rule).unwrap_or_else(|| panic!("no {table} in {going}"))
}

fn numbers(base: &Path, sql: &str) -> BTreeSet<i64> {
    let base = Connection::open(base).expect("a database");
    let mut statement = base.prepare(sql).expect(sql);
    statement.query_map([], |row| row.get(0)).expect("rows").map(|id| id.expect("a number")).collect()
}

#[test]
#[ignore = "needs the built mirantectl: cargo xtask test"]
fn what_is_shown_is_what_goes_while_the_hub_goes_on() {
    let hub = Hub::start(CONFIG, &[]).expect("a hub");
    let data = hub.data().join("amostra");
    hub.wait_for_past(&data).expect("its past");
    let base = data.join("mirante.db");
    let shown = keeping(&hub);
    assert_eq!((shown["removals"].as_array().map(Vec::len), shown["rules"][0]["keep"].is_null()), (Some(0), true));
    assert!(shown["rules"][0]["law"].as_str().is_some_and(|law| law.contains("LGPD")), "{shown}");

    // Shown before anything is changed, by a rule that holds nowhere yet; and nothing goes by what is shown.
    let day = json!({ "count": 1, "unit": "days" });
    let keeps: Value = ["numbers", "contacts", "working_time", "rewind"]
        .iter()
        .map(|rule| json!({ "rule": rule, "keep": day }))
        .collect();
    let going = ask(&hub, &json!({ "do": "preview_keeping", "keeps": keeps }));
    let visits = of(&going, "visit", "contacts");
    let before_ms = visits["before_ms"].as_i64().expect("a limit");
    let old = format!("SELECT id FROM visit WHERE entered_ms < {before_ms}");
    let old_visits = numbers(&base, &old);
    assert!(old_visits.len() > 100, "{} visits are old", old_visits.len());
    assert_eq!(visits["rows"], old_visits.len());
    let oldest = numbers(&base, "SELECT min(entered_ms) FROM visit");
    assert_eq!(visits["oldest_ms"].as_i64(), oldest.first().copied());
    let none = ask(&hub, &json!({ "do": "preview_keeping", "keeps": [] }));
    assert!(none.as_array().expect("rows").iter().all(|row| row["rows"] == 0), "{none}");
    let staying = numbers(&base, &format!("SELECT id FROM visit WHERE entered_ms >= {before_ms}"));
    let people = "SELECT id FROM party WHERE staff = 0 AND sealed IS NOT NULL";
    // Of people only the day is known.
    let unheard = format!("{people} AND used_ms < {} - 86400000 + 1", before_ms);
    let forgettable = numbers(&base, &unheard);
    assert_eq!(of(&going, "party", "numbers")["rows"], forgettable.len());

    // Changed in the file beside what people wrote, undone, changed again.
    let file = hub.folder().join("mirante.toml");
    let text = || std::fs::read_to_string(&file).expect("the file");
    let undo = ask(&hub, &json!({ "do": "set_keeping", "keeps": keeps }));
    assert_eq!(text(), CONFIG.replace("forever", "1 day"));
    ask(&hub, &json!({ "do": "set_keeping", "keeps": undo }));
    assert_eq!(text(), CONFIG);
    ask(&hub, &json!({ "do": "set_keeping", "keeps": keeps }));
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(numbers(&base, &old), old_visits, "changed rules alone take nothing away");
    let (code, words) =
        run(&["retention", "--data", &data.display().to_string(), "--config", &file.display().to_string()]);
    assert_eq!(code, 0, "{words}");
    let line = words.lines().find(|line| line.starts_with("visit ")).unwrap_or_default();
    assert!(line.split_whitespace().any(|word| word == old_visits.len().to_string()), "{words}");

    let newest = || hub.client().patient(Duration::from_secs(60)).snapshot().expect("a snapshot").seq;
    let seq = newest();
    ask(&hub, &json!({ "do": "remove_now" }));
    let until = Instant::now() + Duration::from_secs(120);
    let ended = loop {
        std::thread::sleep(Duration::from_millis(200));
        let now = keeping(&hub);
        if now["now"].is_null() {
            break now;
        }
        assert!(Instant::now() < until, "{now}");
    };
    let last = &ended["last"];
    assert!(last["error"].is_null() && last["steps"].as_u64() > Some(10), "{last}");
    while newest() <= seq {
        assert!(Instant::now() < until, "the hub goes on");
        std::thread::sleep(Duration::from_millis(200));
    }

    // What was shown is what went, and its receipts say so; nobody else is missing.
    assert!(numbers(&base, &old).is_empty());
    assert!(numbers(&base, "SELECT id FROM visit").is_superset(&staying));
    let known = numbers(&base, people);
    let forgotten = forgettable.difference(&known).count();
    let called_again = numbers(&base, &format!("{people} AND used_ms >= {} - 86400000 + 1", before_ms));
    assert!(forgettable.intersection(&known).all(|id| called_again.contains(id)), "somebody is still known");
    for (rule, rows) in
        [("contacts", None), ("working_time", None), ("rewind", None), ("numbers", Some(forgotten as u64))]
    {
        let of_rule = going.as_array().expect("rows").iter().filter(|row| row["rule"] == rule);
        let shown = rows.unwrap_or_else(|| of_rule.filter_map(|row| row["rows"].as_u64()).sum());
        let receipts = ended["removals"].as_array().expect("receipts");
        let receipt = receipts.iter().find(|receipt| receipt["rule"] == rule).unwrap_or_else(|| panic!("no {rule}"));
        assert_eq!((receipt["rows"].as_u64(), receipt["before_ms"].as_i64()), (Some(shown), Some(before_ms)), "{rule}");
    }
    let (code, words) = run(&["verify", "--data", &data.display().to_string()]);
    assert_eq!(code, 0, "{words}");
    assert!(words.contains("all as it should be"), "{words}");
}
