//! The end on the PBX: serves one log to whoever has the token.

use crate::files::Log;
use crate::identity::Identity;
use crate::protocol::{self, ALPN, Answer, MAX_OLDER, MAX_READ, MAX_REQUEST, Request, Token};
use rustls::crypto::ring;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq;

/// Most connections at once, and most of them from one address.
const MOST: usize = 16;
const MOST_OF_ONE: usize = 4;
/// Longest time from a connection to its token.
const ENTRY: Duration = Duration::from_secs(5);
/// Longest time without a whole request, or for an answer to be taken.
const IDLE: Duration = Duration::from_secs(60);
/// What a wrong token costs. One at a time is answered, however many connections try.
const GUESS: Duration = Duration::from_secs(1);
/// Enough for TLS; the rest of a connection's memory is one answer.
const STACK: usize = 512 * 1024;

/// A server that listens.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    log: Log,
    token: Token,
    tls: Arc<ServerConfig>,
    open: Mutex<HashMap<IpAddr, usize>>,
    guess: Mutex<()>,
    note: fn(&str),
}

impl Server {
    /// Listens at `address`. `note` is told, in English and without secrets, what an administrator may want to know.
    ///
    /// # Errors
    /// When the address cannot be had or the identity is no use.
    pub fn bind(address: impl ToSocketAddrs, log: Log, identity: &Identity, note: fn(&str)) -> io::Result<Server> {
        let mut tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_no_client_auth()
            .with_single_cert(vec![identity.certificate.clone()], identity.key.clone_key())
            .map_err(io::Error::other)?;
        tls.alpn_protocols = vec![ALPN.to_vec()];
        let (tls, open, guess) = (Arc::new(tls), Mutex::default(), Mutex::default());
        let shared = Shared { log, token: identity.token, tls, open, guess, note };
        Ok(Server { listener: TcpListener::bind(address)?, shared: Arc::new(shared) })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves for ever.
    pub fn run(&self) -> ! {
        loop {
            match self.listener.accept() {
                Ok((tcp, from)) => self.admit(tcp, from.ip().to_canonical()),
                Err(error) => {
                    (self.shared.note)(&format!("a connection could not be taken: {error}"));
                    thread::sleep(Duration::from_millis(200));
                }
            }
        }
    }

    fn admit(&self, tcp: TcpStream, from: IpAddr) {
        let Some(seat) = Seat::take(&self.shared, from) else {
            // Closed without a word: whoever floods is not worth TLS.
            return;
        };
        let serve = move || {
            if let Err(words) = serve(&seat.shared, tcp, from) {
                (seat.shared.note)(&format!("{from}: {words}"));
            }
        };
        if let Err(error) = thread::Builder::new().stack_size(STACK).spawn(serve) {
            (self.shared.note)(&format!("a connection could not be served: {error}"));
        }
    }
}

/// One of the few connections.
struct Seat {
    shared: Arc<Shared>,
    from: IpAddr,
}

impl Seat {
    fn take(shared: &Arc<Shared>, from: IpAddr) -> Option<Seat> {
        let mut open = locked(&shared.open);
        if open.values().sum::<usize>() >= MOST || open.get(&from).is_some_and(|count| *count >= MOST_OF_ONE) {
            return None;
        }
        *open.entry(from).or_default() += 1;
        Some(Seat { shared: shared.clone(), from })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = locked(&self.shared.open);
        if let Some(count) = open.get_mut(&self.from) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.from);
            }
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Serves one connection to its end; words if that end is worth a note.
fn serve(shared: &Shared, tcp: TcpStream, from: IpAddr) -> Result<(), String> {
    let timed = Timed { tcp, until: Instant::now() + ENTRY };
    // Answers are small and waited for.
    _ = timed.tcp.set_nodelay(true);
    let tls = ServerConnection::new(shared.tls.clone()).map_err(|error| error.to_string())?;
    let mut stream = StreamOwned::new(tls, timed);
    let hello = protocol::receive(&mut stream, MAX_REQUEST);
    if stream.conn.alpn_protocol() != Some(ALPN) {
        // A port scan, or another version, which is to be told: what is left to send says so.
        while stream.conn.wants_write() && stream.conn.write_tls(&mut stream.sock).is_ok_and(|sent| sent > 0) {}
        return Ok(());
    }
    match hello {
        Ok(Request::Hello { token }) if bool::from(token.ct_eq(&shared.token)) => {}
        Ok(Request::Hello { .. }) => {
            {
                let _one_at_a_time = locked(&shared.guess);
                thread::sleep(GUESS);
            }
            stream.sock.until = Instant::now() + ENTRY;
            _ = protocol::send(&mut stream, &Answer::Refused);
            return Err("refused: the token is wrong".to_owned());
        }
        _ => return Ok(()),
    }
    (shared.note)(&format!("{from}: reads the log"));
    let mut answer = Answer::Welcome;
    loop {
        stream.sock.until = Instant::now() + IDLE;
        let next = protocol::send(&mut stream, &answer).and_then(|()| protocol::receive(&mut stream, MAX_REQUEST));
        match next {
            Ok(request) => answer = self::answer(&shared.log, request),
            // However it ends, the client comes again if it wants to.
            Err(_) => return Ok(()),
        }
    }
}

fn answer(log: &Log, request: Request) -> Answer {
    let answer = match request {
        Request::Hello { .. } => return Answer::Welcome,
        Request::Size => log.size().map(Answer::Size),
        Request::Older => log.older().map(|mut files| {
            files.sort_unstable_by_key(|file| Reverse(file.modified));
            files.truncate(MAX_OLDER);
            Answer::Older(files)
        }),
        Request::Read { file, offset, most } => {
            let mut bytes = Vec::new();
            let most = usize::try_from(most).unwrap_or(MAX_READ).min(MAX_READ);
            log.read(file.as_deref(), offset, most, &mut bytes).map(|()| Answer::Bytes(bytes))
        }
    };
    answer.unwrap_or_else(|error| Answer::Failed {
        gone: error.kind() == io::ErrorKind::NotFound,
        words: error.to_string(),
    })
}

/// A connection on which everything has to be done by a time, however slowly the other side drips.
#[derive(Debug)]
struct Timed {
    tcp: TcpStream,
    until: Instant,
}

impl Timed {
    fn left(&self) -> io::Result<Option<Duration>> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(Some(left)) }
    }
}

impl Read for Timed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.tcp.set_read_timeout(self.left()?)?;
        self.tcp.read(into)
    }
}

impl Write for Timed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.tcp.set_write_timeout(self.left()?)?;
        self.tcp.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tcp.flush()
    }
}
