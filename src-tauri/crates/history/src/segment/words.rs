//! Names that are no agent's and no queue's: ids of calls, which follow a pattern, and words, which repeat.

use super::Map;
use super::flow::Flow;
use super::refs::Ranks;
use mirante_floor::Name;

/// Streams that ids are told in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Streams {
    pub(crate) form: usize,
    pub(crate) fresh: usize,
    pub(crate) second: usize,
    pub(crate) serial: usize,
    pub(crate) text: usize,
}

/// Ids such as `1700000000.123`, `pbx-1700000000.123` or `list.7.123`: a prefix, a number that is the second in which they were
/// given or the one before it, and a number that grows.
#[derive(Debug)]
pub(crate) struct Ids {
    streams: Streams,
    /// By the context in which they are given.
    prefix: Map<u32, Ranks>,
    prefixes: Vec<Prefix>,
    numbers: Map<String, u32>,
    /// The newest id of no such form.
    odd: String,
}

#[derive(Debug, Default, Clone)]
struct Prefix {
    text: String,
    second: u64,
    serial: u64,
}

/// The prefix that stands for an id of no such form.
const ODD: u32 = 0;

impl Ids {
    pub(crate) fn new(streams: Streams) -> Self {
        let (prefix, numbers) = Default::default();
        Ids { streams, prefix, prefixes: vec![Prefix::default()], numbers, odd: String::new() }
    }

    /// Codes an id that was given at about `ms`, Unix ms. Ids of one `context` tend to have one prefix.
    pub(crate) fn code<F: Flow>(&mut self, f: &mut F, given: Option<&Name>, ms: i64, context: u32) -> Name {
        let Streams { form, fresh, second, serial, text } = self.streams;
        let given = given.map_or("", |name| name);
        let parts = if F::WRITES { parts(given) } else { None };
        let next = self.prefixes.len() as u32;
        let known = parts.as_ref().map_or(ODD, |(prefix, ..)| self.numbers.get(*prefix).copied().unwrap_or(next));
        let told = self.prefix.entry(context).or_default().code(f, form, fresh, known);
        let (prefix, of_second, of_serial) = parts.unwrap_or_default();
        if told == ODD {
            return self.odd(f, text, given);
        }
        if told == next {
            let prefix = utf8(f, text, prefix.as_bytes());
            if F::WRITES {
                self.numbers.insert(prefix.clone(), next);
            }
            self.prefixes.push(Prefix { text: prefix, ..Prefix::default() });
        }
        let Some(prefix) = self.prefixes.get_mut(told as usize) else {
            f.refuse();
            return "".into();
        };
        let now = ms.div_euclid(1000) as u64;
        let step = of_second.wrapping_sub(now) as i64;
        let told = match step {
            0 => 0,
            _ if of_second == prefix.second => 1,
            _ => 2,
        };
        prefix.second = match f.number(second, told) {
            0 => now,
            1 => prefix.second,
            _ => now.wrapping_add(f.signed(second, step) as u64),
        };
        let step = of_serial.wrapping_sub(prefix.serial).wrapping_sub(1) as i64;
        prefix.serial = prefix.serial.wrapping_add(1).wrapping_add(f.signed(serial, step) as u64);
        format!("{}{}.{}", prefix.text, prefix.second, prefix.serial).into()
    }

    /// An id of no such form, by what it shares with the one before.
    fn odd<F: Flow>(&mut self, f: &mut F, text: usize, given: &str) -> Name {
        let shared = self.odd.bytes().zip(given.bytes()).take_while(|(a, b)| a == b).count();
        let shared = f.number(text, whole(given, shared) as u64).min(self.odd.len() as u64) as usize;
        let rest = utf8(f, text, given.as_bytes().get(shared..).unwrap_or_default());
        self.odd.truncate(whole(&self.odd, shared));
        self.odd.push_str(&rest);
        self.odd.as_str().into()
    }
}

/// The longest start of `text` of at most `most` bytes that is text itself.
pub(crate) fn whole(text: &str, most: usize) -> usize {
    (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// What is before the last two numbers, and these, if an id ends with two numbers and a dot between.
fn parts(id: &str) -> Option<(&str, u64, u64)> {
    let (head, serial) = id.rsplit_once('.')?;
    let digits = head.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (prefix, second) = head.split_at(head.len() - digits);
    let number = |text: &str| text.parse::<u64>().ok().filter(|number| number.to_string() == text);
    Some((prefix, number(second)?, number(serial)?))
}

pub(crate) fn utf8<F: Flow>(f: &mut F, stream: usize, given: &[u8]) -> String {
    String::from_utf8(f.text(stream, given)).unwrap_or_else(|_| {
        f.refuse();
        String::new()
    })
}

/// Names that come again: told once, then by number.
#[derive(Debug, Default)]
pub(crate) struct Words {
    list: Vec<Name>,
    numbers: Map<Name, u32>,
}

impl Words {
    /// The number of a word, told in `stream` if it is new; its text in `text`.
    pub(crate) fn code<F: Flow>(&mut self, f: &mut F, stream: usize, text: usize, given: Option<&Name>) -> Name {
        let known = if F::WRITES { given.and_then(|word| self.numbers.get(word)).copied() } else { None };
        let told = f.number(stream, known.map_or(0, |number| u64::from(number) + 1));
        if told > 0 {
            return self.get(f, told - 1);
        }
        let word: Name = utf8(f, text, given.map_or(&[], |word| word.as_bytes())).into();
        if F::WRITES {
            self.numbers.insert(word.clone(), self.list.len() as u32);
        }
        self.list.push(word.clone());
        word
    }

    /// The same of a word that may be absent.
    pub(crate) fn maybe<F: Flow>(
        &mut self,
        f: &mut F,
        stream: usize,
        text: usize,
        given: Option<&Name>,
    ) -> Option<Name> {
        let known = if F::WRITES { given.and_then(|word| self.numbers.get(word)).copied() } else { None };
        let told = match (given, known) {
            (None, _) => 0,
            (Some(_), None) => 1,
            (Some(_), Some(number)) => u64::from(number) + 2,
        };
        match f.number(stream, told) {
            0 => None,
            1 => {
                let word: Name = utf8(f, text, given.map_or(&[], |word| word.as_bytes())).into();
                if F::WRITES {
                    self.numbers.insert(word.clone(), self.list.len() as u32);
                }
                self.list.push(word.clone());
                Some(word)
            }
            number => Some(self.get(f, number - 2)),
        }
    }

    fn get<F: Flow>(&self, f: &mut F, number: u64) -> Name {
        usize::try_from(number).ok().and_then(|number| self.list.get(number)).cloned().unwrap_or_else(|| {
            f.refuse();
            "".into()
        })
    }
}
