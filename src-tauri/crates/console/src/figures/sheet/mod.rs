//! The partial of the day as what is sent: a text that stays aligned in a chat, a picture, and rows for a channel. Totals alone: there is
//! nobody in it.
//!
//! The interface shows and copies the same sheets (`ui/src/features/partial/sheet.ts`); a file of examples that both are tested
//! against holds the two together.

mod picture;
mod words;

use crate::wire::{CalledRow, Partial, PartialCalled, PartialReceived, ReceivedRow};
use jiff::tz::TimeZone;
use mirante_engine::send::Table;
pub(crate) use words::Tongue;
use words::{NONE, Said};

/// A partial as every way of sending it reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sheet {
    /// Which: `r:sac`, `c:sales`.
    pub(crate) id: String,
    title: String,
    /// Day and time, target.
    about: Vec<String>,
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
    total: Vec<String>,
    /// What to know of it, below.
    notes: Vec<String>,
    short: &'static str,
}

/// What stands over a column, in full and where room is short.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Column {
    words: String,
    short: &'static str,
}

const HOUR: i64 = 3_600_000;

/// A sheet for each operation and kind of campaign in which something happened. `sample`: of an invented centre.
pub(crate) fn sheets(partial: &Partial, language: &str, zone: &TimeZone, sample: bool) -> Vec<Sheet> {
    let tongue = Tongue::of(language);
    let page = Page { partial, said: tongue.said(), tongue, zone };
    let received = partial.received.iter().filter(|one| !one.hours.is_empty()).map(|one| page.received(one));
    let called = partial.called.iter().filter(|one| !one.hours.is_empty()).map(|one| page.called(one));
    let mut all: Vec<Sheet> = received.chain(called).collect();
    if sample {
        // Nobody who is sent one may take it for their own operation's.
        all.iter_mut().for_each(|sheet| sheet.about.insert(0, page.said.sample.to_owned()));
    }
    all
}

struct Page<'a> {
    partial: &'a Partial,
    said: &'static Said,
    tongue: Tongue,
    zone: &'a TimeZone,
}

