//! Who sits at an address, as far as queues tell.

use super::agent;
use super::remote::{Remote, masked, telephone};
use crate::Caller;
use mirante_floor::Name;

/// The seat of an address whose agent no queue has as a member.
pub(crate) const NOWHERE: u32 = u32::MAX;

/// Whose state a queue watches for a member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Watch {
    /// It did not say.
    Untold,
    /// The very device that it calls, as most do.
    Itself,
    /// Another.
    Other(Name),
}

impl Watch {
    /// What a queue said that it watches for `interface`.
    pub(crate) fn of(told: Option<&str>, interface: &str) -> Watch {
        match told {
            None => Watch::Untold,
            Some(told) if told == interface => Watch::Itself,
            Some(told) => Watch::Other(told.into()),
        }
    }

    /// True if it is what a queue said just now.
    pub(crate) fn is(&self, told: &str, interface: &str) -> bool {
        match self {
            Watch::Untold => false,
            Watch::Itself => told == interface,
            Watch::Other(other) => *other == *told,
        }
    }
}

/// Who an interface is.
#[derive(Debug)]
pub(crate) struct Address {
    /// The interface without the telephone number that it may hold.
    pub(crate) shown: Name,
    pub(crate) agent: Name,
    /// The number of whoever sits there.
    pub(crate) number: Name,
    /// That number is told even of somebody without a name.
    pub(crate) is_told: bool,
    /// With which watched device the key was made.
    by: Watch,
    /// That is a device which some queue watches: the surest.
    watched: bool,
    /// The agent's seat, or [`NOWHERE`].
    pub(crate) seat: u32,
}

impl Address {
    /// Who `interface` is, by what a queue watches for it.
    pub(crate) fn of(interface: &Name, told: Option<&str>, remote: &Remote) -> Address {
        let agent = agent::key(interface, told, remote);
        let (number, is_told) = agent::number(interface, &agent);
        Address {
            shown: if telephone(interface).is_some() { masked(interface) } else { interface.clone() },
            number: if *number == *agent { agent.clone() } else { number.into() },
            is_told,
            by: Watch::of(told, interface),
            watched: agent::is_watched(interface, told),
            seat: NOWHERE,
            agent,
        }
    }

    /// True if what a queue says now leaves it who it is. What one queue watches is believed over a queue that watches nothing: it
    /// is one person.
    pub(crate) fn stays(&self, interface: &str, told: Option<&str>) -> bool {
        told.is_none_or(|told| self.by.is(told, interface) || self.watched && !agent::is_watched(interface, Some(told)))
    }
}

/// The people of a list. Whoever sits at an address has one name in nearly all queues, and is then told once.
#[derive(Debug)]
pub(crate) struct People {
    pub(crate) told: Vec<Caller>,
    /// By the number of an address: who was last told there.
    last: Vec<u32>,
}

impl People {
    /// Nobody yet, at so many addresses.
    pub(crate) fn of(addresses: usize) -> People {
        People { told: Vec::with_capacity(addresses), last: vec![u32::MAX; addresses] }
    }

    /// The place in `told` of whoever is called so at the address of this number.
    pub(crate) fn name(&mut self, number: usize, address: &Address, name: &Name) -> u32 {
        if self.told.get(self.last[number] as usize).is_none_or(|told| told.name != *name) {
            self.last[number] = self.told.len() as u32;
            self.told.push(Caller { number: address.number.clone(), name: name.clone() });
        }
        self.last[number]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_at_one_address_is_told_once() {
        let at = |interface: &str| Address::of(&interface.into(), None, &Remote::default());
        let (ana, bia, mut people) = (at("PJSIP/2101"), at("PJSIP/2102"), People::of(2));
        let places = [(0, &ana, "Ana"), (1, &bia, "Ana"), (0, &ana, "Ana"), (0, &ana, "Ana Souza"), (1, &bia, "Ana")]
            .map(|(number, address, name)| people.name(number, address, &name.into()));
        assert_eq!(places, [0, 1, 0, 2, 1], "two of one name are two people");
        let told: Vec<_> = people.told.iter().map(|caller| (&*caller.number, &*caller.name)).collect();
        assert_eq!(told, [("2101", "Ana"), ("2102", "Ana"), ("2101", "Ana Souza")]);
    }
}
