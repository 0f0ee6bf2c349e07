use super::*;
use crate::centre::Centre;
use mirante_floor::Operation;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::Mutex;

fn ms(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

#[test]
fn an_edge_is_of_the_operations_own_hours() {
    let edge = |at: &str, zone: &str| edge_after(ms(at), &TimeZone::get(zone).unwrap()).unwrap();
    let paulo = "America/Sao_Paulo";
    assert_eq!(edge("2026-11-22T14:37:12-03:00", paulo), ms("2026-11-22T15:00:00-03:00"));
    assert_eq!(edge("2026-11-22T15:00:00-03:00", paulo), ms("2026-11-22T16:00:00-03:00"));
    assert_eq!(edge("2026-11-22T23:59:59-03:00", paulo), ms("2026-11-23T00:00:00-03:00"));
    // Half an hour from everybody else's, and a day that begins at one because midnight was skipped.
    assert_eq!(edge("2026-11-22T14:37:00+05:30", "Asia/Kolkata"), ms("2026-11-22T15:00:00+05:30"));
    assert_eq!(edge("2018-11-03T23:30:00-03:00", paulo), ms("2018-11-04T01:00:00-02:00"));
    let before = |at: &str| edge_before(ms(at), &TimeZone::get(paulo).unwrap()).unwrap();
    assert_eq!(before("2026-11-22T14:37:12-03:00"), ms("2026-11-22T14:00:00-03:00"));
    assert_eq!(before("2026-11-22T15:00:00-03:00"), ms("2026-11-22T15:00:00-03:00"));
}

/// Keys and bodies of what came to a server that refuses the first with 503.
type Came = Arc<Mutex<Vec<(String, Value)>>>;

fn receiver() -> (String, Came) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (url, came) = (format!("http://{}/", listener.local_addr().unwrap()), Came::default());
    let heard = came.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut length, mut key) = (0, String::new());
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
                    break;
                }
                let (name, value) = line.split_once(':').unwrap_or(("", ""));
                match name.to_lowercase().as_str() {
                    "content-length" => length = value.trim().parse().unwrap(),
                    "idempotency-key" => key = value.trim().to_owned(),
                    _ => {}
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let mut heard = heard.lock().unwrap();
            let status = if heard.is_empty() { 503 } else { 200 };
            heard.push((key, serde_json::from_slice(&body).unwrap()));
            write!(stream, "HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
        }
    });
    (url, came)
}

/// A zone in which it is two in the afternoon now, so that an invented centre is at work whenever this runs.
fn afternoon() -> String {
    let hour = i64::from(jiff::Timestamp::now().to_zoned(TimeZone::UTC).hour());
    // 14 hours ahead to 9 behind; the names count the other way round.
    match 14 - hour {
        0 => "Etc/GMT".to_owned(),
        ahead if ahead > 0 => format!("Etc/GMT-{ahead}"),
        behind => format!("Etc/GMT+{}", -behind),
    }
}

