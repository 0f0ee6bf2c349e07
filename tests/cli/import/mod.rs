//! A PBX's past, imported from its own record, against an independent count of the same lines.

mod killed;
mod undo;

use crate::folder::{base, place, put, run, verify};
use flate2::Compression;
use flate2::write::GzEncoder;
use mirante_tests::hub::Hub;
use mirante_tests::load::Outcome;
use mirante_tests::queue_log;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

fn import(data: &Path, files: &[&Path], more: &[&str]) -> String {
    let data = data.display().to_string();
    let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    let mut arguments = vec!["import", "queue-log", "--data", &data, "--source", "pabx"];
    arguments.extend(files.iter().map(String::as_str));
    arguments.extend(more);
    let (code, words) = run(&arguments);
    assert_eq!(code, 0, "{words}");
    words
}

/// The rows of a table, without the numbers that people have here.
fn rows(data: &Path, table: &str) -> Vec<String> {
    let base = base(data);
    let mut statement = base.prepare(&format!("SELECT * FROM {table}")).expect("a table");
    let count = statement.column_count();
    let names: Vec<String> = statement.column_names().map(String::from).collect();
    let mut rows = Vec::new();
    let mut found = statement.query([]).expect("rows");
    while let Some(row) = found.next().expect("a row") {
        let cell = |nth: usize| format!("{} {:?}", names[nth], row.get_ref(nth).expect("a cell"));
        rows.push((0..count).map(cell).collect::<Vec<_>>().join(", "));
    }
    rows
}

/// Everything that an import keeps for analysts.
fn kept(data: &Path) -> Vec<Vec<String>> {
    ["visit", "agent_span", "minute", "rollup_queue", "rollup_agent", "gap", "fault"]
        .into_iter()
        .map(|table| rows(data, table))
        .collect()
}

