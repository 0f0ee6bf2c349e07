//! What every channel is.

use crate::{Notice, Rate, SendError};
use std::future::Future;
use std::pin::Pin;

/// A message on its way.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Result<(), SendError>> + Send + 'a>>;

/// Which service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Any HTTP receiver.
    Webhook,
    /// Prometheus Alertmanager, API v2.
    Alertmanager,
    /// E-mail.
    Smtp,
    /// PagerDuty, Events API v2.
    PagerDuty,
    /// A Slack incoming webhook.
    Slack,
    /// A workflow of Microsoft Teams.
    Teams,
    /// A Telegram bot.
    Telegram,
    /// WhatsApp Cloud, with an approved template.
    WhatsApp,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 8] = [
        Kind::Webhook,
        Kind::Alertmanager,
        Kind::Smtp,
        Kind::PagerDuty,
        Kind::Slack,
        Kind::Teams,
        Kind::Telegram,
        Kind::WhatsApp,
    ];

    /// The word that stands for it in files.
    pub fn word(self) -> &'static str {
        ["webhook", "alertmanager", "smtp", "pagerduty", "slack", "teams", "telegram", "whatsapp"][self as usize]
    }
}

/// Channels print as their kind alone: where they write to and as whom is nobody's business.
macro_rules! prints_as_its_kind {
    ($channel:ty) => {
        impl std::fmt::Debug for $channel {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{}(…)", crate::Channel::kind(self).word())
            }
        }
    };
}
pub(crate) use prints_as_its_kind;

/// One way out: which service, and to whom. Where two people are told, there are two.
pub trait Channel: Send + Sync + std::fmt::Debug {
    /// Which service.
    fn kind(&self) -> Kind;

    /// How fast the service may be written to.
    fn rate(&self) -> Rate;

    /// Sends one notice at `now`, Unix ms. Ended without an answer, it may have arrived: it is sent again with the same key, by which
    /// services that can tell take it once.
    fn send<'a>(&'a self, notice: &'a Notice, now: i64) -> Sending<'a>;
}
