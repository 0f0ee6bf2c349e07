//! A queue_log behind `mirantectl tail`.

use super::at::TailAt;
use super::patience::Patience;
use super::place::LogPlace;
use crate::asterisk::tls::{Trust, Verifier};
use mirante_tail::client::Client;
use mirante_tail::{OldFile, protocol};
use std::io;

/// The log that a `mirantectl tail` serves. Connects when first asked, and again after any failure.
#[derive(Debug)]
pub(super) struct Streamed {
    at: TailAt,
    client: Option<Client>,
    patience: Patience,
}

impl Streamed {
    pub(super) fn new(at: TailAt) -> Streamed {
        Streamed { at, client: None, patience: Patience::default() }
    }

    fn ask<T>(&mut self, ask: impl FnOnce(&mut Client) -> io::Result<T>) -> io::Result<T> {
        let client = match &mut self.client {
            Some(client) => client,
            none => none.insert(self.patience.attempt(|| connect(&self.at))?),
        };
        let answer = ask(client);
        // A file that is gone says nothing about the connection.
        if answer.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::NotFound) {
            self.client = None;
        }
        answer
    }
}

fn connect(at: &TailAt) -> io::Result<Client> {
    let token = protocol::token(at.token.expose()).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidInput,
            "the token is 64 hexadecimal digits, as `mirantectl tail --show` prints it",
        )
    })?;
    let trust = Trust::Pinned(at.fingerprint);
    let verifier = Verifier::of(trust.clone()).map_err(io::Error::other)?;
    let tls = verifier.client().map_err(io::Error::other)?;
    Client::connect(&at.host, at.port, &tls, &token).map_err(|error| match verifier.explain(&trust, &error) {
        Some(words) => io::Error::new(error.kind(), words),
        None => error,
    })
}

impl LogPlace for Streamed {
    fn words(&self) -> String {
        format!("tail://{}:{}", self.at.host, self.at.port)
    }

    fn size(&mut self) -> io::Result<Option<u64>> {
        self.ask(Client::size)
    }

    fn older(&mut self) -> io::Result<Vec<OldFile>> {
        self.ask(Client::older)
    }

    fn read(&mut self, file: Option<&str>, offset: u64, most: usize, into: &mut Vec<u8>) -> io::Result<()> {
        let before = into.len();
        let read = self.ask(|client| client.read(file, offset, most, into));
        if read.is_err() {
            into.truncate(before);
        }
        read
    }
}