/// Contacts that came to the queues of an operation from `from` up to `to`, counted one by one from the rows of history.
fn counted(engine: &Engine, operation: Operation, from: i64, to: i64) -> u64 {
    let live = engine.live().read(|state| state.floor.config.clone());
    let mut count = 0;
    let of = |visit: &mirante_floor::ClosedVisit| live.queue(visit.source, &visit.queue).operation == Some(operation);
    engine
        .reader()
        .unwrap()
        .visits(from, to, |visit| {
            count += u64::from(of(&visit));
            true
        })
        .unwrap();
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn the_hour_turns_and_the_partial_lies_in_the_folder_and_arrives_by_the_channel() {
    let folder = tempfile::tempdir().unwrap();
    let (url, came) = receiver();
    let zone = afternoon();
    // An hour is six seconds.
    let config = format!(
        "zone = \"{zone}\"\n[[source]]\nname = \"amostra\"\nkind = \"simulator\"\ndays = 0\nwarp = 600.0\n\
         [partial]\nfolder = \"parciais\"\nchannels = [\"chat\"]\n\
         [[channel]]\nname = \"chat\"\nkind = \"webhook\"\nlanguage = \"es\"\nurl = \"{url}\"\n"
    );
    let config = Config::parse(&config).unwrap();
    let centre = Centre::start(&config, folder.path(), &folder.path().join("dados")).unwrap();
    let laid = folder.path().join("parciais/parcial-sac.txt");
    let of_sac = |came: &Came| -> Vec<(String, Value)> {
        came.lock().unwrap().iter().filter(|(key, _)| key.starts_with("partial/sac/")).cloned().collect()
    };
    // Two edges, so that one hour is whole.
    let hours = |came: &Came| of_sac(came).into_iter().map(|(key, _)| key).collect::<BTreeSet<_>>().len();
    let until = std::time::Instant::now() + Duration::from_secs(90);
    while hours(&came) < 3 || !laid.exists() {
        assert!(std::time::Instant::now() < until, "no hour turned: {:?}", came.lock().unwrap());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // What was refused came again, under its own key or, where the hour turned meanwhile, as the next hour's in its place.
    let topics = |came: &[(String, Value)]| -> Vec<String> {
        came.iter().map(|(key, _)| key.rsplit_once('/').unwrap().0.to_owned()).collect()
    };
    let all = topics(&came.lock().unwrap());
    assert!(all.iter().skip(1).any(|topic| *topic == all[0]), "{all:?}");

    // Callers of the last whole hour have all left by the time the one after it is over.
    let told = of_sac(&came);
    let (_, last) = told.last().unwrap();
    assert_eq!((&last["event"], &last["language"]), (&"report".into(), &"es".into()));
    assert_eq!(last["title"], "Parcial · Atención al cliente");
    assert!(last["sentence"].as_str().unwrap().starts_with("datos de ejemplo · "), "{last}");
    let heads: Vec<&str> =
        last["table"]["heads"].as_array().unwrap().iter().map(|head| head.as_str().unwrap()).collect();
    assert_eq!(heads[0], "Hora");
    let rows = last["table"]["rows"].as_array().unwrap();
    let day = ms(last["started_at"].as_str().unwrap());
    let tz = TimeZone::get(&zone).unwrap();
    let mut compared = 0;
    for row in &rows[..rows.len() - 2] {
        let hour: i64 = row[0].as_str().unwrap().chars().take(2).collect::<String>().parse().unwrap();
        let from = day + hour * HOUR;
        assert_eq!(day_of(from, &tz).unwrap().0, day);
        let mine = counted(&centre.engine, Operation::Sac, from, from + HOUR);
        assert_eq!(row[1].as_str().unwrap(), mine.to_string(), "{row}");
        compared += mine;
    }
    assert!(compared > 10, "{rows:?}");

    // The folder has the same in its own language, whole.
    centre.shutdown().await;
    let laid = std::fs::read_to_string(&laid).unwrap();
    assert!(laid.starts_with("*Parcial · SAC*\ndados de exemplo\n") && laid.contains("\n```\nHora "), "{laid}");
    let names: BTreeMap<String, u64> = std::fs::read_dir(folder.path().join("parciais"))
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), entry.metadata().unwrap().len()))
        .collect();
    assert!(names.keys().all(|name| name.starts_with("parcial-")), "nothing half written stays: {names:?}");
    assert!(names.contains_key("parcial-sac.svg") && names.values().all(|size| *size > 100), "{names:?}");
    for (key, body) in came.lock().unwrap().iter() {
        let text = body.to_string();
        assert!(
            !text.contains("****") && body["facts"].as_array().unwrap().is_empty(),
            "{key}: aggregates alone: {text}"
        );
    }
}

#[test]
fn the_newest_of_each_lies_there_and_nothing_else() {
    let examples: Value =
        serde_json::from_str(include_str!("../../../../../ui/src/features/partial/examples.json")).unwrap();
    let mut partial: Partial = serde_json::from_value(examples["partial"].clone()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("parciais");
    let zone = TimeZone::get("America/Sao_Paulo").unwrap();
    lay(&into, &sheet::sheets(&partial, "pt-BR", &zone, false)).unwrap();
    let names = || {
        let entries = std::fs::read_dir(&into).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect::<BTreeSet<_>>()
    };
    let first = names();
    partial.until_ms += HOUR;
    let sheets = sheet::sheets(&partial, "pt-BR", &zone, false);
    lay(&into, &sheets).unwrap();
    assert_eq!(names(), first);
    let text = std::fs::read_to_string(into.join(format!("parcial-{}.txt", name(&sheets[0].id)))).unwrap();
    assert_eq!(text, sheets[0].text());
}