impl Page<'_> {
    fn received(&self, one: &PartialReceived) -> Sheet {
        let (said, tongue) = (self.said, self.tongue);
        let shows = |column: &str| !one.hidden.iter().any(|hidden| hidden == column);
        let few = |row: &ReceivedRow| if row.few { "°" } else { "" };
        let marks = |row: &ReceivedRow| {
            format!("{}{}{}", self.going(row.from_ms), if row.incomplete { "*" } else { "" }, few(row))
        };
        let time = |ms: Option<f64>| ms.map_or_else(|| NONE.to_owned(), |ms| tongue.duration(ms as i64));
        let cells = |first: String, row: &ReceivedRow| {
            let mut cells = vec![first, tongue.number(row.offered.into()), tongue.number(row.answered.into())];
            cells.extend(shows("abandonment_rate").then(|| tongue.share(row.abandonment)));
            cells.extend(one.has_level.then(|| tongue.share(row.level)));
            cells.extend(shows("asa").then(|| time(row.asa_ms)));
            cells.extend(shows("aht.no_wrapup").then(|| time(row.aht_ms)));
            cells
        };
        let mut columns = vec![said.column(said.hour, said.hour), said.column(said.offered, said.offered_s)];
        columns.push(said.column(said.answered, said.answered_s));
        columns.extend(shows("abandonment_rate").then(|| said.percent(said.abandonment, said.abandonment_s)));
        columns.extend(one.has_level.then(|| said.percent(said.level, said.level_s)));
        columns.extend(shows("asa").then(|| said.column(said.asa, said.asa)));
        columns.extend(shows("aht.no_wrapup").then(|| said.column(said.aht, said.aht)));
        let target = one.percent.zip(one.seconds).filter(|_| one.has_level);
        let all_marks: String = one.hours.iter().map(marks).chain([few(&one.total).to_owned()]).collect();
        let level = match (one.has_level, one.seconds) {
            (false, _) => said.no_level,
            (true, None) if one.queues.len() > 1 => said.unequal,
            (true, _) => "",
        };
        let notes = [level.to_owned(), self.legend(&all_marks), self.heard(&all_marks)];
        Sheet {
            id: format!("r:{}", one.operation.map_or("", mirante_engine::config::judging::operation_word)),
            title: one.operation.map_or(said.no_operation, |operation| tongue.operation(operation)).to_owned(),
            about: std::iter::once(self.until())
                .chain(target.map(|(percent, seconds)| said.target(percent, seconds)))
                .collect(),
            columns,
            rows: one.hours.iter().map(|row| cells(self.hour(row.from_ms, &marks(row)), row)).collect(),
            total: cells(format!("{}{}", said.total, few(&one.total)), &one.total),
            notes: notes.into_iter().filter(|note| !note.is_empty()).collect(),
            short: said.short,
        }
    }

    fn called(&self, one: &PartialCalled) -> Sheet {
        let (said, tongue) = (self.said, self.tongue);
        let shows = |column: &str| !one.hidden.iter().any(|hidden| hidden == column);
        let marks = |row: &CalledRow| self.going(row.from_ms).to_owned();
        let cells = |first: String, row: &CalledRow| {
            let mut cells = vec![first, tongue.number(row.attempts.into())];
            cells.extend(shows("hit").then(|| tongue.number(row.humans.into())));
            cells.extend(shows("right_party").then(|| tongue.number(row.right_party.into())));
            cells.push(tongue.number(row.results.into()));
            cells
        };
        let mut columns = vec![said.column(said.hour, said.hour), said.column(said.attempts, said.attempts_s)];
        columns.extend(shows("hit").then(|| said.column(said.humans, said.humans_s)));
        columns.extend(shows("right_party").then(|| said.column(said.right_party, said.right_party_s)));
        columns.push(said.column(tongue.results(one.kind), said.results_s));
        let done = one.total.results;
        let wanted = one.goal.filter(|goal| *goal > 0);
        let share = |n: u32, of: u32| tongue.percent(Some(f64::from(n) / f64::from(of)));
        let number = |n: u32| tongue.number(n.into());
        let goal = wanted.map_or_else(
            || said.no_goal.to_owned(),
            |goal| said.goal(&number(done), &number(goal), &share(done, goal)),
        );
        let projected = match (one.projected, wanted) {
            (None, _) => said.projected(NONE),
            (Some(n), None) => said.projected(&number(n)),
            (Some(n), Some(goal)) => format!("{} ({})", said.projected(&number(n)), share(n, goal)),
        };
        let all_marks: String = one.hours.iter().map(marks).collect();
        let notes = [self.legend(&all_marks), self.heard("")];
        Sheet {
            id: format!("c:{}", mirante_engine::config::judging::campaign_kind_word(one.kind)),
            title: said.active(tongue.kind(one.kind)),
            about: vec![self.until(), if self.partial.is_over { goal } else { format!("{goal} · {projected}") }],
            columns,
            rows: one.hours.iter().map(|row| cells(self.hour(row.from_ms, &marks(row)), row)).collect(),
            total: cells(said.total.to_owned(), &one.total),
            notes: notes.into_iter().filter(|note| !note.is_empty()).collect(),
            short: said.short,
        }
    }

    /// A mark where the hour goes on.
    fn going(&self, from_ms: i64) -> &'static str {
        if from_ms + HOUR > self.partial.until_ms { "+" } else { "" }
    }

    fn hour(&self, ms: i64, marks: &str) -> String {
        format!("{}{marks}", self.tongue.hour(ms, self.zone))
    }

    fn until(&self) -> String {
        let day = self.tongue.day(self.partial.from_ms, self.zone);
        self.said.until(&day, &self.tongue.clock(self.partial.until_ms, self.zone))
    }

    fn legend(&self, marks: &str) -> String {
        let told = [('+', self.said.going), ('*', self.said.incomplete), ('°', self.said.few)];
        let told: Vec<&str> =
            told.into_iter().filter(|(mark, _)| marks.contains(*mark)).map(|(_, words)| words).collect();
        told.join(" · ")
    }

    /// `marks`: those of the hours, one of which may say that not everything was heard.
    fn heard(&self, marks: &str) -> String {
        match self.partial.heard {
            None => self.said.unheard.to_owned(),
            Some(heard) if heard > 0.995 && marks.contains('*') => String::new(),
            Some(heard) if heard > 0.995 => self.said.complete.to_owned(),
            Some(heard) => self.said.part((heard * 100.0).floor() as u32),
        }
    }
}

