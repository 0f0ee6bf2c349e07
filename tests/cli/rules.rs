//! Rules of alerts in a file: checked, and tried on virtual time, as the guide shows them.

use super::folder::{place, put, run};

/// The example of the guide.
fn example() -> String {
    let guide = include_str!("../../docs/pt-BR/linha-de-comando.md");
    let from = guide.find("```toml\n# regras.toml").expect("the example") + "```toml\n".len();
    guide[from..].split("```").next().expect("its end").to_owned()
}

#[test]
#[ignore = "needs the built mirantectl: cargo xtask test"]
fn the_rules_of_the_guide_do_what_its_scenario_says() {
    let (folder, _) = place();
    let file = |text: &str| put(&folder, "regras.toml", text.as_bytes()).display().to_string();
    let good = file(&example());
    let (code, words) = run(&["rules", "check", &good]);
    assert_eq!((code, words.contains("good, 2 rule(s), 1 policies, 1 scenario(s)")), (0, true), "{words}");
    let (code, words) = run(&["rules", "test", &good]);
    assert_eq!((code, words.starts_with("ok     ")), (0, true), "{words}");

    let wrong = file(&example().replace("longest_wait > 60", "longest_wiat > 60"));
    let (code, words) = run(&["rules", "check", &wrong]);
    assert_eq!(code, 1, "{words}");
    assert!(
        words.contains("regras.toml") && words.contains("character 1") && words.contains("`longest_wait`?"),
        "{words}"
    );

    // The rule waits longer than the scenario says.
    let slow = file(&example().replacen("for = \"30s\"", "for = \"5m\"", 1));
    let (code, words) = run(&["rules", "test", &slow]);
    assert_eq!(code, 1, "{words}");
    assert!(words.contains("FAILED") && words.contains("is Pending, not Firing"), "{words}");
    assert!(words.contains("what happened"), "{words}");

    let none = file("");
    assert_eq!(run(&["rules", "test", &none]).0, 1, "nothing to try");
    assert_eq!(run(&["rules", "check", &none, "--zone", "Marte/Olimpo"]).0, 2);
    assert_eq!(run(&["rules", "check", "missing.toml"]).0, 1);
}
