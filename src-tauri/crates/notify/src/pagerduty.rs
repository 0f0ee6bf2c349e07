//! PagerDuty, Events API v2: an alert is one incident there, by its `dedup_key`.

use crate::net::Request;
use crate::text::{cut, headline, members, one_line};
use crate::time::rfc3339;
use crate::{Address, Channel, Event, Kind, Net, Notice, Rate, Secret, SendError, Sending, Severity, Why};
use serde_json::{Map, Value, json};

/// Where every account's events go.
const SERVICE: &str = "https://events.pagerduty.com";
/// Longest summary.
const LONGEST_SUMMARY: usize = 1_024;

/// A service of PagerDuty.
#[derive(Clone)]
pub struct PagerDuty {
    net: Net,
    to: Option<Address>,
    key: Secret,
}

impl PagerDuty {
    /// By the integration key of the service. `base` stands for PagerDuty's own address where there is a proxy in between.
    pub fn new(net: Net, key: Secret, base: Option<&Address>) -> PagerDuty {
        let base = base.cloned().or_else(|| Address::parse(SERVICE).ok());
        PagerDuty { net, to: base.map(|base| base.join(&["v2", "enqueue"])), key }
    }

    async fn enqueue(&self, body: &Value, now: i64) -> Result<(), SendError> {
        let to = self.to.as_ref().ok_or(SendError::channel(Why::Settings))?;
        let answer = self.net.post(Request::json(to, body)).await?;
        match answer.status.as_u16() {
            202 => Ok(()),
            // A wrong routing key is a faulty event to PagerDuty; its `errors` name the field.
            400 => {
                let key = answer.json()["errors"].to_string().contains("routing_key");
                let error = if key { SendError::channel(Why::Credentials) } else { SendError::message(Why::Refused) };
                Err(error.code(400u32))
            }
            200..=299 => Err(SendError::channel(Why::Strange).code(answer.status.as_u16())),
            _ => answer.judge(now),
        }
    }

    fn body(&self, notice: &Notice, action: &str, now: i64) -> Value {
        let mut body = json!({
            "routing_key": self.key.reveal(),
            "event_action": action,
            "dedup_key": dedup(&notice.fingerprint),
        });
        if action == "resolve" {
            return body;
        }
        let mut details: Map<String, Value> = Map::new();
        details.insert("sentence".to_owned(), notice.sentence.clone().into());
        details.extend(notice.facts.iter().map(|fact| (one_line(&fact.label), fact.value.clone().into())));
        if notice.members.len() > 1 {
            details.insert("alerts".to_owned(), members(notice).into());
        }
        body["payload"] = json!({
            "summary": cut(&headline(notice), LONGEST_SUMMARY),
            "source": if notice.subject.is_empty() { "Mirante".to_owned() } else { one_line(&notice.subject) },
            "severity": severity(notice),
            "timestamp": rfc3339(if notice.event == Event::Firing { notice.started } else { now }),
            "component": notice.subject,
            "class": notice.rule,
            "custom_details": details,
        });
        body["client"] = "Mirante".into();
        if let Some(link) = &notice.link {
            body["client_url"] = link.clone().into();
            body["links"] = json!([{ "href": link, "text": notice.language.words().open }]);
        }
        body
    }
}

fn severity(notice: &Notice) -> &'static str {
    match notice.severity {
        Severity::Notice => "info",
        Severity::Warning => "warning",
        Severity::Critical => "critical",
    }
}

/// At most 255 signs.
fn dedup(fingerprint: &str) -> String {
    if fingerprint.len() <= 255 { fingerprint.to_owned() } else { crate::notice::digest(fingerprint) }
}

crate::channel::prints_as_its_kind!(PagerDuty);

impl Channel for PagerDuty {
    fn kind(&self) -> Kind {
        Kind::PagerDuty
    }

    /// 120 a minute for a key.
    fn rate(&self) -> Rate {
        Rate::new(500, 30)
    }

    fn send<'a>(&'a self, notice: &'a Notice, now: i64) -> Sending<'a> {
        Box::pin(async move {
            if notice.event == Event::Report {
                return Err(SendError::message(Why::NoAlert));
            }
            let action = if notice.event == Event::Resolved { "resolve" } else { "trigger" };
            self.enqueue(&self.body(notice, action, now), now).await?;
            // A test leaves no incident open.
            if notice.event == Event::Test {
                self.enqueue(&self.body(notice, "resolve", now), now).await?;
            }
            Ok(())
        })
    }
}
