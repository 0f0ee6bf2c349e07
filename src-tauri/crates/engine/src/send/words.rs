//! A message of the outbox in words, in the language of its channel.

use super::figures::{label, value};
use crate::watch::{Body, BodyAlert, BodyState};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use mirante_alerts::{Reason, Severity};
use mirante_notify::{Draft, Event, Fact, Language, Member, Notice, Veil};

/// Longest first line of a plan that is told.
const LONGEST_ACTION: usize = 300;

/// What a message is about, and where its times are told.
pub(super) struct Telling<'a> {
    /// The message's own key.
    pub(super) key: &'a str,
    /// Which way it goes: channel and person.
    pub(super) way: (&'a str, &'a str),
    /// Zone of the operation.
    pub(super) zone: &'a TimeZone,
    /// When it is sent, Unix ms.
    pub(super) now: i64,
}

/// The notice of a message.
pub(super) fn notice(body: &Body, telling: &Telling<'_>, language: Language, veil: &Veil) -> Notice {
    if body.test {
        let test = Draft::test(language, telling.now);
        return Notice::new(Draft { key: telling.key.to_owned(), fingerprint: telling.key.to_owned(), ..test }, veil);
    }
    let (channel, person) = telling.way;
    let words = |words: [&str; 3]| words[language as usize].to_owned();
    let (open, over): (Vec<_>, Vec<_>) = body.alerts.iter().partition(|alert| alert.state != BodyState::Over);
    let first = body.alerts.first();
    let title = match (first, body.alerts.len()) {
        (Some(alert), 1) => title(alert),
        (Some(alert), count) => {
            let many = words(["alertas", "alerts", "alertas"]);
            let about = if body.about.is_empty() { String::new() } else { format!(" · {}", body.about) };
            format!("{count} {many}{about}: {}", title(alert))
        }
        (None, _) => body.about.clone(),
    };
    let sentence = match first {
        Some(alert) if body.alerts.len() == 1 => sentence(alert, language),
        _ => {
            let counts = [
                (open.iter().filter(|alert| alert.state == BodyState::Fired).count(), ["novos", "new", "nuevas"]),
                (
                    open.iter().filter(|alert| alert.state == BodyState::Still).count(),
                    ["continuam", "go on", "continúan"],
                ),
                (over.len(), ["resolvidos", "resolved", "resueltas"]),
            ];
            let told = counts.into_iter().filter(|(count, _)| *count > 0);
            told.map(|(count, of)| format!("{count} {}", words(of))).collect::<Vec<_>>().join(", ") + "."
        }
    };
    let facts = first.filter(|_| body.alerts.len() == 1).map(|alert| facts(alert, telling.zone, language));
    let member = |alert: &BodyAlert| Member {
        fingerprint: alert.key.clone(),
        rule: alert.rule.clone(),
        title: format!("{}{}", state(alert.state, language), self::title(alert)),
        subject: alert.label.clone(),
        severity: severity(alert.severity),
        started: alert.fired_ms,
        ended: alert.over_ms,
    };
    let ended = over.iter().filter_map(|alert| alert.over_ms).max();
    let draft = Draft {
        key: telling.key.to_owned(),
        // The same for all messages that go this way about this, so that what one opened another can close.
        fingerprint: format!("{channel}/{person}/{}", body.about),
        event: match body.reason {
            Reason::Over => Event::Resolved,
            _ if open.is_empty() => Event::Resolved,
            Reason::Repeated => Event::Reminder,
            Reason::First | Reason::Changed => Event::Firing,
        },
        severity: body
            .alerts
            .iter()
            .map(|alert| severity(alert.severity))
            .max()
            .unwrap_or(mirante_notify::Severity::Notice),
        title,
        sentence,
        facts: facts.unwrap_or_default(),
        rule: first.map_or_else(String::new, |alert| alert.rule.clone()),
        subject: if body.alerts.len() == 1 { first.map_or_else(String::new, subject) } else { body.about.clone() },
        started: body.alerts.iter().map(|alert| alert.fired_ms).min().unwrap_or(telling.now),
        ended: ended.filter(|_| open.is_empty()),
        members: body.alerts.iter().map(member).collect(),
        table: None,
        link: None,
        language,
    };
    Notice::new(draft, veil)
}

