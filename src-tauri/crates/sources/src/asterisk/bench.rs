//! An entrance for `cargo xtask bench decode`, which measures the parts of this source one by one. No part of the interface:
//! compiled only for that program.

use super::AsteriskConfig;
use super::decoder::Decoder;
use super::remote::Remote;
use super::session::AmiSession;
use super::translate::{self, Translator};
use crate::{Report, Session, SourceError};

/// The decoder and the translator, fed from memory as the connection feeds them.
#[derive(Debug)]
pub struct Reader {
    decoder: Decoder,
    translator: Translator,
    /// Messages that were taken.
    pub taken: u64,
}

impl Reader {
    /// One that has read nothing. `secret` makes the keys of agents at a telephone.
    pub fn new(secret: &str) -> Reader {
        let remote = Remote::new(super::Secret::new(secret));
        Reader { decoder: Decoder::new(translate::takes), translator: Translator::new(remote), taken: 0 }
    }

    /// Messages that came, those skipped by name included.
    pub fn count(&self) -> u64 {
        self.decoder.count()
    }

    /// Decodes and dispatches: every message is framed and its name looked at, and of those taken every field is found.
    pub fn dispatch(&mut self, bytes: &[u8]) {
        let taken = &mut self.taken;
        self.decoder.push(bytes, |message| {
            std::hint::black_box(message);
            *taken += 1;
        });
    }

    /// The same, and translates what was taken.
    pub fn translate(&mut self, bytes: &[u8], now: i64, out: &mut Vec<Report>) {
        let (translator, taken) = (&mut self.translator, &mut self.taken);
        self.decoder.push(bytes, |message| {
            translator.take(&message, now, out);
            *taken += 1;
        });
    }

    /// A list was asked for under this action id.
    pub fn asked(&mut self, action_id: &str) {
        self.translator.asked(action_id.to_owned());
    }
}

/// A session whose messages are counted.
#[expect(missing_debug_implementations, reason = "as the session within")]
pub struct Counted(AmiSession);

impl Counted {
    /// Connects as [`super::Asterisk`] does.
    pub async fn connect(config: &AsteriskConfig) -> Result<Counted, SourceError> {
        Ok(Counted(AmiSession::open(config).await?))
    }

    /// As [`Session::next`].
    pub async fn next(&mut self, out: &mut Vec<Report>) -> Result<(), SourceError> {
        self.0.next(out).await
    }

    /// Messages that came, those skipped by name included.
    pub fn count(&self) -> u64 {
        self.0.count()
    }
}
