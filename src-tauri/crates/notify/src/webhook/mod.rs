//! Any HTTP receiver: three bodies, each signed if there is a key.

mod bodies;
mod sign;

pub(crate) use bodies::alerts;
pub use sign::{SigningKey, SigningKeyError};

use crate::net::Request;
use crate::{Address, Auth, Channel, Event, Kind, Net, Notice, Rate, SendError, Sending, Why};

/// Which body a receiver reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Body {
    /// Mirante's own JSON.
    #[default]
    Own,
    /// CloudEvents 1.0, structured, with Mirante's own JSON as its data.
    CloudEvents,
    /// What an Alertmanager posts to its receivers (version 4).
    Alertmanager,
}

/// A receiver.
#[derive(Clone)]
pub struct Webhook {
    net: Net,
    to: Address,
    body: Body,
    auth: Auth,
    key: Option<SigningKey>,
    /// What receivers know this Mirante by.
    origin: String,
}

impl Webhook {
    /// A receiver at `to`. `origin` tells it which Mirante speaks.
    pub fn new(net: Net, to: Address, body: Body, auth: Auth, key: Option<SigningKey>, origin: &str) -> Webhook {
        Webhook { net, to, body, auth, key, origin: origin.to_owned() }
    }

    fn request(&self, notice: &Notice, now: i64) -> Request {
        let (content_type, body) = match self.body {
            Body::Own => ("application/json", bodies::own(notice)),
            Body::CloudEvents => {
                ("application/cloudevents+json; charset=utf-8", bodies::cloud_event(notice, &self.origin, now))
            }
            Body::Alertmanager => ("application/json", bodies::alertmanager(notice, &self.origin)),
        };
        let body = body.to_string().into_bytes();
        let id = notice.id();
        let mut headers = vec![("idempotency-key", id.clone()), ("webhook-id", id.clone())];
        let seconds = now.div_euclid(1_000);
        headers.push(("webhook-timestamp", seconds.to_string()));
        headers.extend(self.key.as_ref().map(|key| ("webhook-signature", key.sign(&id, seconds, &body))));
        Request { to: self.to.clone(), auth: self.auth.clone(), content_type, headers, body }
    }
}

crate::channel::prints_as_its_kind!(Webhook);

impl Channel for Webhook {
    fn kind(&self) -> Kind {
        Kind::Webhook
    }

    fn rate(&self) -> Rate {
        Rate::new(20, 500)
    }

    fn send<'a>(&'a self, notice: &'a Notice, now: i64) -> Sending<'a> {
        Box::pin(async move {
            if self.body == Body::Alertmanager && notice.event == Event::Report {
                return Err(SendError::message(Why::NoAlert));
            }
            let answer = self.net.post(self.request(notice, now)).await?;
            match answer.status.as_u16() {
                // Not 403, which a receiver gives for a wrong signature or token.
                403 => Err(SendError::channel(Why::Credentials).code(403u32)),
                _ => answer.judge(now),
            }
        })
    }
}
