//! Reports of calls, taken in from a terminal, against an independent count of the same rows.

use super::folder::{base, place, put, run, verify};
use mirante_tests::hub::Hub;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rusqlite::Connection;
use rust_xlsxwriter::{Format, Workbook};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

fn report(data: &Path, files: &[&Path], more: &[&str]) -> (i32, String) {
    let data = data.display().to_string();
    let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    let mut arguments = vec!["import", "report", "--data", &data];
    if !more.contains(&"--source") {
        arguments.extend(["--source", "relatorio"]);
    }
    arguments.extend(files.iter().map(String::as_str));
    arguments.extend(more);
    run(&arguments)
}

fn import(data: &Path, files: &[&Path], more: &[&str]) -> String {
    let (code, words) = report(data, files, more);
    assert_eq!(code, 0, "{words}");
    words
}

/// One row of a report, and the moment it tells in Unix s. São Paulo has been three hours behind since 2019.
#[derive(Clone)]
struct Call {
    entered: i64,
    queue: &'static str,
    agent: Option<&'static str>,
    wait: i64,
    word: &'static str,
    talk: Option<i64>,
}

const QUEUES: [&str; 3] = ["SAC", "Suporte Técnico", "Vendas & Retenção"];
const AGENTS: [&str; 4] = ["João Conceição", "Ana Souza", "2101", "2105"];

fn made(seed: u64, from: i64, count: usize) -> Vec<Call> {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let mut entered = from;
    let call = |_| {
        // Several in one second, too.
        entered += dice.random_range(0..40);
        let (wait, queue) = (dice.random_range(0..400), QUEUES[dice.random_range(0..3)]);
        let agent = AGENTS[dice.random_range(0..4)];
        let (agent, word, talk) = match dice.random_range(0..100) {
            0..70 => (Some(agent), "Atendida", Some(dice.random_range(1..1_200))),
            70..75 => (Some(agent), "Atendida", None),
            75..80 => (Some(agent), "Transferida", Some(dice.random_range(1..60))),
            80..95 => (None, "Abandonada", None),
            _ => (None, "Tempo esgotado", None),
        };
        Call { entered, queue, agent, wait, word, talk }
    };
    (0..count).map(call).collect()
}

const HEADS: [&str; 7] =
    ["Data/Hora", "Fila", "Operador", "Tempo de espera", "Desfecho", "Tempo de conversa", "Telefone"];

fn clock(seconds: i64) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Day and time in São Paulo.
fn local(entered: i64) -> jiff::civil::DateTime {
    let at = jiff::Timestamp::from_second(entered - 3 * 3600).expect("a time");
    at.to_zoned(jiff::tz::TimeZone::UTC).datetime()
}

fn written(calls: &[Call], divider: &str, end: &str) -> String {
    let mut text = format!("Relatório de chamadas{end}{end}{}{end}", HEADS.join(divider));
    for (nth, call) in calls.iter().enumerate() {
        let cells = [
            local(call.entered).strftime("%d/%m/%Y %H:%M:%S").to_string(),
            call.queue.to_owned(),
            call.agent.unwrap_or_default().to_owned(),
            clock(call.wait),
            call.word.to_owned(),
            call.talk.map(clock).unwrap_or_default(),
            format!("119{:08}", nth % 997),
        ];
        text.push_str(&cells.join(divider));
        text.push_str(end);
    }
    text
}

/// Visits, waits and talks by queue and outcome: count, s, those whose talk is told, s.
type Totals = BTreeMap<(String, String), (u64, i64, u64, i64)>;

fn counted<'a>(calls: impl Iterator<Item = &'a Call>) -> Totals {
    let mut totals = Totals::new();
    for call in calls {
        let outcome = match call.word {
            "Atendida" | "Transferida" => "answered",
            "Abandonada" => "abandoned",
            _ => "timeout",
        };
        let total = totals.entry((call.queue.into(), outcome.into())).or_default();
        let (told, talk) = (u64::from(call.talk.is_some()), call.talk.unwrap_or(0));
        *total = (total.0 + 1, total.1 + call.wait, total.2 + told, total.3 + talk);
    }
    totals
}

