//! Every concept of a rule as a story on virtual time, told the way people tell theirs.

use super::read_rules;
use jiff::tz::TimeZone;

const RULES: &str = r#"
zone = "America/Sao_Paulo"
holidays = ["2026-11-20"]

[[rule]]
id = "espera"
severity = "warning"
scope = "queue"
when = "longest_wait > 60"
over = "longest_wait < 40"
for = "30s"
keep_firing_for = "1m"

[[rule]]
id = "nivel"
severity = "warning"
scope = "queue"
when = "sl_30m < 0.8 && offered_30m >= 10"

[[rule]]
id = "nivel-guarda"
severity = "notice"
scope = "queue"
when = "sl_30m < 0.8"
absent = "keep"

[[rule]]
id = "nivel-demora"
severity = "notice"
scope = "queue"
when = "sl_30m < 0.8"
absent = "keep"
for = "20s"

[[rule]]
id = "nivel-exige"
severity = "notice"
scope = "queue"
only = ["vendas"]
when = "sl_30m < 0.8"
absent = "fire"

[[rule]]
id = "de-dia"
severity = "notice"
scope = "queue"
when = "waiting > 5"
hours = { days = ["fri", "sat"], from = "09:00", to = "09:05" }

[[rule]]
id = "sem-fonte"
severity = "critical"
scope = "source"
when = "!heard"
holds_back = ["ninguem"]

[[rule]]
id = "ninguem"
severity = "critical"
scope = "agent"
when = "unreachable"

[[rule]]
id = "fila-cheia"
severity = "warning"
scope = "queue"
when = "waiting > 5"

[[rule]]
id = "sem-gente"
severity = "critical"
scope = "queue"
when = "waiting > 0 && free == 0"
holds_back = ["fila-cheia"]

[[rule]]
id = "operacao-cheia"
severity = "warning"
scope = "operation"
when = "waiting > 5"

[[rule]]
id = "pabx-fora"
severity = "critical"
scope = "source"
when = "late > 60"
holds_back = ["operacao-cheia", "fila-cheia"]

[[rule]]
id = "vaivem"
severity = "notice"
scope = "agent"
when = "asks_help"
flapping = { most = 2, within = "5m" }
"#;

fn lives(scenarios: &str) {
    let file = read_rules(&format!("{RULES}{scenarios}"), &TimeZone::UTC).expect("rules");
    assert!(!file.scenarios.is_empty());
    for scenario in &file.scenarios {
        let faults = scenario.run(&file);
        assert!(faults.is_empty(), "{}: {}", scenario.name, faults.join("\n"));
    }
}

#[test]
fn a_condition_must_hold_for_its_time_and_be_over_for_its_time() {
    lives(
        r#"
        [[scenario]]
        name = "holds for 30 s, then is over only below the second threshold and for a minute"
        start = "2026-11-23T12:00:00Z"
        facts."queue/sac".longest_wait = "10 61x6 50x6 39x3 50 39x10"
        expect = [
            { at = "0s", rule = "espera", of = "queue/sac", state = "normal" },
            { at = "10s", rule = "espera", of = "queue/sac", state = "pending" },
            { at = "39s", rule = "espera", of = "queue/sac", state = "pending" },
            { at = "40s", rule = "espera", of = "queue/sac", state = "firing" },
            { at = "1m20s", rule = "espera", of = "queue/sac", state = "firing" },
            { at = "2m15s", rule = "espera", of = "queue/sac", state = "recovering" },
            { at = "2m40s", rule = "espera", of = "queue/sac", state = "firing" },
            { at = "2m50s", rule = "espera", of = "queue/sac", state = "recovering" },
            { at = "3m49s", rule = "espera", of = "queue/sac", state = "recovering" },
            { at = "3m50s", rule = "espera", of = "queue/sac", state = "normal" },
        ]

        [[scenario]]
        name = "what does not hold long enough is no alert"
        start = "2026-11-23T12:00:00Z"
        facts."queue/sac".longest_wait = "61x2 20 61x2 20"
        expect = [
            { at = "10s", rule = "espera", of = "queue/sac", state = "pending" },
            { at = "20s", rule = "espera", of = "queue/sac", state = "normal" },
            { at = "50s", rule = "espera", of = "queue/sac", state = "normal" },
        ]
        "#,
    );
}