/// Visits, waits and talks of a queue with an outcome: count, s, s.
type Totals = BTreeMap<(String, &'static str), (u64, i64, i64)>;

/// The independent count: of the lines, by the black-box tests' own reading of a queue_log.
fn counted(text: &str) -> Totals {
    let mut totals = Totals::new();
    for stay in queue_log::read(text) {
        let outcome = match stay.outcome {
            Outcome::Waiting => continue,
            Outcome::Answered if stay.talk.is_none() => continue,
            Outcome::Answered => "answered",
            Outcome::Abandoned => "abandoned",
            Outcome::Timeout => "timeout",
            Outcome::ExitKey => "exit_key",
            Outcome::Overflow => "overflow",
            Outcome::Withdrawn => "withdrawn",
            other => panic!("no line tells {other:?}"),
        };
        let total = totals.entry((stay.queue, outcome)).or_default();
        *total = (total.0 + 1, total.1 + stay.wait, total.2 + stay.talk.unwrap_or(0));
    }
    totals
}

/// The same from the visits that were imported.
fn imported(data: &Path) -> Totals {
    let base = base(data);
    let sql =
        "SELECT queue, outcome, count(*), sum(wait_ms), coalesce(sum(talk_ms), 0), min(origin), max(origin) FROM visit
               WHERE outcome <> 'unknown' GROUP BY queue, outcome";
    let mut statement = base.prepare(sql).expect("visits");
    let totals = statement.query_map([], |r| {
        let word: String = r.get(1)?;
        let outcome = ["answered", "abandoned", "timeout", "exit_key", "overflow", "withdrawn", "transferred"];
        let outcome = outcome.into_iter().find(|known| *known == word).unwrap_or("another");
        let (wait, talk): (i64, i64) = (r.get(3)?, r.get(4)?);
        assert_eq!((wait % 1000, talk % 1000), (0, 0), "the log tells whole seconds");
        let origins: (String, String) = (r.get(5)?, r.get(6)?);
        assert_eq!(origins, ("backfilled".into(), "backfilled".into()), "all are marked");
        Ok(((r.get(0)?, outcome), (r.get(2)?, wait / 1000, talk / 1000)))
    });
    totals.expect("rows").map(|row| row.expect("a row")).collect()
}

/// A log of `calls` calls from `from`, Unix s, as a PBX writes it: in order of time, figures in whole seconds read from its clock a moment
/// before the line is written.
fn log(seed: u64, from: i64, calls: usize) -> String {
    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let mut lines: Vec<(f64, String)> = vec![(from as f64, format!("{from}|NONE|NONE|NONE|QUEUESTART|"))];
    let mut free = [0.0_f64; 24];
    let agents: Vec<String> =
        (0..free.len())
            .map(|nth| {
                if nth % 3 == 0 {
                    format!("Pessoa Número {nth}")
                } else {
                    format!("Local/{}@from-queue/n", 2100 + nth)
                }
            })
            .collect();
    let mut at = from as f64 + 1.0;
    for call in 0..calls {
        at += dice.random_range(0.1..12.0);
        let (id, queue) = (format!("{}.{call}", at as i64), format!("fila{}", call % 5));
        let mut line = |when: f64, text: String| lines.push((when, format!("{}|{text}", (when + 0.004) as i64)));
        let caller = format!("119{:08}", dice.random_range(0..5000));
        line(at, format!("{id}|{queue}|NONE|DID|40042000"));
        line(at, format!("{id}|{queue}|NONE|ENTERQUEUE||{caller}|1|<b>José</b>"));
        let wait = dice.random_range(0.3..90.0);
        let told = |from: f64, to: f64| to as i64 - from as i64;
        let end = at + wait;
        match dice.random_range(0..100) {
            0..12 => line(end, format!("{id}|{queue}|NONE|ABANDON|1|1|{}", told(at, end))),
            12..16 => line(end, format!("{id}|{queue}|NONE|EXITWITHTIMEOUT|1|1|{}", told(at, end))),
            16..18 => line(end, format!("{id}|{queue}|NONE|EXITWITHKEY|9|1|1|{}", told(at, end))),
            18..20 => line(end, format!("{id}|{queue}|NONE|EXITEMPTY|1|1|{}", told(at, end))),
            20..21 => line(end, format!("{id}|{queue}|NONE|WITHDRAW|1|1|{}|sup", told(at, end))),
            kind => {
                let Some(nth) = (0..free.len()).find(|nth| free[*nth] < end - 5.0) else {
                    line(end, format!("{id}|{queue}|NONE|ABANDON|1|1|{}", told(at, end)));
                    continue;
                };
                let agent = &agents[nth];
                if kind % 3 == 0 {
                    line(
                        at + wait / 2.0,
                        format!("{id}|{queue}|{}|RINGNOANSWER|15000", agents[(nth + 1) % agents.len()]),
                    );
                }
                let over = end + dice.random_range(1.0..400.0);
                free[nth] = over;
                let (hold, talk) = (told(at, end), told(end, over));
                line(end, format!("{id}|{queue}|{agent}|CONNECT|{hold}|{id}5|4"));
                line(
                    over,
                    match kind % 7 {
                        0 => format!("{id}|{queue}|{agent}|BLINDTRANSFER|4004|xfer|{hold}|{talk}|1"),
                        1 => format!("{id}|{queue}|{agent}|ATTENDEDTRANSFER|BRIDGE|9f|{hold}|{talk}|1"),
                        2 => format!("{id}|{queue}|{agent}|COMPLETEAGENT|{hold}|{talk}|1"),
                        _ => format!("{id}|{queue}|{agent}|COMPLETECALLER|{hold}|{talk}|1"),
                    },
                );
                if kind % 5 == 0 {
                    line(over + 1.0, format!("NONE|{queue}|{agent}|PAUSE|Almoço"));
                    line(over + 4.0, format!("NONE|{queue}|{agent}|UNPAUSE|"));
                    free[nth] = over + 5.0;
                }
            }
        }
    }
    lines.sort_by(|a, b| a.0.total_cmp(&b.0));
    lines.into_iter().fold(String::new(), |mut text, (_, line)| {
        let _ = writeln!(text, "{line}");
        text
    })
}

fn zip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(bytes).expect("packed");
    packed.finish().expect("packed")
}

