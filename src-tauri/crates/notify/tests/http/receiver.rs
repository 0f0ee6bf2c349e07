//! A real HTTP server that answers as it is told and remembers what it was sent.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use mirante_notify::{Address, Net};
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// One answer.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
    /// Waits so long before it answers.
    slow: Duration,
}

pub(crate) fn reply(status: u16, body: impl Into<String>) -> Reply {
    Reply { status, headers: Vec::new(), body: body.into(), slow: Duration::ZERO }
}

impl Reply {
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Reply {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn slow(self, slow: Duration) -> Reply {
        Reply { slow, ..self }
    }
}

/// What came.
#[derive(Debug, Clone)]
pub(crate) struct Came {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Came {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

#[derive(Clone, Default)]
struct Memory {
    script: Arc<Mutex<VecDeque<Reply>>>,
    came: Arc<Mutex<Vec<Came>>>,
}

/// The server. It ends with the test.
pub(crate) struct Receiver {
    memory: Memory,
    address: String,
}

impl Receiver {
    /// Answers with these, one after the other, and with the last one from then on.
    pub(crate) async fn start(script: impl IntoIterator<Item = Reply>) -> Receiver {
        let memory = Memory { script: Arc::new(Mutex::new(script.into_iter().collect())), ..Memory::default() };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let router = Router::new().fallback(answer).with_state(memory.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Receiver { memory, address }
    }

    pub(crate) fn url(&self, path: &str) -> Address {
        Address::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    pub(crate) fn came(&self) -> Vec<Came> {
        self.memory.came.lock().unwrap().clone()
    }

    pub(crate) fn only(&self) -> Came {
        let came = self.came();
        assert_eq!(came.len(), 1, "{came:?}");
        came[0].clone()
    }
}

async fn answer(State(memory): State<Memory>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    memory.came.lock().unwrap().push(Came { method, path: uri.to_string(), headers, body: body.to_vec() });
    let reply = {
        let mut script = memory.script.lock().unwrap();
        if script.len() > 1 { script.pop_front() } else { script.front().cloned() }
    };
    let reply = reply.expect("nothing to answer with");
    tokio::time::sleep(reply.slow).await;
    let mut response = (StatusCode::from_u16(reply.status).unwrap(), reply.body).into_response();
    for (name, value) in reply.headers {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}

/// A server that takes a whole request, begins an answer and breaks off.
pub(crate) async fn cutting(answer: &'static str) -> Address {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = [0; 64 << 10];
            let _ = stream.read(&mut head).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    Address::parse(&format!("http://{address}/")).unwrap()
}

/// An address at which nobody listens.
pub(crate) async fn nobody() -> Address {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    Address::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap()
}

pub(crate) fn net() -> Net {
    Net::new(None).unwrap()
}