fn imported(data: &Path) -> Totals {
    let base = base(data);
    let marks: (String, String) = base
        .query_row("SELECT min(origin), max(origin) FROM visit", [], |r| Ok((r.get(0)?, r.get(1)?)))
        .expect("marks");
    assert_eq!(marks, ("backfilled".into(), "backfilled".into()), "all are marked");
    let sql = "SELECT queue, outcome, count(*), sum(wait_ms) / 1000, count(talk_ms), coalesce(sum(talk_ms), 0) / 1000
               FROM visit GROUP BY queue, outcome";
    let mut statement = base.prepare(sql).expect("visits");
    let rows = statement.query_map([], |r| Ok(((r.get(0)?, r.get(1)?), (r.get(2)?, r.get(3)?, r.get(4)?, r.get(5)?))));
    rows.expect("rows").map(|row| row.expect("a row")).collect()
}

fn utf16(text: &str) -> Vec<u8> {
    [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

fn latin1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect()
}

fn workbook(calls: &[Call]) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Chamadas").expect("a sheet");
    let (day, span) = (Format::new().set_num_format("dd/mm/yyyy hh:mm:ss"), Format::new().set_num_format("[h]:mm:ss"));
    for (place, head) in (0..).zip(HEADS) {
        sheet.write(0, place, head).expect("a head");
    }
    for (row, call) in (1..).zip(calls) {
        // Days since the last of 1899 but one, in São Paulo.
        let days = (call.entered - 3 * 3600) as f64 / 86_400.0 + 25_569.0;
        sheet.write_with_format(row, 0, days, &day).expect("a cell");
        sheet.write(row, 1, call.queue).expect("a cell");
        sheet.write(row, 2, call.agent.unwrap_or_default()).expect("a cell");
        sheet.write_with_format(row, 3, call.wait as f64 / 86_400.0, &span).expect("a cell");
        sheet.write(row, 4, call.word).expect("a cell");
        if let Some(talk) = call.talk {
            sheet.write_with_format(row, 5, talk as f64 / 86_400.0, &span).expect("a cell");
        }
        sheet.write(row, 6, 11_900_000_000.0 + f64::from(row)).expect("a cell");
    }
    book.save_to_buffer().expect("a workbook")
}

/// 2026-03-13: no day of the month is a month.
const FROM: i64 = 1_773_400_000;

#[test]
#[ignore = "needs the built mirantectl: cargo xtask test"]
fn every_call_of_a_report_is_counted_once_whatever_it_is_written_in() {
    let calls = made(1, FROM, 3_000);
    let newest_first: Vec<Call> = calls.iter().rev().cloned().collect();
    let mut shuffled = calls.clone();
    rand::seq::SliceRandom::shuffle(&mut shuffled[..], &mut ChaCha8Rng::seed_from_u64(2));
    let files = [
        ("latin1.csv", latin1(&written(&calls, ";", "\r\n"))),
        ("utf8.csv", written(&newest_first, ",", "\n").into_bytes()),
        ("utf16.txt", utf16(&written(&shuffled, "\t", "\r\n"))),
        ("report.xlsx", workbook(&calls)),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bytes) in &files {
        let file = put(&folder, name, bytes);
        let (_own, data) = place();
        let words = import(&data, &[&file], &[]);
        assert!(words.contains("3000 visits were imported; 0 were known already"), "{name}: {words}");
        assert!(words.contains("\n0 could not be used"), "{name}: {words}");
        assert_eq!(imported(&data), counted(calls.iter()), "{name}");
        verify(&data);
        // The same again, and all of it written otherwise: nothing is told twice.
        for (other, bytes) in &files {
            let file = put(&folder, other, bytes);
            let words = import(&data, &[&file], &[]);
            assert!(words.contains("0 visits were imported; 3000 were known already"), "{name}, {other}: {words}");
        }
        assert_eq!(imported(&data), counted(calls.iter()), "{name}");
        verify(&data);
        let secret: u64 = base(&data)
            .query_row("SELECT count(*) FROM visit WHERE call LIKE '%1190000%' OR agent LIKE '%Souza%'", [], |r| {
                r.get(0)
            })
            .expect("a count");
        assert_eq!(secret, 0, "numbers and names stand in the table of people only");
    }
}

