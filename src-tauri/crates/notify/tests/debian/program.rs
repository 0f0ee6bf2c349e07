//! A program of Debian's, running while the test does.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

/// Who runs what must not run as root.
pub(crate) const NOBODY: u32 = 65_534;

/// Where a file of a package is: unpacked, or installed.
pub(crate) fn find(path: &str) -> PathBuf {
    let unpacked = std::env::var_os("MIRANTE_DEBIAN").map(|folder| Path::new(&folder).join(path));
    let places = unpacked.into_iter().chain([Path::new("/").join(path)]);
    let place = places.into_iter().find(|place| place.exists());
    place.unwrap_or_else(|| panic!("{path} is nowhere; `cargo xtask test --only channels` fetches it, and runs this"))
}

/// The folder of libraries that holds this one: it is named after the kind of machine.
pub(crate) fn library(name: &str) -> PathBuf {
    let folders = std::fs::read_dir(find("usr/lib")).unwrap().flatten().map(|entry| entry.path().join(name));
    let mut places = folders.filter(|place| place.exists());
    places.next().unwrap_or_else(|| panic!("{name} is nowhere; `cargo xtask test --only channels` fetches it"))
}

pub(crate) fn user() -> u32 {
    let out = Command::new("id").arg("-u").output().unwrap().stdout;
    String::from_utf8(out).unwrap().trim().parse().unwrap()
}

/// Below what systems hand out themselves, so that between this and its use nobody is given the same.
static NEXT_PORT: AtomicU16 = AtomicU16::new(20_000);

/// A port that nobody listens at now; no two tests get the same.
pub(crate) fn free_port() -> u16 {
    let mut ports = std::iter::repeat_with(|| NEXT_PORT.fetch_add(1, Ordering::Relaxed)).take(10_000);
    ports.find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("a free port")
}

/// Killed when the test ends, however it ends.
pub(crate) struct Running(Child);

impl Running {
    /// Starts it, and waits until it listens at all ports. What it writes is in `log`.
    pub(crate) fn start(command: &mut Command, ports: &[u16], log: &Path) -> Running {
        let file = std::fs::File::create(log).unwrap();
        command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file);
        let mut running = Running(command.spawn().unwrap());
        let begun = Instant::now();
        while !ports.iter().all(|port| TcpStream::connect(("127.0.0.1", *port)).is_ok()) {
            let ended = running.0.try_wait().unwrap();
            let words = || std::fs::read_to_string(log).unwrap_or_default();
            assert!(
                ended.is_none() && begun.elapsed() < Duration::from_secs(60),
                "{command:?}: {ended:?}\n{}",
                words()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        running
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Tries until it is so, or half a minute has gone.
pub(crate) async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "never: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
