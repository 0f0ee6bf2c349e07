//! A workflow of Microsoft Teams that posts what its webhook receives: an Adaptive Card. What strangers named stands in text runs, which
//! know no markup, unlike text blocks.

use crate::net::Request;
use crate::text::{cut, headline, members, one_line};
use crate::{Address, Channel, Kind, Net, Notice, Rate, SendError, Sending, Severity, Why};
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
    loop {
        let body = message(notice, &lines, most);
        if most == 0 || body.to_string().len() <= LARGEST {
            return body;
        }
        most -= 1;
    }
}

fn message(notice: &Notice, lines: &[String], most: usize) -> Value {
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
    let mut card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
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
        _ if notice.ended.is_some() => "Good",
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