#[test]
#[ignore = "needs the built mirantectl: cargo xtask test"]
fn overlapping_reports_and_an_older_one_add_what_is_new() {
    let (folder, data) = place();
    let calls = made(3, FROM, 6_000);
    let csv = |name: &str, calls: &[Call]| put(&folder, name, written(calls, ";", "\n").as_bytes());
    let (later, middle, all) =
        (csv("later.csv", &calls[3_000..]), csv("middle.csv", &calls[2_000..4_000]), csv("all.csv", &calls));
    for (file, new) in [(&later, 3_000), (&middle, 1_000), (&all, 2_000), (&later, 0)] {
        let words = import(&data, &[file], &[]);
        assert!(words.contains(&format!("\n{new} visits were imported")), "{words}");
        verify(&data);
    }
    assert_eq!(imported(&data), counted(calls.iter()));
    // Two rows that say the same are two calls, also when both come again.
    let twins = vec![calls[0].clone(), calls[0].clone()];
    let words = import(&data, &[&csv("twins.csv", &twins)], &["--source", "outro"]);
    assert!(words.contains("\n2 visits were imported"), "{words}");
    assert!(words.contains("of the same time, relatorio keeps"), "{words}");
    let words = import(&data, &[&csv("twins.csv", &twins)], &["--source", "outro"]);
    assert!(words.contains("\n0 visits were imported; 2 were known"), "{words}");
    // Another import's name is not taken.
    let log = put(&folder, "queue_log", b"1770000000|1.1|sac|NONE|ENTERQUEUE||119|1\n");
    let text = data.display().to_string();
    let (code, words) = run(&["import", "queue-log", "--data", &text, "--source", "outro", &log.display().to_string()]);
    assert_eq!(code, 1, "{words}");
}

