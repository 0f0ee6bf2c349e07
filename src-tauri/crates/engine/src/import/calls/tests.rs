use super::mapping::{Dates, Field, Mapping, Short, Unit};
use super::row::Call;
use super::value::{Lasted, Moment, When, lasted, moment};
use super::*;
use crate::import::Why;
use crate::sheet::Cell;
use jiff::tz::TimeZone;
use mirante_floor::Outcome;
use rust_xlsxwriter::{Format, Formula, Workbook};
use std::ops::ControlFlow;
use std::path::PathBuf;
use tempfile::TempDir;

/// 2026-11-22, noon in São Paulo.
const NOW: i64 = 1_795_359_600_000;

fn zone() -> TimeZone {
    TimeZone::get("America/Sao_Paulo").unwrap()
}

fn put(name: &str, bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn seen(text: &str, mapping: Option<&Mapping>) -> Look {
    let (_folder, path) = put("r.csv", text.as_bytes());
    look(&path, mapping, &zone(), NOW, |_| ControlFlow::Continue(())).unwrap()
}

fn calls(look: &Look) -> Vec<Call> {
    look.shown.iter().filter_map(|shown| shown.read.clone().ok().flatten()).collect()
}

fn faults(look: &Look) -> Vec<(u64, Why, Option<Field>)> {
    look.shown.iter().filter_map(|s| s.read.as_ref().err().map(|f| (s.line, f.why, f.field))).collect()
}

fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

#[test]
fn moments_as_reports_write_them() {
    let civil = |told: &str, dates| match moment(&text(told), None, dates) {
        Some(Moment::Civil(at)) => at.strftime("%Y-%m-%d %H:%M:%S%.f").to_string(),
        other => format!("{other:?}"),
    };
    for (told, meant) in [
        ("03/04/2026 14:05:06", "2026-04-03 14:05:06"),
        ("3/4/26 14:05", "2026-04-03 14:05:00"),
        ("03-04-2026 às 14:05:06", "2026-04-03 14:05:06"),
        ("03.04.2026, 14h05m06", "2026-04-03 14:05:06"),
        ("2026-04-03 14:05:06,250", "2026-04-03 14:05:06.25"),
        ("2026-04-03T14:05:06", "2026-04-03 14:05:06"),
        ("03/04/2026 02:05:06 PM", "2026-04-03 14:05:06"),
        ("03/04/2026 12:05 a.m.", "2026-04-03 00:05:00"),
        ("20260403140506", "2026-04-03 14:05:06"),
        ("20260403", "2026-04-03 00:00:00"),
        ("46115.5", "2026-04-03 12:00:00"),
    ] {
        assert_eq!(civil(told, Dates::Dmy), meant, "{told}");
    }
    assert_eq!(civil("04/13/2026 1:02 pm", Dates::Mdy), "2026-04-13 13:02:00");
    let instant = |told: &Cell| match moment(told, None, Dates::Dmy) {
        Some(Moment::Instant(at)) => Some(at.as_millisecond()),
        _ => None,
    };
    assert_eq!(instant(&text("2026-04-03T14:05:06Z")), Some(1_775_225_106_000));
    assert_eq!(instant(&text("2026-04-03 14:05:06+02")), Some(1_775_217_906_000));
    assert_eq!(instant(&text("1775225106")), Some(1_775_225_106_000));
    assert_eq!(instant(&Cell::Number(1_775_225_106_123.0)), Some(1_775_225_106_123));
    for told in
        ["", "Total", "31/02/2026", "13/13/2026", "2026-04", "25:61", "14:30", "99999999999999999999", "1/2/3/4"]
    {
        assert_eq!(moment(&text(told), None, Dates::Dmy), None, "{told}");
    }
    // The day in one column and the time in another; Excel's own days and times.
    let whole = moment(&text("03/04/2026"), Some(&text("14:05:06")), Dates::Dmy);
    assert_eq!(whole, moment(&text("03/04/2026 14:05:06"), None, Dates::Dmy));
    assert_eq!(
        moment(&Cell::Date(46115.0), Some(&Cell::Date(0.586875)), Dates::Dmy),
        whole.map(|_| { moment(&text("03/04/2026 14:05:06"), None, Dates::Dmy).unwrap() })
    );
    assert_eq!(moment(&Cell::Date(46115.586875), None, Dates::Dmy), whole);
}

#[test]
fn hours_that_come_twice_or_never() {
    let when = |told: &str| moment(&text(told), None, Dates::Dmy).unwrap().when(&zone());
    // On 2018-02-17 at midnight clocks went back to 23:00; on 2018-11-04 they went from 0:00 to 1:00.
    assert_eq!(when("17/02/2018 23:30:00"), Some(When::Twice(1_518_917_400_000)));
    assert_eq!(when("04/11/2018 00:30:00"), Some(When::Never));
    assert_eq!(when("04/11/2018 01:30:00"), Some(When::Once(1_541_302_200_000)));
}

#[test]
fn durations_as_reports_write_them() {
    let mut mapping = Mapping::default();
    let ms = |told: &str, mapping: &Mapping| lasted(&text(told), mapping);
    for (told, meant) in [
        ("01:02:03", 3_723_000),
        ("123:00:01", 442_801_000),
        ("02:03", 123_000),
        ("75", 75_000),
        ("75,5", 75_500),
        ("1h 02m 03s", 3_723_000),
        ("2 min 5 s", 125_000),
        ("1 hora e 5 minutos", 3_900_000),
        ("0:00:00", 0),
        ("00:00:01,250", 1_250),
        ("1 02:00:00", 93_600_000),
    ] {
        assert_eq!(ms(told, &mapping), Lasted::For(meant), "{told}");
    }
    for told in ["", "-", "n/a", " — "] {
        assert_eq!(ms(told, &mapping), Lasted::Untold, "{told:?}");
    }
    for told in ["-5", "-00:00:05"] {
        assert_eq!(ms(told, &mapping), Lasted::Negative, "{told}");
    }
    for told in ["abc", "1:2:3:4", "00:75:00", "1e9", "5 quilos", "99999999999999999999999999999999999999999"] {
        assert_eq!(ms(told, &mapping), Lasted::Nonsense, "{told}");
    }
    assert_eq!(lasted(&Cell::Span(1.5), &mapping), Lasted::For(129_600_000));
    assert_eq!(lasted(&Cell::Date(90.0 / 86_400.0), &mapping), Lasted::For(90_000));
    assert_eq!(lasted(&Cell::Number(-1.0), &mapping), Lasted::Negative);
    (mapping.unit, mapping.short) = (Unit::Min, Short::Hm);
    assert_eq!(ms("2", &mapping), Lasted::For(120_000));
    assert_eq!(ms("02:03", &mapping), Lasted::For(7_380_000));
}

#[test]
fn columns_are_known_by_their_heads_in_three_languages() {
    let fields = |head: &str, row: &str| {
        let look = seen(&format!("{head}\n{row}\n"), None);
        let of = |(field, column): (&Field, &String)| format!("{}={column}", field.word());
        look.mapping.columns.iter().map(of).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        fields(
            "Data/Hora;Nome da Fila;Operador;Tempo de Espera;Situação;Tempo de Conversa;Protocolo;Telefone",
            "13/04/2026 10:00:00;SAC;Ana;00:10;Atendida;01:00;77;119"
        ),
        "entered=Data/Hora queue=Nome da Fila agent=Operador wait=Tempo de Espera outcome=Situação talk=Tempo de Conversa \
         call=Protocolo phone=Telefone"
    );
    assert_eq!(
        fields(
            "Date,Time,Queue,Agent,Wait Time (s),Disposition,Talk Time,Caller ID",
            "2026-04-13,10:00,Sales,Bob,5,ANSWERED,60,1"
        ),
        "entered=Date entered_time=Time queue=Queue agent=Agent wait=Wait Time (s) outcome=Disposition talk=Talk Time \
         phone=Caller ID"
    );
    assert_eq!(
        fields(
            "Fecha y hora;Cola;Agente;Tiempo de espera;Resultado;Conversación",
            "13/04/2026 10:00;Ventas;Eva;5;Contestada;9"
        ),
        "entered=Fecha y hora queue=Cola agent=Agente wait=Tiempo de espera outcome=Resultado talk=Conversación"
    );
    // Heads that several columns share, and none at all: by their place.
    assert_eq!(
        fields("Data;Fila;Espera;Status;Espera", "13/04/2026 10:00;SAC;5;Atendida;7"),
        "entered=Data queue=Fila wait=#3 outcome=Status"
    );
    let look = seen("13/04/2026 10:00;SAC;5;Atendida\n13/04/2026 10:01;SAC;6;Abandonada\n", None);
    assert_eq!((look.header, look.missing.clone()), (0, vec![Field::Queue, Field::Wait]));
    assert_eq!(look.mapping.columns.get(&Field::Outcome).map(String::as_str), Some("#4"));
}

#[test]
fn a_report_is_understood_row_by_row_and_what_cannot_be_is_said() {
    let report = "Relatório do mês;;;;;\n\nEntrada;Fila;Operador;Espera;Desfecho;Conversa\n\
        13/04/2026 10:00:00;SAC;Ana;00:00:10;Atendida;00:01:00\n\
        13/04/2026 10:01:00;SAC;;00:00:20;Abandonada;\n\
        13/04/2026 10:02:00;SAC;Ana;5;Transferida;30\n\
        13/04/2026 10:03:00;SAC;;5;Transferida;\n\
        13/04/2026 10:04:00;SAC;Ana;5;Atendida;\n\
        Entrada;Fila;Operador;Espera;Desfecho;Conversa\n\
        31/02/2026 10:00:00;SAC;;5;Abandonada;\n\
        ;SAC;;5;Abandonada;\n\
        13/04/2026 10:05:00;;;5;Abandonada;\n\
        13/04/2026 10:06:00;SAC;;;Abandonada;\n\
        13/04/2026 10:07:00;SAC;;-5;Abandonada;\n\
        13/04/2026 10:08:00;SAC;;cinco;Abandonada;\n\
        13/04/2026 10:09:00;SAC;;5;Perdida;\n\
        13/04/2026 10:10:00;SAC;;5;Abandonada;00:00:09\n\
        13/04/2027 10:10:00;SAC;;5;Abandonada;\n\
        04/11/2018 00:30:00;SAC;;5;Abandonada;\n\
        17/02/2018 23:30:00;SAC;;5;Abandonada;\n\
        Total;;;;;\n";
    let look = seen(report, None);
    assert_eq!((look.header, look.rows, look.calls, look.twice), (3, 17, 6, 1));
    let told: Vec<_> = calls(&look)
        .iter()
        .map(|c| (c.line, c.agent.clone(), c.wait_ms, c.outcome, c.transferred, c.talk_ms))
        .collect();
    let ana = || Some("Ana".to_owned());
    assert_eq!(
        told,
        [
            (4, ana(), 10_000, Outcome::Answered, false, Some(60_000)),
            (5, None, 20_000, Outcome::Abandoned, false, None),
            (6, ana(), 5_000, Outcome::Answered, true, Some(30_000)),
            (7, None, 5_000, Outcome::Transferred, false, None),
            // How long they talked is not told: it is absent, not zero.
            (8, ana(), 5_000, Outcome::Answered, false, None),
            (20, None, 5_000, Outcome::Abandoned, false, None),
        ]
    );
    let (entered, outcome) = (Some(Field::Entered), Some(Field::Outcome));
    assert_eq!(
        faults(&look),
        [
            (10, Why::NoTime, entered),
            (11, Why::Cell, entered),
            (12, Why::Cell, Some(Field::Queue)),
            (13, Why::Cell, Some(Field::Wait)),
            (14, Why::Negative, Some(Field::Wait)),
            (15, Why::Cell, Some(Field::Wait)),
            (16, Why::Outcome, outcome),
            (17, Why::Contradiction, Some(Field::Talk)),
            (18, Why::Future, entered),
            (19, Why::SkippedTime, entered),
            (21, Why::NoTime, entered),
        ]
    );
    let unknown: Vec<_> =
        look.words.iter().filter(|w| w.meaning.is_none()).map(|w| (w.word.as_str(), w.rows)).collect();
    assert_eq!(unknown, [("Perdida", 1)]);
    assert_eq!(look.span, Some((1_518_917_400_000, 1_776_085_440_000)));
    // Said what it means, the word is used; a row may be passed over.
    let mut mapping = look.mapping.clone();
    mapping.outcomes.insert("perdida".into(), Meaning::Timeout);
    mapping.outcomes.insert("ABANDONADA".into(), Meaning::Skip);
    let look = seen(report, Some(&mapping));
    assert_eq!((look.outcomes.get("timeout"), look.outcomes.get("abandoned")), (Some(&1), None));
    assert_eq!(Mapping::parse(&mapping.write()), Ok(mapping));
}

#[test]
fn moments_stand_in_for_durations_and_for_outcomes() {
    let report = "Inicio,Fila,Agente,Atendida em,Fim\n\
        13/04/2026 10:00:00,SAC,Ana,13/04/2026 10:00:10,13/04/2026 10:01:10\n\
        13/04/2026 10:00:00,SAC,,,13/04/2026 10:00:30\n\
        13/04/2026 10:00:00,SAC,Ana,13/04/2026 09:59:59,13/04/2026 10:01:10\n\
        13/04/2026 10:00:00,SAC,Ana,13/04/2026 10:00:10,13/04/2026 10:00:09\n\
        13/04/2026 10:00:00,SAC,,,\n";
    let look = seen(report, None);
    assert!(look.missing.is_empty(), "{:?}", look.mapping);
    let told: Vec<_> = calls(&look).iter().map(|c| (c.wait_ms, c.outcome, c.talk_ms)).collect();
    // Nobody guesses how a wait ended: unanswered is all that is known.
    assert_eq!(told, [(10_000, Outcome::Answered, Some(60_000)), (30_000, Outcome::Unknown, None)]);
    let faults: Vec<_> = faults(&look).into_iter().map(|(_, why, field)| (why, field)).collect();
    assert_eq!(
        faults,
        [(Why::Order, Some(Field::Answered)), (Why::Order, Some(Field::Ended)), (Why::Cell, Some(Field::Wait))]
    );
}

#[test]
fn dates_that_can_be_read_two_ways_are_doubted_until_one_tells() {
    let report = |days: &[&str]| {
        let rows: Vec<String> = days.iter().map(|day| format!("{day} 10:00:00,SAC,5,Answered,9\n")).collect();
        format!("Date,Queue,Wait,Outcome,Talk\n{}", rows.concat())
    };
    let look = seen(&report(&["03/04/2026", "05/06/2026"]), None);
    assert!(look.dates_doubtful && look.mapping.dates == Dates::Dmy);
    let look = seen(&report(&["03/04/2026", "13/06/2026"]), None);
    assert!(!look.dates_doubtful && look.mapping.dates == Dates::Dmy);
    let many: Vec<&str> = std::iter::repeat_n("03/04/2026", 300).chain(["04/30/2026"]).collect();
    let look = seen(&report(&many), None);
    assert_eq!((look.dates_doubtful, look.mapping.dates, look.calls), (false, Dates::Mdy, 301));
}

#[test]
fn a_mapping_that_does_not_fit_is_refused_in_words() {
    let (_folder, path) = put("r.csv", b"Entrada;Fila\n13/04/2026 10:00;SAC\n");
    let mut mapping = Mapping::default();
    mapping.columns.insert(Field::Entered, "Chegada".into());
    let error = look(&path, Some(&mapping), &zone(), NOW, |_| ControlFlow::Continue(())).unwrap_err();
    assert_eq!(error.to_string(), "the report has no column \"Chegada\", which the mapping takes for entered");
    assert!(Mapping::parse("[columns]\nentrada = \"x\"").is_err());
    let look = seen("Entrada;Fila\n13/04/2026 10:00;SAC\n", None);
    assert_eq!((look.missing, look.calls), (vec![Field::Wait, Field::Outcome], 0));
}

#[test]
fn a_workbook_says_the_same_as_text() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("r.xlsx");
    let mut book = Workbook::new();
    book.add_worksheet().set_name("Capa").unwrap().write(0, 0, "Relatório").unwrap();
    let sheet = book.add_worksheet().set_name("Chamadas").unwrap();
    for (place, head) in
        ["Entrada", "Fila", "Operador", "Espera", "Desfecho", "Conversa", "Telefone"].iter().enumerate()
    {
        sheet.write(1, place as u16, *head).unwrap();
    }
    let (day, span) = (Format::new().set_num_format("dd/mm/yyyy hh:mm:ss"), Format::new().set_num_format("[h]:mm:ss"));
    sheet.write_with_format(2, 0, 46125.4375, &day).unwrap();
    sheet.write(2, 1, "SAC").unwrap().write(2, 2, 2101).unwrap();
    sheet.write_with_format(2, 3, 10.0 / 86_400.0, &span).unwrap();
    sheet.write(2, 4, "Atendida").unwrap();
    sheet.write_with_format(2, 5, 30.0 / 24.0, &span).unwrap();
    sheet.write(2, 6, 11987654321_f64).unwrap();
    // Text where Excel would have a date; a formula with a value, and one that came to nothing.
    sheet.write(3, 0, "13/04/2026 10:31:00").unwrap().write(3, 1, "SAC").unwrap();
    sheet.write_formula(3, 3, Formula::new("=10+10").set_result("20")).unwrap();
    sheet.write(3, 4, "Abandonada").unwrap();
    sheet.write(4, 0, "13/04/2026 10:32:00").unwrap().write(4, 1, "SAC").unwrap();
    sheet.write_formula(4, 3, Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
    sheet.write(4, 4, "Abandonada").unwrap();
    book.save(&path).unwrap();
    let mapping = Mapping { sheet: Some("Chamadas".into()), ..Mapping::default() };
    let look = look(&path, Some(&mapping), &zone(), NOW, |_| ControlFlow::Continue(())).unwrap();
    let told: Vec<_> = calls(&look)
        .iter()
        .map(|c| (c.line, c.entered, c.agent.clone(), c.wait_ms, c.talk_ms, c.phone.clone()))
        .collect();
    assert_eq!(
        told,
        [
            (3, 1_776_087_000_000, Some("2101".into()), 10_000, Some(108_000_000), Some("11987654321".into())),
            (4, 1_776_087_060_000, None, 20_000, None, None),
        ]
    );
    assert_eq!(faults(&look), [(5, Why::Cell, Some(Field::Wait))]);
}
