//! The three bodies.

use crate::time::rfc3339;
use crate::{Event, Notice};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Version of Mirante's own body: fields may be added within one, never change or go.
const VERSION: u32 = 1;

/// Mirante's own JSON.
pub(super) fn own(notice: &Notice) -> Value {
    let members = notice.members.iter().map(|member| {
        json!({
            "fingerprint": member.fingerprint,
            "rule": member.rule,
            "title": member.title,
            "subject": member.subject,
            "severity": member.severity.word(),
            "started_at": rfc3339(member.started),
            "ended_at": member.ended.map(rfc3339),
        })
    });
    let mut own = json!({
        "version": VERSION,
        "id": notice.id(),
        "fingerprint": notice.fingerprint,
        "event": notice.event.word(),
        "test": notice.event == Event::Test,
        "severity": notice.severity.word(),
        "title": notice.title,
        "sentence": notice.sentence,
        "facts": notice.facts,
        "rule": notice.rule,
        "subject": notice.subject,
        "started_at": rfc3339(notice.started),
        "ended_at": notice.ended.map(rfc3339),
        "members": members.collect::<Vec<_>>(),
        "link": notice.link,
        "language": notice.language.word(),
    });
    if let Some(table) = &notice.table {
        own["table"] = json!({
            "heads": table.heads,
            "rows": table.rows,
            "notes": table.notes,
            "text": table.lines().join("\n"),
        });
    }
    own
}

/// CloudEvents 1.0 in structured mode.
pub(super) fn cloud_event(notice: &Notice, origin: &str, now: i64) -> Value {
    let time = match notice.event {
        Event::Resolved | Event::Report => notice.ended.unwrap_or(now),
        Event::Firing => notice.started,
        Event::Escalated | Event::Reminder | Event::Test => now,
    };
    let kind = match notice.event {
        Event::Report => "mirante.report".to_owned(),
        event => format!("mirante.alert.{}", event.word()),
    };
    let mut event = json!({
        "specversion": "1.0",
        "id": notice.id(),
        "source": format!("urn:mirante:{}", urn(origin)),
        "type": kind,
        "time": rfc3339(time),
        "datacontenttype": "application/json",
        "data": own(notice),
    });
    // An attribute that is there may not be empty.
    if !notice.subject.is_empty() {
        event["subject"] = notice.subject.clone().into();
    }
    event
}

/// Only what a URN may hold.
fn urn(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// What an Alertmanager posts, version 4.
pub(super) fn alertmanager(notice: &Notice, origin: &str) -> Value {
    let alerts: Vec<Alert> = alerts(notice);
    let common = |of: fn(&Alert) -> &BTreeMap<&'static str, String>| {
        let mut common = alerts.first().map(of).cloned().unwrap_or_default();
        common.retain(|name, value| alerts.iter().all(|alert| of(alert).get(name) == Some(value)));
        common
    };
    let status = if notice.event == Event::Resolved { "resolved" } else { "firing" };
    let link = notice.link.clone().unwrap_or_default();
    let bodies: Vec<Value> = alerts
        .iter()
        .map(|alert| {
            json!({
                "status": if alert.ended.is_some() { "resolved" } else { "firing" },
                "labels": alert.labels,
                "annotations": alert.annotations,
                "startsAt": rfc3339(alert.started),
                // The zero of Go's clock stands for "not over" there.
                "endsAt": alert.ended.map_or_else(|| "0001-01-01T00:00:00Z".to_owned(), rfc3339),
                "generatorURL": link,
                "fingerprint": alert.fingerprint,
            })
        })
        .collect();
    json!({
        "version": "4",
        "groupKey": format!("{{}}:{{fingerprint={:?}}}", notice.fingerprint),
        "truncatedAlerts": 0,
        "status": status,
        "receiver": origin,
        "groupLabels": { "alertname": notice.rule },
        "commonLabels": common(|alert| &alert.labels),
        "commonAnnotations": common(|alert| &alert.annotations),
        "externalURL": link,
        "alerts": bodies,
    })
}

/// One alert as Prometheus' programs know it.
pub(crate) struct Alert {
    pub(crate) fingerprint: String,
    pub(crate) labels: BTreeMap<&'static str, String>,
    pub(crate) annotations: BTreeMap<&'static str, String>,
    /// Unix ms.
    pub(crate) started: i64,
    /// Unix ms.
    pub(crate) ended: Option<i64>,
}

/// The alerts that a notice tells: one, or the members of a group.
pub(crate) fn alerts(notice: &Notice) -> Vec<Alert> {
    let labels = |rule: &str, fingerprint: &str, subject: &str, severity: &str| {
        let labels = [
            ("alertname", rule),
            ("fingerprint", fingerprint),
            ("severity", severity),
            ("source", "mirante"),
            ("subject", subject),
        ];
        // An empty label is the same as none there.
        labels
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name, value.to_owned()))
            .collect()
    };
    let facts: Vec<String> = notice.facts.iter().map(|fact| format!("{}: {}", fact.label, fact.value)).collect();
    let annotations = |title: &str| {
        BTreeMap::from([
            ("summary", title.to_owned()),
            ("description", [std::slice::from_ref(&notice.sentence), facts.as_slice()].concat().join("\n")),
        ])
    };
    if notice.members.is_empty() {
        let over = (notice.event == Event::Resolved).then(|| notice.ended.unwrap_or(notice.started));
        return vec![Alert {
            fingerprint: notice.fingerprint.clone(),
            labels: labels(&notice.rule, &notice.fingerprint, &notice.subject, notice.severity.word()),
            annotations: annotations(&notice.title),
            started: notice.started,
            ended: notice.ended.or(over),
        }];
    }
    let members = notice.members.iter().map(|member| Alert {
        fingerprint: member.fingerprint.clone(),
        labels: labels(&member.rule, &member.fingerprint, &member.subject, member.severity.word()),
        annotations: annotations(&member.title),
        started: member.started,
        ended: member.ended,
    });
    members.collect()
}
