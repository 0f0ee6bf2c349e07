//! Where in the dial plan a channel stands.

use super::message::Message;

/// The extension that runs when a channel is gone, whichever it stood in before.
const GONE: &str = "h";

/// A place in the dial plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    context: Box<str>,
    exten: Box<str>,
    priority: Box<str>,
}

impl Place {
    /// The place that a message tells of its channel.
    pub(crate) fn of(message: &Message<'_>) -> Option<Place> {
        let (context, exten) = (message.said("Context")?, message.said("Exten")?);
        let priority = message.get("Priority").unwrap_or_default();
        Some(Place { context: context.into(), exten: exten.into(), priority: priority.into() })
    }

    /// True if the dial plan itself does not lead from here to `other`, one step after the other: somebody or something sent
    /// the channel there.
    pub(crate) fn was_left_for(&self, other: &Place) -> bool {
        self.context != other.context || self.exten != other.exten && !other.is_gone()
    }

    /// True in the extension that runs when a channel is gone.
    pub(crate) fn is_gone(&self) -> bool {
        &*self.exten == GONE
    }
}
