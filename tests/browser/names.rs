//! Names imported from a file, as a person does it: looked at, applied, seen live, undone.

use mirante_tests::hub::Hub;
use mirante_tests::pbx::{Major, Pbx, install};
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

#[test]
#[ignore = "runs a real PBX and a browser: cargo xtask test"]
fn names_are_imported_and_undone_on_screen() {
    let tree = install(Major::V22, false, &|words| println!("{words}")).expect("Asterisk 22");
    let pbx = Pbx::start(&tree).expect("a running PBX");
    let hub = Hub::follow(pbx.address(), None).expect("a hub");
    hub.wait_up(Duration::from_secs(10)).expect("a hub that hears the PBX");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("filas.csv");
    // Latin-1, as a spreadsheet on Windows saves it.
    std::fs::write(&file, b"fila;descri\xe7\xe3o\nsac;<b>SAC</b> 0800\nnao-existe;Outra\n").expect("a file");

    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("browser");
    let address = format!("http://{}/", hub.address());
    let output = Command::new("node")
        .arg(here.join("names.mjs"))
        .args([&address, &file.display().to_string(), "1/sac"])
        .output()
        .expect("node");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    let lines: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let step =
        |name: &str| lines.iter().find_map(|line| line.get(name)).unwrap_or_else(|| panic!("no {name} in {said}"));
    let text = |name: &str| step(name).as_str().unwrap_or_default().to_owned();
    let rows = step("rows");
    assert_eq!(rows[0], serde_json::json!(["2", "Fila", "sac", "—", "<b>SAC</b> 0800", "novo"]));
    assert_eq!(rows[1], serde_json::json!(["3", "Fila", "nao-existe", "—", "Outra", "o PABX ainda não mostrou"]));
    assert!(text("applied").contains("<b>SAC</b> 0800"), "{said}");
    assert!(!text("before").contains("0800") && text("undone").contains("sac"), "{said}");
    let bold = lines.iter().find_map(|line| line.get("bold"));
    assert_eq!(bold, Some(&Value::from(0)), "a name is never markup");
    let faults: Vec<&Value> = lines.iter().filter_map(|line| line.get("fault")).collect();
    assert!(faults.is_empty(), "{faults:?}");
}
