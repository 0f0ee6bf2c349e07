//! What a figure's card tells, against plain SQL over the rows of a simulated day that knows nothing of the definitions.

use mirante_tests::hub::{Client, Hub};
use rusqlite::{Connection, OpenFlags, named_params};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const CONFIG: &str = "[[source]]\nname = \"demo\"\nkind = \"simulator\"\ndays = 2\nseed = 5\n";
const HOUR: i64 = 3_600_000;
/// Operations that work on tickets: seconds say nothing there.
const MISLEADS: [&str; 2] = ["help_desk_n2", "service_desk_n3"];

const SOON: &str = "outcome = 'answered' AND wait_ms <= 1000 * :t";
const LOST: &str = "outcome IN ('answered', 'abandoned', 'timeout', 'overflow', 'unknown')";
const QUICK: &str = "outcome = 'abandoned' AND wait_ms <= 1000 * :t";
const SHORT: &str = "outcome = 'abandoned' AND wait_ms <= 5000";

/// Id, which visits are in the numerator and which in the denominator, and what their sums are where it is not their number.
fn formulas() -> Vec<(&'static str, String, String, Option<&'static str>)> {
    let all = |id, top: &str, bottom: &str| (id, top.to_owned(), bottom.to_owned(), None);
    let answered_or_abandoned = "outcome IN ('answered', 'abandoned')";
    vec![
        all("sl.f1", &format!("{SOON} OR {QUICK}"), LOST),
        all("sl.f2", SOON, "outcome = 'answered'"),
        all("sl.f3", SOON, LOST),
        all("sl.f4", SOON, &format!("{LOST} AND NOT ({QUICK})")),
        all("sl.f5", &format!("{SOON} OR {SHORT}"), LOST),
        all("sl.f6", SOON, &format!("{LOST} AND NOT ({SHORT})")),
        all("sl.cisco_positive", &format!("{SOON} OR {QUICK}"), LOST),
        all("sl.cisco_negative", SOON, LOST),
        all("sl.cisco_ignored", SOON, &format!("{LOST} AND NOT ({QUICK})")),
        all("sl.genesys", SOON, answered_or_abandoned),
        all("sl.genesys_flow_out", SOON, "outcome <> 'unknown'"),
        all("sl.genesys_no_short", SOON, &format!("{answered_or_abandoned} AND NOT ({SHORT})")),
        all("sl.genesys_answered", SOON, "outcome = 'answered'"),
        all("abandonment", "outcome = 'abandoned'", "TRUE"),
        all("abandonment.no_short", &format!("outcome = 'abandoned' AND NOT ({SHORT})"), &format!("NOT ({SHORT})")),
        all("offered", "TRUE", ""),
        all("answered", "outcome = 'answered'", ""),
        all("abandoned", "outcome = 'abandoned'", ""),
        all("short_abandoned", SHORT, ""),
        all("transfer", "outcome = 'answered' AND transferred", "outcome = 'answered'"),
        ("asa", "outcome = 'answered' AND wait_ms > 0".into(), "outcome = 'answered'".into(), Some("wait_ms")),
        ("aht.no_wrapup", "talk_ms > 0".into(), "talk_ms IS NOT NULL".into(), Some("talk_ms")),
    ]
}

struct Rows {
    db: Connection,
    queue: String,
    from: i64,
    to: i64,
    limit: i64,
}

impl Rows {
    fn ids(&self, which: &str) -> BTreeSet<String> {
        let sql = format!(
            "SELECT id FROM visit WHERE queue = :q AND entered_ms >= :from AND entered_ms < :to AND ({which}) AND :t = :t"
        );
        let mut statement = self.db.prepare(&sql).expect("SQL");
        let values = named_params! { ":q": self.queue, ":from": self.from, ":to": self.to, ":t": self.limit };
        let ids = statement.query_map(values, |row| row.get::<_, i64>(0)).expect("rows");
        ids.map(|id| id.expect("a number").to_string()).collect()
    }

    fn sum(&self, of: &str, which: &str) -> i64 {
        let sql = format!(
            "SELECT coalesce(sum({of}), 0) FROM visit
             WHERE queue = :q AND entered_ms >= :from AND entered_ms < :to AND ({which}) AND :t = :t"
        );
        let values = named_params! { ":q": self.queue, ":from": self.from, ":to": self.to, ":t": self.limit };
        self.db.query_row(&sql, values, |row| row.get(0)).expect("a sum")
    }
}

