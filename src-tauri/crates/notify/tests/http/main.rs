//! Channels that speak HTTP, on real sockets.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must end")]

mod faults;
mod receiver;
mod reports;
mod secrets;
mod services;
mod webhook;

use mirante_notify::{Draft, Event, Fact, Language, Member, Notice, Severity, Table, Veil};

/// 2026-11-22 19:57:01.250 UTC.
const NOW: i64 = 1_795_377_421_250;

fn draft(event: Event) -> Draft {
    let fact = |label: &str, value: &str| Fact { label: label.into(), value: value.into() };
    Draft {
        key: format!("queue-starved/1/sac@7/{}", event.word()),
        fingerprint: "queue-starved/1/sac".into(),
        event,
        severity: Severity::Critical,
        title: "SAC: ninguém livre com 12 na fila".into(),
        sentence: "12 pessoas esperam há até 03:10 e ninguém está livre; chame de volta quem está em pausa.".into(),
        facts: vec![fact("Na fila", "12"), fact("Maior espera", "03:10")],
        rule: "queue-starved".into(),
        subject: "fila SAC".into(),
        started: NOW - 30_000,
        ended: (event == Event::Resolved).then_some(NOW - 1_000),
        members: Vec::new(),
        table: None,
        link: Some("https://mirante.example/#/alertas/7".into()),
        language: Language::Portuguese,
    }
}

fn notice(event: Event) -> Notice {
    Notice::new(draft(event), &Veil::default())
}

/// Figures of a day's hours, which are no alert.
fn report() -> Notice {
    let row = |words: [&str; 4]| words.map(str::to_owned).to_vec();
    let table = Table {
        heads: row(["Hora", "Rec", "Ate", "NS%"]),
        rows: vec![
            row(["08h", "1.012", "1.001", "91%"]),
            row(["09h+", "5", "4", "—"]),
            row(["Total", "1.017", "1.005", "91%"]),
        ],
        notes: vec!["+ hora em curso".into()],
    };
    let draft = Draft {
        key: "partial/sac/2026-11-22T15".into(),
        severity: Severity::Notice,
        title: "Parcial · SAC".into(),
        sentence: "domingo, até 15h00. Recebidas 1.017 · Atendidas 1.005 · NS 91%".into(),
        facts: Vec::new(),
        link: None,
        table: Some(table),
        ended: Some(NOW),
        ..draft(Event::Report)
    };
    Notice::new(draft, &Veil::new(["SAC & Ana"]))
}

/// Many alerts in one notice: some go on, some are over.
fn group(count: usize) -> Notice {
    let member = |place: usize| Member {
        fingerprint: format!("queue-starved/1/q{place}"),
        rule: "queue-starved".into(),
        title: format!("Fila {place}: ninguém livre"),
        subject: format!("fila {place}"),
        severity: Severity::Critical,
        started: NOW - 30_000,
        ended: (place % 2 == 1).then_some(NOW - 1_000),
    };
    let draft = Draft { members: (0..count).map(member).collect(), ..draft(Event::Firing) };
    Notice::new(draft, &Veil::default())
}
