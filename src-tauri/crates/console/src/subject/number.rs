//! When two ways of writing are one telephone number.

/// How like each other two numbers are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Like {
    /// One number, written in another way.
    Same,
    /// One of them has no area code: it may be the same.
    Perhaps,
    /// Two numbers.
    Other,
}

/// Fewest digits of somebody's own number: shorter ones are extensions and services.
const OWN: usize = 8;
/// A national number of Brazil: area code and eight or nine digits.
const NATIONAL: std::ops::RangeInclusive<usize> = 10..=11;

/// The digits that tell a number: without the country's code, the prefix of the long distance and its carrier where they are
/// Brazil's. Empty if there are none.
pub(super) fn digits(text: &str) -> String {
    let user = text.trim();
    let user = user.strip_prefix("sip:").or_else(|| user.strip_prefix("tel:")).unwrap_or(user);
    let user = user.split('@').next().unwrap_or(user);
    let digits: String = user.chars().filter(char::is_ascii_digit).collect();
    // No area code has a zero: `0800` is no long distance.
    let home = |rest: &str| NATIONAL.contains(&rest.len()) && !rest.as_bytes()[..2].contains(&b'0');
    if user.starts_with('+') {
        let national = digits.strip_prefix("55").filter(|rest| home(rest));
        return national.map_or_else(|| digits.clone(), str::to_owned);
    }
    let abroad = digits.strip_prefix("0055").or_else(|| digits.strip_prefix("55"));
    if let Some(rest) = abroad.filter(|rest| home(rest)) {
        return rest.to_owned();
    }
    if let Some(rest) = digits.strip_prefix('0').filter(|rest| !rest.starts_with('0')) {
        // `0 11 98765-4321`, or with the carrier that was chosen: `0 15 11 98765-4321`.
        let carried = rest.get(2..).filter(|rest| home(rest) && digits.len() > 12);
        if let Some(rest) = carried.or(Some(rest).filter(|rest| home(rest))) {
            return rest.to_owned();
        }
    }
    digits
}

/// Whether `stored` is the number `asked`; both as [`digits`] gives them.
pub(super) fn like(asked: &str, stored: &str) -> Like {
    if asked == stored {
        return Like::Same;
    }
    let (long, short) = if asked.len() > stored.len() { (asked, stored) } else { (stored, asked) };
    let local = NATIONAL.contains(&long.len()) && long.len() - short.len() == 2;
    if local && short.len() >= OWN && long.ends_with(short) { Like::Perhaps } else { Like::Other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_is_written_in_many_ways() {
        let own = "11987654321";
        for text in [
            "+5511987654321",
            "5511987654321",
            "005511987654321",
            "11987654321",
            "011987654321",
            "01511987654321",
            "(11) 98765-4321",
            "sip:+5511987654321@10.0.0.1",
        ] {
            assert_eq!(digits(text), own, "{text}");
        }
        for (text, told) in [
            ("+14155550100", "14155550100"),
            ("2101", "2101"),
            ("", ""),
            ("anonymous", ""),
            ("08007771234", "08007771234"),
        ] {
            assert_eq!(digits(text), told, "{text}");
        }
        assert_eq!(digits("1132654321"), "1132654321");
        // An area that does not exist, written in two ways, is one number all the same.
        assert_eq!(digits("+5550998008344"), digits("5550998008344"));
        // A national number of area 55 is not one of 8 digits with the country's code.
        assert_eq!(digits("5532654321"), "5532654321");
        assert_eq!(like(own, own), Like::Same);
        assert_eq!(like(own, "987654321"), Like::Perhaps);
        assert_eq!(like("987654321", own), Like::Perhaps);
        assert_eq!(like(own, "21987654321"), Like::Other);
        assert_eq!(like(own, "87654321"), Like::Other, "a number of another length");
        assert_eq!(like("1132654321", "32654321"), Like::Perhaps);
        assert_eq!(like("2101", "2102"), Like::Other);
    }
}
