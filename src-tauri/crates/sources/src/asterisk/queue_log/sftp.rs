//! A queue_log behind SFTP.

use super::at::SftpAt;
use super::patience::Patience;
use super::place::LogPlace;
use super::ssh::{Doorman, enter};
use mirante_tail::{OldFile, is_older};
use russh::client::Handle;
use russh_sftp::client::RawSftpSession;
use russh_sftp::client::error::Error;
use russh_sftp::protocol::{FileAttributes, OpenFlags, StatusCode};
use std::fmt;
use std::future::Future;
use std::io::{self, ErrorKind};
use std::time::Duration;
use tokio::runtime;
use tokio::time::timeout;

/// Longest time to enter, and for one question.
const ENTRY: Duration = Duration::from_secs(8);
const ANSWER: Duration = Duration::from_secs(5);
/// Bytes asked for at once: every server gives as many.
const PIECE: usize = 32 * 1024;
/// Most names of a folder that are looked at.
const MOST_NAMES: usize = 50_000;

/// The log on a computer with an SSH server. Enters when first asked, and again after any failure. Asked from a blocking thread of a
/// runtime, on which the connection itself lives.
pub(super) struct Sftp {
    at: SftpAt,
    session: Option<Session>,
    patience: Patience,
}

struct Session {
    /// Ends the connection when dropped.
    _ssh: Handle<Doorman>,
    sftp: RawSftpSession,
}

impl fmt::Debug for Sftp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sftp({})", self.words())
    }
}

impl Sftp {
    pub(super) fn new(at: SftpAt) -> Sftp {
        Sftp { at, session: None, patience: Patience::default() }
    }

    fn ask<T>(&mut self, ask: impl AsyncFnOnce(&SftpAt, &RawSftpSession) -> Result<T, Error>) -> io::Result<T> {
        let runtime = runtime::Handle::try_current().map_err(io::Error::other)?;
        let session = match &mut self.session {
            Some(session) => session,
            none => none.insert(self.patience.attempt(|| runtime.block_on(within(ENTRY, open(&self.at))))?),
        };
        let answer = runtime.block_on(within(ANSWER, async { Ok(ask(&self.at, &session.sftp).await) }));
        let answer = answer.and_then(|answer| {
            answer.map_err(|error| match error {
                Error::Status(status) if status.status_code == StatusCode::NoSuchFile => {
                    io::Error::new(ErrorKind::NotFound, "the file is not there")
                }
                Error::Status(status) if status.status_code == StatusCode::PermissionDenied => {
                    let words = format!("user {} may not read {}", self.at.user, self.at.path);
                    io::Error::new(ErrorKind::PermissionDenied, words)
                }
                error => io::Error::other(format!("SFTP: {error}")),
            })
        });
        // A file that is gone or closed to us says nothing about the connection.
        let lives = |error: &io::Error| matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied);
        if answer.as_ref().is_err_and(|error| !lives(error)) {
            self.session = None;
        }
        answer
    }
}

async fn within<T>(limit: Duration, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    let silent = || io::Error::new(ErrorKind::TimedOut, "the SSH server does not answer in time");
    timeout(limit, work).await.unwrap_or_else(|_| Err(silent()))
}

async fn open(at: &SftpAt) -> io::Result<Session> {
    let ssh = enter(at).await?;
    let none =
        |why: String| io::Error::new(ErrorKind::Unsupported, format!("the PBX's SSH server gives no SFTP: {why}"));
    let channel = ssh.channel_open_session().await.map_err(|error| none(error.to_string()))?;
    channel.request_subsystem(true, "sftp").await.map_err(|error| none(error.to_string()))?;
    let sftp = RawSftpSession::new(channel.into_stream());
    sftp.init().await.map_err(|error| none(error.to_string()))?;
    Ok(Session { _ssh: ssh, sftp })
}

fn regular(attributes: &FileAttributes) -> bool {
    // What does not say its kind is taken for a file: reading it will tell.
    attributes.permissions.is_none() || attributes.is_regular()
}

impl LogPlace for Sftp {
    fn words(&self) -> String {
        let SftpAt { user, host, port, path, .. } = &self.at;
        format!("sftp://{user}@{host}:{port}{path}")
    }

    fn size(&mut self) -> io::Result<Option<u64>> {
        let told = self.ask(async |at, sftp| sftp.stat(at.path.as_str()).await);
        match told {
            Ok(told) if !regular(&told.attrs) => Err(io::Error::new(ErrorKind::InvalidInput, "this is not a file")),
            Ok(told) => Ok(Some(told.attrs.size.unwrap_or(0))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn older(&mut self) -> io::Result<Vec<OldFile>> {
        self.ask(async |at, sftp| {
            let (folder, log) = at.folder_and_name();
            let handle = sftp.opendir(folder).await?.handle;
            let (mut files, mut seen) = (Vec::new(), 0);
            let end = loop {
                match sftp.readdir(handle.as_str()).await {
                    Ok(names) => {
                        seen += names.files.len();
                        files.extend(names.files.into_iter().filter_map(|file| {
                            let kept = is_older(log, &file.filename) && regular(&file.attrs);
                            kept.then(|| OldFile {
                                size: file.attrs.size.unwrap_or(0),
                                modified: file.attrs.mtime.map(|seconds| i64::from(seconds) * 1000),
                                name: file.filename,
                            })
                        }));
                        if seen > MOST_NAMES {
                            break Ok(());
                        }
                    }
                    Err(Error::Status(status)) if status.status_code == StatusCode::Eof => break Ok(()),
                    Err(error) => break Err(error),
                }
            };
            // Left open, handles would run out.
            _ = sftp.close(handle).await;
            end.map(|()| files)
        })
    }

    fn read(&mut self, file: Option<&str>, offset: u64, most: usize, into: &mut Vec<u8>) -> io::Result<()> {
        let bytes = self.ask(async |at, sftp| {
            let (folder, log) = at.folder_and_name();
            let path = match file {
                None => at.path.clone(),
                Some(name) if is_older(log, name) => format!("{}/{name}", folder.trim_end_matches('/')),
                Some(_) => return Err(Error::UnexpectedBehavior("this file never was the log".to_owned())),
            };
            let handle = sftp.open(path, OpenFlags::READ, FileAttributes::empty()).await?.handle;
            let mut bytes = Vec::new();
            let end = loop {
                let piece = PIECE.min(most - bytes.len());
                if piece == 0 {
                    break Ok(());
                }
                let asked = u32::try_from(piece).unwrap_or(u32::MAX);
                match sftp.read(handle.as_str(), offset + bytes.len() as u64, asked).await {
                    Ok(told) if told.data.len() > piece => {
                        break Err(Error::UnexpectedBehavior("the server sends more than was asked for".to_owned()));
                    }
                    Ok(told) if told.data.is_empty() => break Ok(()),
                    Ok(told) => bytes.extend_from_slice(&told.data),
                    Err(Error::Status(status)) if status.status_code == StatusCode::Eof => break Ok(()),
                    Err(error) => break Err(error),
                }
            };
            _ = sftp.close(handle).await;
            end.map(|()| bytes)
        })?;
        into.extend_from_slice(&bytes);
        Ok(())
    }
}
