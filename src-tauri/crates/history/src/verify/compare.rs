//! Rows as they are stored beside rows as they were computed again.

use super::{Book, Standing, Verified, excuse};
use crate::retention::{AGED, MERGED, Rule};
use crate::{History, Result, facts};
use mirante_floor::Minute;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OptionalExtension, Transaction, params_from_iter};
use std::cmp::Ordering;

/// Rows compared in one look.
const ROWS: usize = 20_000;
/// Rows told of a table that differs.
const TOLD: u64 = 5;
/// Sums by the minute of beginning change while a visit or attempt of that minute goes on, which is not for longer than this, ms.
const LONGEST_MS: i64 = 24 * 60 * 60_000;

/// Whose rows an excuse is for: one source's, or those of all that are followed.
const OF: &str = "CASE WHEN of IS NULL THEN source NOT IN (SELECT source FROM old.imported_head) ELSE of = source END";

/// A table made of facts. Gaps are left out: a full disk adds some that no event tells.
pub(super) struct Table {
    name: &'static str,
    /// When a row was closed or began, Unix ms.
    closed: &'static str,
    /// For how long it then counts, ms.
    counts: i64,
    /// Columns with an index, by which rows are gone through.
    key: &'static [&'static str],
    /// Rows that no event tells are no fault: a full disk adds some.
    may_have_more: bool,
}

pub(super) const TABLES: [Table; 11] = [
    Table { name: "alert", closed: "fired_ms", counts: 0, key: &["id"], may_have_more: true },
    Table { name: "alert_step", closed: "at_ms", counts: 0, key: &["seq"], may_have_more: true },
    Table { name: "visit", closed: "ended_ms", counts: 0, key: &["id"], may_have_more: false },
    Table { name: "attempt", closed: "ended_ms", counts: 0, key: &["id"], may_have_more: false },
    Table { name: "agent_span", closed: "to_ms", counts: 0, key: &["to_ms"], may_have_more: false },
    Table {
        name: "minute",
        closed: "minute_ms",
        counts: Minute::MS,
        key: &["source", "minute_ms"],
        may_have_more: false,
    },
    Table {
        name: "rollup_visit",
        closed: "minute_ms",
        counts: LONGEST_MS,
        key: &["source", "queue", "minute_ms", "outcome"],
        may_have_more: false,
    },
    Table {
        name: "rollup_attempt",
        closed: "minute_ms",
        counts: LONGEST_MS,
        key: &["source", "campaign", "minute_ms", "result"],
        may_have_more: false,
    },
    Table {
        name: "rollup_queue",
        closed: "minute_ms",
        counts: Minute::MS,
        key: &["source", "queue", "minute_ms"],
        may_have_more: false,
    },
    Table {
        name: "rollup_agent",
        closed: "quarter_ms",
        counts: facts::QUARTER,
        key: &["source", "agent", "quarter_ms"],
        may_have_more: false,
    },
    Table {
        name: "rollup_agent_queue",
        closed: "quarter_ms",
        counts: facts::QUARTER,
        key: &["source", "agent", "queue", "quarter_ms"],
        may_have_more: false,
    },
];

impl Table {
    /// The rule by which its rows go, and the column that says how old they are.
    fn aged(&self) -> Option<(Rule, &'static str)> {
        let merged = MERGED.iter().any(|merged| merged.table == self.name);
        let aged = AGED.iter().find(|aged| aged.table == self.name).map(|aged| (aged.rule, aged.time));
        aged.or(merged.then_some((Rule::WorkingTime, "quarter_ms")))
    }

    /// What makes a row one that can be judged.
    fn judged(&self) -> String {
        let Table { closed, counts, .. } = self;
        let not_excused = format!(
            "NOT EXISTS (SELECT 1 FROM excused WHERE {closed} + {counts} >= from_ms AND {closed} <= to_ms AND {OF})"
        );
        match self.aged() {
            Some((rule, time)) => format!(
                "{not_excused} AND {time} >= coalesce((SELECT max(before_ms) FROM old.removal WHERE rule = '{}'), {time})",
                rule.word()
            ),
            None => not_excused,
        }
    }
}

/// Compares a table, a stretch of it at a time.
pub(super) fn table(
    history: &History,
    copy: &Connection,
    table: &Table,
    known: &Standing,
    book: &mut Book,
    found: &mut Verified,
) -> Result<()> {
    let mut differing = [0; 2];
    let mut after: Option<Vec<Value>> = None;
    loop {
        found.events += book.follow(history, copy)?;
        let tx = copy.unchecked_transaction()?;
        // The first look fixes the moment; what was kept until then is folded too.
        let sql =
            "SELECT max(coalesce((SELECT max(seq_last) FROM old.journal), 0), coalesce((SELECT seq FROM old.head), 0))";
        let newest: u64 = tx.query_row(sql, [], |row| row.get(0))?;
        found.events += book.follow_to(history, &tx, newest)?;
        for source in Standing::of(&tx, "old")?.changed_since(known) {
            excuse(&tx, Some(source), i64::MIN, i64::MAX)?;
        }
        let up_to = [end(&tx, "main", table, after.as_deref())?, end(&tx, "old", table, after.as_deref())?];
        let up_to = up_to.into_iter().flatten().min_by(|a, b| order(a, b));
        compare(&tx, table, after.as_deref(), up_to.as_deref(), found, &mut differing)?;
        tx.commit()?;
        after = match up_to {
            Some(up_to) => Some(up_to),
            None => break,
        };
    }
    for (what, count) in WHAT.iter().zip(differing) {
        if count > TOLD {
            found.findings.push(format!("{}: {} more rows: {what}", table.name, count - TOLD));
        }
    }
    Ok(())
}

