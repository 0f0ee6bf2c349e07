//! Who is at the end of a channel, by its name and by what was dialled.

use super::super::remote::EXTENSION;

/// A channel's name without what makes it unique: `PJSIP/2101` of `PJSIP/2101-0000000a`, `Local/2101@from-internal` of
/// `Local/2101@from-internal-0000001f;1`.
pub(super) fn address(channel: &str) -> &str {
    let whole = half(channel).map_or(channel, |(whole, _)| whole);
    whole.rsplit_once('-').map_or(whole, |(address, _)| address)
}

/// Both halves' common name and which half this is, if the channel is one of a `Local` pair.
pub(super) fn half(channel: &str) -> Option<(&str, u8)> {
    let (whole, half) = channel.rsplit_once(';')?;
    let half = half.parse().ok().filter(|half| matches!(half, 1 | 2))?;
    whole.get(..6).is_some_and(|tech| tech.eq_ignore_ascii_case("Local/")).then_some((whole, half))
}

/// The number outside that was dialled to make `channel`, if it is one: a telephone's, or a short one given to a trunk.
///
/// * `5511999990000@trunk`, `trunk/5511999990000`, `g1/011999990000`, `5511999990000@out/n`: more digits than an extension has;
/// * `190@trunk`, `trunk/190`: an extension's length, but given to a peer that is none itself;
/// * `2102`, `2102/sip:2102@10.0.0.1:5060`, `Local/4000@inbound`: inside.
pub(super) fn outside<'a>(channel: &'a str, dialled: Option<&'a str>) -> Option<&'a str> {
    let (tech, peer) = address(channel).split_once('/')?;
    let dialled = dialled.unwrap_or(peer);
    let parts = || dialled.split(['/', '@', ':', ';', ',', '&']);
    if let Some(telephone) = parts().find(|part| is_number(part) && digits(part) > EXTENSION) {
        return Some(telephone);
    }
    if tech.eq_ignore_ascii_case("Local") || is_number(peer) {
        return None;
    }
    let short = [
        dialled.strip_suffix(peer).and_then(|rest| rest.strip_suffix('@')),
        dialled.strip_prefix(peer).and_then(|rest| rest.strip_prefix('/')),
    ];
    short.into_iter().flatten().find(|part| is_number(part))
}

fn digits(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

fn is_number(text: &str) -> bool {
    let plain = text.strip_prefix('+').unwrap_or(text);
    !plain.is_empty() && plain.len() <= 32 && plain.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_known_by_its_name() {
        for (channel, of) in [
            ("PJSIP/2101-0000000a", "PJSIP/2101"),
            ("PJSIP/vendas-100-0000000a", "PJSIP/vendas-100"),
            ("Local/2101@from-internal-0000001f;1", "Local/2101@from-internal"),
            ("DAHDI/1-1", "DAHDI/1"),
            ("", ""),
            ("x", "x"),
        ] {
            assert_eq!(address(channel), of);
        }
        assert_eq!(half("Local/1@x-01;2"), Some(("Local/1@x-01", 2)));
        for none in ["PJSIP/1-01;2", "Local/1@x-01", "Local/1@x-01;3", ";1", ""] {
            assert_eq!(half(none), None, "{none}");
        }
    }

    #[test]
    fn outside_is_what_no_extension_is() {
        for (channel, dialled, number) in [
            ("PJSIP/trunk-01", "5511999990000@trunk", Some("5511999990000")),
            ("PJSIP/trunk-01", "trunk/sip:+5511999990000@10.0.0.1:5060", Some("+5511999990000")),
            ("SIP/operadora-01", "operadora/11999990000", Some("11999990000")),
            ("DAHDI/i1/011999990000-1", "g1/011999990000", Some("011999990000")),
            ("Local/55474395755@pstn-01;1", "55474395755@pstn/n", Some("55474395755")),
            ("PJSIP/1001-01", "5511999990000@1001", Some("5511999990000")),
            ("PJSIP/trunk-01", "190@trunk", Some("190")),
            ("SIP/trunk-01", "trunk/190", Some("190")),
            ("PJSIP/2102-01", "2102", None),
            ("PJSIP/2102-01", "2102/sip:2102@10.0.0.1:5060", None),
            ("PJSIP/ana-01", "ana/sip:ana@10.0.0.1:50600", None),
            ("PJSIP/vendas-100-01", "vendas-100", None),
            ("Local/4000@inbound-01;1", "4000@inbound/n", None),
            ("Local/190@from-internal-01;1", "190@from-internal", None),
            ("", "", None),
            ("x", "5511999990000", None),
        ] {
            assert_eq!(outside(channel, Some(dialled)), number, "{channel} {dialled}");
        }
        assert_eq!(outside("Local/55474395755@pstn-01;1", None), Some("55474395755"), "versions that tell no more");
    }
}
