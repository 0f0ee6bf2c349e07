//! A figure's card and the partial of the day on screen, against plain SQL.

use crate::script::Script;
use mirante_tests::hub::Hub;
use rusqlite::{Connection, OpenFlags};

const CONFIG: &str = "[[source]]\nname = \"demo\"\nkind = \"simulator\"\ndays = 2\nseed = 5\n";
const HOUR: i64 = 3_600_000;

#[test]
#[ignore = "runs a browser on example data: cargo xtask test"]
fn a_figure_is_doubted_followed_to_its_moment_and_sent() {
    let hub = Hub::start(CONFIG, &[]).expect("a hub");
    let folder = hub.data().join("amostra");
    hub.wait_for_past(&folder).expect("its past");
    let db = Connection::open_with_flags(folder.join("mirante.db"), OpenFlags::SQLITE_OPEN_READ_ONLY).expect("a base");
    let last: i64 = db.query_row("SELECT max(minute_ms) FROM minute", [], |row| row.get(0)).expect("minutes");
    let to = (last - 3 * HOUR) / HOUR * HOUR;
    let from = to - 24 * HOUR;
    let state = hub.client().snapshot().expect("a snapshot");
    let sac = state.table("queues").into_iter().find(|row| row["name"] == "sac").expect("a queue").clone();
    let seconds = sac["goal_seconds"].as_i64().expect("seconds");
    let count = |which: &str| -> i64 {
        let sql = format!(
            "SELECT count(*) FROM visit WHERE queue = 'sac' AND entered_ms >= ?1 AND entered_ms < ?2 AND ({which})"
        );
        db.query_row(&sql, (from, to), |row| row.get(0)).expect("a count")
    };
    let soon = format!("outcome = 'answered' AND wait_ms <= 1000 * {seconds}");
    let quick = format!("outcome = 'abandoned' AND wait_ms <= 1000 * {seconds}");
    let lost = "outcome IN ('answered', 'abandoned', 'timeout', 'overflow', 'unknown')";
    let (top, bottom) = (count(&soon), count(&format!("{lost} AND NOT ({quick})")));
    let all = count("TRUE");

    let script = Script::run("card.mjs", &hub, &[&from.to_string(), &to.to_string()]);
    let link = script.step("link");
    let tenths = (top * 1000).div_euclid(bottom);
    assert_eq!(link["value"], format!("{},{}%", tenths / 10, tenths % 10), "{script:?}");
    let told = |key: &str| link[key].as_str().unwrap_or_default().to_owned();
    assert!(told("top").starts_with(&format!("Numerador {top} ")), "{script:?}");
    assert!(told("bottom").starts_with(&format!("Denominador {bottom} ")), "{script:?}");
    assert!(told("top").contains(&format!("atendidas em até {seconds} s")), "{script:?}");
    let parts = [
        format!("No numerador ({top})"),
        format!("Só no denominador ({})", bottom - top),
        format!("De fora ({})", all - bottom),
        format!("Todos ({all})"),
    ];
    assert_eq!(link["parts"], serde_json::json!(parts), "{script:?}");
    assert_eq!(script.text("listed"), top.to_string());
    assert_eq!(script.text("out"), (all - bottom).to_string());
    assert_eq!(script.step("variants"), 12);
    assert!(script.text("origin").contains("sl.f4, versão 1, vale desde 2026-01-01"), "{script:?}");
    assert_eq!(script.step("left"), 0, "the focus left the card");
    let copied = script.text("copied");
    assert!(copied.contains(&format!("Numerador: {top}")) && copied.contains("NS F1"), "{copied}");

    let id: i64 = script.step("row")["id"].as_str().and_then(|id| id.parse().ok()).expect("a number");
    let (answered, number): (i64, Option<i64>) = db
        .query_row("SELECT entered_ms + wait_ms, caller FROM visit WHERE id = ?1", [id], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .expect("the visit");
    let words = script.step("row")["words"].as_str().unwrap_or_default();
    assert!(number.is_none() || words.contains("****"), "the number is not masked: {words}");
    let steps = script.step("steps").as_array().expect("steps");
    assert!(steps.first().is_some_and(|step| step == "entered") && steps.iter().any(|step| step == "answered"));
    assert_eq!(script.step("still"), true, "Escape closes the story first");
    let replay = script.step("replay");
    let shown: i64 = replay["at"].as_str().and_then(|at| at.parse().ok()).expect("a time");
    assert_eq!(shown, answered.div_euclid(1000) * 1000 + 999, "the second of the answer");
    let words = replay["words"].as_str().unwrap_or_default();
    assert!(words.contains("REPLAY ·") && words.contains("não é ao vivo"), "{words}");
    assert_eq!(replay["queues"], 6);
    assert_eq!(script.step("live"), false);

    assert!(script.text("clicked").starts_with("NS "), "{script:?}");
    let opened: Vec<&str> =
        script.step("opened").as_array().expect("names").iter().filter_map(|n| n.as_str()).collect();
    let names = ["Em espera", "Maior espera na fila", "Filas na meta", "Abandono", "Atendidas"];
    assert_eq!(opened, names.map(|name| format!("{name} Toda a operação")), "{script:?}");
    let walls = script.step("walls");
    assert!(walls["supervision"].as_u64().is_some_and(|n| n >= 4) && walls["operation"] == 0, "{walls}");
    // Queues of unequal limits have no level together: the wall counts those on target.
    let wall = ["Filas na meta Toda a operação", "Abandono Toda a operação"];
    assert_eq!(*script.step("wall"), serde_json::json!(wall), "{script:?}");

    let partial = script.step("partial");
    assert!(partial["url"].as_str().is_some_and(|url| url.ends_with("#/parcial")), "{partial}");
    let pasted = script.text("pasted");
    assert!(pasted.starts_with("*Parcial · ") && pasted.matches("```").count() == 2, "{pasted}");
    let table: Vec<&str> = pasted.split("```").nth(1).expect("a table").trim().lines().collect();
    let width = table[0].chars().count();
    assert!(width <= 42 && table.iter().all(|line| line.chars().count() == width), "{pasted}");
    for agent in state.table("agents") {
        let name = agent["name"].as_str().expect("a name");
        assert!(!pasted.contains(name) && !copied.contains(name), "{name} is in what was copied");
    }
    let picture = script.step("picture");
    assert!(picture["width"] == 1520 && picture["bytes"].as_u64().is_some_and(|bytes| bytes > 10_000), "{picture}");
    assert_eq!(script.text("saved"), "parcial.png");
}