#[test]
#[ignore = "needs the built mirantectl: cargo xtask test"]
fn totals_are_those_of_the_lines_and_the_same_file_adds_nothing() {
    let (folder, data) = place();
    let text = log(1, 1_770_000_000, 4_000);
    let file = put(&folder, "queue_log", text.as_bytes());
    let words = import(&data, &[&file], &[]);
    assert!(words.contains("\n0 could not be used"), "{words}");
    let truth = counted(&text);
    assert!(truth.len() > 20, "too little to compare: {truth:?}");
    assert_eq!(imported(&data), truth);
    verify(&data);
    let before = kept(&data);
    // Conversations, but for those that an agent's next one cut short, and pauses; what is not known is no row.
    let count = |what: &str| -> usize {
        let sql = format!("SELECT count(*) FROM {what}");
        base(&data).query_row(&sql, [], |row| row.get(0)).expect("a count")
    };
    let (talks, answered) = (count("agent_span WHERE state = 'talking'"), count("visit WHERE outcome = 'answered'"));
    assert!(talks > answered * 9 / 10 && talks <= answered, "{talks} of {answered}");
    let pauses = count("agent_span WHERE state = 'paused'");
    assert!(pauses > 0 && talks + pauses == before[1].len(), "{talks}, {pauses} of {}", before[1].len());

    let again = import(&data, &[&file], &[]);
    assert!(again.contains("0 told 0 visits in 0 events"), "{again}");
    // Under another name and packed it is the same.
    let packed = put(&folder, "queue_log-20260301.gz", &zip(text.as_bytes()));
    import(&data, &[&packed], &[]);
    // Behind other bytes it is another file of known lines.
    let shifted = put(&folder, "queue_log.2", format!("# cópia\n{text}").as_bytes());
    let words = import(&data, &[&shifted], &[]);
    assert!(words.contains("0 told 0 visits in 0 events") && words.contains("no_line"), "{words}");
    assert_eq!(kept(&data), before);
    verify(&data);

    // People are in the one encrypted table only.
    let whole = std::fs::read(data.join("mirante.db")).expect("the file");
    let caller = text.split("ENTERQUEUE||").nth(1).and_then(|rest| rest.split('|').next()).expect("a caller");
    for secret in [caller.as_bytes(), "José".as_bytes(), "Pessoa Número".as_bytes()] {
        assert!(!whole.windows(secret.len()).any(|bytes| bytes == secret), "in clear: {secret:?}");
    }
    let day = ["--from", "2026-02-01", "--to", "2026-03-01", "--csv"];
    let visits = run(&[&["visits", "--data", &data.display().to_string()][..], &day].concat());
    assert!(visits.1.contains("Pessoa Número 3"), "an agent's name is found in it");
}

#[test]
#[ignore = "needs the built mirantectl: cargo xtask test"]
fn rotated_overlapping_and_growing_files_come_to_the_whole() {
    let (folder, data) = place();
    let text = log(2, 1_770_000_000, 3_000);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let (third, two) = (lines.len() / 3, lines.len() * 2 / 3);
    let part = |from: usize, to: usize| lines[from..to].concat();
    // The middle one overlaps both others, in the middle of seconds; the last is still being written.
    let old = put(&folder, "queue_log.2.gz", &zip(part(0, third).as_bytes()));
    let middle = put(&folder, "queue_log.1", part(third - 400, two + 400).as_bytes());
    let last = part(two, lines.len());
    let torn = last.len() - 7;
    let current = put(&folder, "queue_log", &last.as_bytes()[..torn]);
    let words = import(&data, &[&current, &middle, &old], &[]);
    assert!(words.contains("torn") && words.contains("1 could not be used"), "{words}");
    verify(&data);
    std::fs::write(&current, &last).expect("written on");
    let words = import(&data, &[&current], &[]);
    assert!(words.starts_with("source pabx: 1 lines"), "only what is new: {words}");
    verify(&data);
    let (_folder, whole) = place();
    import(&whole, &[&put(&folder, "whole", text.as_bytes())], &[]);
    assert_eq!(imported(&data), imported(&whole));
    assert_eq!(imported(&data), counted(&text));
    assert_eq!(rows(&data, "visit"), rows(&whole, "visit"));

    // What is older than all that is known is taken in too, whenever it comes.
    let before = log(3, 1_769_000_000, 500);
    import(&data, &[&put(&folder, "antes", before.as_bytes())], &[]);
    verify(&data);
    let mut both = counted(&text);
    for (key, (count, wait, talk)) in counted(&before) {
        let total = both.entry(key).or_default();
        *total = (total.0 + count, total.1 + wait, total.2 + talk);
    }
    assert_eq!(imported(&data), both);
}

