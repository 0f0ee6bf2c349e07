//! A Slack incoming webhook. What strangers named stands as plain text, in which nothing is a link, a mention or markup.

use crate::net::{Answer, Request};
use crate::text::{cut, headline, members, notes, one_line, table};
use crate::{Address, Channel, Kind, Net, Notice, Rate, SendError, Sending, Why};
use serde_json::{Value, json};

/// Longest texts of a header, a section and a field.
const HEADER: usize = 150;
const SECTION: usize = 3_000;
const FIELD: usize = 2_000;
/// Fields of one section.
const FIELDS: usize = 10;
/// Longest address of a button.
const LINK: usize = 3_000;

/// A channel of Slack, by its webhook.
#[derive(Clone)]
pub struct Slack {
    net: Net,
    to: Address,
}

impl Slack {
    /// By the webhook's address, which is the key as well.
    pub fn new(net: Net, to: Address) -> Slack {
        Slack { net, to }
    }
}

fn plain(text: &str, most: usize) -> Value {
    // A text may not be empty.
    let text = if text.is_empty() { "—" } else { text };
    json!({ "type": "plain_text", "text": cut(text, most), "emoji": false })
}

fn body(notice: &Notice) -> Value {
    let headline = headline(notice);
    let mut blocks = vec![
        json!({ "type": "header", "text": plain(&headline, HEADER) }),
        json!({ "type": "section", "text": plain(&one_line(&notice.sentence), SECTION) }),
    ];
    if !notice.facts.is_empty() {
        let fields = notice.facts.iter().take(FIELDS);
        let fields = fields.map(|fact| plain(&format!("{}: {}", one_line(&fact.label), one_line(&fact.value)), FIELD));
        blocks.push(json!({ "type": "section", "fields": fields.collect::<Vec<_>>() }));
    }
    if notice.members.len() > 1 {
        blocks.push(json!({ "type": "section", "text": plain(&members(notice).join("\n"), SECTION) }));
    }
    if let Some(table) = table(notice) {
        // One width, and no markup within.
        let text = json!({ "type": "text", "text": cut(&table, SECTION) });
        let lines = json!([{ "type": "rich_text_preformatted", "elements": [text] }]);
        blocks.push(json!({ "type": "rich_text", "elements": lines }));
        blocks.extend((!notes(notice).is_empty()).then(|| {
            let notes = plain(&notes(notice).join(" · "), FIELD);
            json!({ "type": "context", "elements": [notes] })
        }));
    }
    if let Some(link) = notice.link.as_ref().filter(|link| link.len() <= LINK) {
        let text = plain(notice.language.words().open, 75);
        blocks.push(json!({ "type": "actions", "elements": [{ "type": "button", "text": text, "url": link }] }));
    }
    // What notifications show; only here three signs have a meaning.
    let text = cut(&headline, SECTION).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    json!({ "text": text, "blocks": blocks })
}

/// Slack says what is wrong by a word in the body.
fn judge(answer: &Answer, now: i64) -> Result<(), SendError> {
    let word = String::from_utf8_lossy(&answer.body).trim().to_owned();
    let code = answer.status.as_u16();
    match (code, word.as_str()) {
        (200, "ok") => Ok(()),
        (200..=299, _) => Err(SendError::channel(Why::Strange).code(code)),
        (_, "invalid_token" | "no_active_hooks") => Err(SendError::channel(Why::Credentials).code(code)),
        (
            _,
            "no_service" | "no_service_id" | "no_team" | "team_disabled" | "channel_not_found" | "channel_is_archived",
        ) => Err(SendError::channel(Why::Gone).code(code)),
        (_, "action_prohibited" | "posting_to_general_channel_denied") => {
            Err(SendError::channel(Why::Forbidden).code(code))
        }
        _ => answer.judge(now),
    }
}

crate::channel::prints_as_its_kind!(Slack);

impl Channel for Slack {
    fn kind(&self) -> Kind {
        Kind::Slack
    }

    /// One a second, short bursts are let be.
    fn rate(&self) -> Rate {
        Rate::new(1_000, 3)
    }

    fn send<'a>(&'a self, notice: &'a Notice, now: i64) -> Sending<'a> {
        Box::pin(async move { judge(&self.net.post(Request::json(&self.to, &body(notice))).await?, now) })
    }
}