/// Of the rows that only the computed side has, and of those that only the stored side has.
const WHAT: [&str; 2] = ["is missing or differs", "is not what the events tell"];

/// Where a look at so many rows ends, if there are more.
fn end(tx: &Transaction<'_>, base: &str, table: &Table, after: Option<&[Value]>) -> Result<Option<Vec<Value>>> {
    let keys = table.key.join(", ");
    let begins = after.map_or_else(String::new, |after| format!("WHERE ({keys}) > ({})", places(1, after.len())));
    let sql = format!("SELECT {keys} FROM {base}.{} {begins} ORDER BY {keys} LIMIT 1 OFFSET {}", table.name, ROWS - 1);
    let mut statement = tx.prepare_cached(&sql)?;
    let row = |row: &rusqlite::Row<'_>| (0..table.key.len()).map(|nth| row.get(nth)).collect();
    Ok(statement.query_row(params_from_iter(after.unwrap_or_default()), row).optional()?)
}

fn places(first: usize, count: usize) -> String {
    (first..first + count).map(|nth| format!("?{nth}")).collect::<Vec<_>>().join(", ")
}

/// As the database orders keys: numbers, and text by its bytes.
fn order(a: &[Value], b: &[Value]) -> Ordering {
    let one = |(a, b): (&Value, &Value)| match (a, b) {
        (Value::Integer(a), Value::Integer(b)) => a.cmp(b),
        (Value::Text(a), Value::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
        _ => Ordering::Equal,
    };
    a.iter().zip(b).map(one).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
}

/// Rows that only one side has, and that can be judged.
fn compare(
    tx: &Transaction<'_>,
    table: &Table,
    after: Option<&[Value]>,
    up_to: Option<&[Value]>,
    found: &mut Verified,
    differing: &mut [u64; 2],
) -> Result<()> {
    let (name, keys) = (table.name, table.key.join(", "));
    let columns = columns(tx, name)?;
    let mut judged = table.judged();
    let bounds: Vec<&Value> = after.into_iter().chain(up_to).flatten().collect();
    if let Some(after) = after {
        judged += &format!(" AND ({keys}) > ({})", places(1, after.len()));
    }
    if let Some(up_to) = up_to {
        judged += &format!(" AND ({keys}) <= ({})", places(1 + after.map_or(0, <[Value]>::len), up_to.len()));
    }
    let count = format!("SELECT count(*) FROM main.{name} WHERE {judged}");
    found.rows += tx.prepare_cached(&count)?.query_row(params_from_iter(&bounds), |row| row.get::<_, u64>(0))?;
    for ((here, there), (what, differing)) in
        [("main", "old"), ("old", "main")].into_iter().zip(WHAT.iter().zip(differing))
    {
        if table.may_have_more && here == "old" {
            continue;
        }
        let one = |base: &str| format!("SELECT {columns} FROM {base}.{name} WHERE {judged}");
        let mut statement = tx.prepare_cached(&format!("{} EXCEPT {}", one(here), one(there)))?;
        let names: Vec<String> = statement.column_names().map(String::from).collect();
        let mut rows = statement.query(params_from_iter(&bounds))?;
        while let Some(row) = rows.next()? {
            *differing += 1;
            if *differing <= TOLD {
                let cells: Vec<String> = (0..names.len())
                    .map(|nth| Ok(format!("{} {}", names[nth], words(row.get_ref(nth)?))))
                    .collect::<Result<_>>()?;
                found.findings.push(format!("{name}: a row {what}: {}", cells.join(", ")));
            }
        }
    }
    Ok(())
}

fn words(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Null => "—".into(),
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(text) => format!("{:?}", String::from_utf8_lossy(text)),
        ValueRef::Blob(bytes) => format!("{} bytes", bytes.len()),
    }
}

/// The columns of a table that say something: a row's own number does where facts name it.
fn columns(tx: &Transaction<'_>, table: &str) -> Result<String> {
    let mut statement = tx.prepare_cached("SELECT name FROM pragma_table_info(?1, 'main')")?;
    let names = statement.query_map([table], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    let says = |name: &&String| *name != "id" || !["agent_span", "alert_step"].contains(&table);
    Ok(names.iter().filter(says).map(String::as_str).collect::<Vec<_>>().join(", "))
}
