//! Sending messages about alerts: whatever the outbox holds goes out, and what came of it is kept before anything else is tried. Reports
//! go by the same channels, behind the alerts.

mod figures;
mod outlets;
mod reports;
mod sender;
mod words;

pub use mirante_notify::{Draft, Event, Language, Severity, Table};
pub use outlets::{Outlet, Outlets, Unusable};
pub use reports::Report;
pub use sender::{Chance, Outbox, Sender, Standing};
pub(crate) use sender::{Request, Standings};