fn asked(id: &str, queue: &str, (from, to): (i64, i64)) -> Value {
    json!({ "definition": id, "queues": [queue], "campaigns": [], "from_ms": from, "to_ms": to, "language": "en" })
}

fn ask(client: &Client, command: &Value) -> Value {
    client.command(command).unwrap_or_else(|error| panic!("{command}: {error:#}"))
}

/// Every row of a part, page by page.
fn listed(client: &Client, asked: &Value, part: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    loop {
        let page = ask(client, &json!({ "do": "card_rows", "asked": asked, "part": part, "skip": rows.len() }));
        let more = page["rows"].as_array().expect("rows").clone();
        let total = page["total"].as_u64().expect("a total") as usize;
        assert!(more.len() <= 500 && (rows.len() + more.len() == total || more.len() == 500));
        rows.extend(more);
        if rows.len() >= total {
            return rows;
        }
    }
}

fn ids(rows: &[Value]) -> BTreeSet<String> {
    let ids: BTreeSet<_> = rows.iter().map(|row| row["id"].as_str().expect("an id").to_owned()).collect();
    assert_eq!(ids.len(), rows.len(), "a row is told twice");
    ids
}

#[test]
#[ignore = "simulates two days: cargo xtask test"]
fn a_card_and_its_list_agree_with_plain_sql() {
    let hub = Hub::start(CONFIG, &[]).expect("a hub");
    let folder = hub.data().join("amostra");
    hub.wait_for_past(&folder).expect("its past");
    let client = hub.client();
    let db = Connection::open_with_flags(folder.join("mirante.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).expect("a base");
    let last: i64 = db.query_row("SELECT max(minute_ms) FROM minute", [], |row| row.get(0)).expect("minutes");
    let to = (last - 3 * HOUR) / HOUR * HOUR;
    let stretch = (to - 24 * HOUR, to);
    let state = client.snapshot().expect("a snapshot");
    let queues: Vec<(String, String, i64, String)> = state
        .table("queues")
        .iter()
        .map(|row| {
            let text = |key: &str| row[key].as_str().expect("text").to_owned();
            (text("id"), text("name"), row["goal_seconds"].as_i64().expect("seconds"), text("operation"))
        })
        .collect();
    assert_eq!(queues.len(), 6);
    let mut rows = Rows { db, queue: String::new(), from: stretch.0, to: stretch.1, limit: 0 };
    let (mut compared, mut misled) = (0, 0);
    for (id, name, seconds, operation) in &queues {
        (rows.queue, rows.limit) = (name.clone(), *seconds);
        for (definition, top, bottom, sum) in formulas() {
            let asked = asked(definition, id, stretch);
            let card = ask(&client, &json!({ "do": "card", "asked": asked }));
            let figure = &card["figure"];
            let (tops, bottoms) = (rows.ids(&top), if bottom.is_empty() { BTreeSet::new() } else { rows.ids(&bottom) });
            let numerator = sum.map_or(tops.len() as i64, |of| rows.sum(of, &top));
            let denominator = (!bottom.is_empty()).then_some(bottoms.len() as i64);
            let what = format!("{definition} of {name}");
            assert_eq!(figure["numerator"].as_i64(), Some(numerator), "{what}: {card}");
            assert_eq!(figure["denominator"].as_i64(), denominator, "{what}: {card}");
            let value = denominator.map_or(Some(numerator as f64), |n| (n > 0).then(|| numerator as f64 / n as f64));
            match (figure["value"].as_f64(), value) {
                (Some(theirs), Some(mine)) => {
                    assert!((theirs - mine).abs() < 1e-9 * mine.abs().max(1.0), "{what}: {card}")
                }
                (theirs, mine) => assert_eq!(theirs, mine, "{what}: {card}"),
            }
            assert_eq!(figure["few"].as_bool(), Some(denominator.is_some_and(|n| n < 10)), "{what}");
            // The list is the figure.
            assert_eq!(ids(&listed(&client, &asked, "top")), tops, "{what}, numerator");
            assert_eq!(ids(&listed(&client, &asked, "bottom")), bottoms, "{what}, denominator");
            let out: BTreeSet<_> = rows.ids("TRUE").difference(&(&tops | &bottoms)).cloned().collect();
            assert_eq!(ids(&listed(&client, &asked, "out")), out, "{what}, in neither");
            let count = &card["count"];
            let counted = (count["top"].as_u64(), count["bottom"].as_u64(), count["out"].as_u64());
            let mine = (Some(tops.len() as u64), Some(bottoms.len() as u64), Some(out.len() as u64));
            assert_eq!((counted, count["is_whole"].as_bool()), (mine, Some(true)), "{what}");
            // The formula in words adds up to the figure.
            for (side, whole) in [("top", Some(numerator)), ("bottom", denominator)] {
                let terms = card[side].as_array().expect("terms").iter();
                let sized =
                    terms.map(|term| term["size"].as_i64().unwrap() * if term["minus"] == true { -1 } else { 1 });
                assert_eq!(sized.sum::<i64>(), whole.unwrap_or(0), "{what}, the words of its {side}");
            }
            compared += 1;
        }
        // Where a level in seconds misleads, none stands beside another, and the card says why.
        let level = ask(&client, &json!({ "do": "card", "asked": asked("sl.f4", id, stretch) }));
        let misleads = MISLEADS.contains(&operation.as_str());
        assert_eq!(level["variants"].as_array().map(Vec::len), Some(if misleads { 0 } else { 12 }), "{name}: {level}");
        assert_eq!(level["hidden"].as_str().is_some_and(|why| !why.is_empty()), misleads, "{name}: {level}");
        misled += usize::from(misleads);
    }
    assert_eq!(misled, MISLEADS.len());
    percentile(&client, &rows, &queues[0].0, stretch);
    centre(&client, &rows, stretch, queues.len());
    attempts(&client, &rows, stretch);
    timeline(&client, &rows, (&queues[0].0, &queues[0].1), stretch);
    moment(&client, &hub, to - HOUR);
    println!("{compared} cards agree with SQL, row by row");
}

/// As many rows are within a percentile as its rank says, and none of them is longer than one that is not.
fn percentile(client: &Client, rows: &Rows, queue: &str, stretch: (i64, i64)) {
    let asked = asked("wait.p80", queue, stretch);
    let card = ask(client, &json!({ "do": "card", "asked": asked }));
    let within = listed(client, &asked, "top");
    let beyond = listed(client, &asked, "only_bottom");
    assert_eq!(Some(within.len() as i64), card["figure"]["numerator"].as_i64());
    assert_eq!(Some((within.len() + beyond.len()) as i64), card["figure"]["denominator"].as_i64());
    assert!(!within.is_empty() && !beyond.is_empty(), "{} visits", rows.ids("TRUE").len());
    let wait = |row: &Value| (row["wait_ms"].as_i64().expect("ms") + 999) / 1000;
    assert!(within.iter().map(wait).max() <= beyond.iter().map(wait).min());
}

/// A pooled figure has its queues beside it, and one of unequal limits none.
fn centre(client: &Client, rows: &Rows, (from, to): (i64, i64), queues: usize) {
    let asked = |id: &str| json!({ "definition": id, "queues": [], "campaigns": [], "from_ms": from, "to_ms": to, "language": "pt-BR" });
    let card = ask(client, &json!({ "do": "card", "asked": asked("abandonment") }));
    let sql = "SELECT count(*) FILTER (WHERE outcome = 'abandoned'), count(*) FROM visit WHERE entered_ms >= ?1 AND entered_ms < ?2";
    let (top, bottom): (i64, i64) =
        rows.db.query_row(sql, (from, to), |row| Ok((row.get(0)?, row.get(1)?))).expect("a row");
    assert_eq!(card["figure"]["numerator"].as_i64(), Some(top), "{card}");
    assert_eq!(card["figure"]["denominator"].as_i64(), Some(bottom), "{card}");
    assert_eq!(card["queues"].as_array().map(Vec::len), Some(queues), "{card}");
    let parts: i64 = card["queues"]
        .as_array()
        .expect("queues")
        .iter()
        .map(|q| q["figure"]["denominator"].as_i64().unwrap_or(0))
        .sum();
    assert_eq!(parts, bottom);
    let pooled = ask(client, &json!({ "do": "card", "asked": asked("sl.f4") }));
    assert_eq!(pooled["figure"]["absent"], "unequal_terms", "{pooled}");
    let target = ask(client, &json!({ "do": "card", "asked": asked("queues_on_target") }));
    let reached = target["queues"].as_array().expect("queues").iter().filter(|q| q["on_target"] == true).count();
    assert_eq!(target["figure"]["numerator"].as_u64(), Some(reached as u64), "{target}");
    let occupancy = ask(client, &json!({ "do": "card", "asked": asked("occupancy") }));
    assert!(occupancy["figure"]["value"].is_f64() && occupancy["count"].is_null(), "{occupancy}");
}

fn attempts(client: &Client, rows: &Rows, (from, to): (i64, i64)) {
    let state = client.snapshot().expect("a snapshot");
    let campaigns = state.table("campaigns");
    assert!(!campaigns.is_empty());
    for row in campaigns {
        let id = row["id"].as_str().expect("an id");
        let name = id.split_once('/').expect("source/name").1;
        for (definition, top, bottom) in [
            ("hit", "answered_by = 'human'", "coalesce(answered_by, '') <> 'unknown'"),
            ("right_party", "right_party", "answered_by = 'human'"),
            ("drop", "dropped", "answered_by IN ('human', 'unknown')"),
            ("promises", "promise", "FALSE"),
        ] {
            let sql = |which: &str| -> i64 {
                let sql = format!(
                    "SELECT count(*) FROM attempt WHERE campaign = ?1 AND started_ms >= ?2 AND started_ms < ?3 AND ({which})"
                );
                rows.db.query_row(&sql, (name, from, to), |row| row.get(0)).expect("a count")
            };
            let asked = json!({ "definition": definition, "queues": [], "campaigns": [id], "from_ms": from, "to_ms": to, "language": "es" });
            let card = ask(client, &json!({ "do": "card", "asked": asked }));
            let figure = &card["figure"];
            assert_eq!(figure["numerator"].as_i64(), Some(sql(top)), "{definition} of {name}: {card}");
            assert_eq!(figure["denominator"].as_i64().unwrap_or(0), sql(bottom), "{definition} of {name}: {card}");
            assert_eq!(listed(client, &asked, "top").len() as i64, sql(top), "{definition} of {name}");
            assert_eq!(listed(client, &asked, "all").len() as i64, sql("TRUE"), "{definition} of {name}");
        }
    }
}

/// Each answered visit's story begins, is answered and ends when its row says.
fn timeline(client: &Client, rows: &Rows, (id, name): (&str, &str), stretch: (i64, i64)) {
    let answered = listed(client, &asked("answered", id, stretch), "top");
    for row in answered.iter().step_by(answered.len().div_ceil(20)) {
        let visit = row["id"].as_str().expect("an id");
        let told = ask(client, &json!({ "do": "timeline", "of": "visit", "id": visit }));
        assert_eq!(told["is_whole"], true, "{told}");
        let sql = "SELECT entered_ms, wait_ms, ended_ms, contact FROM visit WHERE id = ?1 AND queue = ?2";
        let (entered, wait, ended, contact): (i64, i64, i64, String) = rows
            .db
            .query_row(sql, (visit.parse::<i64>().expect("a number"), name), |r| {
                Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?))
            })
            .expect("the visit");
        assert_eq!(told["contact"], contact.as_str());
        let steps = told["steps"].as_array().expect("steps");
        let at = |what: &str, at: i64| steps.iter().any(|step| step["what"] == what && step["at_ms"] == at);
        assert!(at("entered", entered) && at("answered", entered + wait), "{told}");
        assert!(at("completed", ended) || at("passed_on", ended), "ended at {ended}: {told}");
        assert!(steps.is_sorted_by_key(|step| step["at_ms"].as_i64()), "{told}");
        assert!(steps.iter().any(|step| step["what"] == "ringing" && step["agent"].is_string()), "{told}");
    }
    let refused = client.command(&json!({ "do": "timeline", "of": "visit", "id": "999999999" }));
    assert!(refused.is_err_and(|error| format!("{error:#}").contains("not kept")));
}

/// What a button shows of a second is what `mirantectl floor` prints of it.
fn moment(client: &Client, hub: &Hub, at: i64) {
    let shown = ask(client, &json!({ "do": "moment", "at_ms": at }));
    let data = hub.data().display().to_string();
    let time = jiff::Timestamp::from_millisecond(at).expect("a time").to_string();
    let printed = Hub::ctl(&["floor", "--data", &data, "--at", &time, "--json"]).expect("mirantectl");
    let printed: Value = serde_json::from_slice(&printed.stdout).expect("JSON");
    assert_eq!(shown["rows"], printed["rows"]);
    assert_eq!(shown["seq"], printed["seq"]);
}
