//! A manager that lets everybody in and, once told to, talks as fast as the other side listens.

use anyhow::{Context, Result};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;

/// What it says at the end of its stream: the sign for the listener to stop its watch.
pub const END: &[u8] = b"Event: Shutdown\r\nPrivilege: system,all\r\nShutdown: Cleanly\r\nRestart: False\r\n\r\n";

/// One manager for one listener.
pub struct Server {
    pub port: u16,
    go: mpsc::Sender<()>,
    thread: JoinHandle<Result<()>>,
}

impl Server {
    /// Waits for one connection, answers its actions, and says `stream` once [`Server::go`] is called.
    pub fn start(stream: Arc<Vec<u8>>) -> Result<Server> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let (go, wait) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let (mut socket, _) = listener.accept()?;
            socket.write_all(b"Asterisk Call Manager/11.0.0\r\n")?;
            let writer = Arc::new(Mutex::new(socket.try_clone()?));
            let reader = socket.try_clone()?;
            let kept = writer.clone();
            let answers = std::thread::spawn(move || answer(reader, &kept));
            if wait.recv().is_ok() {
                let mut writer = writer.lock().map_err(|_| anyhow::anyhow!("the answering thread panicked"))?;
                for piece in stream.chunks(256 * 1024) {
                    if writer.write_all(piece).is_err() {
                        break;
                    }
                }
            }
            // Until the listener is done.
            _ = wait.recv();
            _ = socket.shutdown(Shutdown::Both);
            _ = answers.join();
            Ok(())
        });
        Ok(Server { port, go, thread })
    }

    /// Begins the stream.
    pub fn go(&self) -> Result<()> {
        self.go.send(()).context("the manager is gone")
    }

    /// Ends the connection.
    pub fn stop(self) -> Result<()> {
        drop(self.go);
        self.thread.join().map_err(|_| anyhow::anyhow!("the manager panicked"))?
    }
}

fn answer(mut reader: TcpStream, writer: &Mutex<TcpStream>) {
    let (mut heard, mut piece) = (Vec::new(), [0; 4096]);
    while let Ok(length @ 1..) = reader.read(&mut piece) {
        heard.extend_from_slice(&piece[..length]);
        while let Some(end) = memchr::memmem::find(&heard, b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&heard[..end]).into_owned();
            heard.drain(..end + 4);
            let get = |key: &str| {
                let mut fields = text.lines().filter_map(|line| line.split_once(':'));
                fields.find(|(k, _)| k.eq_ignore_ascii_case(key)).map_or("", |(_, value)| value.trim()).to_owned()
            };
            let id = get("ActionID");
            let success = format!("Response: Success\r\nActionID: {id}\r\n");
            let said = match &*get("Action").to_ascii_lowercase() {
                "challenge" => format!("{success}Challenge: 184723298\r\n\r\n"),
                "login" => format!("{success}Message: Authentication accepted\r\n\r\n"),
                "ping" => format!("{success}Ping: Pong\r\n\r\n"),
                "queuestatus" => format!(
                    "{success}EventList: start\r\n\r\nEvent: QueueStatusComplete\r\nActionID: {id}\r\nEventList: Complete\r\n\r\n"
                ),
                _ => format!("Response: Error\r\nActionID: {id}\r\nMessage: Permission denied\r\n\r\n"),
            };
            let sent = writer.lock().is_ok_and(|mut writer| writer.write_all(said.as_bytes()).is_ok());
            if !sent {
                return;
            }
        }
    }
}
