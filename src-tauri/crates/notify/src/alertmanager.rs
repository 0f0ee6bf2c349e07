//! Prometheus Alertmanager, API v2. It takes the same alert again as the same alert, by its labels.

use crate::net::Request;
use crate::time::rfc3339;
use crate::webhook::alerts;
use crate::{Address, Auth, Channel, Event, Kind, Net, Notice, Rate, SendError, Sending, Why};
use serde_json::{Value, json};

/// An Alertmanager holds an alert for over when it has not heard of it for five minutes, unless it is told an end. Mirante tells when it
/// is over, and until then an end that lies so far ahead, ms.
const STAYS: i64 = 24 * 3_600_000;
/// A test ends by itself.
const TEST_STAYS: i64 = 60_000;

/// An Alertmanager.
#[derive(Clone)]
pub struct Alertmanager {
    net: Net,
    to: Address,
    auth: Auth,
}

impl Alertmanager {
    /// The Alertmanager whose page is at `base`.
    pub fn new(net: Net, base: &Address, auth: Auth) -> Alertmanager {
        Alertmanager { net, to: base.join(&["api", "v2", "alerts"]), auth }
    }
}

fn body(notice: &Notice, now: i64) -> Value {
    let stays = if notice.event == Event::Test { TEST_STAYS } else { STAYS };
    let alerts = alerts(notice).into_iter().map(|alert| {
        let mut told = json!({
            "labels": alert.labels,
            "annotations": alert.annotations,
            "startsAt": rfc3339(alert.started),
            "endsAt": rfc3339(alert.ended.unwrap_or(now.saturating_add(stays))),
        });
        if let Some(link) = &notice.link {
            told["generatorURL"] = link.clone().into();
        }
        told
    });
    alerts.collect()
}

crate::channel::prints_as_its_kind!(Alertmanager);

impl Channel for Alertmanager {
    fn kind(&self) -> Kind {
        Kind::Alertmanager
    }

    fn rate(&self) -> Rate {
        Rate::new(20, 100)
    }

    fn send<'a>(&'a self, notice: &'a Notice, now: i64) -> Sending<'a> {
        Box::pin(async move {
            if notice.event == Event::Report {
                return Err(SendError::message(Why::NoAlert));
            }
            let request = Request { auth: self.auth.clone(), ..Request::json(&self.to, &body(notice, now)) };
            self.net.post(request).await?.judge(now)
        })
    }
}
