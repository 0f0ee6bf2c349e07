//! Who a queue member is.

use super::remote::{EXTENSION, Remote, telephone};
use mirante_floor::{Device, Name};

/// Technologies whose devices tell by themselves whether a call is on them.
const PHONES: [&str; 5] = ["PJSIP", "SIP", "IAX2", "SCCP", "DAHDI"];

/// Contexts in which a number is the PBX's own extension: those that FreePBX and Issabel make, and the one that Asterisk's
/// examples call members through. In any other, such as one a tenant, the same number may be somebody else.
const NEUTRAL: [&str; 6] =
    ["from-queue", "from-queue-exten-only", "from-internal", "from-internal-xfer", "ext-local", "agents"];

/// An agent's key, the same in every queue: the extension if the address surely names one, else the address itself. Two people
/// must never become one; that one person shows as two is the lesser harm.
///
/// * `PJSIP/2101`, `Local/2101@from-queue/n`, `hint:2101@ext-local` are extension 2101: a device is one for the whole PBX, and
///   these contexts are no tenant's.
/// * `Local/100@vendas/n` and `Local/100@cobranca/n` are `100@vendas` and `100@cobranca`: the context belongs to the key, unless
///   the queue watches the device of the same number (`PJSIP/100`), which makes it extension 100.
/// * `Local/ana@agents/n` does not say; then the state interface is asked by the same rules.
/// * `Agent/9001` stays whole, since agent numbers and extensions may overlap.
/// * More than seven digits are somebody's telephone, which may not be stored in clear: the key is then a keyed hash.
pub(crate) fn key(interface: &str, state_interface: Option<&str>, remote: &Remote) -> Name {
    // A queue that watches the very device it calls says nothing more by that.
    let watched = state_interface.filter(|watched| *watched != interface).and_then(extension);
    let own = extension(interface);
    let key = match (own, watched) {
        (Some(own), Some(watched)) if watched.context.is_none() && watched.number == own.number => watched.key(),
        (Some(own), _) => own.key(),
        (None, Some(watched)) => watched.key(),
        (None, None) => interface.into(),
    };
    if telephone(&key).is_some() { remote.key(interface) } else { key }
}

/// An extension, and the context that it is an extension of unless it is the PBX's own.
#[derive(Debug, Clone, Copy)]
struct Extension<'a> {
    number: &'a str,
    context: Option<&'a str>,
}

impl Extension<'_> {
    fn key(self) -> Name {
        match self.context {
            Some(context) => format!("{}@{context}", self.number).into(),
            None => self.number.into(),
        }
    }
}

/// The extension that an address names.
fn extension(address: &str) -> Option<Extension<'_>> {
    let rest = match address.strip_prefix("hint:") {
        Some(rest) => rest,
        None => {
            let (tech, rest) = cut(address, b'/')?;
            let known = is_phone(tech) || tech.eq_ignore_ascii_case("Local");
            known.then_some(rest)?
        }
    };
    // What follows a slash is an option, or the address of one of the device's contacts.
    let place = cut(rest, b'/').map_or(rest, |(place, _)| place);
    let (number, context) = cut(place, b'@').map_or((place, None), |(number, context)| (number, Some(context)));
    let is_number = !number.is_empty() && number.len() <= EXTENSION && number.bytes().all(|b| b.is_ascii_digit());
    let context = context.filter(|context| !context.is_empty() && !NEUTRAL.contains(context));
    is_number.then_some(Extension { number, context })
}

/// The text before and after the first of this byte. An address is short: to prepare a search takes longer than to make it.
fn cut(text: &str, byte: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|b| b == byte)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

fn is_phone(tech: &str) -> bool {
    PHONES.iter().any(|known| tech.eq_ignore_ascii_case(known))
}

/// The extension whose phone a device is, such as `2101` of `PJSIP/2101`.
pub(crate) fn phone(device: &str) -> Option<&str> {
    device.split_once('/').filter(|(tech, _)| is_phone(tech))?;
    extension(device).filter(|extension| extension.context.is_none()).map(|extension| extension.number)
}

