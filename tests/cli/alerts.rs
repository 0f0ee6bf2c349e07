//! Alerts through a running hub, as a face sees them: they stand in the feed, are taken, silenced and switched off over the wire, outlast
//! a kill, and their story says what was done.

use mirante_tests::hub::Hub;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const CONFIG: &str = "[[source]]\nname = \"demo\"\nkind = \"simulator\"\ndays = 0\nseed = 5\n";
/// Agents of the simulated centre are there at any hour; ready rules watch beside it.
const RULES: &str = r#"
[[rule]]
id = "conectados"
name = "Há uma fila"
severity = "warning"
scope = "queue"
when = "logged >= 0"
policy = "matriz"
plan = "Nada a fazer: é um exemplo."

[[policy]]
id = "matriz"
steps = [{ to = ["role:supervisor"], by = ["ninguem"] }]
"#;

fn ask(hub: &Hub, command: &Value) -> Value {
    hub.client().command(command).unwrap_or_else(|error| panic!("{command}: {error:#}"))
}

fn refused(hub: &Hub, command: &Value) -> String {
    match hub.client().command(command) {
        Ok(value) => panic!("{command} is answered by {value}"),
        Err(error) => format!("{error:#}"),
    }
}

/// Alerts of the rule, once all of them are as asked.
fn until(hub: &Hub, what: &str, is: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let state = hub.client().snapshot().expect("a snapshot");
        let rows: Vec<Value> =
            state.table("alerts").into_iter().filter(|row| row["rule"] == "conectados").cloned().collect();
        if is(&rows) {
            return rows;
        }
        assert!(Instant::now() < deadline, "{what}: {rows:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn all(state: &'static str) -> impl Fn(&[Value]) -> bool {
    move |rows| !rows.is_empty() && rows.iter().all(|row| row["state"] == state)
}

#[test]
#[ignore = "needs the built mirantectl: cargo xtask test"]
fn alerts_are_followed_and_answered_over_the_wire() {
    let mut hub = Hub::start(CONFIG, &[]).expect("a hub");
    let data = hub.data().join("amostra");
    std::fs::write(data.join("rules.toml"), RULES).expect("rules");
    let rows = until(&hub, "they fire", all("firing"));
    assert_eq!(rows.len(), 6, "one a queue");
    let one = rows[0].clone();
    assert_eq!((&one["unit"], &one["figure"], &one["limit"]), (&json!("count"), &json!("logged"), &json!(0.0)));
    assert_eq!(one["plan"], "Nada a fazer: é um exemplo.");
    // Nobody has the role: that the step was passed over is said.
    let told = &one["climb"]["told"];
    assert_eq!((told[0]["step"].as_u64(), told[0]["people"].as_array().map(Vec::len)), (Some(1), Some(0)), "{one}");

    let ids: Vec<&str> = rows.iter().filter_map(|row| row["id"].as_str()).collect();
    let until_ms = hub.client().snapshot().expect("a snapshot").now + 600_000;
    let take = |until_ms: i64| json!({ "do": "alert_take", "ids": ids, "note": "estou vendo", "until_ms": until_ms });
    assert!(refused(&hub, &take(until_ms + 90_000_000)).contains("a day at most"));
    ask(&hub, &take(until_ms));
    let rows = until(&hub, "they are taken", all("acknowledged"));
    assert_eq!((&rows[0]["taken"]["note"], &rows[0]["taken"]["until_ms"]), (&json!("estou vendo"), &json!(until_ms)));

    // Whoever took them has them still after a kill, and they are the same alerts.
    let numbers = |rows: &[Value]| rows.iter().map(|row| row["alert"].as_u64()).collect::<Vec<_>>();
    let before = numbers(&rows);
    hub.kill_and_restart().expect("again");
    let rows = until(&hub, "they are taken still", |rows| {
        all("acknowledged")(rows) && rows.iter().all(|row| row["taken"]["note"] == "estou vendo")
    });
    assert_eq!(numbers(&rows), before);
    ask(&hub, &json!({ "do": "alert_release", "ids": ids }));
    until(&hub, "nobody has them", all("firing"));

    let silence = |note: &str| json!({ "do": "alert_silence", "ids": ids, "until_ms": until_ms, "note": note });
    assert!(refused(&hub, &silence("")).contains("reason"));
    ask(&hub, &silence("obra no prédio"));
    let rows = until(&hub, "they are silent", all("silenced"));
    assert_eq!(rows[0]["silent"]["why"], "obra no prédio");
    ask(&hub, &json!({ "do": "alert_unsilence", "ids": ids }));
    until(&hub, "they are told again", all("firing"));

    // Switched off, its alerts are over, and the file says so.
    let rules = ask(&hub, &json!({ "do": "rule_set_on", "id": "conectados", "on": false }));
    let own =
        |rules: &Value| rules["rules"].as_array().expect("rules").iter().find(|r| r["id"] == "conectados").cloned();
    assert_eq!(own(&rules).map(|rule| (rule["on"].clone(), rule["ready"].clone())), Some((json!(false), json!(false))));
    until(&hub, "they are over", <[Value]>::is_empty);
    let file = std::fs::read_to_string(data.join("rules.toml")).expect("the file");
    assert!(file.contains("off = [\"conectados\"]"), "{file}");
    assert!(ask(&hub, &json!({ "do": "rules" }))["rules"].as_array().is_some_and(|rules| rules.len() > 10));
    assert!(refused(&hub, &json!({ "do": "rule_set_on", "id": "nenhuma", "on": true })).contains("nenhuma"));

    let asked = |skip: u32| {
        let asked = json!({ "from_ms": 0, "to_ms": until_ms * 2, "words": "conectados", "rule": null, "severity": null, "skip": skip });
        ask(&hub, &json!({ "do": "alerts_history", "asked": asked }))
    };
    let past = asked(0);
    assert_eq!(past["rows"].as_array().map(Vec::len), Some(6), "{past}");
    assert_eq!(asked(4)["rows"].as_array().map(Vec::len), Some(2));
    let number = past["rows"][0]["alert"].as_u64().expect("a number");
    let story = ask(&hub, &json!({ "do": "alert_story", "alert": number }));
    let states: Vec<&str> =
        story["steps"].as_array().expect("steps").iter().filter_map(|step| step["to"].as_str()).collect();
    let last = ["acknowledged", "firing", "silenced", "firing", "normal"];
    assert!(states.first() == Some(&"firing") && states.ends_with(&last), "{states:?}");
    let deeds: Vec<&str> =
        story["actions"].as_array().expect("actions").iter().filter_map(|action| action["what"].as_str()).collect();
    assert!(deeds.starts_with(&["nobody", "taken", "let_go"]), "{deeds:?}");
    assert!(story["effect"]["to_take_ms"].as_i64().is_some_and(|ms| ms >= 0), "{}", story["effect"]);
    assert!(story["effect"]["to_resolve_ms"].as_i64().is_some_and(|ms| ms > 0));
    assert!(refused(&hub, &json!({ "do": "alert_story", "alert": 9_999 })).contains("not kept"));
}
