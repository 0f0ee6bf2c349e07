//! Names that are no agent's and no queue's: ids of calls, which follow a pattern, and words, which repeat.

use super::flow::Flow;
use mirante_floor::Name;
use std::collections::HashMap;

/// Streams that ids are told in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Streams {
    pub(crate) form: usize,
    pub(crate) number: usize,
    pub(crate) text: usize,
}

/// Ids such as `1700000000.123` or `pbx-1700000000.123`: the second in which they were given, and one more each time.
#[derive(Debug)]
pub(crate) struct Ids {
    streams: Streams,
    prefix: String,
    serial: u64,
    /// The newest id of no such form.
    odd: String,
}

/// As expected, but the prefix is new; of no such form.
const AS_BEFORE: u8 = 0;
const PREFIXED: u8 = 1;
const ODD: u8 = 2;

impl Ids {
    pub(crate) fn new(streams: Streams) -> Self {
        Ids { streams, prefix: String::new(), serial: 0, odd: String::new() }
    }

    /// Codes an id that was given at about `ms`, Unix ms.
    pub(crate) fn code<F: Flow>(&mut self, f: &mut F, given: Option<&Name>, ms: i64) -> Name {
        let Streams { form, number, text } = self.streams;
        let given = given.map_or("", |name| name);
        let parts = if F::WRITES { parts(given) } else { None };
        let told = match &parts {
            Some((prefix, ..)) if *prefix == self.prefix => AS_BEFORE,
            Some(_) => PREFIXED,
            None => ODD,
        };
        let told = f.byte(form, told);
        let (prefix, second, serial) = parts.unwrap_or_default();
        if told == PREFIXED {
            self.prefix = utf8(f, text, prefix.as_bytes());
        }
        if told <= PREFIXED {
            let now = ms.div_euclid(1000);
            let second = f.signed(number, (second as i64).wrapping_sub(now)).wrapping_add(now) as u64;
            let step = f.signed(number, serial.wrapping_sub(self.serial).wrapping_sub(1) as i64);
            self.serial = self.serial.wrapping_add(step as u64).wrapping_add(1);
            return format!("{}{second}.{}", self.prefix, self.serial).into();
        }
        let shared = self.odd.bytes().zip(given.bytes()).take_while(|(a, b)| a == b).count();
        let shared = (0..=shared).rev().find(|at| given.is_char_boundary(*at)).unwrap_or(0);
        let shared = f.number(text, shared as u64).min(self.odd.len() as u64) as usize;
        let rest = utf8(f, text, given.as_bytes().get(shared..).unwrap_or_default());
        let shared = (0..=shared).rev().find(|at| self.odd.is_char_boundary(*at)).unwrap_or(0);
        self.odd.truncate(shared);
        self.odd.push_str(&rest);
        self.odd.as_str().into()
    }
}

/// What is before the last two numbers, and these, if an id ends with two numbers and a dot between.
fn parts(id: &str) -> Option<(String, u64, u64)> {
    let (head, serial) = id.rsplit_once('.')?;
    let digits = head.bytes().rev().take_while(u8::is_ascii_digit).count();
    let (prefix, second) = head.split_at(head.len() - digits);
    let number = |text: &str| text.parse::<u64>().ok().filter(|number| number.to_string() == text);
    Some((prefix.to_owned(), number(second)?, number(serial)?))
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
    numbers: HashMap<Name, u32>,
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
