//! What is known of how releases of Asterisk count.

/// True of releases in which the word of a free device and a hang-up that come at once may both count one conversation: they look at
/// the member's call without holding the lock of its queue. Mended in 20.20, 22.10 and 23.4. `platform` is the session's word.
pub fn counts_twice(platform: &str) -> bool {
    let Some(version) = platform.strip_prefix("Asterisk ") else { return false };
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map_while(|part| part.parse::<u32>().ok());
    match (numbers.next(), numbers.next()) {
        (Some(20), Some(minor)) => minor < 20,
        (Some(22), Some(minor)) => minor < 10,
        (Some(23), Some(minor)) => minor < 4,
        (Some(major), _) => major < 22,
        (None, _) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::counts_twice;

    #[test]
    fn releases_before_the_lock_are_known() {
        for platform in
            ["Asterisk 16.28.0~dfsg-0+deb11u4", "Asterisk 13", "Asterisk 20.19.0", "Asterisk 21.5.0", "Asterisk 22.9.1"]
        {
            assert!(counts_twice(platform), "{platform}");
        }
        for platform in [
            "Asterisk 20.20.0",
            "Asterisk 22.10.1+dfsg",
            "Asterisk 23.4.0",
            "Asterisk 24.0",
            "Asterisk",
            "Simulador",
            "",
        ] {
            assert!(!counts_twice(platform), "{platform}");
        }
    }
}