#[test]
#[ignore = "needs the built mirantectl: cargo xtask test"]
fn an_export_of_the_table_says_the_same_and_hours_that_come_twice_are_told_apart() {
    let (folder, data) = place();
    let text = log(5, 1_770_000_000, 600);
    let mut table = String::from("id,time,callid,queuename,agent,event,data1,data2,data3,data4,data5\n");
    for (nth, line) in text.lines().enumerate() {
        let fields: Vec<&str> = line.split('|').collect();
        let data = |place: usize| fields.get(place).copied().unwrap_or_default();
        let _ = writeln!(
            table,
            "{nth},{},{},{},\"{}\",{},{},{},{},{},{}",
            data(0),
            data(1),
            data(2),
            data(3),
            data(4),
            data(5),
            data(6),
            data(7),
            data(8),
            data(9)
        );
    }
    // Its last record has no end of line, as clients of databases write it.
    let file = put(&folder, "queue_log.csv", table.trim_end().as_bytes());
    let words = import(&data, &[&file], &[]);
    assert!(words.contains("\n0 could not be used"), "{words}");
    assert_eq!(imported(&data), counted(&text));
    // The log itself tells nothing new.
    let words = import(&data, &[&put(&folder, "queue_log", text.as_bytes())], &[]);
    assert!(words.contains("0 told 0 visits"), "{words}");
    verify(&data);

    // On 2018-02-17 at midnight clocks in São Paulo went back to 23:00: an hour came twice.
    let (folder, data) = place();
    let table = "time,callid,queuename,agent,event,data\n\
        2018-02-17 23:50:00.250000,1.1,sac,NONE,ENTERQUEUE,|119|1\n\
        2018-02-17 23:55:00.250000,1.1,sac,Ana,CONNECT,300|1.2|4\n\
        2018-02-17 23:05:00.750000,1.1,sac,Ana,COMPLETECALLER,300|600|1\n\
        2018-02-17 23:52:00.000000,1.3,sac,NONE,ENTERQUEUE,|119|1\n\
        2018-02-18 00:02:00.000000,1.3,sac,NONE,ABANDON,1|1|600\n\
        2018-13-18 00:02:00.000000,1.4,sac,NONE,ENTERQUEUE,|119|1\n";
    let words = import(&data, &[&put(&folder, "t.csv", table.as_bytes())], &["--zone", "America/Sao_Paulo"]);
    assert!(words.contains("no_time"), "{words}");
    let told: Vec<(i64, i64, Option<i64>)> = base(&data)
        .prepare("SELECT entered_at, wait_ms, talk_ms FROM visit ORDER BY entered_ms")
        .expect("visits")
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
        .expect("rows")
        .map(|row| row.expect("a row"))
        .collect();
    // Summer time is two hours behind UTC, the other three. Instants rule over the whole seconds of the figures.
    assert_eq!(told, [(1_518_918_600_250, 300_000, Some(600_500)), (1_518_922_320_000, 600_000, None)]);
    verify(&data);
}

#[test]
#[ignore = "needs the built mirantectl: cargo xtask test"]
fn strangers_lines_are_used_or_told_and_never_stop_an_import() {
    let (folder, data) = place();
    let mut bytes = Vec::new();
    bytes.extend_from_slice(b"1770000000|1.1|sac|NONE|ENTERQUEUE||119|1|Jo\xe3o\x1b[2J\n");
    bytes.extend_from_slice(b"1770000002|1.2|sac|NONE|ENTERQUEUE||118|2\n");
    bytes.extend_from_slice(b"nonsense\n\n|||||\n\x00\xff\xfe\n");
    bytes.extend_from_slice(b"1770000003|1.2|sac|NONE|TELEPATHY|1|2\n");
    bytes.extend_from_slice(b"1770000003|1.9|sac|Zo\xeb|CONNECT|3|9.9|1\n");
    bytes.extend_from_slice(b"1770000003|NONE|sac|NONE|ENTERQUEUE||118|2\n");
    bytes.extend_from_slice(b"1770000003|NONE|NONE|NONE|CONFIGRELOAD|\n1770000003|1.8|sac|NONE|JOINEMPTY|\n");
    let huge = b"1770000004|1.3|sac|NONE|ENTERQUEUE||".to_vec();
    bytes.extend_from_slice(&huge);
    bytes.extend(std::iter::repeat_n(b'x', 9_000_000));
    bytes.push(b'\n');
    // Out of order by a second, as threads write them.
    bytes.extend_from_slice(b"1770000009|1.2|sac|NONE|ABANDON|1|2|7\n1770000008|1.1|sac|Zo\xeb|CONNECT|8|1.5|3\n");
    bytes.extend_from_slice(b"1770000030|1.1|sac|Zo\xeb|COMPLETEAGENT|8|22|1\n");
    // The caller was moved, and had not hung up.
    bytes.extend_from_slice(b"1770000040|1.7|sac|NONE|ENTERQUEUE||117|1\n1770000044|1.7|sac|NONE|ABANDON|1|1|4\n");
    bytes.extend_from_slice(b"1770000045|1.7|n2|NONE|ENTERQUEUE||117|1\n1770000050|1.7|n2|NONE|EXITEMPTY|1|1|5\n");
    bytes.extend_from_slice(b"1770000060|1.6|sac|NONE|ENTERQUEUE||116|1\n");
    bytes.extend_from_slice(b"1770000070|NONE|NONE|NONE|QUEUESTART|\n1770000080|1.5|sac|NONE|ENTERQUEUE||115|1");
    let file = put(&folder, "queue_log", &bytes);
    let report = folder.path().join("report.csv");
    let words = import(&data, &[&file], &["--report", &report.display().to_string()]);
    for reason in ["no_line", "no_time", "too_long", "unknown_verb", "no_entry", "incomplete", "torn"] {
        assert!(words.contains(reason), "{reason} is not told: {words}");
    }
    assert!(words.len() < 4_000, "the screen stays bounded");
    let told = std::fs::read_to_string(&report).expect("a report");
    assert!(told.contains(",7,7,unknown_verb,") && told.contains(",12,12,too_long,"), "{told}");
    assert!(!told.contains("119") && !told.contains("João"), "nobody's number: {told}");
    let mut rows: Vec<(String, String, String, i64)> = base(&data)
        .prepare("SELECT call, queue, outcome, wait_ms FROM visit ORDER BY id")
        .expect("visits")
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))
        .expect("rows")
        .map(|row| row.expect("a row"))
        .collect();
    rows.sort();
    let row = |call: &str, queue: &str, outcome: &str, wait: i64| (call.into(), queue.into(), outcome.into(), wait);
    assert_eq!(
        rows,
        [
            row("1.1", "sac", "answered", 8_000),
            row("1.2", "sac", "abandoned", 7_000),
            row("1.6", "sac", "unknown", 0),
            row("1.7", "n2", "overflow", 5_000),
            row("1.7", "sac", "transferred", 4_000),
        ]
    );
    verify(&data);
}

