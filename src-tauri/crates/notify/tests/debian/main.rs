//! Channels against the programs that Debian ships: `cargo xtask test` installs or unpacks them, they are started here on ports of their own without
//! any privilege, and stopped again.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must end")]
#![cfg(target_os = "linux")]

mod alertmanager;
mod mail;
mod program;

use mirante_notify::{Draft, Event, Fact, Language, Notice, Severity, Veil};
use std::time::{SystemTime, UNIX_EPOCH};

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

fn notice(event: Event, fingerprint: &str, now: i64) -> Notice {
    let draft = Draft {
        key: format!("{fingerprint}/{}", event.word()),
        fingerprint: fingerprint.to_owned(),
        event,
        severity: Severity::Critical,
        title: "SAC: ninguém livre, ção e 🙂".to_owned(),
        sentence: "12 pessoas esperam há até 03:10.".to_owned(),
        facts: vec![Fact { label: "Na fila".to_owned(), value: "12".to_owned() }],
        rule: "queue-starved".to_owned(),
        subject: "fila SAC".to_owned(),
        started: now - 30_000,
        ended: (event == Event::Resolved).then_some(now - 10),
        members: Vec::new(),
        table: None,
        link: Some("https://mirante.example/#/alertas/7".to_owned()),
        language: Language::Portuguese,
    };
    Notice::new(draft, &Veil::default())
}
