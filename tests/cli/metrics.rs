//! `mirantectl metrics` against a calculator of its own: plain SQL over the rows of visits, attempts and states, written from the
//! field's formulas and knowing nothing of the definitions.

mod calculator;

use calculator::{Calculator, Line};
use mirante_tests::hub::Hub;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const CATALOGUE: &str = include_str!("../../src-tauri/crates/metrics/src/catalogue.toml");
/// Definitions for which nothing that Mirante follows tells events yet: schedules, tickets, surveys, lists and money.
const UNTOLD: [&str; 15] = [
    "absenteeism",
    "adherence",
    "average_ticket",
    "backlog_age",
    "ces",
    "csat",
    "list_burn",
    "nps",
    "penetration",
    "promise_kept",
    "recovery",
    "reopened",
    "retention",
    "shrinkage",
    "utilisation.paid",
];
const MINUTE: i64 = 60_000;
const QUARTER: i64 = 15 * MINUTE;

fn ctl(arguments: &[&str]) -> Vec<u8> {
    let output = Hub::ctl(arguments).expect("mirantectl");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn time(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).expect("a time").to_string()
}

/// Queues with their limit, s, and operation, as the screens show them.
fn queues(data: &str, at: i64) -> Vec<Line> {
    let floor = ctl(&["floor", "--data", data, "--at", &time(at), "--json"]);
    let floor: Value = serde_json::from_slice(&floor).expect("JSON");
    let rows = floor["rows"]["queues"].as_object().expect("queues");
    let line = |row: &Value| Line {
        queue: Some(row["name"].as_str().expect("a name").to_owned()),
        seconds: row["goal_seconds"].as_i64(),
        percent: row["goal_percent"].as_i64(),
        operation: row["operation"].as_str().map(str::to_owned),
    };
    rows.values().map(line).collect()
}

type Figures = BTreeMap<(String, String, String), Option<f64>>;

/// The same but for the last digits of a floating number.
fn same(one: Option<f64>, other: Option<f64>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() <= 1e-9 * other.abs().max(1.0),
        (one, other) => one.is_none() && other.is_none(),
    }
}

/// Every definition of the catalogue.
fn definitions() -> Vec<&'static str> {
    let parts = CATALOGUE.split("[[definition]]").skip(1);
    let id = |part: &'static str| part.lines().find_map(|line| line.strip_prefix("id = \"")?.strip_suffix('"'));
    let found: Vec<_> = parts.map(|part| id(part).expect("an id")).collect();
    assert!(found.len() > 90, "{found:?}");
    found
}

/// By queue, definition and part.
fn told(data: &str, from: i64, to: i64) -> (Figures, BTreeSet<String>) {
    let (from, to) = (time(from), time(to));
    let stretch = ["metrics", "--data", data, "--from", &from, "--to", &to];
    let json: Value = serde_json::from_slice(&ctl(&[&stretch[..], &["--json"]].concat())).expect("JSON");
    assert_eq!(json["basis"], "as_was");
    let (mut figures, mut without) = (Figures::new(), BTreeSet::new());
    for row in json["figures"].as_array().expect("figures") {
        let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        let (queue, definition) = (text("queue"), text("definition"));
        let id = definition.strip_suffix("@1").expect("a first version").to_owned();
        if row["absent"] == "no_event" {
            without.insert(id);
            continue;
        }
        for part in row["parts"].as_array().into_iter().flatten() {
            let reason = part["reason"].as_str().unwrap_or("-").to_owned();
            figures.insert((queue.clone(), id.clone(), reason), part["ms"].as_f64());
        }
        figures.insert((queue, id, String::new()), row["value"].as_f64());
    }
    let mut csv = csv::Reader::from_reader(std::io::Cursor::new(ctl(&[&stretch[..], &["--csv"]].concat())));
    let mut lines = 0;
    for line in csv.deserialize::<BTreeMap<String, String>>() {
        let line = line.expect("a line");
        let id = line["definition"].trim_end_matches("@1").to_owned();
        if !without.contains(&id) {
            let key = (line["queue"].clone(), id, line["part"].clone());
            let (json, csv) = (figures.get(&key).copied(), line["value"].parse().ok());
            assert!(json.is_some_and(|json| same(json, csv)), "CSV and JSON differ in {key:?}: {json:?}, {csv:?}");
            lines += 1;
        }
    }
    assert_eq!(lines, figures.len(), "CSV and JSON have the same figures");
    (figures, without)
}

#[test]
#[ignore = "simulates a week: cargo xtask test"]
fn an_independent_calculator_agrees_on_a_simulated_week() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().display().to_string();
    ctl(&["simulate", "--data", &data, "--days", "7", "--seed", "11"]);
    agrees(&data, &folder.path().join("amostra/mirante.db"));
}

fn agrees(data: &str, base: &Path) {
    let calculator = Calculator::open(base);
    let (first, last) = calculator.known();
    // States that go on at the end have no row yet: nobody stays in one for six hours, but for those who are logged out.
    let from = first.div_euclid(QUARTER) * QUARTER + QUARTER;
    let to = (last - 6 * 60 * MINUTE).div_euclid(QUARTER) * QUARTER;
    let queues = queues(data, to);
    assert_eq!(queues.len(), 6);
    // The whole week, a day of it, and a quarter of an hour.
    let noon = from + (to - from) / 2 / QUARTER * QUARTER;
    let (mut compared, mut wrong) = (0, Vec::new());
    for (from, to) in [(from, to), (noon, noon + 24 * 60 * MINUTE), (noon, noon + QUARTER)] {
        let (figures, without) = told(data, from, to);
        assert_eq!(without, UNTOLD.map(str::to_owned).into(), "without events");
        let told: BTreeSet<&str> = figures.keys().map(|(_, id, _)| id.as_str()).chain(UNTOLD).collect();
        let missing: Vec<_> = definitions().into_iter().filter(|id| !told.contains(id)).collect();
        assert!(missing.is_empty(), "nobody compares {missing:?}");
        let mut expected = calculator.figures(from, to, &queues);
        for (key, value) in &figures {
            let Some(mine) = expected.remove(key) else {
                wrong.push(format!("nobody calculated {key:?}, which is {value:?}"));
                continue;
            };
            if !same(*value, mine) {
                let (from, to) = (time(from), time(to));
                wrong.push(format!("{key:?} from {from} to {to}: Mirante {value:?}, calculator {mine:?}"));
            }
            compared += 1;
        }
        wrong.extend(expected.keys().map(|key| format!("Mirante does not tell {key:?}")));
    }
    assert!(wrong.is_empty(), "{} of {compared} figures differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 700, "only {compared} figures");
    println!("{compared} figures of three stretches agree with the calculator");
}