#[test]
#[ignore = "runs a hub: cargo xtask test"]
fn a_folder_in_use_is_named_with_its_owner_and_live_history_stays_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = put(&folder, "queue_log", log(6, 1_770_000_000, 50).as_bytes());
    let hub = Hub::simulate(&["--days", "0", "--seed", "6"]).expect("a hub");
    let data = hub.data().join("amostra");
    let arguments = ["import", "queue-log", "--data", &data.display().to_string(), &file.display().to_string()];
    let (code, words) = run(&arguments);
    assert_eq!(code, 1, "{words}");
    assert!(words.contains("already writes to") && words.contains("process"), "does not say who: {words}");
    drop(hub);

    let data = folder.path().join("data");
    let made = run(&["simulate", "--data", &data.display().to_string(), "--days", "1", "--seed", "6"]);
    assert_eq!(made.0, 0, "{}", made.1);
    let data = data.join("amostra");
    let text = data.display().to_string();
    let live = |table: &str| rows(&data, table);
    let before: Vec<_> = ["visit", "segment", "journal", "head", "minute"].map(live).into_iter().collect();
    let floor = || run(&["floor", "--data", &text, "--at", "2038-01-01", "--json"]).1;
    let shown = floor();
    import(&data, &[&file], &[]);
    verify(&data);
    assert_eq!(floor(), shown, "the live past is as it was");
    for (before, table) in before.iter().zip(["visit", "segment", "journal", "head", "minute"]) {
        let after = live(table);
        assert!(after.starts_with(before) || table == "visit", "{table} was touched");
        assert_eq!(after.iter().filter(|row| before.contains(row)).count(), before.len(), "{table}");
    }
    // Its own log, exported: nothing of it is told twice.
    let told: Vec<(String, String, i64, i64)> = base(&data)
        .prepare("SELECT call, queue, entered_ms, wait_ms FROM visit WHERE outcome = 'abandoned' AND source = 1")
        .expect("visits")
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))
        .expect("rows")
        .map(|row| row.expect("a row"))
        .collect();
    assert!(!told.is_empty(), "nobody hung up");
    let mut own = String::new();
    for (call, queue, entered, wait) in &told {
        let (from, to) = (entered / 1000, (entered + wait) / 1000);
        let _ = write!(
            own,
            "{from}|{call}|{queue}|NONE|ENTERQUEUE||119|1\n{to}|{call}|{queue}|NONE|ABANDON|1|1|{}\n",
            to - from
        );
    }
    let own = put(&folder, "own", own.as_bytes());
    let count = || rows(&data, "visit").len();
    let visits = count();
    let words = import(&data, &[&own], &[]);
    assert_eq!(count(), visits, "{words}");
    assert!(words.contains(&format!("{} were known already", told.len() * 2)), "{words}");
    let own = own.display().to_string();
    let other = run(&["import", "queue-log", "--data", &text, "--beside", "--source", "outro", &own]);
    assert_eq!(other.0, 0, "{}", other.1);
    assert_eq!(count(), visits + told.len(), "of another PBX they are");
    verify(&data);
}
