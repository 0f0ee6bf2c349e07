//! A face of the tests' own: commands over HTTP and the live feed over a WebSocket, kept as plain JSON.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value, json};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;
use tungstenite::{Message, WebSocket};

/// Asks commands.
#[derive(Debug, Clone, Copy)]
pub struct Client {
    address: SocketAddr,
    patience: Duration,
}

impl Client {
    /// Of the hub there.
    pub fn new(address: SocketAddr) -> Client {
        Client { address, patience: Duration::from_secs(10) }
    }

    /// The same, waiting so long for an answer.
    pub fn patient(self, patience: Duration) -> Client {
        Client { patience, ..self }
    }

    /// Asks a command and gives the reply's value; an error carries the hub's own words.
    pub fn command(&self, command: &Value) -> Result<Value> {
        let (status, body) = self.post("/api/command", &command.to_string(), &[])?;
        let reply: Value = serde_json::from_str(&body).with_context(|| format!("status {status}, body {body:?}"))?;
        ensure!(status == 200, "status {status}: {reply}");
        Ok(reply["value"].clone())
    }

    /// One POST with a body of JSON, and more headers: status and body.
    pub fn post(&self, path: &str, body: &str, more: &[(&str, &str)]) -> Result<(u16, String)> {
        let mut request = format!("POST {path} HTTP/1.1\r\nConnection: close\r\nContent-Type: application/json\r\n");
        if more.iter().all(|(name, _)| *name != "Host") {
            request.push_str(&format!("Host: {}\r\n", self.address));
        }
        for (name, value) in more {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        self.exchange(&request)
    }

    /// One GET: status and body.
    pub fn get(&self, path: &str) -> Result<(u16, String)> {
        self.exchange(&format!("GET {path} HTTP/1.1\r\nConnection: close\r\nHost: {}\r\n\r\n", self.address))
    }

    /// One DELETE: status and body.
    pub fn delete(&self, path: &str) -> Result<(u16, String)> {
        self.exchange(&format!("DELETE {path} HTTP/1.1\r\nConnection: close\r\nHost: {}\r\n\r\n", self.address))
    }

    fn exchange(&self, request: &str) -> Result<(u16, String)> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(self.patience))?;
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).with_context(|| format!("no whole answer in {:?}", self.patience))?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").context("no HTTP answer")?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no HTTP status")?;
        let chunked = head.lines().any(|line| line.eq_ignore_ascii_case("transfer-encoding: chunked"));
        Ok((status, if chunked { joined(body) } else { body.to_owned() }))
    }

    /// Everything as it is now.
    pub fn snapshot(&self) -> Result<State> {
        let mut state = State::default();
        state.take(&self.command(&json!({"do": "next", "stream": null, "after": null}))?)?;
        Ok(state)
    }

    /// The live feed.
    pub fn feed(&self) -> Result<Feed> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let (socket, _) = tungstenite::client(format!("ws://{}/api/feed", self.address), stream)
            .map_err(|error| anyhow::anyhow!("the feed refuses: {error}"))?;
        Ok(Feed { socket, state: State::default() })
    }
}

/// A body sent in chunks, each after its length in hexadecimal.
fn joined(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((length, rest)) = body.split_once("\r\n")
        && let Ok(length) = usize::from_str_radix(length, 16)
        && let Some(chunk) = rest.get(..length)
        && length > 0
    {
        whole.push_str(chunk);
        body = rest[length..].trim_start_matches("\r\n");
    }
    whole
}

/// A client's state: rows by table and id, as batches made them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct State {
    /// Number of the newest event in it.
    pub seq: u64,
    /// The hub's clock at the last batch, Unix ms.
    pub now: i64,
    /// Newest arrival from any source, Unix ms.
    pub seen: i64,
    /// Kind of the last batch.
    pub kind: String,
    /// How the hub said it is.
    pub health: Value,
    number: u64,
    tables: Map<String, Value>,
}

impl State {
    /// Takes one batch in, as any face does.
    pub fn take(&mut self, batch: &Value) -> Result<()> {
        let number = |name: &str| batch[name].as_i64().with_context(|| format!("a batch without {name}: {batch}"));
        (self.number, self.seq) = (number("number")? as u64, number("seq")? as u64);
        (self.now, self.seen) = (number("now")?, number("seen")?);
        self.health = batch["health"].clone();
        self.kind = batch["kind"].as_str().unwrap_or_default().to_owned();
        if self.kind == "snapshot" {
            self.tables.clear();
        }
        for (table, rows) in batch["rows"].as_object().into_iter().flatten() {
            let kept = self.tables.entry(table.clone()).or_insert_with(|| json!({}));
            let Value::Object(kept) = kept else { bail!("{table} is no table") };
            for (id, row) in rows.as_object().into_iter().flatten() {
                if row.is_null() {
                    kept.remove(id)
                } else {
                    kept.insert(id.clone(), row.clone())
                };
            }
        }
        Ok(())
    }

    /// All tables that hold rows.
    pub fn rows(&self) -> Value {
        let full = self.tables.iter().filter(|(_, rows)| rows.as_object().is_some_and(|rows| !rows.is_empty()));
        Value::Object(full.map(|(name, rows)| (name.clone(), rows.clone())).collect())
    }

    /// Rows of a table.
    pub fn table(&self, name: &str) -> Vec<&Value> {
        self.tables.get(name).and_then(Value::as_object).into_iter().flat_map(Map::values).collect()
    }

    /// The row of the only source, or null.
    pub fn source(&self) -> &Value {
        self.table("sources").into_iter().next().unwrap_or(&Value::Null)
    }

    /// `never`, `up`, `down`, or "" while there is no source.
    pub fn link(&self) -> &str {
        self.source()["link"].as_str().unwrap_or_default()
    }

    /// Sum of a figure over all queues.
    pub fn sum(&self, figure: &str) -> i64 {
        self.table("queues").into_iter().filter_map(|row| row[figure].as_i64()).sum()
    }
}

/// A subscription to the live feed.
#[derive(Debug)]
pub struct Feed {
    socket: WebSocket<TcpStream>,
    /// What the batches so far make.
    pub state: State,
}

impl Feed {
    /// Waits for the next batch, takes it in and acknowledges it. Gives its kind.
    pub fn take_next(&mut self) -> Result<String> {
        loop {
            let Message::Text(text) = self.socket.read().context("the feed ended")? else { continue };
            let batch: Value = serde_json::from_str(&text)?;
            self.state.take(&batch)?;
            self.socket.send(Message::text(json!({ "number": self.state.number }).to_string()))?;
            return Ok(self.state.kind.clone());
        }
    }
}
