//! The server from outside, over real sockets.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must end")]

use futures_util::{SinkExt, StreamExt};
use mirante_console::wire::{Batch, BatchKind, Code, WireError};
use mirante_console::{Console, Options as ConsoleOptions};
use mirante_server::{Options, ServeError, Server, Token};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};

const TOKEN: &str = "0123456789abcdef-0123456789abcdef";

async fn serve(data: &Path, listen: &str, token: Option<&str>) -> (Console, Server) {
    let options = ConsoleOptions { config: None, data: data.into(), alone: false };
    let console = Console::start(options).unwrap();
    let token = token.map(|text| Token::new(text).unwrap());
    let options = Options { listen: listen.parse().unwrap(), token, hosts: Vec::new() };
    let server = Server::start(console.clone(), options).await.unwrap();
    (console, server)
}

/// Status and body of one raw request.
async fn ask(address: SocketAddr, request: String) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer)
}

fn post(host: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST /api/command HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n{headers}\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

const HELLO: &str = r#"{"do":"hello"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn commands_are_answered_and_strangers_are_not() {
    let data = tempfile::tempdir().unwrap();
    let (console, server) = serve(data.path(), "127.0.0.1:0", None).await;
    let address = server.address();
    let host = address.to_string();

    let (status, answer) = ask(address, post(&host, "", HELLO)).await;
    assert_eq!(status, 200, "{answer}");
    assert!(answer.contains(r#""is":"hello""#) && answer.contains("frame-ancestors 'none'"));
    assert!(answer.to_lowercase().contains("x-content-type-options: nosniff"));

    for (host, headers, expected) in [
        ("evil.example", "", 421),
        (host.as_str(), "Origin: http://evil.example\r\n", 403),
        (host.as_str(), "Origin: null\r\n", 403),
        (host.as_str(), "Sec-Fetch-Site: cross-site\r\n", 403),
    ] {
        let (status, answer) = ask(address, post(host, headers, HELLO)).await;
        assert_eq!(status, expected, "{headers}{answer}");
        assert!(answer.contains("content-security-policy"), "a refusal has the headers too");
    }

    let (status, answer) = ask(address, post(&host, "", r#"{"do":"reconnect","source":77}"#)).await;
    let error: WireError = serde_json::from_str(answer.split("\r\n\r\n").nth(1).unwrap()).unwrap();
    assert_eq!((status, error.code), (404, Code::NotFound));
    let (status, answer) = ask(address, post(&host, "", r#"{"do":"connect","connection":{"secret":"hunter2"}}"#)).await;
    assert!(status == 400 && !answer.contains("hunter2"), "{answer}");
    // Not JSON by its own word: what a form of another page could send.
    let form = post(&host, "", HELLO).replace("application/json", "text/plain");
    assert_eq!(ask(address, form).await.0, 400);

    let page = format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let (status, answer) = ask(address, page).await;
    assert!(status == 200 && answer.to_lowercase().contains("<!doctype html"), "{answer}");
    let missing = format!("GET /assets/nothing.js HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    assert_eq!(ask(address, missing).await.0, 404);
    let outside = format!("GET /../../Cargo.toml HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    assert!(!ask(address, outside).await.1.contains("[package]"));
    server.shutdown().await;
    console.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_feed_waits_for_its_acknowledgement() {
    let data = tempfile::tempdir().unwrap();
    let (console, server) = serve(data.path(), "127.0.0.1:0", None).await;
    let url = format!("ws://{}/api/feed", server.address());
    let (mut socket, _) = tokio_tungstenite::connect_async(url.as_str()).await.unwrap();
    let first = batch(socket.next().await);
    assert_eq!(first.kind, BatchKind::Snapshot);
    let quiet = tokio::time::timeout(Duration::from_millis(2_500), socket.next()).await;
    assert!(quiet.is_err(), "a second batch came before the first was acknowledged");
    let acknowledge = format!("{{\"number\":{}}}", first.number);
    socket.send(Message::text(acknowledge)).await.unwrap();
    let second = batch(tokio::time::timeout(Duration::from_secs(4), socket.next()).await.unwrap());
    assert_eq!((second.kind, second.stream), (BatchKind::Heartbeat, first.stream));

    // Acknowledging what was never sent ends the feed.
    socket.send(Message::text("{\"number\":99999}")).await.unwrap();
    assert!(matches!(socket.next().await, Some(Ok(Message::Close(_))) | None));

    // A page of another site.
    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("origin", "http://evil.example".parse().unwrap());
    let refused = tokio_tungstenite::connect_async(request).await;
    assert!(matches!(refused, Err(Error::Http(answer)) if answer.status() == 403));
    server.shutdown().await;
    console.shutdown().await;

    fn batch(message: Option<Result<Message, Error>>) -> Batch {
        let Some(Ok(Message::Text(text))) = message else { panic!("{message:?}") };
        serde_json::from_str(&text).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_loopback_a_token_is_needed() {
    let data = tempfile::tempdir().unwrap();
    let console = Console::start(ConsoleOptions { config: None, data: data.path().into(), alone: false }).unwrap();
    let open = Options { listen: "0.0.0.0:0".parse().unwrap(), token: None, hosts: Vec::new() };
    let refused = Server::start(console.clone(), open).await;
    assert!(matches!(refused, Err(ServeError::TokenNeeded(_))));
    console.shutdown().await;

    let (console, server) = serve(data.path(), "0.0.0.0:0", Some(TOKEN)).await;
    let address: SocketAddr = format!("127.0.0.1:{}", server.address().port()).parse().unwrap();
    let host = address.to_string();
    assert_eq!(ask(address, post(&host, "", HELLO)).await.0, 401);
    assert_eq!(ask(address, post(&host, "Authorization: Bearer wrong\r\n", HELLO)).await.0, 401);
    let bearer = format!("Authorization: Bearer {TOKEN}\r\n");
    assert_eq!(ask(address, post(&host, &bearer, HELLO)).await.0, 200);

    let url = format!("ws://{address}/api/feed");
    let refused = tokio_tungstenite::connect_async(url.as_str()).await;
    assert!(matches!(refused, Err(Error::Http(answer)) if answer.status() == 401));
    let mut request = url.into_client_request().unwrap();
    let offered = format!("mirante, token.{TOKEN}").parse().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", offered);
    let (mut socket, answer) = tokio_tungstenite::connect_async(request).await.unwrap();
    assert_eq!(answer.headers()["sec-websocket-protocol"], "mirante", "the token is not sent back");
    assert!(matches!(socket.next().await, Some(Ok(Message::Text(_)))));
    server.shutdown().await;
    console.shutdown().await;
}
