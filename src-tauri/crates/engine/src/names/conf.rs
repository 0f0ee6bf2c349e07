//! Asterisk's own configuration files: `queues.conf` and `queues_additional.conf` (members' names, and the comment beside a
//! queue), `sip` and `pjsip` files (`callerid`), `voicemail.conf` and `agents.conf`.

use super::{Entry, FileKind, Found, MAX_ROWS, NamesError, Of};
use mirante_sources::asterisk::agent_key;

/// Lines looked at to tell a configuration from a table.
const LOOKED_AT: usize = 500;

/// True if a line is a section's head, and none before it looks like a row of a table.
pub(super) fn is_conf(text: &str) -> bool {
    text.lines()
        .take(LOOKED_AT)
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with([';', '#']))
        .is_some_and(|line| section(line).is_some())
}

pub(super) fn read(text: &str) -> Result<Found, NamesError> {
    let mut entries: Vec<Entry> = Vec::new();
    // The section under way: its name, its line, the comment beside it, and whether a line said that it is a queue.
    let mut queue: Option<(&str, usize, &str)> = None;
    let mut current = "";
    for (number, raw) in (1..).zip(text.lines()) {
        let (line, comment) = split_comment(raw);
        if let Some(name) = section(line) {
            current = name;
            queue = (!comment.is_empty()).then_some((name, number, comment));
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        let (key, value) = (key.trim().to_ascii_lowercase(), value.trim_start_matches('>').trim());
        match key.as_str() {
            "member" | "strategy" => {
                if let Some((name, line, comment)) = queue.take() {
                    entries.push(Entry { line, of: Some(Of::Queue), key: name.into(), name: comment.into() });
                }
                if key == "member" {
                    entries.extend(member(number, value));
                }
            }
            "callerid" => entries.extend(caller(number, current, value)),
            "agent" => {
                let parts: Vec<&str> = value.splitn(3, ',').map(str::trim).collect();
                if let [id, _, name] = parts[..] {
                    entries.push(agent(number, format!("Agent/{id}"), name));
                }
            }
            _ if !key.is_empty() && key.bytes().all(|b| b.is_ascii_digit()) => {
                // voicemail.conf: `2101 => password,name,address`.
                if let Some(name) = value.split(',').nth(1) {
                    entries.push(agent(number, key, name));
                }
            }
            _ => {}
        }
        if entries.len() > MAX_ROWS {
            return Err(NamesError::TooMany);
        }
    }
    Ok(Found { kind: FileKind::AsteriskConf, entries })
}

fn agent(line: usize, key: String, name: &str) -> Entry {
    Entry { line, of: Some(Of::Agent), key, name: name.trim().trim_matches('"').to_owned() }
}

/// `Local/2101@from-queue/n,0,Ana Souza,hint:2101@ext-local`. One without a name tells nothing.
fn member(line: usize, value: &str) -> Option<Entry> {
    let mut parts = value.split(',').map(|part| part.trim().trim_matches('"'));
    let interface = parts.next().filter(|interface| !interface.is_empty())?;
    let name = parts.nth(1).filter(|name| !name.is_empty() && *name != interface)?;
    let state = parts.next().filter(|state| !state.is_empty());
    Some(agent(line, agent_key(interface, state)?.to_string(), name))
}

/// `"Ana Souza" <2101>`, of the section `2101` if no number is told. FreePBX's own `device <2101>` is no name.
fn caller(line: usize, section: &str, value: &str) -> Option<Entry> {
    let (name, number) = value.split_once('<').map_or((value, ""), |(name, rest)| (name, rest.trim_end_matches('>')));
    let key = if number.trim().is_empty() { section } else { number.trim() };
    let name = name.trim().trim_matches('"');
    let is_extension = !key.is_empty() && key.len() <= 7 && key.bytes().all(|b| b.is_ascii_digit());
    (is_extension && !name.is_empty() && name != "device").then(|| agent(line, key.to_owned(), name))
}

/// The name in `[name]` or `[name](template)`.
fn section(line: &str) -> Option<&str> {
    let (name, rest) = line.trim().strip_prefix('[')?.split_once(']')?;
    let rest = rest.trim_start();
    (rest.is_empty() || rest.starts_with('(') || rest.starts_with(';')).then_some(name.trim())
}

/// A line and the comment behind it; `\;` begins none.
fn split_comment(line: &str) -> (&str, &str) {
    let start = line.char_indices().find(|(at, c)| *c == ';' && !line[..*at].ends_with('\\')).map(|(at, _)| at);
    match start {
        Some(at) => (line[..at].trim(), line[at..].trim_start_matches([';', '-', ' ']).trim()),
        None => (line.trim(), ""),
    }
}
