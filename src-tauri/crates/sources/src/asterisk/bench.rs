//! An entrance for `cargo xtask bench decode`, which measures the parts of this source one by one. No part of the interface:
//! compiled for that program only, and for tests, so that it keeps compiling.

use super::decoder::Decoder;
use super::remote::Remote;
use super::session::AmiSession;
use super::translate::{self, Translator};
use super::{AsteriskConfig, Secret};
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
    /// One that has read nothing.
    #[allow(clippy::new_without_default, reason = "what it makes is a start, not an empty value")]
    pub fn new() -> Reader {
        let remote = Remote::new(Secret::new("secret"));
        Reader {
            decoder: Decoder::new(translate::takes),
            translator: Translator::new(remote, Default::default()),
            taken: 0,
        }
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
    /// Connects to a manager on this computer, as [`super::Asterisk`] does.
    pub async fn connect(port: u16) -> Result<Counted, SourceError> {
        let config = AsteriskConfig {
            host: "127.0.0.1".to_owned(),
            port,
            tls: None,
            username: "mirante".to_owned(),
            secret: Secret::new("secret"),
            queue_log: None,
            outbound: Default::default(),
        };
        Ok(Counted(AmiSession::open(&config, None).await?))
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
