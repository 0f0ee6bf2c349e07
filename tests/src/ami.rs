//! A small manager-interface client of the rig's own: what checks Mirante must not share Mirante's parser.

use anyhow::{Context, Result, bail, ensure};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// One message: headers in order, with when it arrived.
#[derive(Debug, Clone)]
pub struct Message {
    headers: Vec<(String, String)>,
    arrived_ms: i64,
}

impl Message {
    /// The first value of a header, or "".
    pub fn get(&self, name: &str) -> &str {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map_or("", |(_, value)| value)
    }

    /// True for something that happened, not an answer.
    pub fn is_event(&self) -> bool {
        !self.get("Event").is_empty()
    }

    /// Unix ms: the PBX's own time of the event, else of arrival.
    pub fn at_ms(&self) -> i64 {
        match self.get("Timestamp").parse::<f64>() {
            Ok(seconds) => (seconds * 1000.0) as i64,
            Err(_) => self.arrived_ms,
        }
    }
}

/// A logged-in session. Events are read by a thread of its own, so the PBX never waits for a slow test.
#[derive(Debug)]
pub struct Ami {
    writer: TcpStream,
    messages: Receiver<Message>,
    put_back: VecDeque<Message>,
    next_id: u64,
}

impl Ami {
    /// Connects and logs in in plain text (loopback only).
    pub fn login(address: SocketAddr, user: &str, secret: &str) -> Result<Ami> {
        let stream = TcpStream::connect(address).with_context(|| format!("no manager interface at {address}"))?;
        stream.set_nodelay(true)?;
        let writer = stream.try_clone()?;
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let mut reader = BufReader::new(stream);
            let mut headers = Vec::new();
            let mut line = Vec::new();
            loop {
                line.clear();
                if reader.read_until(b'\n', &mut line).unwrap_or(0) == 0 {
                    return;
                }
                let text = String::from_utf8_lossy(&line);
                let text = text.trim_end_matches(['\r', '\n']);
                if text.is_empty() {
                    let message = Message { headers: std::mem::take(&mut headers), arrived_ms: crate::now_ms() };
                    if !message.headers.is_empty() && sender.send(message).is_err() {
                        return;
                    }
                } else if let Some((key, value)) = text.split_once(':') {
                    headers.push((key.to_owned(), value.trim_start().to_owned()));
                }
            }
        });
        let mut ami = Ami { writer, messages, put_back: VecDeque::new(), next_id: 0 };
        let answer = ami.ask("Login", &[("Username", user), ("Secret", secret), ("Events", "on")])?;
        ensure!(answer.get("Response") == "Success", "login of {user} refused: {}", answer.get("Message"));
        Ok(ami)
    }

    /// Sends an action and returns its id; the answer comes among the messages.
    pub fn send(&mut self, action: &str, fields: &[(&str, &str)]) -> Result<String> {
        self.next_id += 1;
        let id = format!("rig-{}", self.next_id);
        let mut text = format!("Action: {action}\r\nActionID: {id}\r\n");
        for (key, value) in fields {
            text.push_str(&format!("{key}: {value}\r\n"));
        }
        text.push_str("\r\n");
        self.writer.write_all(text.as_bytes()).context("the manager interface closed")?;
        Ok(id)
    }

    /// The next message, or `None` after `timeout`. An error means that the session ended.
    pub fn receive(&mut self, timeout: Duration) -> Result<Option<Message>> {
        if let Some(message) = self.put_back.pop_front() {
            return Ok(Some(message));
        }
        match self.messages.recv_timeout(timeout) {
            Ok(message) => Ok(Some(message)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => bail!("the manager interface closed"),
        }
    }

    /// Sends an action and waits up to 5 s for its answer; events meanwhile are kept in order.
    pub fn ask(&mut self, action: &str, fields: &[(&str, &str)]) -> Result<Message> {
        let id = self.send(action, fields)?;
        let until = Instant::now() + Duration::from_secs(5);
        let mut seen = VecDeque::new();
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let Some(message) = self.receive(left)? else { bail!("{action}: no answer in 5 s") };
            if message.get("ActionID") == id && !message.get("Response").is_empty() {
                seen.append(&mut self.put_back);
                self.put_back = seen;
                return Ok(message);
            }
            seen.push_back(message);
        }
    }
}
