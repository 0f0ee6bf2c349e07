//! WhatsApp Cloud. Outside a conversation that the other side began, WhatsApp takes only templates that Meta approved: the channel sends one
//! whose body has two places, the headline and the sentence.

use crate::net::Request;
use crate::text::{cut, headline, one_line};
use crate::{Address, Auth, Channel, Kind, Net, Notice, Rate, Secret, SendError, Sending, Why};
use serde_json::{Value, json};

/// Where messages go.
const SERVICE: &str = "https://graph.facebook.com/v23.0";
/// A body is 1,024 signs with the template's own; two places share most of it.
const LONGEST: usize = 400;

/// One telephone that is written to.
#[derive(Clone)]
pub struct WhatsApp {
    net: Net,
    to: Option<Address>,
    token: Secret,
    /// Number of the telephone that is written to.
    telephone: Secret,
    template: String,
    /// The template's language, as Meta writes it: `pt_BR`.
    language: String,
}

impl WhatsApp {
    /// From the business telephone of this id, by its token, to `telephone`, with an approved template in its language (`pt_BR`).
    pub fn new(
        net: Net,
        token: Secret,
        from: &str,
        telephone: Secret,
        template: (&str, &str),
        base: Option<&Address>,
    ) -> WhatsApp {
        let base = base.cloned().or_else(|| Address::parse(SERVICE).ok());
        let to = base.map(|base| base.join(&[from, "messages"]));
        WhatsApp { net, to, token, telephone, template: template.0.to_owned(), language: template.1.to_owned() }
    }

    fn body(&self, notice: &Notice) -> Value {
        let place = |text: &str| json!({ "type": "text", "text": cut(&spaced(text), LONGEST) });
        json!({
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": self.telephone.reveal(),
            "type": "template",
            "template": {
                "name": self.template,
                "language": { "code": self.language },
                "components": [{
                    "type": "body",
                    "parameters": [place(&headline(notice)), place(&notice.sentence)],
                }],
            },
        })
    }
}

/// One line, single spaces: a place with a line break, a tab or many spaces is refused, and so is an empty one.
fn spaced(text: &str) -> String {
    let text = one_line(text).split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() { "—".to_owned() } else { text }
}

/// Meta asks to go by the number in the body, not by the status.
fn judge(code: u32) -> Option<SendError> {
    let error = match code {
        // Fault or overload on Meta's side.
        1 | 2 | 131_000 | 131_016 | 131_057 | 133_004 => SendError::transient(Why::Server),
        // The app, the account, its telephone, or the pair of telephones is too fast.
        4 | 80_007 | 130_429 | 131_048 | 131_056 => SendError::transient(Why::TooFast),
        0 | 190 => SendError::channel(Why::Credentials),
        3 | 10 | 200..=299 | 368 | 130_497 | 131_005 | 131_031 | 131_042 | 131_045 | 133_010 => {
            SendError::channel(Why::Forbidden)
        }
        33 => SendError::channel(Why::Gone),
        132_000 | 132_001 | 132_005 | 132_007 | 132_012 | 132_015 | 132_016 => SendError::channel(Why::Template),
        100 | 131_008 | 131_009 | 131_021 | 131_026 | 131_030 | 131_037 | 131_047 | 131_049 | 131_050 | 131_051 => {
            SendError::message(Why::Refused)
        }
        _ => return None,
    };
    Some(error.code(code))
}

crate::channel::prints_as_its_kind!(WhatsApp);

impl Channel for WhatsApp {
    fn kind(&self) -> Kind {
        Kind::WhatsApp
    }

    /// One each six seconds to one telephone.
    fn rate(&self) -> Rate {
        Rate::new(6_000, 5)
    }

    fn send<'a>(&'a self, notice: &'a Notice, now: i64) -> Sending<'a> {
        Box::pin(async move {
            let to = self.to.as_ref().ok_or(SendError::channel(Why::Settings))?;
            let request = Request { auth: Auth::Bearer(self.token.clone()), ..Request::json(to, &self.body(notice)) };
            let answer = self.net.post(request).await?;
            let said = answer.json();
            let named = said["error"]["code"].as_u64().and_then(|code| u32::try_from(code).ok()).and_then(judge);
            match (answer.status.as_u16(), named) {
                (200..=299, _) if said["messages"].is_array() => Ok(()),
                (200..=299, _) => Err(SendError::channel(Why::Strange).code(answer.status.as_u16())),
                // How long to wait is in the header even where the body names the fault.
                (_, Some(error)) => {
                    let asked = answer.judge(now).err().and_then(|error| error.retry_after);
                    Err(SendError { retry_after: asked, ..error })
                }
                _ => answer.judge(now),
            }
        })
    }
}
