//! The readers of a PBX's words, for fuzz targets: what crosses here is owned and comparable.

use super::decoder::Decoder;
use super::message::Message;
use super::outbound::Outbound;
use super::queue_log::{Line, Verdict};
use super::remote::Remote;
use super::translate::{self, Need, Translator};
use crate::Report;

/// The fields of one message; the greeting has one without a key.
pub type Fields = Vec<(String, String)>;

/// The messages in `bytes`, read in pieces as long as `piece` says; at least one byte each.
pub fn messages(mut bytes: &[u8], mut piece: impl FnMut() -> usize) -> Vec<Fields> {
    let mut decoder = Decoder::default();
    let mut all = Vec::new();
    while !bytes.is_empty() {
        let (now, later) = bytes.split_at(piece().clamp(1, bytes.len()));
        push(&mut decoder, now, |message| all.push(owned(&message)));
        bytes = later;
    }
    all
}

fn owned(message: &Message<'_>) -> Fields {
    let owned = |(key, value): (&str, &str)| (key.to_owned(), value.to_owned());
    message.fields().chain(message.banner().map(|banner| ("", banner))).map(owned).collect()
}

/// Feeds a decoder as the connection does.
fn push(decoder: &mut Decoder, mut bytes: &[u8], mut sink: impl FnMut(Message<'_>)) {
    while !bytes.is_empty() {
        let space = decoder.space();
        let length = bytes.len().min(space.len());
        space[..length].copy_from_slice(&bytes[..length]);
        decoder.filled(length);
        bytes = &bytes[length..];
        while decoder.advance() {
            sink(decoder.message());
        }
    }
}

/// A session without a connection: a translator, a clock and a list that was asked for.
#[derive(Debug)]
pub struct Talk {
    translator: Translator,
    decoder: Decoder,
    /// Ms since it began.
    now: i64,
    asked: u64,
}

impl Default for Talk {
    /// Hears what a session hears: events that nobody takes are skipped by their name.
    fn default() -> Self {
        Talk::new(translate::takes_of(&Outbound::default()))
    }
}

impl Talk {
    /// Hears every event, also those that a session skips.
    pub fn hearing_all() -> Talk {
        Talk::new(|_, _| true)
    }

    fn new(takes: impl Fn(&[u8], &[u8]) -> bool + Send + Sync + 'static) -> Talk {
        let translator = Translator::new(Remote::keyed([7; 32]), Outbound::default());
        Talk { translator, decoder: Decoder::new(takes), now: 0, asked: 0 }
    }

    /// Ms since it began.
    pub fn now(&self) -> i64 {
        self.now
    }

    /// The next list is asked for, as `mirante-1`, `mirante-2`, …; an unfinished one is forgotten.
    pub fn ask(&mut self) {
        self.asked += 1;
        self.translator.asked(format!("mirante-{}", self.asked));
    }

    /// Reads bytes of the connection; true if the platform said that it stops.
    pub fn hear(&mut self, bytes: &[u8], out: &mut Vec<Report>) -> bool {
        let (translator, now, mut stopped) = (&mut self.translator, self.now, false);
        push(&mut self.decoder, bytes, |message| stopped |= translator.take(&message, now, out) == Need::Stop);
        stopped
    }

    /// Reads one line of the queue_log.
    pub fn log(&mut self, line: &[u8], out: &mut Vec<Report>) {
        if let Some(verdict) = Line::parse(line).and_then(|line| Verdict::of(&line)) {
            self.translator.logged(&verdict, self.now, out);
        }
    }

    /// Lets time pass.
    pub fn wait(&mut self, ms: i64, out: &mut Vec<Report>) {
        self.now = self.now.saturating_add(ms.max(0));
        self.translator.tick(self.now, out);
    }
}
