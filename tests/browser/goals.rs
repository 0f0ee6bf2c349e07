//! Goals and definitions, as a person decides them: on screen, in the file, and in the figures of the command line.

use crate::script::Script;
use mirante_tests::hub::Hub;
use serde_json::Value;

const CONFIG: &str = "[[source]]\nname = \"demo\"\nkind = \"simulator\"\ndays = 2\nseed = 5\n";

#[test]
#[ignore = "runs a browser on example data: cargo xtask test"]
fn what_figures_are_judged_by_is_decided_on_screen_and_holds_everywhere() {
    let hub = Hub::start(CONFIG, &[]).expect("a hub");
    hub.wait_for_past(&hub.data().join("amostra")).expect("its past");
    let script = Script::run("goals.mjs", &hub, &[]);

    assert!(script.text("sum").starts_with("Filas na meta: "), "{script:?}");
    assert!(script.text("third").contains("segundos"), "N3 is not judged by seconds, and says why: {script:?}");
    let goals = script.step("goals").as_array().expect("goals");
    assert!(goals.len() >= 4 && goals.iter().all(|goal| goal.as_str().is_some_and(|goal| goal.contains("meta "))));
    assert!(script.text("rolling").contains("últimos 60 min"), "{script:?}");
    assert_eq!(script.step("wrong"), &Value::from(true), "{script:?}");
    let rule = script.text("rule");
    assert!(rule.contains("em vigor") && rule.contains("99% em 10 s") && rule.contains("NS F6"), "{rule}");
    let goal = script.text("goal");
    assert!(goal.contains("Taxa de abandono") && goal.contains("meta até 0,1%"), "{goal}");
    assert!(script.text("aimed").contains("SAC"), "{script:?}");
    let hidden = script.text("hidden");
    assert!(hidden.contains("não se mostra") && hidden.contains("No SAC não se vende"), "{hidden}");
    let shown = script.text("shown");
    assert!(shown.contains("vende seguro junto") && shown.contains("decidido aqui"), "{shown}");
    assert_eq!(script.text("undone"), "Desfeito.");
    assert!(script.text("again").contains("No SAC não se vende"), "{script:?}");

    let file = std::fs::read_to_string(hub.folder().join("mirante.toml")).expect("the file");
    for line in ["target = \"99/10\"", "formulas = [\"sl.f6\"]", "at_most = \"0.1%\""] {
        assert!(file.contains(line), "no {line} in {file}");
    }
    assert!(!file.contains("seguro"), "what was undone is not kept: {file}");
    recalculates(&hub);
}

/// A rule of today changes nothing of yesterday, unless somebody wants it recalculated.
fn recalculates(hub: &Hub) {
    let data = hub.data().display().to_string();
    let now = jiff::Zoned::now().with_time_zone(jiff::tz::TimeZone::get("America/Sao_Paulo").expect("a zone"));
    let (today, yesterday) = (now.date(), now.date().yesterday().expect("a day"));
    let figures = |basis: &str| -> Value {
        let (from, to) = (yesterday.to_string(), today.to_string());
        let stretch = ["metrics", "--data", &data, "--from", &from, "--to", &to, "--definition", "sl", "--json", basis];
        let output = Hub::ctl(&stretch).expect("mirantectl");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("JSON")
    };
    let of = |told: &Value, definition: &str, seconds: i64| {
        let rows = told["figures"].as_array().expect("figures");
        rows.iter().filter(|row| row["definition"] == definition && row["seconds"] == seconds).count()
    };
    let (was, now) = (figures("--as-was"), figures("--recalculated"));
    assert_eq!((&was["basis"], &now["basis"]), (&Value::from("as_was"), &Value::from("recalculated")));
    assert_eq!(of(&was, "sl.f6@1", 10), 0, "{was:#}");
    assert!(of(&now, "sl.f6@1", 10) >= 1, "{now:#}");
}
