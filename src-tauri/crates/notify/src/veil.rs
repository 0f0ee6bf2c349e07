//! What must not leave the house, taken out of texts: telephone numbers and names of people.

use std::collections::BTreeSet;

/// So many digits make a telephone number, the shortest without an area code.
const FEWEST_DIGITS: usize = 8;
/// Signs and spaces between two digits of one number, as in `+55 (11) 9`. More of them divide numbers, as in `8.901 - 9.012`.
const MOST_SIGNS: usize = 2;
/// What stands in their place.
const HIDDEN: &str = "•••";

/// Names that must not leave, and the rule by which telephone numbers are found.
#[derive(Debug, Clone, Default)]
pub struct Veil {
    /// In small letters, the longest first.
    names: Vec<Vec<char>>,
}

impl Veil {
    /// Over the names of people (operators, customers): whole names; names of one or two letters are words as well and are let be.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a str>) -> Veil {
        let names: BTreeSet<Vec<char>> = names.into_iter().map(|name| small(name.trim())).collect();
        let mut names: Vec<Vec<char>> = names.into_iter().filter(|name| name.len() > 2).collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        Veil { names }
    }

    /// The text without them.
    pub fn over(&self, text: &str) -> String {
        without_telephones(&self.without_names(text))
    }

    fn without_names(&self, text: &str) -> String {
        if self.names.is_empty() {
            return text.to_owned();
        }
        let letters: Vec<char> = text.chars().collect();
        let folded: Vec<char> = letters.iter().map(|letter| one_small(*letter)).collect();
        let mut told = String::with_capacity(text.len());
        let mut at = 0;
        while at < letters.len() {
            let begins = at == 0 || !letters[at - 1].is_alphanumeric();
            let name = self.names.iter().find(|name| {
                let end = at + name.len();
                begins
                    && folded.get(at..end) == Some(name.as_slice())
                    && folded.get(end).is_none_or(|next| !next.is_alphanumeric())
            });
            match name {
                Some(name) => {
                    told.push_str(HIDDEN);
                    at += name.len();
                }
                None => {
                    told.push(letters[at]);
                    at += 1;
                }
            }
        }
        told
    }
}

/// Letter by letter, so that places stay the same.
fn small(text: &str) -> Vec<char> {
    text.chars().map(one_small).collect()
}

fn one_small(letter: char) -> char {
    let mut small = letter.to_lowercase();
    match (small.next(), small.next()) {
        (Some(one), None) => one,
        _ => letter,
    }
}

/// Hides every run of digits, written with the signs that telephone numbers are written with, that is long enough to be one. A date
/// (2026-11-22) is none.
fn without_telephones(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut told = String::with_capacity(text.len());
    let mut at = 0;
    while at < letters.len() {
        if !(letters[at].is_numeric() || letters[at] == '+' || letters[at] == '(') {
            told.push(letters[at]);
            at += 1;
            continue;
        }
        if let Some(end) = date(&letters, at) {
            told.extend(&letters[at..end]);
            at = end;
            continue;
        }
        let (mut end, mut digits, mut next) = (at, 0, at);
        // A run never goes on into a date.
        while let Some(letter) = letters.get(next).filter(|_| next == at || date(&letters, next).is_none()) {
            if letter.is_numeric() {
                digits += 1;
                end = next + 1;
            } else if !is_sign(*letter) || next - end >= MOST_SIGNS {
                break;
            }
            next += 1;
        }
        if digits >= FEWEST_DIGITS {
            told.push_str(HIDDEN);
            at = end;
        } else {
            let end = end.max(at + 1);
            told.extend(&letters[at..end]);
            at = end;
        }
    }
    told
}

fn is_sign(letter: char) -> bool {
    letter.is_whitespace() && letter != '\n' || "+()-.‐‑–".contains(letter)
}

/// Where a date that begins here ends: 2026-11-22 or 22/11/2026, with no digit on either side.
fn date(letters: &[char], at: usize) -> Option<usize> {
    let shapes = ["dddd-dd-dd", "dd/dd/dddd"];
    let fits = |shape: &str| {
        let end = at + shape.len();
        let same = |(sign, letter): (char, &char)| if sign == 'd' { letter.is_ascii_digit() } else { *letter == sign };
        let free = |place: Option<&char>| place.is_none_or(|letter| !letter.is_numeric());
        let before = at.checked_sub(1).and_then(|before| letters.get(before));
        let here = letters.get(at..end)?;
        let whole = shape.chars().zip(here).all(same) && free(before) && free(letters.get(end));
        whole.then_some(end)
    };
    shapes.into_iter().find_map(fits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_and_names_go_and_everything_else_stays() {
        let veil = Veil::new(["Ana Souza", "Ana", "Íris", "Jo"]);
        for (text, told) in [
            ("Ana Souza está em pausa há 12:40", "••• está em pausa há 12:40"),
            ("ANA; banana; Anabela; íris", "•••; banana; Anabela; •••"),
            ("Jo é curto demais", "Jo é curto demais"),
            ("ligou +55 (11) 98765-4321 duas vezes", "ligou ••• duas vezes"),
            ("11987654321", "•••"),
            ("0800.777.1234!", "•••!"),
            (
                "41 na fila, espera de 18:40, NS 71,5% (meta 80/20)",
                "41 na fila, espera de 18:40, NS 71,5% (meta 80/20)",
            ),
            ("em 2026-11-22 às 19:57, e 22/11/2026", "em 2026-11-22 às 19:57, e 22/11/2026"),
            ("em 2026-11-22 11987654321", "em 2026-11-22 •••"),
            ("11987654321 2026-11-22", "••• 2026-11-22"),
            ("R$ 1.234,50; 1.234 ligações", "R$ 1.234,50; 1.234 ligações"),
            ("meta 80/20 - 85/30; (20) 12.345 - 23.456", "meta 80/20 - 85/30; (20) 12.345 - 23.456"),
            ("(fila 8001)", "(fila 8001)"),
        ] {
            assert_eq!(veil.over(text), told, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_telephone_number_and_no_name_is_ever_left(
            before in "\\PC{0,12}", after in "\\PC{0,12}",
            area in 11u32..=99, number in 20_000_000u64..=999_999_999,
            form in 0usize..5, name in "[A-Z][a-zà-ú]{2,9} [A-Z][a-z]{2,9}",
        ) {
            let number = number.to_string();
            let (front, back) = number.split_at(number.len() - 4);
            let telephone = [
                format!("{area}{number}"), format!("({area}) {front}-{back}"), format!("+55 {area} {front} {back}"),
                format!("{area}.{front}.{back}"), number.clone(),
            ][form].clone();
            let veil = Veil::new([name.as_str()]);
            let told = veil.over(&format!("{before} {telephone} {after} {name} {after}"));
            prop_assert!(!told.contains(&telephone) && !told.contains(&number), "{told}");
            prop_assert!(!told.contains(&name), "{told}");
        }
    }
}