#[test]
fn few_cases_and_absent_figures_are_no_alert_unless_the_rule_says_so() {
    lives(
        r#"
        [[scenario]]
        name = "the sample must be large enough"
        start = "2026-11-23T12:00:00Z"
        facts."queue/sac" = { sl_30m = "0.5", offered_30m = "9x2 10x2 9" }
        expect = [
            { at = "10s", rule = "nivel", of = "queue/sac", state = "normal" },
            { at = "20s", rule = "nivel", of = "queue/sac", state = "firing" },
            { at = "40s", rule = "nivel", of = "queue/sac", state = "normal" },
        ]

        [[scenario]]
        name = "a figure that is not there clears, keeps or fires"
        start = "2026-11-23T12:00:00Z"
        facts."queue/sac" = { sl_30m = "0.5 _x3 0.9", offered_30m = "20" }
        facts."queue/vendas" = { sl_30m = "0.9 _ 0.9", offered_30m = "20" }
        expect = [
            { at = "0s", rule = "nivel", of = "queue/sac", state = "firing" },
            { at = "0s", rule = "nivel-guarda", of = "queue/sac", state = "firing" },
            { at = "0s", rule = "nivel-exige", of = "queue/vendas", state = "normal" },
            { at = "0s", rule = "nivel-exige", of = "queue/sac", state = "normal" },
            { at = "10s", rule = "nivel", of = "queue/sac", state = "normal" },
            { at = "10s", rule = "nivel-guarda", of = "queue/sac", state = "firing" },
            { at = "10s", rule = "nivel-exige", of = "queue/vendas", state = "firing" },
            { at = "20s", rule = "nivel-exige", of = "queue/vendas", state = "normal" },
            { at = "40s", rule = "nivel-guarda", of = "queue/sac", state = "normal" },
        ]
        "#,
    );
}

#[test]
fn a_silent_source_is_no_data_and_never_good() {
    lives(
        r#"
        [[scenario]]
        name = "an alert waits while its source is not heard, and what was only about to be one begins again"
        start = "2026-11-23T12:00:00Z"
        facts."queue/sac" = { longest_wait = "90x4 10x6 90", sl_30m = "1", offered_30m = "20" }
        facts."queue/vendas" = { longest_wait = "90", heard = "true falsex3 true", sl_30m = "1" }
        expect = [
            { at = "10s", rule = "espera", of = "queue/vendas", state = "no_data" },
            { at = "30s", rule = "espera", of = "queue/sac", state = "firing" },
            { at = "30s", rule = "espera", of = "queue/vendas", state = "no_data" },
            { at = "45s", rule = "espera", of = "queue/vendas", state = "pending" },
            { at = "1m10s", rule = "espera", of = "queue/vendas", state = "firing" },
        ]

        [[scenario]]
        name = "one that fires goes on firing when the source is heard again"
        start = "2026-11-23T12:00:00Z"
        facts."queue/sac" = { longest_wait = "90x6 50x2 10", heard = "truex4 falsex2 true" }
        expect = [
            { at = "30s", rule = "espera", of = "queue/sac", state = "firing" },
            { at = "40s", rule = "espera", of = "queue/sac", state = "no_data" },
            { at = "1m", rule = "espera", of = "queue/sac", state = "firing" },
            { at = "1m20s", rule = "espera", of = "queue/sac", state = "recovering" },
        ]

        [[scenario]]
        name = "a source that is down is its own alert and holds back what depends on it, at that source alone"
        start = "2026-11-23T12:00:00Z"
        facts."source/" = { heard = "truex2 falsex2 true" }
        facts."agent/1001" = { unreachable = "true" }
        facts."agent/1001@2" = { unreachable = "true" }
        expect = [
            { at = "0s", rule = "ninguem", of = "agent/1001", state = "firing" },
            { at = "20s", rule = "sem-fonte", of = "source/", state = "firing" },
            { at = "20s", rule = "ninguem", of = "agent/1001", state = "inhibited" },
            { at = "20s", rule = "ninguem", of = "agent/1001@2", state = "firing" },
            { at = "40s", rule = "sem-fonte", of = "source/", state = "normal" },
            { at = "40s", rule = "ninguem", of = "agent/1001", state = "firing" },
        ]
        "#,
    );
}

