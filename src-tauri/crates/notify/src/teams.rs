//! A workflow of Microsoft Teams that posts what its webhook receives: an Adaptive Card. What strangers named stands in text runs, which
//! know no markup, unlike text blocks.

use crate::net::Request;
use crate::text::{cut, headline, members, notes, one_line};
use crate::{Address, Channel, Event, Kind, Net, Notice, Rate, SendError, Sending, Severity, Table, Why};
use serde_json::{Value, json};

/// Teams takes 28 KB a message, all told.
const LARGEST: usize = 24 << 10;
/// Longest sentence, and longest fact.
const LONGEST: usize = 2_000;
const FACT: usize = 500;

/// A chat or channel of Teams, by its workflow.
#[derive(Clone)]
pub struct Teams {
    net: Net,
    to: Address,
}

impl Teams {
    /// By the workflow's address, which is the key as well.
    pub fn new(net: Net, to: Address) -> Teams {
        Teams { net, to }
    }
}

fn run(text: &str, most: usize) -> Value {
    json!({ "type": "TextRun", "text": cut(text, most) })
}

fn block(inlines: &[Value]) -> Value {
    json!({ "type": "RichTextBlock", "inlines": inlines })
}

/// A message that fits: where it does not, what is least is left out first.
fn body(notice: &Notice) -> Value {
    let lines: Vec<String> = members(notice);
    let mut most = lines.len() + notice.facts.len();
    let mut table = notice.table.clone();
    loop {
        let body = message(notice, &lines, most, table.as_ref());
        if body.to_string().len() <= LARGEST {
            return body;
        }
        match &mut table {
            _ if most > 0 => most -= 1,
            // What is oldest goes first, what sums up last.
            Some(table) if !table.rows.is_empty() => drop(table.rows.remove(0)),
            _ => return body,
        }
    }
}

/// Rows under their heads; figures stand at the right, and in text runs as everything does.
fn rows(table: &Table) -> Value {
    let cell = |word: &String| json!({ "type": "TableCell", "items": [block(&[cut(&one_line(word), FACT).into()])] });
    let row = |row: &Vec<String>| json!({ "type": "TableRow", "cells": row.iter().map(cell).collect::<Vec<_>>() });
    let column = |at| json!({ "width": 1, "horizontalCellContentAlignment": if at == 0 { "left" } else { "right" } });
    json!({
        "type": "Table",
        "firstRowAsHeader": true,
        "columns": (0..table.heads.len()).map(column).collect::<Vec<_>>(),
        "rows": std::iter::once(&table.heads).chain(&table.rows).map(row).collect::<Vec<_>>(),
    })
}

fn message(notice: &Notice, lines: &[String], most: usize, table: Option<&Table>) -> Value {
    let mut title = run(&headline(notice), 400);
    title["weight"] = "Bolder".into();
    title["size"] = "Medium".into();
    title["color"] = color(notice).into();
    let mut parts = vec![block(&[title]), block(&[run(&one_line(&notice.sentence), LONGEST)])];
    let facts = notice.facts.iter().map(|fact| {
        let mut label = run(&format!("{}: ", one_line(&fact.label)), FACT);
        label["weight"] = "Bolder".into();
        block(&[label, run(&one_line(&fact.value), FACT)])
    });
    let lines = lines.iter().map(|line| block(&[run(line, FACT)]));
    parts.extend(facts.chain(lines).take(most));
    if let Some(table) = table {
        parts.push(rows(table));
        parts.extend(notes(notice).iter().map(|note| block(&[run(note, FACT)])));
    }
    let mut card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        // Tables came with 1.5.
        "version": if table.is_some() { "1.5" } else { "1.4" },
        "body": parts,
    });
    if let Some(link) = &notice.link {
        let title = notice.language.words().open;
        card["actions"] = json!([{ "type": "Action.OpenUrl", "title": title, "url": link }]);
    }
    let attachment =
        json!({ "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": null, "content": card });
    json!({ "type": "message", "attachments": [attachment] })
}

fn color(notice: &Notice) -> &'static str {
    match notice.severity {
        _ if notice.event != Event::Report && notice.ended.is_some() => "Good",
        Severity::Notice => "Default",
        Severity::Warning => "Warning",
        Severity::Critical => "Attention",
    }
}

crate::channel::prints_as_its_kind!(Teams);

impl Channel for Teams {
    fn kind(&self) -> Kind {
        Kind::Teams
    }

    /// Four a second are let be; people do not read as fast.
    fn rate(&self) -> Rate {
        Rate::new(1_000, 4)
    }

    fn send<'a>(&'a self, notice: &'a Notice, now: i64) -> Sending<'a> {
        Box::pin(async move {
            let answer = self.net.post(Request::json(&self.to, &body(notice))).await?;
            let code = answer.json()["error"]["code"].as_str().map(str::to_owned);
            match (answer.status.as_u16(), code.as_deref()) {
                // A workflow that is off, whatever its status.
                (status @ 400..=499, Some("WorkflowTriggerIsNotEnabled" | "WorkflowNotFound" | "TriggerDisabled")) => {
                    Err(SendError::channel(Why::Gone).code(status))
                }
                // Its address has a signature of its own, which is the key.
                (status @ (401 | 403), _) => Err(SendError::channel(Why::Credentials).code(status)),
                _ => answer.judge(now),
            }
        })
    }
}
