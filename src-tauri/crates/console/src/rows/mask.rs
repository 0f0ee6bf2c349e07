//! Telephone numbers, hidden enough to be on a screen.

/// A number as a screen may show it: area code and last four digits, such as `(11) 9****-1234`. An extension or short code
/// (up to five digits) is nobody's own number and stays whole. Absent when the number is withheld.
pub fn mask(number: &str) -> Option<String> {
    // `sip:+5511…@host`: what follows the user part is not the caller.
    let user = number.trim();
    let user = user.strip_prefix("sip:").or_else(|| user.strip_prefix("tel:")).unwrap_or(user);
    let user = user.split('@').next().unwrap_or(user);
    if user.chars().any(char::is_alphabetic) {
        return name(user);
    }
    let digits: String = user.chars().filter(char::is_ascii_digit).collect();
    let plus = user.starts_with('+');
    let national = match (digits.strip_prefix("55"), digits.strip_prefix('0')) {
        (Some(rest), _) if plus || digits.len() >= 12 => rest,
        (_, Some(rest)) if digits.len() >= 11 && !rest.starts_with("800") && !rest.starts_with('0') => rest,
        _ => &digits,
    };
    let last = |n: usize| &digits[digits.len() - n..];
    // A country's own plan is only known at home; what came with another country's code shows nothing but its end.
    let home = !plus || digits.starts_with("55");
    Some(match national.len() {
        0 => return None,
        1..=5 => national.to_owned(),
        10 if home && !national.starts_with('0') => format!("({}) ****-{}", &national[..2], last(4)),
        11 if home && national.as_bytes()[2] == b'9' && !national.starts_with('0') => {
            format!("({}) 9****-{}", &national[..2], last(4))
        }
        6..=7 => format!("***{}", last(3)),
        _ => format!("****-{}", last(4)),
    })
}

/// A platform's user with letters: withheld by convention, or somebody's login.
fn name(user: &str) -> Option<String> {
    const WITHHELD: [&str; 7] =
        ["anonymous", "unknown", "restricted", "private", "unavailable", "withheld", "asterisk"];
    let plain = user.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    if WITHHELD.contains(&plain.as_str()) {
        return None;
    }
    user.chars().find(|c| c.is_alphanumeric()).map(|first| format!("{first}***"))
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn numbers_show_area_and_end() {
        for (number, shown) in [
            ("11987651234", "(11) 9****-1234"),
            ("+5511987651234", "(11) 9****-1234"),
            ("5511987651234", "(11) 9****-1234"),
            ("011987651234", "(11) 9****-1234"),
            ("1132651234", "(11) ****-1234"),
            ("(11) 3265-1234", "(11) ****-1234"),
            ("sip:+551132651234@10.0.0.1", "(11) ****-1234"),
            ("32651234", "****-1234"),
            ("987651234", "****-1234"),
            ("+12125551234", "****-1234"),
            ("0012125551234", "****-1234"),
            ("08001234567", "****-4567"),
            ("123456", "***456"),
            ("2101", "2101"),
            ("*65", "65"),
            ("joao.silva", "j***"),
            ("<script>alert(1)</script>", "s***"),
        ] {
            assert_eq!(mask(number).as_deref(), Some(shown), "{number}");
        }
    }

    #[test]
    fn withheld_is_absent() {
        for number in ["", "  ", "anonymous", "Anonymous@anonymous.invalid", "<unknown>", "+", "Restricted"] {
            assert_eq!(mask(number), None, "{number}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics_nor_shows_more_than_area_and_end(number in ".{0,40}") {
            let shown = mask(&number).unwrap_or_default();
            let digits = number.chars().filter(char::is_ascii_digit).count();
            proptest::prop_assert!(digits <= 5 || shown.chars().filter(char::is_ascii_digit).count() <= 7);
        }
    }
}
