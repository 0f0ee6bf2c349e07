//! A wire between the hub and the PBX that a test can cut, silence and mend.

use anyhow::Result;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU8, Ordering};
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
}

impl Proxy {
    /// A whole wire to `target`, its near end on a free port of loopback.
    pub fn to(target: SocketAddr) -> Result<Proxy> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared { target, wire: AtomicU8::new(Wire::Whole as u8), open: Mutex::default() });
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

    /// Changes the wire.
    pub fn set(&self, wire: Wire) {
        self.shared.wire.store(wire as u8, Ordering::SeqCst);
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
        self.remember(&near);
        // Silence at the door: accept, say nothing, and see whether the wire is ever mended.
        while self.is(Wire::Silent) {
            std::thread::sleep(Duration::from_millis(20));
        }
        if self.is(Wire::Cut) {
            return;
        }
        let Ok(far) = TcpStream::connect(self.target) else { return };
        self.remember(&far);
        let (Ok(near_again), Ok(far_again)) = (near.try_clone(), far.try_clone()) else { return };
        let other = self.clone();
        std::thread::spawn(move || other.pump(near_again, far_again));
        self.pump(far, near);
    }

    fn remember(&self, stream: &TcpStream) {
        if let (Ok(stream), Ok(mut open)) = (stream.try_clone(), self.open.lock()) {
            open.push(stream);
        }
    }

    fn pump(&self, mut from: TcpStream, mut to: TcpStream) {
        let mut bytes = [0; 16 * 1024];
        while let Ok(count) = from.read(&mut bytes)
            && count > 0
        {
            while self.is(Wire::Silent) {
                std::thread::sleep(Duration::from_millis(20));
            }
            if to.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        let _ = from.shutdown(Shutdown::Both);
        let _ = to.shutdown(Shutdown::Both);
    }
}
