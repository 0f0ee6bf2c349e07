//! A Telegram bot. Texts are sent plain, so nothing in them is markup; that a table has one width is said beside the text.

use crate::net::Request;
use crate::text::{cut, headline, plain, table};
use crate::{Address, Channel, Kind, Net, Notice, Rate, Secret, SendError, Sending, Severity, Why};
use serde_json::{Value, json};

/// Where bots speak, unless a server of one's own stands for it.
const SERVICE: &str = "https://api.telegram.org";
/// Longest text.
const LONGEST: usize = 4_096;

/// One chat that a bot writes to.
#[derive(Clone)]
pub struct Telegram {
    net: Net,
    base: Option<Address>,
    token: Secret,
    chat: String,
}

impl Telegram {
    /// A bot by its token, and the chat: its number, or the name of a public one (`@name`).
    pub fn new(net: Net, token: Secret, chat: &str, base: Option<&Address>) -> Telegram {
        let base = base.cloned().or_else(|| Address::parse(SERVICE).ok());
        Telegram { net, base, token, chat: chat.to_owned() }
    }

    fn body(&self, notice: &Notice) -> Value {
        let text = cut(&format!("{}\n{}", headline(notice), plain(notice)), LONGEST);
        let mut body = json!({
            "chat_id": self.chat,
            "disable_notification": notice.severity == Severity::Notice,
            "link_preview_options": { "is_disabled": true },
        });
        let units = |text: &str| text.encode_utf16().count();
        if let Some((at, table)) = table(notice).and_then(|table| Some((text.rfind(&table)?, table))) {
            let (offset, length) = (units(&text[..at]), units(&table));
            body["entities"] = json!([{ "type": "pre", "offset": offset, "length": length }]);
        }
        body["text"] = text.into();
        body
    }
}

/// Telegram says what is wrong by a number and a sentence.
fn judge(status: u16, said: &Value) -> SendError {
    let code = said["error_code"].as_u64().and_then(|code| u16::try_from(code).ok()).unwrap_or(status);
    let sentence = said["description"].as_str().unwrap_or_default().to_lowercase();
    let error = match code {
        // A token that is not even one is a place that is not there.
        401 | 404 => SendError::channel(Why::Credentials),
        403 => SendError::channel(Why::Forbidden),
        // A group that grew has another number from then on.
        400 if said["parameters"]["migrate_to_chat_id"].is_i64() || sentence.contains("chat not found") => {
            SendError::channel(Why::Gone)
        }
        400 if sentence.contains("not enough rights") => SendError::channel(Why::Forbidden),
        429 => SendError::transient(Why::TooFast),
        500..=599 => SendError::transient(Why::Server),
        400..=499 => SendError::message(Why::Refused),
        _ => SendError::channel(Why::Strange),
    };
    let asked = said["parameters"]["retry_after"].as_i64().map(|seconds| seconds.clamp(0, 86_400) * 1_000);
    SendError { retry_after: asked, ..error }.code(code)
}

crate::channel::prints_as_its_kind!(Telegram);

impl Channel for Telegram {
    fn kind(&self) -> Kind {
        Kind::Telegram
    }

    /// Twenty a minute to one group.
    fn rate(&self) -> Rate {
        Rate::new(3_000, 5)
    }

    fn send<'a>(&'a self, notice: &'a Notice, now: i64) -> Sending<'a> {
        Box::pin(async move {
            let base = self.base.as_ref().ok_or(SendError::channel(Why::Settings))?;
            let to = base.join(&[&format!("bot{}", self.token.reveal()), "sendMessage"]);
            let answer = self.net.post(Request::json(&to, &self.body(notice))).await?;
            let said = answer.json();
            match (answer.status.as_u16(), &said["ok"]) {
                (200, Value::Bool(true)) => Ok(()),
                (_, Value::Bool(false)) => Err(judge(answer.status.as_u16(), &said)),
                // Something in between answered.
                (200..=299, _) => Err(SendError::channel(Why::Strange).code(answer.status.as_u16())),
                _ => answer.judge(now),
            }
        })
    }
}
