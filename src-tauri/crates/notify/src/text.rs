//! A notice as plain text, and texts that fit where they go.

use crate::{Event, Notice};

/// So many alerts of a group are told one by one.
const MOST_MEMBERS: usize = 20;

/// Event and title in one line: "Disparado · crítico: Fila SAC…". A report is its title.
pub(crate) fn headline(notice: &Notice) -> String {
    if notice.event == Event::Report {
        return one_line(&notice.title);
    }
    let words = notice.language.words();
    let (event, severity) = (words.event(notice.event), words.severity(notice.severity));
    one_line(&format!("{event} · {severity}: {}", notice.title))
}

/// Everything, one thing a line, without the headline.
pub(crate) fn plain(notice: &Notice) -> String {
    let words = notice.language.words();
    let mut lines = vec![one_line(&notice.sentence)];
    if !notice.subject.is_empty() {
        lines.push(format!("{}: {}", words.subject, one_line(&notice.subject)));
    }
    lines.extend(notice.facts.iter().map(|fact| format!("{}: {}", one_line(&fact.label), one_line(&fact.value))));
    lines.extend(members(notice));
    if let Some(table) = table(notice) {
        lines.extend([String::new(), table, String::new()]);
        lines.extend(notes(notice));
    }
    if let Some(link) = &notice.link {
        lines.push(format!("{}: {}", words.open, one_line(link)));
    }
    lines.join("\n")
}

/// A line for each alert of a group, where it is more than the one that the rest tells of, and how many there was no room for.
pub(crate) fn members(notice: &Notice) -> Vec<String> {
    if notice.members.len() < 2 {
        return Vec::new();
    }
    let words = notice.language.words();
    let mut lines: Vec<String> =
        notice.members.iter().take(MOST_MEMBERS).map(|member| format!("• {}", one_line(&member.title))).collect();
    if let Some(left_out) = notice.members.len().checked_sub(MOST_MEMBERS).filter(|left_out| *left_out > 0) {
        lines.push(format!("… {}", words.more(left_out)));
    }
    lines
}

/// The figures of a report, aligned, without what is told below them.
pub(crate) fn table(notice: &Notice) -> Option<String> {
    let lines = notice.table.as_ref()?.lines();
    Some(lines.iter().map(|line| one_line(line)).collect::<Vec<_>>().join("\n"))
}

/// What is told below the figures of a report.
pub(crate) fn notes(notice: &Notice) -> Vec<String> {
    notice.table.iter().flat_map(|table| &table.notes).map(|note| one_line(note)).collect()
}

/// Without line breaks and other signs that steer: what strangers named may not begin a line, a header or a text's other direction.
pub(crate) fn one_line(text: &str) -> String {
    let steers = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let kept: String = text.chars().map(|letter| if steers(letter) { ' ' } else { letter }).collect();
    kept.trim().to_owned()
}

/// At most so many UTF-16 units, which is how most services count; what was cut is shown by "…".
pub(crate) fn cut(text: &str, most: usize) -> String {
    if text.encode_utf16().count() <= most {
        return text.to_owned();
    }
    let mut left = most.saturating_sub(1);
    let fits = |letter: &char| {
        let fits = letter.len_utf16() <= left;
        left = left.saturating_sub(letter.len_utf16());
        fits
    };
    let kept: String = text.chars().take_while(fits).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_steers_is_taken_out() {
        assert_eq!(one_line("SAC\r\nBcc: x@y\u{202e}gpj"), "SAC  Bcc: x@y gpj");
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("ab 🙂🙂", 5), "ab…", "half a sign is none");
    }

    proptest! {
        #[test]
        fn a_cut_text_fits(text in "\\PC{0,40}", most in 1usize..30) {
            prop_assert!(cut(&text, most).encode_utf16().count() <= most);
        }
    }
}
