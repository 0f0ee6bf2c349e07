//! Phones by their own word: `DeviceStateChange`, told as it happens or in a list.

use super::HashMap;
use mirante_floor::{Device, Name};

/// Most extensions remembered.
const MOST: usize = 100_000;
/// Most devices of one extension: a desk phone, a softphone, a headset and what was there before them.
const DEVICES: usize = 8;

/// Which of two states of one person's devices counts: the busier one.
const RANK: [Device; 9] = [
    Device::Unknown,
    Device::Invalid,
    Device::Unavailable,
    Device::Idle,
    Device::Ringing,
    Device::OnHold,
    Device::InUse,
    Device::Busy,
    Device::RingingInUse,
];

/// The last word of each phone.
#[derive(Debug, Default)]
pub(crate) struct Phones {
    /// By extension: its devices, such as `PJSIP/2101`, and their states.
    extensions: HashMap<Name, Vec<(Name, Device)>>,
}

impl Phones {
    /// A device of this extension told its state; gives the state of the extension now.
    pub(crate) fn told(&mut self, extension: &str, device: &str, state: Device) -> Device {
        if !self.extensions.contains_key(extension) {
            if self.extensions.len() >= MOST {
                return state;
            }
            self.extensions.insert(extension.into(), Vec::new());
        }
        let Some(devices) = self.extensions.get_mut(extension) else { return state };
        match devices.iter().position(|(known, _)| &**known == device) {
            Some(at) => devices[at].1 = state,
            None if devices.len() < DEVICES => devices.push((device.into(), state)),
            None => {}
        }
        busiest(devices).unwrap_or(state)
    }

    /// The state of an extension, if any of its devices ever told one.
    pub(crate) fn state(&self, extension: &str) -> Option<Device> {
        busiest(self.extensions.get(extension)?)
    }
}

fn busiest(devices: &[(Name, Device)]) -> Option<Device> {
    let rank = |state: &Device| RANK.iter().position(|one| one == state);
    devices.iter().map(|(_, state)| *state).max_by_key(rank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busier_of_two_devices_counts() {
        let mut phones = Phones::default();
        assert_eq!(phones.state("2101"), None);
        assert_eq!(phones.told("2101", "PJSIP/2101", Device::InUse), Device::InUse);
        assert_eq!(phones.told("2101", "SIP/2101", Device::Unavailable), Device::InUse);
        assert_eq!(phones.told("2101", "PJSIP/2101", Device::Idle), Device::Idle);
        assert_eq!(phones.told("2101", "PJSIP/2101", Device::Unknown), Device::Unavailable);
        for other in 0..20 {
            phones.told("2101", &format!("IAX2/{other}"), Device::Idle);
        }
        assert_eq!(phones.extensions["2101"].len(), DEVICES);
    }
}
