//! The formulas of the field, in SQL over rows. Waits and talks are of visits by arrival, states by when they happen.

use rusqlite::{Connection, OpenFlags, named_params};
use std::collections::BTreeMap;
use std::path::Path;

/// A queue as people set it up; without a name, the centre.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    pub(super) queue: Option<String>,
    pub(super) seconds: Option<i64>,
    pub(super) percent: Option<i64>,
    pub(super) operation: Option<String>,
}

pub(super) struct Calculator {
    db: Connection,
}

/// By queue, definition and part.
type Figures = BTreeMap<(String, String, String), Option<f64>>;

/// Visits of the stretch and the queue, as `v`; `lost` is what the service level loses.
const VISITS: &str = "WITH v AS (SELECT *, outcome = 'answered' AS a, outcome = 'abandoned' AS b,
        outcome IN ('abandoned', 'timeout', 'overflow', 'unknown') AS lost, wait_ms <= :t AS soon, wait_ms <= 5000 AS short
    FROM visit WHERE entered_ms >= :from AND entered_ms < :to AND (:q IS NULL OR queue = :q))";

/// Contacts, as `c`, over all visits around the stretch; those that begin in it count (`mine`).
const CONTACTS: &str = "WITH stay AS (SELECT *, outcome = 'answered' AS a FROM visit WHERE (:q IS NULL OR queue = :q)
        AND entered_ms >= :from - 86400000),
    c AS (SELECT source, contact, min(entered_ms) AS began, max(ended_ms) AS ended, max(a) AS a,
        (SELECT caller FROM stay s WHERE s.source = stay.source AND s.contact = stay.contact AND caller IS NOT NULL
            ORDER BY id LIMIT 1) AS caller,
        (SELECT outcome FROM stay s WHERE s.source = stay.source AND s.contact = stay.contact
            ORDER BY entered_ms DESC, id DESC LIMIT 1) AS last
        FROM stay GROUP BY source, contact),
    mine AS (SELECT * FROM c WHERE began >= :from AND began < :to),
    lost AS (SELECT caller, max(ended) AS at FROM mine WHERE NOT a AND caller IS NOT NULL
        AND last IN ('abandoned', 'timeout', 'overflow', 'unknown') GROUP BY caller)";

/// Time in each state, cut at the stretch's edges, as `s`.
const STATES: &str = "WITH s AS (SELECT state, place, place_name, reason,
        min(to_ms, :to) - max(from_ms, :from) AS ms FROM agent_span WHERE to_ms > :from AND from_ms < :to),
    t AS (SELECT
        coalesce(sum(ms) FILTER (WHERE state IN ('talking', 'hold', 'wrapup') AND place IN ('queue', 'campaign')), 0) AS work,
        coalesce(sum(ms) FILTER (WHERE state IN ('ready', 'ringing')), 0) AS free,
        coalesce(sum(ms) FILTER (WHERE state = 'paused'), 0) AS paused,
        coalesce(sum(ms) FILTER (WHERE state NOT IN ('offline', 'unknown')), 0) AS logged FROM s)";

/// Attempts of the stretch, as `d`.
const ATTEMPTS: &str = "WITH d AS (SELECT * FROM attempt WHERE started_ms >= :from AND started_ms < :to)";

impl Calculator {
    pub(super) fn open(base: &Path) -> Self {
        let db = Connection::open_with_flags(base, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("a database");
        // The journeys of contacts are looked up one by one: without these indexes that takes minutes.
        db.execute_batch(
            "CREATE TEMP TABLE level (queue TEXT, level INTEGER);
            CREATE TEMP TABLE visit AS SELECT * FROM main.visit;
            CREATE INDEX temp.by_contact ON visit (source, contact, entered_ms);
            CREATE INDEX temp.by_caller ON visit (caller, entered_ms);",
        )
        .expect("tables of its own");
        Calculator { db }
    }

    /// First and last minute that were heard, Unix ms.
    pub(super) fn known(&self) -> (i64, i64) {
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        self.db.query_row("SELECT min(minute_ms), max(minute_ms) FROM minute", [], row).expect("minutes")
    }

    /// Every figure that the rows give.
    pub(super) fn figures(&self, from: i64, to: i64, queues: &[Line]) -> Figures {
        for line in queues {
            let level = match line.operation.as_deref() {
                Some("support_n1") => 1,
                Some("help_desk_n2") => 2,
                Some("service_desk_n3") => 3,
                _ => continue,
            };
            let row = (line.queue.as_deref(), level);
            self.db.execute("INSERT INTO level VALUES (?1, ?2)", row).expect("a row");
        }
        let mut all = Figures::new();
        let limits: std::collections::BTreeSet<_> = queues.iter().map(|line| line.seconds).collect();
        let centre = Line { seconds: queues[0].seconds.filter(|_| limits.len() == 1), ..Line::default() };
        let of = Of { calculator: self, from, to, line: &centre };
        of.visits(&mut all);
        of.contacts(&mut all);
        of.journeys(&mut all);
        of.states(&mut all);
        of.attempts(&mut all);
        let (mut reached, mut judged) = (0.0, 0.0);
        for line in queues {
            let of = Of { calculator: self, from, to, line };
            of.visits(&mut all);
            of.contacts(&mut all);
            let queue = line.queue.clone().expect("a name");
            if let Some(level) = all[&(queue, "sl.f4".into(), String::new())] {
                judged += 1.0;
                reached += f64::from(u8::from(level * 100.0 >= line.percent.expect("a target") as f64));
            }
        }
        let on_target = (judged > 0.0).then(|| reached / judged);
        all.insert((String::new(), "queues_on_target".into(), String::new()), on_target);
        self.db.execute("DELETE FROM level", []).expect("empty");
        all
    }
}

/// A stretch, and a queue or the centre.
struct Of<'a> {
    calculator: &'a Calculator,
    from: i64,
    to: i64,
    line: &'a Line,
}

