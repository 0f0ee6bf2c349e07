//! The end that asks.

use crate::files::OldFile;
use crate::protocol::{self, ALPN, Answer, MAX_ANSWER, MAX_READ, Request, Token};
use rustls::pki_types::ServerName;
use rustls::{AlertDescription, ClientConfig, ClientConnection, Error, StreamOwned};
use std::io;
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

/// Longest each step may take.
const STEP: Duration = Duration::from_secs(5);

/// One connection. After an error it is of no more use.
#[derive(Debug)]
pub struct Client {
    stream: StreamOwned<ClientConnection, TcpStream>,
}

impl Client {
    /// Connects to a server, which `tls` must be able to tell from others, and shows it the token. Blocks, a few seconds at most.
    ///
    /// # Errors
    /// When there is none, it is not the right one, or the token is not.
    pub fn connect(host: &str, port: u16, tls: &ClientConfig, token: &Token) -> io::Result<Client> {
        let mut tls = tls.clone();
        tls.alpn_protocols = vec![ALPN.to_vec()];
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let tls = ClientConnection::new(Arc::new(tls), name).map_err(io::Error::other)?;
        let tcp = dial(host, port)?;
        tcp.set_read_timeout(Some(STEP))?;
        tcp.set_write_timeout(Some(STEP))?;
        _ = tcp.set_nodelay(true);
        let mut stream = StreamOwned::new(tls, tcp);
        // Before anything is written: a write would hide why the handshake failed.
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock).map_err(|error| {
                match error.get_ref().and_then(|error| error.downcast_ref::<Error>()) {
                    Some(Error::AlertReceived(AlertDescription::NoApplicationProtocol)) => another(),
                    _ => error,
                }
            })?;
        }
        // Nobody else is shown the token.
        if stream.conn.alpn_protocol() != Some(ALPN) {
            return Err(another());
        }
        let mut client = Client { stream };
        match client.ask(&Request::Hello { token: *token })? {
            Answer::Welcome => Ok(client),
            Answer::Refused => {
                Err(io::Error::new(io::ErrorKind::PermissionDenied, "the token is not the one that the PBX shows"))
            }
            _ => Err(another()),
        }
    }

    /// Size of the log in bytes; `None` if there is none at the moment.
    ///
    /// # Errors
    /// When the connection breaks or the server cannot tell.
    pub fn size(&mut self) -> io::Result<Option<u64>> {
        match self.ask(&Request::Size)? {
            Answer::Size(size) => Ok(size),
            other => Err(unexpected(other)),
        }
    }

    /// The older files beside the log.
    ///
    /// # Errors
    /// When the connection breaks or the server cannot tell.
    pub fn older(&mut self) -> io::Result<Vec<OldFile>> {
        match self.ask(&Request::Older)? {
            Answer::Older(files) => Ok(files),
            other => Err(unexpected(other)),
        }
    }

    /// Appends what `file` holds from `offset` on, at most `most` bytes, and fewer only at its end. `None` is the log.
    ///
    /// # Errors
    /// When the connection breaks or the server cannot read it; [`io::ErrorKind::NotFound`] if the file is gone.
    pub fn read(&mut self, file: Option<&str>, offset: u64, most: usize, into: &mut Vec<u8>) -> io::Result<()> {
        let (mut offset, mut left) = (offset, most);
        while left > 0 {
            let part = left.min(MAX_READ);
            let most = u32::try_from(part).unwrap_or(u32::MAX);
            let bytes = match self.ask(&Request::Read { file: file.map(str::to_owned), offset, most })? {
                Answer::Bytes(bytes) if bytes.len() <= part => bytes,
                other => return Err(unexpected(other)),
            };
            into.extend_from_slice(&bytes);
            if bytes.len() < part {
                break;
            }
            offset += bytes.len() as u64;
            left -= bytes.len();
        }
        Ok(())
    }

    fn ask(&mut self, request: &Request) -> io::Result<Answer> {
        protocol::send(&mut self.stream, request)?;
        protocol::receive(&mut self.stream, MAX_ANSWER)
    }
}

/// The first address of a host that accepts.
fn dial(host: &str, port: u16) -> io::Result<TcpStream> {
    let mut last = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, STEP) {
            Ok(tcp) => return Ok(tcp),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn another() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "the other side is not this version of mirantectl tail: install there the one that came with this Mirante",
    )
}

fn unexpected(answer: Answer) -> io::Error {
    match answer {
        Answer::Failed { gone: true, words } => io::Error::new(io::ErrorKind::NotFound, words),
        Answer::Failed { gone: false, words } => io::Error::other(format!("the PBX says: {words}")),
        _ => another(),
    }
}
