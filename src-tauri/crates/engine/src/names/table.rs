//! Tables: what FreePBX and Issabel export, what a database's client prints, what people keep in a spreadsheet.

use super::{Entry, FileKind, Found, MAX_ROWS, NamesError, Of};
use crate::sheet::{divider, plain};

/// Lines before the header that may be something else: a title, or `sep=;`.
const BEFORE_HEADER: usize = 5;

/// Heads of columns, as [`plain`] writes them.
const QUEUES: [&str; 8] = ["fila", "filas", "queue", "queues", "cola", "nomedafila", "numerodafila", "queuename"];
const AGENTS: [&str; 14] = [
    "ramal",
    "ramais",
    "extension",
    "extensao",
    "extensions",
    "interno",
    "anexo",
    "agente",
    "agent",
    "operador",
    "atendente",
    "login",
    "userextension",
    "number",
];
const NAMES: [&str; 14] = [
    "nome",
    "name",
    "nombre",
    "displayname",
    "descr",
    "description",
    "descricao",
    "descripcion",
    "label",
    "rotulo",
    "apelido",
    "nomecompleto",
    "fullname",
    "membername",
];

/// Which columns hold what.
struct Columns {
    kind: FileKind,
    of: Option<Of>,
    key: usize,
    name: usize,
}

pub(super) fn read(text: &str) -> Result<Found, NamesError> {
    let divider = divider(text);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(divider)
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut columns: Option<Columns> = None;
    let mut entries = Vec::new();
    let mut before = Vec::new();
    for record in reader.records() {
        // Text is UTF-8 already, and lengths may differ: nothing else can go wrong.
        let Ok(record) = record else { continue };
        let line = record.position().map_or(0, |place| usize::try_from(place.line()).unwrap_or(0));
        if is_rule(&record) {
            continue;
        }
        let Some(columns) = &columns else {
            match Columns::of(&record) {
                Some(found) => columns = Some(found),
                None if before.len() < BEFORE_HEADER => before.push((line, record)),
                None => break,
            }
            continue;
        };
        if entries.len() == MAX_ROWS {
            return Err(NamesError::TooMany);
        }
        entries.extend(entry(columns, line, &record));
    }
    match columns {
        Some(columns) => Ok(Found { kind: columns.kind, entries }),
        None => headless(text, divider),
    }
}

/// A table of two columns without a header: keys, then names.
fn headless(text: &str, divider: u8) -> Result<Found, NamesError> {
    let columns = Columns { kind: FileKind::Table, of: None, key: 0, name: 1 };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(divider)
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut entries = Vec::new();
    for record in reader.records().filter_map(Result::ok) {
        let is_pair = record.len() == 2 && !record[0].is_empty() && record[0].bytes().all(|b| b.is_ascii_digit());
        if !is_pair {
            return Err(NamesError::NoColumns);
        }
        if entries.len() == MAX_ROWS {
            return Err(NamesError::TooMany);
        }
        let line = record.position().map_or(0, |place| usize::try_from(place.line()).unwrap_or(0));
        entries.extend(entry(&columns, line, &record));
    }
    Ok(Found { kind: FileKind::Table, entries })
}

fn entry(columns: &Columns, line: usize, record: &csv::StringRecord) -> Option<Entry> {
    let field = |at: usize| record.get(at).unwrap_or_default();
    // A wholly empty line, which spreadsheets leave at the end, is nothing.
    (!record.iter().all(str::is_empty)).then(|| Entry {
        line,
        of: columns.of,
        key: field(columns.key).to_owned(),
        name: field(columns.name).to_owned(),
    })
}

impl Columns {
    /// The columns that a header names; absent if it names none.
    fn of(header: &csv::StringRecord) -> Option<Columns> {
        let heads: Vec<String> = header.iter().map(plain).collect();
        let place = |wanted: &[&str]| wanted.iter().find_map(|word| heads.iter().position(|head| head == word));
        let has = |word: &str| heads.iter().any(|head| head == word);
        if has("userextension") && has("displayname") {
            let (key, name) = (place(&["userextension"])?, place(&["displayname"])?);
            return Some(Columns { kind: FileKind::IssabelExtensions, of: Some(Of::Agent), key, name });
        }
        if has("extension") && has("descr") {
            let (key, name) = (place(&["extension"])?, place(&["descr"])?);
            return Some(Columns { kind: FileKind::FreepbxQueues, of: Some(Of::Queue), key, name });
        }
        if has("extension") && has("name") && ["tech", "devicetype", "voicemail", "outboundcid"].iter().any(|w| has(w))
        {
            let (key, name) = (place(&["extension"])?, place(&["name"])?);
            return Some(Columns { kind: FileKind::FreepbxExtensions, of: Some(Of::Agent), key, name });
        }
        let (of, key) = match (place(&QUEUES), place(&AGENTS)) {
            (Some(queue), None) => (Of::Queue, queue),
            (_, Some(agent)) => (Of::Agent, agent),
            (None, None) => return None,
        };
        let name = NAMES.iter().find_map(|word| heads.iter().position(|head| head == word)).filter(|at| *at != key)?;
        Some(Columns { kind: FileKind::Table, of: Some(of), key, name })
    }
}

/// A line that only draws: `+------+-----+`.
fn is_rule(record: &csv::StringRecord) -> bool {
    record.iter().any(|field| field.contains("--")) && record.iter().flat_map(str::chars).all(|c| "+-| ".contains(c))
}
