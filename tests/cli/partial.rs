//! The partial of the day against plain SQL, hour by hour, with nobody in it.

use mirante_tests::hub::Hub;
use rusqlite::{Connection, OpenFlags, params};
use serde_json::{Value, json};

const CONFIG: &str = "[[source]]\nname = \"demo\"\nkind = \"simulator\"\ndays = 2\nseed = 5\n";
const HOUR: i64 = 3_600_000;

/// What SQL counts of some queues in an hour.
struct Counted {
    offered: i64,
    answered: i64,
    abandoned: i64,
    in_time: i64,
    quick: i64,
    lost: i64,
    waits: i64,
    talks: i64,
    talked: i64,
}

fn counted(db: &Connection, queues: &[(String, i64)], from: i64, to: i64) -> Counted {
    let mut all =
        Counted { offered: 0, answered: 0, abandoned: 0, in_time: 0, quick: 0, lost: 0, waits: 0, talks: 0, talked: 0 };
    for (queue, seconds) in queues {
        let sql = "SELECT count(*), count(*) FILTER (WHERE outcome = 'answered'), count(*) FILTER (WHERE outcome = 'abandoned'),
                count(*) FILTER (WHERE outcome = 'answered' AND wait_ms <= 1000 * ?4),
                count(*) FILTER (WHERE outcome = 'abandoned' AND wait_ms <= 1000 * ?4),
                count(*) FILTER (WHERE outcome IN ('abandoned', 'timeout', 'overflow', 'unknown')),
                coalesce(sum(wait_ms) FILTER (WHERE outcome = 'answered'), 0), count(talk_ms), coalesce(sum(talk_ms), 0)
            FROM visit WHERE queue = ?1 AND entered_ms >= ?2 AND entered_ms < ?3";
        let row =
            |row: &rusqlite::Row<'_>| (0..9).map(|column| row.get(column)).collect::<rusqlite::Result<Vec<i64>>>();
        let row = db.query_row(sql, params![queue, from, to, seconds], row).expect("a row");
        all.offered += row[0];
        all.answered += row[1];
        all.abandoned += row[2];
        all.in_time += row[3];
        all.quick += row[4];
        all.lost += row[5];
        all.waits += row[6];
        all.talks += row[7];
        all.talked += row[8];
    }
    all
}

fn same(told: &Value, top: i64, bottom: i64, what: &str) {
    let mine = (bottom > 0).then(|| top as f64 / bottom as f64);
    match (told.as_f64(), mine) {
        (Some(told), Some(mine)) => assert!((told - mine).abs() < 1e-9 * mine.abs().max(1.0), "{what}: {told}, {mine}"),
        (told, mine) => assert_eq!(told, mine, "{what}"),
    }
}

/// Every text in it.
fn words(told: &Value) -> Vec<String> {
    match told {
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().flat_map(words).collect(),
        Value::Object(fields) => fields.values().flat_map(words).collect(),
        _ => Vec::new(),
    }
}

#[test]
#[ignore = "simulates two days: cargo xtask test"]
fn the_partial_agrees_with_plain_sql_and_names_nobody() {
    let hub = Hub::start(CONFIG, &[]).expect("a hub");
    let folder = hub.data().join("amostra");
    hub.wait_for_past(&folder).expect("its past");
    let client = hub.client();
    let db = Connection::open_with_flags(folder.join("mirante.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).expect("a base");
    let state = client.snapshot().expect("a snapshot");
    let text = |row: &Value, key: &str| row[key].as_str().expect("text").to_owned();

    // Yesterday, which is over: the day that goes on is shown at first.
    let now = client.command(&json!({ "do": "partial", "day_ms": null })).expect("a partial");
    let today = now["from_ms"].as_i64().expect("a day");
    assert_eq!(Some(today), state.source()["day_from_ms"].as_i64());
    let day = today - 24 * HOUR;
    let partial = client.command(&json!({ "do": "partial", "day_ms": day })).expect("a partial");
    let mut compared = 0;
    let received = partial["received"].as_array().expect("operations");
    assert_eq!(received.len(), 6, "{received:?}");
    for operation in received {
        let is_of = |row: &&Value| row["operation"] == operation["operation"];
        let queues: Vec<(String, i64)> = state
            .table("queues")
            .into_iter()
            .filter(is_of)
            .map(|row| (text(row, "name"), row["goal_seconds"].as_i64().expect("seconds")))
            .collect();
        let labels = operation["queues"].as_array().expect("labels");
        assert_eq!(labels.len(), queues.len());
        let judge = |row: &Value, from: i64, to: i64| {
            let what = format!("{} from {from}", operation["operation"]);
            let sql = counted(&db, &queues, from, to);
            assert_eq!(row["offered"], sql.offered, "{what}");
            assert_eq!(row["answered"], sql.answered, "{what}");
            assert_eq!(row["abandoned"], sql.abandoned, "{what}");
            same(&row["abandonment"], sql.abandoned, sql.offered, &what);
            same(&row["level"], sql.in_time, sql.answered + sql.lost - sql.quick, &what);
            same(&row["asa_ms"], sql.waits, sql.answered, &what);
            same(&row["aht_ms"], sql.talked, sql.talks, &what);
            sql.offered
        };
        let hours = operation["hours"].as_array().expect("hours");
        let mut sum = 0;
        for row in hours {
            let from = row["from_ms"].as_i64().expect("an hour");
            sum += judge(row, from, from + HOUR);
            compared += 1;
        }
        assert_eq!(sum, judge(&operation["total"], day, today), "hours make the day");
        // The upper levels work on tickets: seconds say nothing there.
        let on_tickets = ["help_desk_n2", "service_desk_n3"].map(Value::from).contains(&operation["operation"]);
        assert_eq!(operation["has_level"], !on_tickets, "{}", operation["operation"]);
    }
    for effort in partial["called"].as_array().expect("campaigns") {
        for row in effort["hours"].as_array().expect("hours") {
            let from = row["from_ms"].as_i64().expect("an hour");
            let mut mine = [0; 3];
            for campaign in state.table("campaigns").into_iter().filter(|campaign| campaign["kind"] == effort["kind"]) {
                let id = text(campaign, "id");
                let sql = "SELECT count(*), count(*) FILTER (WHERE answered_by = 'human'), count(*) FILTER (WHERE right_party)
                    FROM attempt WHERE campaign = ?1 AND started_ms >= ?2 AND started_ms < ?3";
                let name = id.split_once('/').expect("source/name").1;
                let read = |row: &rusqlite::Row<'_>| Ok([row.get(0)?, row.get(1)?, row.get(2)?]);
                let found: [i64; 3] = db.query_row(sql, params![name, from, from + HOUR], read).expect("a row");
                mine.iter_mut().zip(found).for_each(|(mine, found)| *mine += found);
            }
            assert_eq!([&row["attempts"], &row["humans"], &row["right_party"]].map(|v| v.as_i64().unwrap()), mine);
            compared += 1;
        }
    }
    assert!(compared > 40, "only {compared} hours");

    // Nobody who works or calls there is in it.
    for told in [&now, &partial] {
        let json = told.to_string();
        for agent in state.table("agents") {
            assert!(!json.contains(&text(agent, "name")), "an agent's name is in it: {json}");
        }
        // Among words; a figure's own digits are no telephone's.
        let words = words(told).join(" ");
        let numbers: Vec<&str> = words.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() >= 4).collect();
        assert!(numbers.is_empty(), "telephone numbers: {numbers:?}");
    }
    println!("{compared} hours agree with SQL");
}
