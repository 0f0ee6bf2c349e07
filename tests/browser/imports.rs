//! A report of calls imported from the interface, as a person does it: chosen, corrected, taken in, and taken in again.

use crate::script::Script;
use mirante_tests::hub::Hub;
use rusqlite::Connection;
use serde_json::json;

/// A hub that follows a PBX which nobody answers for.
fn hub() -> Hub {
    let nobody = "127.0.0.1:9".parse().expect("an address");
    Hub::follow(nobody, None).expect("a hub")
}

#[test]
#[ignore = "runs a hub and a browser: cargo xtask test"]
fn a_report_is_understood_corrected_and_imported_on_screen() {
    let hub = hub();
    let folder = tempfile::tempdir().expect("a folder");
    let (file, page) = (folder.path().join("chamadas_2026-03.csv"), folder.path().join("chamadas.xls"));
    let report = "Relat\u{f3}rio;;;;;\nData/Hora;Fila;Operador;Tempo de espera;Desfecho;Tempo de conversa;Telefone\n\
        13/03/2026 10:00:00;<b>SAC</b>;Jo\u{e3}o;00:00:10;Atendida;00:01:00;11987654321\n\
        13/03/2026 10:01:00;SAC;;00:00:20;Abandonada;;11987654322\n\
        13/03/2026 10:02:00;SAC;;00:00:30;Perdida;;11987654323\n\
        Total;;;;;\n";
    // As a spreadsheet on Windows saves it.
    let bytes: Vec<u8> = report.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect();
    std::fs::write(&file, bytes).expect("a file");
    std::fs::write(&page, "<html><table><tr><td>Fila</td></tr></table></html>").expect("a file");

    let script = Script::run("imports.mjs", &hub, &[&file.display().to_string(), &page.display().to_string()]);
    let has = |name: &str, words: &str| {
        let told = script.text(name);
        assert!(told.contains(words), "{name}: {told}");
    };
    has("refused", "página da web");
    has("found", "chamadas_2026-03.csv Latin-1, dividido por ponto e vírgula");
    assert_eq!(*script.step("wait"), "Tempo de espera");
    has("unknown", "1 palavra não é conhecida");
    let rows = script.step("rows");
    assert_eq!(
        rows[0],
        json!([
            "3",
            "13 de mar. de 2026 10h00m00",
            "<b>SAC</b>",
            "João",
            "00:10",
            "atendida",
            "01:00",
            "(11) 9****-4321"
        ])
    );
    assert_eq!(rows[1][6], "—", "what nobody tells is absent, not zero");
    assert_eq!(rows[2], json!(["5", "▲Desfecho: desfecho que ninguém disse o que é"]));
    assert_eq!(*script.step("bold"), 0, "a name is never markup");
    has("unfit", "Entrada na fila: data ou hora que não existe");
    has("offer", "Importar 2 ligações");
    has("missing", "Falta dizer: Espera.");
    assert_eq!(*script.step("blocked"), true);
    has("explained", "Importar 3 ligações");
    has("done", "3 ligações importadas");
    has("done", "1 linha não serviu: data ou hora que não existe (1)");
    assert_eq!(*script.step("remembered"), true);
    has("again", "Nada novo: nenhuma ligação importada 3 já tinham sido importadas");

    let base = Connection::open(hub.database()).expect("a database");
    let sql = "SELECT source.name || ' ' || outcome || ' ' || origin FROM visit JOIN source ON source.id = source ORDER BY entered_ms";
    let mut statement = base.prepare(sql).expect("visits");
    let told: Vec<String> =
        statement.query_map([], |r| r.get(0)).expect("rows").map(|row| row.expect("a row")).collect();
    let expected = ["chamadas answered backfilled", "chamadas abandoned backfilled", "chamadas timeout backfilled"];
    assert_eq!(told, expected);
}