impl Sheet {
    /// Lines that stay aligned in a chat: WhatsApp, Telegram, Slack and Teams set what is between three accents in one width.
    pub(crate) fn text(&self) -> String {
        let table = self.table();
        let mut text = vec![format!("*{}*", self.head())];
        text.extend(self.about.iter().cloned());
        text.push("```".into());
        text.extend(table.lines());
        text.push("```".into());
        text.extend(table.notes);
        text.join("\n").trim_end().to_owned()
    }

    /// What it is, in one line.
    pub(crate) fn head(&self) -> String {
        format!("{} · {}", self.short, self.title)
    }

    /// Day, target and totals, for where there is room for one line.
    pub(crate) fn sum(&self) -> String {
        let totals = self.columns.iter().zip(&self.total).skip(1);
        let totals: Vec<String> = totals.map(|(column, cell)| format!("{} {cell}", column.words)).collect();
        format!("{}. {}", self.about.join(" · "), totals.join(" · "))
    }

    /// Its rows, the total last; how much was heard is the first note.
    pub(crate) fn table(&self) -> Table {
        let (last, others) = self.notes.split_last().map_or((None, &[][..]), |(last, others)| (Some(last), others));
        Table {
            heads: self.columns.iter().map(|column| column.short.to_owned()).collect(),
            rows: self.rows.iter().chain([&self.total]).cloned().collect(),
            notes: last.into_iter().chain(others).cloned().collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// What the interface's own tests hold its sheets to.
    const EXAMPLES: &str = include_str!("../../../../../../ui/src/features/partial/examples.json");

    #[derive(serde::Deserialize)]
    struct Examples {
        partial: Partial,
        texts: BTreeMap<String, Vec<String>>,
    }

    #[test]
    fn it_says_what_the_interface_says_in_every_language() {
        let examples: Examples = serde_json::from_str(EXAMPLES).unwrap();
        let zone = TimeZone::get("America/Sao_Paulo").unwrap();
        assert_eq!(examples.texts.len(), 3);
        for (language, texts) in examples.texts {
            let mine: Vec<String> = sheets(&examples.partial, &language, &zone, true).iter().map(Sheet::text).collect();
            assert_eq!(mine, texts, "{language}");
        }
    }

    #[test]
    fn what_rests_on_few_cases_is_marked() {
        let mut examples: Examples = serde_json::from_str(EXAMPLES).unwrap();
        examples.partial.received[0].hours[2].few = true;
        examples.partial.received[0].total.few = true;
        let zone = TimeZone::get("America/Sao_Paulo").unwrap();
        let text = sheets(&examples.partial, "pt-BR", &zone, false)[0].text();
        assert!(
            text.contains("\n10h+° ") && text.contains("\nTotal°") && text.contains("° menos de 10 casos"),
            "{text}"
        );
        assert!(text.contains("\n09h* ") && text.contains("\n08h  "), "{text}");
    }

    #[test]
    fn a_picture_says_the_same_words_and_breaks_on_none() {
        let examples: Examples = serde_json::from_str(EXAMPLES).unwrap();
        let zone = TimeZone::get("America/Sao_Paulo").unwrap();
        let mut sheet = sheets(&examples.partial, "pt-BR", &zone, false).remove(0);
        sheet.title = "<script>&\"'".into();
        let svg = sheet.picture();
        assert!(!svg.contains("<script>") && svg.contains("&lt;script&gt;&amp;"), "{svg}");
        for word in sheet.rows.iter().flatten().chain(&sheet.total).chain(&sheet.about) {
            assert!(svg.contains(&word.replace('&', "&amp;")), "no {word} in {svg}");
        }
    }
}
