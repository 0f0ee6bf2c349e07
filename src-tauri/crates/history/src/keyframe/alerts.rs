//! The table of alerts.

use super::{
    codes::Code,
    columns::columns,
    names::{Reader, Writer},
    put,
};
use crate::Result;
use mirante_floor::alert::{Key, Scope, Severity, Shown, Standing, Subject};
use mirante_floor::{Floor, SourceId};

columns!(AlertsV1 of AlertKept {
    rule: u32,
    scope: u8,
    source: u16,
    subject: u32,
    alert: u64,
    name: u32,
    severity: u8,
    shown: u8,
    since: i64,
    fired: Option<i64>,
    flapping: bool,
    taken: Option<(u32, i64)>,
    value: Option<f64>,
    limit: Option<f64>,
});

impl AlertsV1 {
    pub(super) fn write<'a>(floor: &'a Floor, w: &mut Writer<'a>) -> Self {
        let mut t = AlertsV1::default();
        for (Key { rule, subject: Subject { scope, source, id } }, standing) in &floor.alerts {
            let Standing { alert, name, severity, shown, since, fired, flapping, taken, value, limit } = standing;
            t.push(AlertKept {
                rule: w.name(rule),
                scope: scope.code(),
                source: source.0,
                subject: w.name(id),
                alert: *alert,
                name: w.name(name),
                severity: severity.code(),
                shown: shown.code(),
                since: w.time(*since),
                fired: fired.map(|fired| w.time(fired)),
                flapping: *flapping,
                taken: taken.as_ref().map(|(by, until)| (w.name(by), w.time(*until))),
                value: *value,
                limit: *limit,
            });
        }
        t
    }

    pub(super) fn read(self, floor: &mut Floor, r: &Reader) -> Result<()> {
        for row in self.rows()? {
            let source = SourceId(row.source);
            let subject = Subject { scope: Scope::of(row.scope)?, source, id: r.name(row.subject)? };
            let taken = row.taken.map(|(by, until)| Ok::<_, crate::HistoryError>((r.name(by)?, r.time(until))));
            let standing = Standing {
                alert: row.alert,
                name: r.name(row.name)?,
                severity: Severity::of(row.severity)?,
                shown: Shown::of(row.shown)?,
                since: r.time(row.since),
                fired: row.fired.map(|fired| r.time(fired)),
                flapping: row.flapping,
                taken: taken.transpose()?,
                value: row.value,
                limit: row.limit,
            };
            put(&mut floor.alerts, Key { rule: r.name(row.rule)?, subject }, standing)?;
        }
        Ok(())
    }
}
