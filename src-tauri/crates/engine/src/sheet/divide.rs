//! What divides the fields of a line, and what a column's head says.

/// Lines that are looked at.
const LINES: usize = 30;

/// What divides the fields: what the file says itself (`sep=;`), else whatever stands equally often in the most lines.
pub(crate) fn divider(text: &str) -> u8 {
    let lines = || text.lines().filter(|line| !line.trim().is_empty()).take(LINES);
    let hint = lines()
        .next()
        .and_then(|line| line.trim().trim_matches('"').to_ascii_lowercase().strip_prefix("sep=")?.bytes().next());
    if let Some(hint) = hint.filter(|hint| b",;\t|".contains(hint)) {
        return hint;
    }
    let drawn = |line: &&str| line.trim_start().starts_with('+');
    let lines: Vec<String> = lines().filter(|line| !drawn(line)).map(outside_quotes).collect();
    let agreed = |divider: u8| {
        let counts: Vec<usize> = lines.iter().map(|line| line.bytes().filter(|b| *b == divider).count()).collect();
        let alike = |count: usize| counts.iter().filter(|other| **other == count).count();
        counts.iter().filter(|count| **count > 0).map(|count| (alike(*count), *count)).max()
    };
    // Of equals the first: a comma.
    let mut best = b',';
    for divider in *b";\t|" {
        if agreed(divider) > agreed(best) {
            best = divider;
        }
    }
    best
}

fn outside_quotes(line: &str) -> String {
    line.split('"').step_by(2).collect()
}

/// A head without case, accents, spaces and signs: `Nome da fila` and `nome_da_fila` are one.
pub(crate) fn plain(head: &str) -> String {
    let fold = |c: char| match c {
        'á' | 'à' | 'â' | 'ã' | 'ä' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'õ' | 'ö' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ç' => 'c',
        'ñ' => 'n',
        other => other,
    };
    head.chars().take(60).flat_map(char::to_lowercase).map(fold).filter(|c| c.is_ascii_alphanumeric()).collect()
}