#[test]
#[ignore = "needs the built mirantectl: cargo xtask test"]
fn an_import_that_was_killed_comes_to_the_same() {
    let (folder, data) = place();
    let calls = made(4, FROM, 40_000);
    let file = put(&folder, "r.csv", written(&calls, ";", "\n").as_bytes());
    let kept = || {
        let base = Connection::open(data.join("mirante.db")).ok()?;
        base.query_row("SELECT count(*) FROM visit", [], |r| r.get::<_, u64>(0)).ok()
    };
    let (mut killed, mut seen) = (0, 0);
    for _ in 0..5 {
        let mut child = Command::new(mirante_tests::hub::mirantectl().expect("mirantectl"))
            .args(["import", "report", "--source", "relatorio", "--data"])
            .arg(&data)
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("mirantectl");
        while kept().unwrap_or(0) <= seen && child.try_wait().expect("a state").is_none() {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        killed += u32::from(child.try_wait().expect("a state").is_none());
        child.kill().expect("killed");
        child.wait().expect("gone");
        seen = kept().unwrap_or(0);
    }
    assert!(killed > 0 && seen > 0 && seen < 40_000, "{killed} kills, {seen} kept");
    let words = import(&data, &[&file], &[]);
    assert!(words.contains(&format!("{seen} were known already")), "{words}");
    assert_eq!(imported(&data), counted(calls.iter()));
    verify(&data);
}

#[test]
#[ignore = "needs the built mirantectl: cargo xtask test"]
fn a_mapping_is_guessed_written_corrected_and_used_again() {
    let (folder, data) = place();
    let text = "Momento;Zona;Quem;Demora;Como acabou\n\
        13/03/2026 10:00:00;SAC;Ana;10;Atendida\n13/03/2026 10:01:00;SAC;;20;Perdida\n\
        13/03/2026 10:02:00;SAC;;30;Caiu\n13/03/2026 10:03:00;SAC;;5;Interna\n";
    let file = put(&folder, "r.csv", text.as_bytes());
    let map = folder.path().join("map.toml");
    let named = map.display().to_string();
    // Nothing is guessed where nothing tells, and nothing is imported.
    let (code, words) = report(&data, &[&file], &["--map", &named]);
    assert_eq!(code, 1, "{words}");
    assert!(words.contains("no column says queue, wait, outcome; name it in"), "{words}");
    assert!(!data.exists());
    let written = std::fs::read_to_string(&map).expect("a mapping");
    assert!(written.contains("entered = \"Momento\""), "{written}");
    let whole = "header = 1\n[columns]\nentered = \"Momento\"\nqueue = \"Zona\"\nagent = \"Quem\"\nwait = \"#4\"\n\
        outcome = \"Como acabou\"\n[outcomes]\nPerdida = \"abandoned\"\ninterna = \"skip\"\n";
    std::fs::write(&map, whole).expect("a mapping");
    let (code, words) = report(&data, &[&file], &["--map", &named, "--preview"]);
    assert_eq!(code, 0, "{words}");
    assert!(
        words.contains("the outcome \"Caiu\" of 1 rows is not known") && words.contains("nothing was imported"),
        "{words}"
    );
    assert!(words.contains("line 4: unknown_outcome (outcome)"), "{words}");
    assert!(!data.exists(), "a preview changes nothing");
    let words = import(&data, &[&file], &["--map", &named]);
    assert!(words.contains("2 visits were imported") && words.contains("1 rows were passed over"), "{words}");
    let told: Vec<(String, i64, Option<i64>)> = base(&data)
        .prepare("SELECT outcome, wait_ms, talk_ms FROM visit ORDER BY entered_ms")
        .expect("visits")
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
        .expect("rows")
        .map(|row| row.expect("a row"))
        .collect();
    // No column tells conversations: they are absent, not zero.
    assert_eq!(told, [("answered".into(), 10_000, None), ("abandoned".into(), 20_000, None)]);
    let (code, words) =
        report(&data, &[&file], &["--map", &put(&folder, "bad.toml", b"[columns]\nx = 1").display().to_string()]);
    assert_eq!(code, 1, "{words}");
    let (code, words) = report(&data, &[&file], &["--zone", "Mars/Olympus"]);
    assert_eq!(code, 2, "{words}");
}

#[test]
#[ignore = "needs the built mirantectl: cargo xtask test"]
fn strangers_files_are_used_or_refused_in_words() {
    let (folder, data) = place();
    let refused = |name: &str, bytes: &[u8], with: &str| {
        let file = put(&folder, name, bytes);
        let (code, words) = report(&data, &[&file], &[]);
        assert_eq!(code, 1, "{name}: {words}");
        assert!(words.contains(with), "{name}: {words}");
        assert!(!data.exists(), "{name}: nothing is made");
    };
    refused("empty.csv", b"", "empty");
    refused("blank.csv", b"\r\n  \r\n", "empty");
    refused("page.xls", b"<html><table><tr><td>Fila</td></tr></table>", "web page");
    refused("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "save it as");
    refused("half.xlsx", &workbook(&made(5, FROM, 50))[..900], "cannot be read");
    refused("two.csv", b"Date,Queue,Wait,Outcome\n03/04/2026 10:00,SAC,5,Answered\n", "two ways");
    refused("none.csv", b"Entrada;Fila;Espera;Desfecho\n13/03/2099 10:00;SAC;5;Abandonada\n", "no row is a call");

    let head = "Entrada;Fila;Espera;Desfecho;Telefone\n";
    let good = |nth: i64| format!("13/03/2026 10:{:02}:00;SAC;5;Abandonada;1198765432{nth}\n", nth % 60);
    let mut text = format!("{head}{}", good(1));
    text.push_str("13/03/2026 10:02:00;\"SAC;5;Abandonada;1\n");
    text.push_str(&good(3));
    text.push_str(&format!("{}\n", "x;".repeat(1_000_000)));
    text.push_str(&format!("{}\n", ";".repeat(900)));
    text.push_str("13/03/2026 10:05:00;=HYPERLINK(\"http://x\");5;Abandonada;1\n");
    text.push_str("13/03/2026 10:06:00;<b>\u{202e}SAC\x1b[2J</b>;5;Abandonada;1\n");
    text.push_str("13/03/2026 10:07:00;SAC;-5;Abandonada;1\n");
    text.push_str(&format!("13/03/2026 10:08:00;{};5;Abandonada;1\n", "Q".repeat(500)));
    let file = put(&folder, "hostile.csv", text.as_bytes());
    let told = folder.path().join("told.csv");
    let words = import(&data, &[&file], &["--report", &told.display().to_string()]);
    assert!(words.contains("4 visits were imported"), "{words}");
    assert!(!words.contains('\x1b') && !words.contains('\u{202e}'), "nothing moves the terminal: {words}");
    let told = std::fs::read_to_string(&told).expect("a report");
    let lines: Vec<&str> = told.lines().skip(1).map(|line| line.split_once("\",").expect("a place").1).collect();
    let expected = ["3,3,unclosed_quotes,", "5,5,too_long,", "6,6,too_wide,", "9,9,negative,wait", "10,10,cell,queue"];
    assert_eq!(lines, expected);
    assert!(!told.contains("1198765432"), "nobody's number");
    verify(&data);
}

#[test]
#[ignore = "runs a hub: cargo xtask test"]
fn what_a_followed_platform_was_heard_to_tell_is_not_told_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let made = run(&["simulate", "--data", &data.display().to_string(), "--days", "1", "--seed", "6"]);
    assert_eq!(made.0, 0, "{}", made.1);
    let data = data.join("amostra");
    let text = data.display().to_string();
    let count = || base(&data).query_row("SELECT count(*) FROM visit", [], |r| r.get::<_, u64>(0)).expect("a count");
    // Its own visits, as a report would tell them.
    let own: Vec<(i64, String, i64)> = base(&data)
        .prepare("SELECT entered_ms, queue, wait_ms FROM visit WHERE outcome = 'abandoned' LIMIT 400")
        .expect("visits")
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
        .expect("rows")
        .map(|row| row.expect("a row"))
        .collect();
    assert!(own.len() > 20, "nobody hung up");
    let mut report = String::from("Entrada;Fila;Espera;Desfecho\n");
    for (entered, queue, wait) in &own {
        report.push_str(&format!("{};{queue};{};Abandonada\n", entered / 1000, wait / 1000));
    }
    let file = put(&folder, "own.csv", report.as_bytes()).display().to_string();
    let visits = count();
    let arguments = ["import", "report", "--data", &text, "--source", "relatorio", &file];
    let (code, words) = run(&arguments);
    assert_eq!(code, 0, "{words}");
    assert!(
        words.contains(&format!("0 visits were imported; 0 were known already; {} were heard", own.len())),
        "{words}"
    );
    assert_eq!(count(), visits);
    let (code, words) = run(&[&arguments[..], &["--beside"]].concat());
    assert_eq!(code, 0, "{words}");
    assert_eq!(count(), visits + own.len() as u64, "of another platform they are");
    verify(&data);
}

#[test]
#[ignore = "runs a hub: cargo xtask test"]
fn a_report_goes_through_the_hub_that_holds_the_folder() {
    let nobody = "127.0.0.1:9".parse().expect("an address");
    let hub = Hub::follow(nobody, None).expect("a hub");
    let data = hub.data();
    let folder = tempfile::tempdir().expect("a folder");
    // More than one part of two megabytes.
    let calls = made(7, FROM, 40_000);
    let file = put(&folder, "r.csv", written(&calls, ";", "\r\n").as_bytes());
    let words = import(&data, &[&file], &[]);
    assert!(words.contains("40000 rows, taken in by the hub"), "{words}");
    assert!(words.contains("40000 visits were imported; 0 were known already"), "{words}");
    assert_eq!(imported(&data), counted(calls.iter()));
    let words = import(&data, &[&file], &[]);
    assert!(words.contains("0 visits were imported; 40000 were known already"), "{words}");
    let left = std::fs::read_dir(&data).expect("a folder").flatten();
    let parts = left.filter(|entry| entry.file_name().to_string_lossy().ends_with(".part")).count();
    assert!(parts <= 1, "what was sent does not stay");
    drop(hub);
}
