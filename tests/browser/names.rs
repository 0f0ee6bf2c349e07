//! Names imported from a file, as a person does it: looked at, applied, seen live, undone.

use crate::script::Script;
use mirante_tests::hub::Hub;
use mirante_tests::pbx::{Major, Pbx, install};
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

    let script = Script::run("names.mjs", &hub, &[&file.display().to_string(), "1/sac"]);
    let rows = script.step("rows");
    assert_eq!(rows[0], serde_json::json!(["2", "Fila", "sac", "—", "<b>SAC</b> 0800", "novo"]));
    assert_eq!(rows[1], serde_json::json!(["3", "Fila", "nao-existe", "—", "Outra", "o PABX ainda não mostrou"]));
    assert!(script.text("applied").contains("<b>SAC</b> 0800"), "{script:?}");
    assert!(!script.text("before").contains("0800") && script.text("undone").contains("sac"));
    assert_eq!(*script.step("bold"), 0, "a name is never markup");
}
