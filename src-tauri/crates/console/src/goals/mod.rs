//! Goals and figures of windows now, and what people decide about them.

#[cfg(test)]
mod completed;
mod convert;
mod expected;
pub(crate) mod hidden;
mod levels;
mod now;
mod scopes;
mod settings;
#[cfg(test)]
mod tests;
mod windows;

pub(crate) use convert::{changes_of, date, row_of};
pub(crate) use expected::Weeks;
pub(crate) use levels::levels;
pub(crate) use now::{Asked, now};
pub(crate) use settings::{judging, why_words};
pub(crate) use windows::Clock;
