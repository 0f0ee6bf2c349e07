//! Sending messages about alerts: whatever the outbox holds goes out, and what came of it is kept before anything else is tried.

mod figures;
mod outlets;
mod sender;
mod words;

pub use outlets::{Outlet, Outlets, Unusable};
pub use sender::{Chance, Outbox, Sender, Standing};
pub(crate) use sender::{Request, Standings};