#[test]
fn what_holds_back_explains_what_it_is_about_and_nothing_else() {
    lives(
        r#"
        [[scenario]]
        name = "a queue without people explains its own callers, not those of another queue"
        start = "2026-11-23T12:00:00Z"
        facts."queue/sac" = { waiting = "9", free = "0x3 1" }
        facts."queue/vendas" = { waiting = "9", free = "2" }
        expect = [
            { at = "0s", rule = "sem-gente", of = "queue/sac", state = "firing" },
            { at = "0s", rule = "fila-cheia", of = "queue/sac", state = "inhibited" },
            { at = "0s", rule = "fila-cheia", of = "queue/vendas", state = "firing" },
            { at = "30s", rule = "fila-cheia", of = "queue/sac", state = "firing" },
        ]

        [[scenario]]
        name = "a PBX that is late explains its queues, and an operation if it has nothing elsewhere"
        start = "2026-11-23T12:00:00Z"
        facts."source/" = { late = "90", heard = "true" }
        facts."source/@2" = { late = "0x3 90x3 0", heard = "true" }
        facts."queue/sac".waiting = "9"
        facts."queue/sac@2".waiting = "9"
        facts."operation/sac@0".waiting = "9"
        facts."operation/vendas@0".waiting = "9"
        members."operation/sac@0" = ["queue/sac", "queue/sac@2"]
        members."operation/vendas@0" = ["queue/vendas"]
        expect = [
            { at = "0s", rule = "fila-cheia", of = "queue/sac", state = "inhibited" },
            { at = "0s", rule = "fila-cheia", of = "queue/sac@2", state = "firing" },
            { at = "0s", rule = "operacao-cheia", of = "operation/vendas@0", state = "inhibited" },
            { at = "0s", rule = "operacao-cheia", of = "operation/sac@0", state = "firing" },
            { at = "30s", rule = "operacao-cheia", of = "operation/sac@0", state = "inhibited" },
            { at = "1m", rule = "operacao-cheia", of = "operation/sac@0", state = "firing" },
        ]
        "#,
    );
}

#[test]
fn a_figure_that_stays_absent_makes_nobody_spin() {
    lives(
        r#"
        [[scenario]]
        name = "pending when its figure goes, and asked no more until it comes"
        start = "2026-11-23T12:00:00Z"
        facts."queue/sac" = { sl_30m = "0.5 _x9 0.5", offered_30m = "20" }
        expect = [
            { at = "50s", rule = "nivel-demora", of = "queue/sac", state = "pending" },
            { at = "1m39s", rule = "nivel-demora", of = "queue/sac", state = "pending" },
            { at = "1m40s", rule = "nivel-demora", of = "queue/sac", state = "firing" },
        ]
        "#,
    );
}

#[test]
fn a_rule_watches_in_its_hours_only() {
    lives(
        r#"
        [[scenario]]
        name = "from nine to five past nine on a Saturday"
        start = "2026-11-21T08:59:30-03:00"
        every = "1m"
        facts."queue/sac".waiting = "9"
        expect = [
            { at = "29s", rule = "de-dia", of = "queue/sac", state = "normal" },
            { at = "30s", rule = "de-dia", of = "queue/sac", state = "firing" },
            { at = "5m29s", rule = "de-dia", of = "queue/sac", state = "firing" },
            { at = "5m30s", rule = "de-dia", of = "queue/sac", state = "normal" },
        ]

        [[scenario]]
        name = "not on a holiday"
        start = "2026-11-20T09:01:00-03:00"
        facts."queue/sac".waiting = "9"
        expect = [{ at = "1m", rule = "de-dia", of = "queue/sac", state = "normal" }]
        "#,
    );
}

#[test]
fn a_story_that_is_not_so_is_told() {
    let read = |text: &str| read_rules(&format!("{RULES}{text}"), &TimeZone::UTC);
    let text = r#"
        [[scenario]]
        name = "wrong"
        start = "2026-11-23T12:00:00Z"
        facts."queue/sac".longest_wait = "90"
        expect = [{ at = "30s", rule = "espera", of = "queue/sac", state = "pending" }]
        "#;
    let file = read(text).expect("rules");
    let faults = file.scenarios[0].run(&file);
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert_eq!(faults[0], "at 00:30 espera/queue/1/sac is Firing, not Pending");
    assert!(faults[1].contains("00:00 espera/queue/1/sac: Normal -> Pending"), "{}", faults[1]);

    for (was, is) in [
        ("queue/sac\"", "fila/sac\""),
        ("longest_wait", "longest_wiat"),
        ("\"espera\"", "\"outra\""),
        ("\"90\"", "\"\""),
        ("\"90\"", "\"90 x3\""),
        ("\"90\"", "\"90x999999999\""),
        ("\"90\"", "\"1 2x18446744073709551615\""),
        ("\"30s\"", "\"logo\""),
        ("2026-11-23T12:00:00Z", "ontem"),
        ("\"pending\"", "\"maybe\""),
    ] {
        assert!(read(&text.replace(was, is)).is_err(), "{is}");
    }
}
