//! How long things are kept, as a person changes it: looked at, changed, undone, applied, with a receipt.

use mirante_tests::hub::Hub;
use mirante_tests::now_ms;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

const CONFIG: &str = "[[source]]\nname = \"demo\"\nkind = \"simulator\"\ndays = 2\nseed = 5\n";

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
    let mut feed = hub.client().feed().expect("a feed");
    while feed.state.seen < now_ms() - 60_000 {
        feed.take_next().expect("a batch");
    }
    drop(feed);
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
    let address = format!("http://{}/", hub.address());
    let output = Command::new("node").arg(here.join("keeping.mjs")).arg(&address).output().expect("node");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    let lines: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let step =
        |name: &str| lines.iter().find_map(|line| line.get(name)).unwrap_or_else(|| panic!("no {name} in {said}"));
    let text = |name: &str| step(name).as_str().unwrap_or_default().to_owned();

    let contacts = step("rules")["contacts"].as_str().unwrap_or_default();
    assert!(contacts.contains("Lei, a confirmar Decreto 11.034/2022, art. 12"), "{contacts}");
    assert!(contacts.contains("Escolha do Mirante") && contacts.contains("De costume: 2 anos"), "{contacts}");
    let rewind = step("rules")["rewind"].as_str().unwrap_or_default();
    assert!(rewind.contains("Voltar no tempo") && !rewind.contains("Lei,"), "{rewind}");
    assert!(text("receipts").contains("Nada foi removido até hoje"), "{said}");
    assert_eq!(text("fresh"), "ainda não contado");
    let wrong = step("wrong");
    assert_eq!((&wrong["save"], &wrong["look"]), (&Value::from(true), &Value::from(true)), "{wrong}");
    assert!(wrong["text"].as_str().is_some_and(|text| text.contains("De 1 dia a 100 anos.")), "{wrong}");

    let looked = text("looked");
    let rows = number_before(&looked, "linhas");
    assert!(rows > 100 && looked.contains("desde") && looked.contains("visitas"), "{looked}");
    assert_eq!(text("others"), "nada", "{said}");
    assert!(text("saved").contains("Nada sai antes das 03h30"), "{said}");
    assert_eq!(step("undone")["count"], "2", "{said}");
    assert!(text("sure").contains("para sempre") && number_before(&text("sure"), "linhas") == rows, "{said}");
    assert_eq!(number_before(&text("removed"), "linhas"), rows, "what was shown is what went: {said}");
    assert!(text("rows").contains("Visitas às filas"), "{said}");
    assert_eq!(text("left"), "nada");
    let faults: Vec<&Value> = lines.iter().filter_map(|line| line.get("fault")).collect();
    assert!(faults.is_empty(), "{faults:?}");
    let file = std::fs::read_to_string(hub.folder().join("mirante.toml")).expect("the file");
    assert_eq!(file, format!("{CONFIG}\n[retention]\ncontacts = \"1 day\"\n"));
}