fn title(alert: &BodyAlert) -> String {
    format!("{}: {}", alert.label, alert.name)
}

fn subject(alert: &BodyAlert) -> String {
    if alert.source.is_empty() { alert.label.clone() } else { format!("{} ({})", alert.label, alert.source) }
}

fn state(state: BodyState, language: Language) -> String {
    let words = match state {
        BodyState::Fired => ["novo · ", "new · ", "nueva · "],
        BodyState::Still => ["continua · ", "goes on · ", "continúa · "],
        BodyState::Over => ["resolvido · ", "resolved · ", "resuelta · "],
    };
    words[language as usize].to_owned()
}

/// The fact, that it comes and goes, and what to do about it: the first line of the plan that is no heading.
fn sentence(alert: &BodyAlert, language: Language) -> String {
    let words = |words: [&str; 3]| words[language as usize].to_owned();
    let mut parts = Vec::new();
    if let (Some(figure), Some(of)) = (&alert.figure, alert.value) {
        let against = alert
            .limit
            .map(|limit| format!(" ({} {})", words(["limite", "limit", "límite"]), value(figure, limit, language)));
        parts.push(format!(
            "{}: {}{}.",
            label(figure, language),
            value(figure, of, language),
            against.unwrap_or_default()
        ));
    }
    if alert.flapping {
        parts.push(words(["Oscilando: vai e volta.", "Flapping: it comes and goes.", "Oscilando: va y vuelve."]));
    }
    if alert.state == BodyState::Over {
        parts.push(words(["Acabou.", "It is over.", "Terminó."]));
    } else if let Some(action) = alert.plan.lines().map(plain).find(|line| !line.is_empty()) {
        parts.push(action);
    }
    if parts.is_empty() { format!("{}.", alert.name) } else { parts.join(" ") }
}

/// A line of Markdown without its signs; nothing of a heading.
fn plain(line: &str) -> String {
    let line = line.trim();
    if line.starts_with('#') {
        return String::new();
    }
    let line = line.trim_start_matches(|sign: char| sign == '-' || sign == '*' || sign == '>' || sign.is_whitespace());
    line.replace("**", "").replace('`', "").chars().take(LONGEST_ACTION).collect()
}

fn facts(alert: &BodyAlert, zone: &TimeZone, language: Language) -> Vec<Fact> {
    let fact = |words: [&str; 3], value: String| Fact { label: words[language as usize].to_owned(), value };
    let mut facts = Vec::new();
    if let (Some(figure), Some(of)) = (&alert.figure, alert.value) {
        facts.push(Fact { label: label(figure, language), value: value(figure, of, language) });
        facts.extend(alert.limit.map(|limit| fact(["Limite", "Limit", "Límite"], value(figure, limit, language))));
    }
    facts.push(fact(["Desde", "Since", "Desde"], clock(alert.fired_ms, zone, language)));
    facts.extend(alert.over_ms.map(|over| fact(["Até", "Until", "Hasta"], clock(over, zone, language))));
    facts
}

/// 14h50 or 14:50, by the operation's clock.
fn clock(at: i64, zone: &TimeZone, language: Language) -> String {
    let time = Timestamp::from_millisecond(at).unwrap_or_default().to_zoned(zone.clone()).time();
    let between = if language == Language::Portuguese { 'h' } else { ':' };
    format!("{:02}{between}{:02}", time.hour(), time.minute())
}

fn severity(severity: Severity) -> mirante_notify::Severity {
    match severity {
        Severity::Notice => mirante_notify::Severity::Notice,
        Severity::Warning => mirante_notify::Severity::Warning,
        Severity::Critical => mirante_notify::Severity::Critical,
    }
}

#[cfg(test)]
#[path = "words_tests.rs"]
mod tests;
