//! How long things are kept, as a person changes it: looked at, changed, undone, applied, with a receipt.

use crate::script::Script;
use mirante_tests::hub::Hub;
use serde_json::Value;

const CONFIG: &str = "[[source]]\nname = \"demo\"\nkind = \"simulator\"\ndays = 3\nseed = 5\n";

/// The number in front of a word, however the language groups it.
fn number_before(text: &str, word: &str) -> u64 {
    let words: Vec<&str> = text.split(' ').collect();
    let at = words.iter().position(|found| found.starts_with(word)).unwrap_or_else(|| panic!("no {word} in {text}"));
    words[at - 1].replace('.', "").parse().unwrap_or_else(|_| panic!("no number before {word} in {text}"))
}

#[test]
#[ignore = "runs a browser on example data: cargo xtask test"]
fn times_are_changed_undone_and_applied_on_screen() {
    let hub = Hub::start(CONFIG, &[]).expect("a hub");
    hub.wait_for_past(&hub.data().join("amostra")).expect("its past");
    let script = Script::run("keeping.mjs", &hub, &[]);

    let contacts = script.step("rules")["contacts"].as_str().unwrap_or_default();
    assert!(contacts.contains("Lei, a confirmar Decreto 11.034/2022, art. 12"), "{contacts}");
    assert!(contacts.contains("Escolha do Mirante") && contacts.contains("De costume: 2 anos"), "{contacts}");
    let rewind = script.step("rules")["rewind"].as_str().unwrap_or_default();
    assert!(rewind.contains("Voltar no tempo") && !rewind.contains("Lei,"), "{rewind}");
    assert!(script.text("receipts").contains("Nada foi removido até hoje"), "{script:?}");
    assert_eq!(script.text("fresh"), "ainda não contado");
    let wrong = script.step("wrong");
    assert_eq!((&wrong["save"], &wrong["look"]), (&Value::from(true), &Value::from(true)), "{wrong}");
    assert!(wrong["text"].as_str().is_some_and(|text| text.contains("De 1 dia a 100 anos.")), "{wrong}");

    let looked = script.text("looked");
    let rows = number_before(looked, "linhas");
    assert!(rows > 100 && looked.contains("desde") && looked.contains("visitas"), "{looked}");
    assert_eq!(script.text("others"), "nada", "{script:?}");
    assert!(script.text("saved").contains("Nada sai antes das 03h30"), "{script:?}");
    assert_eq!(script.step("undone")["count"], "2", "{script:?}");
    assert!(script.text("sure").contains("para sempre"), "{script:?}");
    assert_eq!(number_before(script.text("sure"), "linhas"), rows, "{script:?}");
    assert_eq!(number_before(script.text("removed"), "linhas"), rows, "what was shown is what went: {script:?}");
    assert!(script.text("rows").contains("Visitas às filas"), "{script:?}");
    assert_eq!(script.text("left"), "nada");
    let file = std::fs::read_to_string(hub.folder().join("mirante.toml")).expect("the file");
    assert_eq!(file, format!("{CONFIG}\n[retention]\ncontacts = \"1 day\"\n"));
}
