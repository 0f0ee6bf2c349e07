//! Conditions: what must hold for an alert to fire, as people write it.
//!
//! The language is CEL, read by a library, and of it what rules need: numbers, truths, words, their comparison, sums and `in`. All else
//! is refused when it is written, with its place. What it reads is known beforehand, so an event asks only the rules that it touches;
//! and since types are checked then, evaluation cannot fail: it gives true, false, or nothing because something is absent. As in
//! CEL, `false && absent` is false and `true || absent` is true.

mod fault;
mod lower;
mod node;

pub use fault::Fault;

use crate::{Facts, Reading, Scope, Subject};
use cel::parser::Parser;
use lower::Lower;
use node::Node;

/// The longest condition, in bytes.
pub const MOST_BYTES: usize = 1_000;
/// How deep a condition may be nested.
pub const MOST_NESTED: u16 = 32;
/// The parser needs this much in the worst case that the limits let through, in a build that is not optimised; the threads of others
/// may have less.
const STACK_BYTES: usize = 64 << 20;

/// A condition that can be evaluated.
#[derive(Debug, Clone)]
pub struct Condition {
    text: String,
    scope: Scope,
    node: Node,
    reads: Vec<String>,
}

/// Two are the same if they say the same of the same.
impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text && self.scope == other.scope
    }
}

impl Condition {
    /// Reads and checks a condition about things of one scope.
    ///
    /// # Errors
    /// [`Fault`], with its place.
    pub fn new(text: &str, scope: Scope) -> Result<Condition, Fault> {
        if text.len() > MOST_BYTES {
            return Err(Fault::Long { bytes: text.len() });
        }
        depth(text)?;
        let reader = || lowered(text, scope);
        let (node, reads) = std::thread::scope(|threads| {
            let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(threads, reader);
            match thread.map(std::thread::ScopedJoinHandle::join) {
                Ok(Ok(read)) => read,
                Ok(Err(_)) | Err(_) => Err(Fault::Reader),
            }
        })?;
        Ok(Condition { text: text.to_owned(), scope, node, reads })
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whose facts it reads.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// The names that it reads, each once.
    pub fn reads(&self) -> &[String] {
        &self.reads
    }

    /// The first name that it reads, and the number that this is held against if there is one.
    pub fn figure(&self) -> Option<(&str, Option<f64>)> {
        let name = self.reads.first()?;
        Some((name, self.node.limit(0)))
    }

    /// Whether it holds for `subject`; none if that depends on what is absent.
    pub fn holds(&self, facts: &impl Facts, subject: &Subject) -> Option<bool> {
        let readings: Vec<Reading> = self.reads.iter().map(|name| facts.read(subject, name)).collect();
        self.node.flag(&readings)
    }
}

fn lowered(text: &str, scope: Scope) -> Result<(Node, Vec<String>), Fault> {
    let parsed = Parser::new().max_recursion_depth(MOST_NESTED).parse_with_source_info(text);
    let (expression, source) = parsed.map_err(|errors| {
        let at = errors.errors.first().map_or(0, |error| place(text, error.pos));
        Fault::Syntax { at, end: at == text.chars().count() }
    })?;
    let mut lower = Lower { scope, source: &source, reads: Vec::new() };
    let node = lower.condition(&expression)?;
    Ok((node, lower.reads))
}

/// The parser counts lines and columns from one; what it cannot place it gives to what is before the text.
fn place(text: &str, (line, column): (isize, isize)) -> usize {
    let line = usize::try_from(line - 1).unwrap_or(0);
    let before: usize = text.split_inclusive('\n').take(line).map(|line| line.chars().count()).sum();
    (before + usize::try_from(column - 1).unwrap_or(0)).min(text.chars().count())
}

/// Looked at before the parser is: it uses its stack for every opening sign, and a stack that ends takes the whole program with it.
/// What is in a word says nothing, and after a word that is not surely one nothing counts as closed.
fn depth(text: &str) -> Result<(), Fault> {
    let (mut open, mut signs, mut is_sure) = (0_u16, 0_u16, true);
    let letters: Vec<char> = text.chars().collect();
    let mut after = 0;
    for (at, letter) in letters.iter().copied().enumerate() {
        if at < after {
            continue;
        }
        match letter {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open = open.saturating_sub(u16::from(is_sure)),
            '"' | '\'' => match word(&letters[at..]).filter(|_| is_sure) {
                Some(length) => (after, signs) = (at + length, 0),
                None => is_sure = false,
            },
            '?' | '!' | '-' => signs += 1,
            _ if letter.is_whitespace() => {}
            _ => signs = 0,
        }
        if open > MOST_NESTED || signs > MOST_NESTED {
            return Err(Fault::Deep { at });
        }
    }
    Ok(())
}

/// How long the word is that begins here, in letters, if every reader sees one: without escapes, on one line, in single quotation marks.
fn word(letters: &[char]) -> Option<usize> {
    let (mark, rest) = letters.split_first()?;
    let inside = rest.iter().position(|letter| letter == mark || "\\\r\n".contains(*letter))?;
    let is_tripled = inside == 0 && rest.get(1) == Some(mark);
    (rest[inside] == *mark && !is_tripled).then_some(inside + 2)
}

#[cfg(test)]
mod tests;
