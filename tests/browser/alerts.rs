//! Alerts as a person meets them: they fire by the rules of a file, are taken and silenced by key, and tell their story.

use crate::script::Script;
use mirante_tests::hub::Hub;

const CONFIG: &str = "[[source]]\nname = \"demo\"\nkind = \"simulator\"\ndays = 2\nseed = 5\n";

/// Every queue of the example fires, whatever happens on it; nothing else does.
const RULES: &str = r#"
off = [
    "pronta-fonte", "pronta-fonte-atrasada", "pronta-relogio", "pronta-ninguem-conectado", "pronta-ninguem-livre", "pronta-espera",
    "pronta-ns", "pronta-abandono", "pronta-ramal", "pronta-discador", "pronta-curtas",
]

[[rule]]
id = "sempre"
name = "Sempre"
severity = "critical"
scope = "queue"
when = "logged >= 0"
plan = """
1. **Veja** quem está livre.

<b>isto é texto</b>
"""
"#;

/// The file with a name that does not exist.
const WRONG: &str =
    "\n[[rule]]\nid = \"errada\"\nseverity = \"notice\"\nscope = \"queue\"\nwhen = \"longest_wiat > 60\"\n";

#[test]
#[ignore = "runs a browser on example data: cargo xtask test"]
fn alerts_are_taken_and_silenced_by_key_and_tell_their_story() {
    let hub = Hub::start(CONFIG, &[]).expect("a hub");
    let data = hub.data().join("amostra");
    hub.wait_for_past(&data).expect("its past");
    let file = data.join("rules.toml");
    std::fs::write(&file, RULES).expect("the rules");
    let wrong = format!("{RULES}{WRONG}");
    let script = Script::run("alerts.mjs", &hub, &[&file.display().to_string(), &wrong]);

    assert!(script.text("first").contains(": Sempre") && script.text("first").contains("crítico"), "{script:?}");
    let badge: u32 = script.text("badge").parse().expect("a count");
    assert!(badge > 1, "{script:?}");
    assert_eq!(script.text("now"), "Assumir", "the first card of Ao vivo can be taken: {script:?}");
    assert!(script.text("took").contains(&format!("{badge} alertas assumidos até")), "{script:?}");
    assert_eq!(script.step("untaken"), 0, "{script:?}");
    assert!(script.text("taken").contains("Assumido"), "{script:?}");
    assert!(script.step("no_reason").as_bool().expect("a flag"), "a silence wants a reason: {script:?}");
    assert!(script.text("silenced").contains("1 silenciado"), "{script:?}");
    assert!(script.text("folded").contains("treino da equipe"), "{script:?}");
    let effect = script.text("effect");
    assert!(effect.contains("o indicador ainda não voltou"), "{effect}");
    let actions = script.text("actions");
    assert!(actions.contains("assumiu"), "{actions}");
    let plan = script.text("plan");
    assert!(plan.contains("Veja quem está livre.") && plan.contains("<b>isto é texto</b>"), "{plan}");
    assert_eq!(script.step("bold"), "Veja", "the plan's own Markdown is drawn: {script:?}");
    assert!(script.text("steps").contains("Disparado"), "{script:?}");
    assert!(script.text("replay").contains("REPLAY"), "{script:?}");
    let past: u32 = script.text("past").split(' ').next().and_then(|n| n.parse().ok()).expect("a count");
    assert!(past >= badge, "{script:?}");
    assert!(script.text("csv").lines().count() as u32 == past + 1, "{}", script.text("csv"));
    assert!(script.text("rule").contains("Conectados em 0 ou mais"), "{script:?}");
    assert!(script.text("wrong").contains("longest_wait"), "the name that was meant: {script:?}");
    assert_eq!(script.text("off"), "“Sempre” desligada.", "{script:?}");
    assert!(script.text("quiet").contains("Tudo tranquilo"), "{script:?}");
}
