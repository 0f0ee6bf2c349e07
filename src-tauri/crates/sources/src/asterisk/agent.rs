//! Who a queue member is.

use crate::Caller;
use mirante_floor::{Device, Name};

/// Technologies whose devices tell by themselves whether a call is on them.
const PHONES: [&str; 5] = ["PJSIP", "SIP", "IAX2", "SCCP", "DAHDI"];

/// An agent's key, the same in every queue: the extension if the address surely names one, else the address itself.
///
/// `Local/2101@from-queue/n`, `PJSIP/2101`, `hint:2101@ext-local` are extension 2101. Up to seven digits count as an extension:
/// a longer number is somebody's telephone. `Agent/9001` stays whole, since agent numbers and extensions may overlap and two
/// people must never become one. The state interface is asked only when the address itself does not say.
pub(crate) fn key(interface: &str, state_interface: Option<&str>) -> Name {
    extension(interface).or_else(|| state_interface.and_then(extension)).unwrap_or(interface).into()
}

/// The extension that an address names.
fn extension(address: &str) -> Option<&str> {
    let rest = match address.strip_prefix("hint:") {
        Some(rest) => rest,
        None => {
            let (tech, rest) = address.split_once('/')?;
            let known = tech.eq_ignore_ascii_case("Local") || is_phone(tech);
            known.then_some(rest)?
        }
    };
    let number = rest.split(['@', '/']).next()?;
    (!number.is_empty() && number.len() <= 7 && number.bytes().all(|b| b.is_ascii_digit())).then_some(number)
}

fn is_phone(tech: &str) -> bool {
    PHONES.iter().any(|known| tech.eq_ignore_ascii_case(known))
}

/// The extension whose phone a device is, such as `2101` of `PJSIP/2101`.
pub(crate) fn phone(device: &str) -> Option<&str> {
    device.split_once('/').filter(|(tech, _)| is_phone(tech))?;
    extension(device)
}

/// True if the platform watches the phone itself for this member. A `Local/` address only tells whether a call went through it.
pub(crate) fn is_watched(interface: &str, state_interface: Option<&str>) -> bool {
    let watched = state_interface.filter(|state| !state.is_empty()).unwrap_or(interface);
    !watched.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("Local/"))
}

/// A member's name, if the platform has one of its own.
pub(crate) fn name(interface: &str, key: &str, member_name: Option<&str>) -> Option<Caller> {
    let name = member_name.filter(|name| !name.is_empty() && *name != interface)?;
    let number = if key == interface { "" } else { key };
    Some(Caller { number: number.to_owned(), name: name.to_owned() })
}

/// A device state by its number, as lists and member events give it.
pub(crate) fn device(status: i32) -> Device {
    match status {
        1 => Device::Idle,
        2 => Device::InUse,
        3 => Device::Busy,
        4 => Device::Invalid,
        5 => Device::Unavailable,
        6 => Device::Ringing,
        7 => Device::RingingInUse,
        8 => Device::OnHold,
        _ => Device::Unknown,
    }
}

/// A device state by its word, as `DeviceStateChange` gives it.
pub(crate) fn device_word(word: &str) -> Device {
    match word {
        "NOT_INUSE" => Device::Idle,
        "INUSE" => Device::InUse,
        "BUSY" => Device::Busy,
        "INVALID" => Device::Invalid,
        "UNAVAILABLE" => Device::Unavailable,
        "RINGING" => Device::Ringing,
        "RINGINUSE" => Device::RingingInUse,
        "ONHOLD" => Device::OnHold,
        _ => Device::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_has_one_key() {
        for interface in
            ["Local/2101@from-queue/n", "PJSIP/2101", "SIP/2101", "pjsip/2101/sip:2101@10.0.0.1", "local/2101@agents"]
        {
            assert_eq!(&*key(interface, None), "2101", "{interface}");
        }
        assert_eq!(&*key("Local/ana@agents/n", Some("hint:2101@ext-local")), "2101");
        assert_eq!(&*key("Local/2101@from-queue/n", Some("Custom:ag7")), "2101");
        for interface in
            ["Agent/9001", "Local/ana@agents/n", "Local/5511999990000@out/n", "Local/@x", "2101", "", "Console/dsp"]
        {
            assert_eq!(&*key(interface, Some("Custom:x")), interface);
        }
    }

    #[test]
    fn a_name_that_is_the_address_is_none() {
        assert_eq!(name("PJSIP/2101", "2101", Some("PJSIP/2101")), None);
        assert_eq!(name("PJSIP/2101", "2101", Some("")), None);
        let ana = name("PJSIP/2101", "2101", Some("Ana Souza"));
        assert_eq!(ana, Some(Caller { number: "2101".into(), name: "Ana Souza".into() }));
    }

    #[test]
    fn only_phones_are_phones() {
        assert_eq!(phone("PJSIP/2101"), Some("2101"));
        assert_eq!(phone("PJSIP/trunk"), None);
        assert_eq!(phone("Local/2101@x"), None);
        assert_eq!(phone("Queue:sac_pause_PJSIP/2101"), None);
        assert!(is_watched("Local/2101@q/n", Some("hint:2101@ext-local")));
        assert!(!is_watched("Local/2101@q/n", Some("Local/2101@q/n")));
        assert!(!is_watched("Local/2101@q/n", None));
    }
}