impl Of<'_> {
    /// Asks for an expression over rows; NULL is absent.
    fn ask(&self, with: &str, expression: &str, rows: &str) -> Option<f64> {
        let sql = format!("{with} SELECT {expression} FROM {rows}");
        let mut statement = self.calculator.db.prepare(&sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
        let limit = self.line.seconds.map(|seconds| seconds * 1000);
        let all = named_params! { ":from": self.from, ":to": self.to, ":q": self.line.queue, ":t": limit };
        for (name, value) in all {
            if let Some(index) = statement.parameter_index(name).expect("a name") {
                statement.raw_bind_parameter(index, value).expect("bound");
            }
        }
        let mut found = statement.raw_query();
        let row = found.next().expect("rows").expect("a row");
        row.get(0).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    fn put(&self, all: &mut Figures, id: &str, value: Option<f64>) {
        let queue = self.line.queue.clone().unwrap_or_default();
        assert!(all.insert((queue, id.into(), String::new()), value).is_none(), "{id} twice");
    }

    fn visits(&self, all: &mut Figures) {
        let level = |top: &str, bottom: &str| {
            let divided = format!("1.0 * sum({top}) / nullif(sum({bottom}), 0)");
            self.line.seconds.and_then(|_| self.ask(VISITS, &divided, "v"))
        };
        for (id, top, bottom) in [
            // A: answered; B: lost; s: within the limit; x: within five seconds.
            ("f1", "(a AND soon) + (b AND soon)", "a + lost"),
            ("f2", "a AND soon", "a"),
            ("f3", "a AND soon", "a + lost"),
            ("f4", "a AND soon", "a + lost - (b AND soon)"),
            ("f5", "(a AND soon) + (b AND short)", "a + lost"),
            ("f6", "a AND soon", "a + lost - (b AND short)"),
            // Nobody waits any more.
            ("cisco_positive", "(a AND soon) + (b AND soon)", "a + lost"),
            ("cisco_negative", "a AND soon", "a + lost"),
            ("cisco_ignored", "a AND soon", "a + lost - (b AND soon)"),
            ("genesys", "a - (a AND NOT soon)", "a + b"),
            ("genesys_flow_out", "a - (a AND NOT soon)", "outcome <> 'unknown'"),
            ("genesys_no_short", "a - (a AND NOT soon)", "a + (b AND NOT short)"),
            ("genesys_answered", "a - (a AND NOT soon)", "a"),
        ] {
            self.put(all, &format!("sl.{id}"), level(top, bottom));
        }
        for (id, expression) in [
            ("offered", "count(*)"),
            ("answered", "count(*) FILTER (WHERE a)"),
            ("abandoned", "count(*) FILTER (WHERE b)"),
            ("short_abandoned", "count(*) FILTER (WHERE b AND short)"),
            ("flow_out", "count(*) FILTER (WHERE NOT a AND NOT b AND outcome <> 'unknown')"),
            ("asa", "avg(wait_ms) FILTER (WHERE a)"),
            ("time_to_abandon", "avg(wait_ms) FILTER (WHERE b)"),
            ("abandonment", "avg(b)"),
            ("abandonment.no_short", "avg(b) FILTER (WHERE NOT (b AND short))"),
            ("aht.no_wrapup", "avg(talk_ms)"),
            ("transfer", "avg(transferred) FILTER (WHERE a)"),
        ] {
            self.put(all, id, self.ask(VISITS, expression, "v"));
        }
        for (id, which, column, percent) in [
            ("wait.p50", "a", "wait_ms", 50),
            ("wait.p80", "a", "wait_ms", 80),
            ("wait.p90", "a", "wait_ms", 90),
            ("wait.p95", "a", "wait_ms", 95),
            ("wait.max", "a", "wait_ms", 100),
            ("time_to_abandon.p50", "b", "wait_ms", 50),
            ("time_to_abandon.p90", "b", "wait_ms", 90),
            ("time_to_abandon.p95", "b", "wait_ms", 95),
            ("talk.p90", "a AND talk_ms IS NOT NULL", "talk_ms", 90),
        ] {
            // The first that no fewer than so many percent do not exceed, told to the second above it.
            let ranked = format!(
                "(SELECT {column} AS ms, row_number() OVER (ORDER BY {column}) AS place, count(*) OVER () AS n FROM v WHERE {which})"
            );
            let first = format!("{ranked} WHERE place * 100 >= n * {percent}");
            self.put(all, id, self.ask(VISITS, "(min(ms) + 999) / 1000 * 1000", &first));
        }
        let queue = "place = 'queue' AND (:q IS NULL OR place_name = :q)";
        let spent =
            |state: &str| self.ask(STATES, &format!("sum(ms) FILTER (WHERE state = '{state}' AND {queue})"), "s");
        let talked = self.ask(VISITS, "count(talk_ms)", "v").filter(|n| *n > 0.0);
        let talk = self.ask(VISITS, "sum(talk_ms)", "v");
        let (hold, wrapup) = (spent("hold"), spent("wrapup"));
        let per = |ms: Option<f64>| Some(ms? / talked?);
        self.put(all, "aht.hold", per(hold));
        self.put(all, "acw", per(wrapup));
        self.put(all, "aht.talk", per(talk.zip(hold).map(|(talk, hold)| talk - hold)));
        self.put(all, "aht", per(talk.zip(wrapup).map(|(talk, wrapup)| talk + wrapup)));
        let rings = "rollup_agent_queue WHERE quarter_ms >= :from AND quarter_ms < :to AND (:q IS NULL OR queue = :q)";
        self.put(all, "ring_no_answer", self.ask("", "coalesce(sum(ring_no_answer), 0)", rings));
        let rate = "1.0 * sum(ring_no_answer) / nullif(sum(ring_no_answer + answered), 0)";
        self.put(all, "ring_no_answer.rate", self.ask("", rate, rings));
    }

    fn contacts(&self, all: &mut Figures) {
        for (name, hours) in [("24h", 24), ("72h", 72), ("7d", 168)] {
            let again = format!(
                "avg(EXISTS (SELECT 1 FROM c WHERE c.caller = mine.caller AND c.began > mine.began
                     AND c.began <= mine.ended + {hours} * 3600000))"
            );
            let repeat = self.ask(CONTACTS, &again, "mine WHERE a AND caller IS NOT NULL");
            self.put(all, &format!("repeat.{name}"), repeat);
            self.put(all, &format!("fcr.{name}"), repeat.map(|repeat| 1.0 - repeat));
        }
        self.put(all, "callers_lost", self.ask(CONTACTS, "count(*)", "lost"));
        let owed = "lost WHERE NOT EXISTS (SELECT 1 FROM stay WHERE stay.caller = lost.caller AND stay.a
                AND stay.ended_ms BETWEEN lost.at AND lost.at + 168 * 3600000)
            AND NOT EXISTS (SELECT 1 FROM attempt WHERE callee = lost.caller AND answered_by <> 'machine' AND NOT dropped
                AND answered_ms BETWEEN lost.at AND lost.at + 168 * 3600000)";
        self.put(all, "callbacks_owed", self.ask(CONTACTS, "count(*)", owed));
    }

    fn journeys(&self, all: &mut Figures) {
        let step = format!(
            "{CONTACTS}, step AS (SELECT stay.*, level.level, lag(stay.agent) OVER (PARTITION BY stay.source, stay.contact, stay.a
                 ORDER BY stay.entered_ms, stay.id) AS before FROM stay JOIN mine USING (source, contact)
                 LEFT JOIN level ON level.queue = stay.queue)"
        );
        let hands = "1.0 * count(*) FILTER (WHERE a AND before IS NOT NULL AND before <> agent)
            / nullif(count(DISTINCT contact) FILTER (WHERE a), 0)";
        self.put(all, "hand_offs", self.ask(&step, hands, "step"));
        for (id, level) in [("escalation.n1", 1), ("escalation.n2", 2)] {
            let up = format!(
                "avg(EXISTS (SELECT 1 FROM step later WHERE later.contact = first.contact AND later.source = first.source
                     AND later.entered_ms > first.at AND later.level > {level}))"
            );
            let first = format!(
                "(SELECT source, contact, min(entered_ms) AS at FROM step WHERE a AND level = {level} GROUP BY source, contact) first"
            );
            self.put(all, id, self.ask(&step, &up, &first));
        }
    }

    fn states(&self, all: &mut Figures) {
        for (id, expression) in [
            ("occupancy", "1.0 * work / nullif(work + free, 0)"),
            ("utilisation", "1.0 * work / nullif(logged, 0)"),
            ("availability", "1.0 - 1.0 * paused / nullif(logged, 0)"),
            ("unavailability", "1.0 * paused / nullif(logged, 0)"),
            ("time.logged", "logged"),
            ("time.paused", "paused"),
        ] {
            self.put(all, id, self.ask(STATES, expression, "t"));
        }
        for (id, which) in [
            ("time.ready", "state = 'ready'"),
            ("time.ringing", "state = 'ringing'"),
            ("time.talking", "state = 'talking' AND place = 'queue'"),
            ("time.campaign", "state = 'talking' AND place = 'campaign'"),
            ("time.other_call", "place = 'other'"),
            ("time.hold", "state = 'hold' AND place <> 'other'"),
            ("time.wrapup", "state = 'wrapup' AND place <> 'other'"),
        ] {
            self.put(all, id, self.ask(STATES, &format!("coalesce(sum(ms) FILTER (WHERE {which}), 0)"), "s"));
        }
        let sql =
            format!("{STATES} SELECT coalesce(reason, '-'), sum(ms) FROM s WHERE state = 'paused' GROUP BY reason");
        let mut statement = self.calculator.db.prepare(&sql).expect("sql");
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let rows = statement.query_map(named_params! { ":from": self.from, ":to": self.to }, row).expect("rows");
        for (reason, ms) in rows.map(|row| row.expect("a row")) {
            all.insert((String::new(), "time.paused".into(), reason), Some(ms));
        }
        let hours = self.ask(STATES, "nullif(logged, 0) / 3600000.0", "t");
        let per_hour = |count: Option<f64>| Some(count? / hours?);
        self.put(all, "contacts_per_hour", per_hour(self.ask(VISITS, "count(*) FILTER (WHERE a)", "v")));
        let sales = self.ask(ATTEMPTS, "count(*) FILTER (WHERE sale)", "d");
        self.put(all, "sales_per_hour", per_hour(sales));
        // Of a moment, and the stretch is over.
        self.put(all, "waiting", None);
        self.put(all, "longest_wait", None);
    }

    fn attempts(&self, all: &mut Figures) {
        let person = "answered_by = 'human'";
        let live = "answered_by IN ('human', 'unknown')";
        let over = |top: &str, bottom: &str| {
            let divided = format!("1.0 * count(*) FILTER (WHERE {top}) / nullif(count(*) FILTER (WHERE {bottom}), 0)");
            self.ask(ATTEMPTS, &divided, "d")
        };
        self.put(all, "attempts", self.ask(ATTEMPTS, "count(*)", "d"));
        for (id, flag) in [("sales", "sale"), ("promises", "promise"), ("completed", "completed")] {
            self.put(all, id, self.ask(ATTEMPTS, &format!("count(*) FILTER (WHERE {flag})"), "d"));
        }
        self.put(all, "hit", over(person, "answered_by IS NOT 'unknown'"));
        self.put(all, "right_party", over("right_party", person));
        self.put(all, "right_party.attempts", over("right_party", "1"));
        self.put(all, "spin", self.ask(ATTEMPTS, "1.0 * count(*) / nullif(count(DISTINCT callee), 0)", "d"));
        self.put(all, "conversion", over("sale", "right_party"));
        self.put(all, "conversion.live", over("sale", person));
        self.put(all, "promise", over("promise", "right_party"));
        self.put(all, "drop", over("dropped", live));
        self.put(all, "machine", over("answered_by = 'machine'", "answered_by IS NOT NULL"));
        let long = "answered_by IS NOT NULL AND answered_by <> 'machine'
            AND coalesce(ended_at - answered_at, ended_ms - answered_ms) > 6000";
        self.put(all, "short_calls", over(&format!("NOT ({long})"), "1"));
        self.put(all, "coded", over("disposition IS NOT NULL", "1"));
        for flag in ["do_not_call", "completed", "unworkable"] {
            self.put(all, &format!("disposition.{flag}"), over(flag, "disposition IS NOT NULL"));
        }
    }
}
