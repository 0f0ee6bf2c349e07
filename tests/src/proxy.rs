//! A wire between the hub and the PBX that a test can cut, silence and mend, and that can keep events to itself.

use anyhow::Result;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How the wire is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Wire {
    /// Whole.
    Whole = 0,
    /// Connections end and new ones end at once.
    Cut = 1,
    /// Connections stay and new ones are accepted, but not a byte passes.
    Silent = 2,
    /// The other side vanished without a word: connections that were open stay so for ever and lead nowhere, whatever comes
    /// later; new ones are accepted and get no answer meanwhile.
    Gone = 3,
}

/// The wire.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    target: SocketAddr,
    wire: AtomicU8,
    open: Mutex<Vec<TcpStream>>,
    /// How often the other side vanished.
    vanished: AtomicUsize,
    /// Connections accepted.
    accepted: AtomicUsize,
    /// Beginnings of events that do not reach the near end, and how many did not.
    kept: Mutex<Vec<String>>,
    dropped: AtomicUsize,
}

impl Proxy {
    /// A whole wire to `target`, its near end on a free port of loopback.
    pub fn to(target: SocketAddr) -> Result<Proxy> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            target,
            wire: AtomicU8::new(Wire::Whole as u8),
            open: Mutex::default(),
            vanished: AtomicUsize::new(0),
            accepted: AtomicUsize::new(0),
            kept: Mutex::default(),
            dropped: AtomicUsize::new(0),
        });
        let accepting = shared.clone();
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                // A test's wire lives as long as the test: its threads end with the connections.
                let shared = accepting.clone();
                std::thread::spawn(move || shared.carry(near));
            }
        });
        Ok(Proxy { address, shared })
    }

    /// The near end.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Connections made so far: one for each attempt to reach the PBX.
    pub fn attempts(&self) -> usize {
        self.shared.accepted.load(Ordering::SeqCst)
    }

    /// From now on the PBX's events whose names begin so do not come through; none do if the list is empty.
    pub fn keep_back(&self, events: &[&str]) {
        if let Ok(mut kept) = self.shared.kept.lock() {
            *kept = events.iter().map(|name| format!("Event: {name}")).collect();
        }
    }

    /// Events that did not come through.
    pub fn dropped(&self) -> usize {
        self.shared.dropped.load(Ordering::SeqCst)
    }

    /// Changes the wire.
    pub fn set(&self, wire: Wire) {
        let before = self.shared.wire.swap(wire as u8, Ordering::SeqCst);
        if wire == Wire::Gone {
            self.shared.vanished.fetch_add(1, Ordering::SeqCst);
        }
        if wire == Wire::Gone || before == Wire::Gone as u8 {
            return;
        }
        // After a silence nothing may be believed of what was in flight either.
        if wire != Wire::Silent
            && let Ok(mut open) = self.shared.open.lock()
        {
            for stream in open.drain(..) {
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
    }
}

impl Shared {
    fn is(&self, wire: Wire) -> bool {
        self.wire.load(Ordering::SeqCst) == wire as u8
    }

    fn carry(self: Arc<Shared>, near: TcpStream) {
        self.accepted.fetch_add(1, Ordering::SeqCst);
        self.remember(&near);
        // Silence at the door: accept, say nothing, and see whether the wire is ever mended.
        while self.is(Wire::Silent) || self.is(Wire::Gone) {
            std::thread::sleep(Duration::from_millis(20));
        }
        if self.is(Wire::Cut) {
            return;
        }
        let Ok(far) = TcpStream::connect(self.target) else { return };
        self.remember(&far);
        let (Ok(near_again), Ok(far_again)) = (near.try_clone(), far.try_clone()) else { return };
        let other = self.clone();
        let vanished = self.vanished.load(Ordering::SeqCst);
        std::thread::spawn(move || other.pump(near_again, far_again, vanished, None));
        self.pump(far, near, vanished, Some(Vec::new()));
    }

    fn remember(&self, stream: &TcpStream) {
        if let (Ok(stream), Ok(mut open)) = (stream.try_clone(), self.open.lock()) {
            open.push(stream);
        }
    }

    /// Carries one direction. `events`: what came of a message that is not whole yet, in the direction in which events can be
    /// kept back.
    fn pump(&self, mut from: TcpStream, mut to: TcpStream, vanished: usize, mut events: Option<Vec<u8>>) {
        let mut bytes = [0; 16 * 1024];
        while let Ok(count) = from.read(&mut bytes)
            && count > 0
        {
            while self.is(Wire::Silent) {
                std::thread::sleep(Duration::from_millis(20));
            }
            if self.vanished.load(Ordering::SeqCst) != vanished {
                // Nobody ever hears of this connection again, not even that it ended.
                if let Ok(mut open) = self.open.lock() {
                    open.extend([from.try_clone(), to.try_clone()].into_iter().flatten());
                }
                continue;
            }
            let sent = match &mut events {
                None => to.write_all(&bytes[..count]),
                Some(rest) => to.write_all(&self.let_through(rest, &bytes[..count])),
            };
            if sent.is_err() {
                break;
            }
        }
        if self.vanished.load(Ordering::SeqCst) == vanished {
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.shutdown(Shutdown::Both);
        }
    }

    /// Whole messages that are not kept back; the greeting is a line of its own.
    fn let_through(&self, rest: &mut Vec<u8>, bytes: &[u8]) -> Vec<u8> {
        rest.extend_from_slice(bytes);
        let kept = self.kept.lock().map(|kept| kept.clone()).unwrap_or_default();
        let mut passed = Vec::new();
        if rest.starts_with(b"Asterisk Call Manager")
            && let Some(end) = rest.windows(2).position(|two| two == b"\r\n")
        {
            passed.extend(rest.drain(..end + 2));
        }
        while let Some(end) = rest.windows(4).position(|four| four == b"\r\n\r\n") {
            let message: Vec<u8> = rest.drain(..end + 4).collect();
            if kept.iter().any(|event| message.starts_with(event.as_bytes())) {
                self.dropped.fetch_add(1, Ordering::SeqCst);
            } else {
                passed.extend(message);
            }
        }
        passed
    }
}
