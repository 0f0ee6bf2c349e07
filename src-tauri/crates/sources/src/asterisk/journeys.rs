//! Which contact a channel belongs to, over transfers.
//!
//! The platform names the first channel of a journey in every later one's `Linkedid`, and where two journeys become one, in the
//! channels of the younger too. It then says so nowhere but in the next event of such a channel, and in `AttendedTransfer`.
//! An older channel need not be a customer's: an agent may stay on one channel all day. So a channel's new name is believed only
//! if it is that of a contact known from a queue.

use super::calls::{When, event};
use super::message::Message;
use crate::Report;
use mirante_floor::{Kind, Name};
use std::collections::{BTreeMap, VecDeque};

/// Most channels remembered; more means that ends are not heard, and the oldest are forgotten.
const MOST: usize = 100_000;
/// How many channels that are gone are still remembered: two that were joined go at once, in any order.
const GONE: usize = 1024;

/// The contacts of one session's calls in queues and of the legs of agents who answered them.
#[derive(Debug, Default)]
pub(crate) struct Journeys {
    /// By channel.
    contacts: BTreeMap<Name, Name>,
    gone: VecDeque<Name>,
}

impl Journeys {
    /// A call is in a queue; gives its contact.
    pub(crate) fn enters(&mut self, call: &Name, linked: Option<&str>) -> Name {
        let known = self.contacts.get(call).cloned();
        let contact = known.unwrap_or_else(|| linked.map_or_else(|| call.clone(), Name::from));
        self.put(call.clone(), contact.clone());
        contact
    }

    /// An agent's leg is on a call.
    pub(crate) fn answers(&mut self, call: &Name, leg: Option<&Name>) {
        if let (Some(leg), Some(contact)) = (leg, self.contacts.get(call).cloned()) {
            self.put(leg.clone(), contact);
        }
    }

    /// A channel is gone.
    pub(crate) fn gone(&mut self, channel: &str) {
        let Some((channel, _)) = self.contacts.get_key_value(channel) else { return };
        self.gone.push_back(channel.clone());
        if self.gone.len() > GONE
            && let Some(oldest) = self.gone.pop_front()
        {
            self.contacts.remove(&oldest);
        }
    }

    /// Takes in what an event tells of its channel's journey.
    pub(crate) fn seen(&mut self, message: &Message<'_>, when: When, out: &mut Vec<Report>) {
        let known = message.said("Uniqueid").and_then(|channel| self.contacts.get(channel)).cloned();
        if let (Some(contact), Some(root)) = (known, message.said("Linkedid"))
            && *contact != *root
            && self.contacts.values().any(|known| **known == *root)
        {
            self.join(&contact, root, when, out);
        }
    }

    /// `AttendedTransfer`: an agent's two calls became one. The second is part of the first, which is the customer's.
    pub(crate) fn transferred(&mut self, message: &Message<'_>, when: When, out: &mut Vec<Report>) {
        if message.get("Result").is_some_and(|result| !result.eq_ignore_ascii_case("Success")) {
            return;
        }
        let known = |keys: [&str; 2]| {
            keys.iter().filter_map(|key| message.said(key)).find_map(|channel| self.contacts.get(channel)).cloned()
        };
        let first = known(["TransfereeUniqueid", "OrigTransfererUniqueid"]);
        let linked = ["TransfereeLinkedid", "OrigTransfererLinkedid"].iter().find_map(|key| message.said(key));
        let second = known(["SecondTransfererUniqueid", "TransferTargetUniqueid"]);
        if let (Some(contact), Some(root)) = (second, first.as_deref().or(linked)) {
            self.join(&contact, root, when, out);
        }
    }

    fn join(&mut self, contact: &Name, root: &str, when: When, out: &mut Vec<Report>) {
        if **contact == *root {
            return;
        }
        let root: Name = root.into();
        self.contacts.values_mut().filter(|known| *known == contact).for_each(|known| *known = root.clone());
        event(out, when.at, Kind::ContactJoined { contact: contact.clone(), root });
    }

    fn put(&mut self, channel: Name, contact: Name) {
        if self.contacts.len() >= MOST {
            self.contacts.pop_first();
        }
        self.contacts.insert(channel, contact);
    }
}
