//! How a warning leaves the house: one small file a channel.
//!
//! It receives what to send ([`Notice`]) and where ([`Channel`]), and knows neither rules nor history. What is decided here (when to try
//! again, how fast, whether a channel is out of order) takes time and chance as arguments; only sending touches the network.
//!
//! Nothing that is secret leaves in a text: a [`Notice`] exists only behind a [`Veil`], which takes telephone numbers and names of people
//! out, and a [`SendError`] is made of numbers and fixed words alone, never of what an address, a library or a vendor said.

mod alertmanager;
mod backoff;
mod channel;
mod error;
mod gate;
mod net;
mod notice;
mod pace;
mod pagerduty;
mod secret;
mod slack;
mod smtp;
mod table;
mod teams;
mod telegram;
mod text;
mod time;
mod veil;
mod webhook;
mod whatsapp;
mod words;

pub use alertmanager::Alertmanager;
pub use backoff::Backoff;
pub use channel::{Channel, Kind, Sending};
pub use error::{SendError, Weight, Why};
pub use gate::{Gate, Turn};
pub use net::{Auth, Net, NetError};
pub use notice::{Draft, Event, Fact, Member, Notice, Severity};
pub use pace::{Bucket, Rate};
pub use pagerduty::PagerDuty;
pub use secret::{Address, AddressError, Secret};
pub use slack::Slack;
pub use smtp::{Login, Security, Smtp, SmtpError};
pub use table::Table;
pub use teams::Teams;
pub use telegram::Telegram;
pub use veil::Veil;
pub use webhook::{Body, SigningKey, SigningKeyError, Webhook};
pub use whatsapp::WhatsApp;
pub use words::Language;