/// True if the key is that of a telephone outside the PBX.
pub(crate) fn is_remote(key: &str) -> bool {
    key.starts_with("tel-")
}

/// True if the platform watches the phone itself for this member. A `Local/` address only tells whether a call went through it.
pub(crate) fn is_watched(interface: &str, state_interface: Option<&str>) -> bool {
    let watched = state_interface.filter(|state| !state.is_empty()).unwrap_or(interface);
    !(watched.starts_with(['L', 'l']) && watched.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("Local/")))
}

/// The number of whoever is at an address, and whether it is a telephone's: the one place where that is told.
pub(crate) fn number<'a>(interface: &'a str, key: &'a str) -> (&'a str, bool) {
    let own = if key == interface { "" } else { cut(key, b'@').map_or(key, |(number, _)| number) };
    let remote = if is_remote(key) { telephone(interface) } else { None };
    (remote.unwrap_or(own), remote.is_some())
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

    fn key(interface: &str, state_interface: Option<&str>) -> Name {
        super::key(interface, state_interface, &Remote::default())
    }

    #[test]
    fn a_number_in_two_contexts_is_two_people() {
        assert_eq!(&*key("Local/100@vendas", None), "100@vendas");
        assert_eq!(&*key("Local/100@cobranca/n", Some("")), "100@cobranca");
        assert_eq!(&*key("Local/100@vendas/n", Some("hint:100@vendas")), "100@vendas");
        assert_eq!(&*key("Local/ana@agents/n", Some("hint:100@cobranca")), "100@cobranca");
        assert_eq!(&*key("PJSIP/100@tenant", None), "100@tenant");
        // Devices are one for the whole PBX: the watched one says who it is, if it is the same number.
        assert_eq!(&*key("Local/100@vendas/n", Some("PJSIP/100")), "100");
        assert_eq!(&*key("Local/100@vendas/n", Some("PJSIP/200")), "100@vendas");
        assert_eq!(&*key("Local/100@vendas/n", Some("PJSIP/vendas-100")), "100@vendas");
        assert_eq!(number("Local/100@vendas", "100@vendas"), ("100", false));
    }

    #[test]
    fn a_telephone_is_told_to_the_table_of_people_alone() {
        let out = "Local/5511999990000@out/n";
        let tel = key(out, Some(out));
        assert!(tel.starts_with("tel-") && !tel.contains("99999"), "{tel}");
        assert_ne!(tel, key("Local/5511999990001@out/n", None));
        assert!(key("Local/100@551133334444/n", None).starts_with("tel-"), "a tenant named by its number");
        assert_eq!(&*key(out, Some("hint:2101@ext-local")), "2101");
        assert_eq!(number(out, &tel), ("5511999990000", true));
    }

    #[test]
    fn one_person_has_one_key() {
        for interface in [
            "Local/2101@from-queue/n",
            "PJSIP/2101",
            "SIP/2101",
            "pjsip/2101/sip:2101@10.0.0.1",
            "local/2101@agents",
            "Local/2101@from-internal/n",
        ] {
            assert_eq!(&*key(interface, None), "2101", "{interface}");
        }
        assert_eq!(&*key("Local/ana@agents/n", Some("hint:2101@ext-local")), "2101");
        assert_eq!(&*key("Local/2101@from-queue/n", Some("Custom:ag7")), "2101");
        for interface in ["Agent/9001", "Local/ana@agents/n", "Local/@x", "2101", "", "Console/dsp"] {
            assert_eq!(&*key(interface, Some("Custom:x")), interface);
        }
    }

    #[test]
    fn an_address_that_tells_no_number_is_none() {
        assert_eq!(number("PJSIP/2101", "2101"), ("2101", false));
        assert_eq!(number("Agent/9001", "Agent/9001"), ("", false));
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
