//! A manager that answers as told.

use md5::{Digest, Md5};
use mirante_sources::asterisk::{AsteriskConfig, Secret};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

pub(crate) const SECRET: &str = "s3nh4-muito-longa";
pub(crate) const BANNER: &str = "Asterisk Call Manager/11.0.0\r\n";
pub(crate) const DENIED: &str = "Response: Error\r\nMessage: Permission denied\r\n";
pub(crate) const UNKNOWN: &str =
    "Response: Error\r\nMessage: Invalid/unknown command: QueueStatus. Use Action: ListCommands.\r\n";

/// One action as it came.
#[derive(Debug, Clone)]
pub(crate) struct Action(Vec<(String, String)>);

impl Action {
    pub(crate) fn get(&self, key: &str) -> &str {
        self.0.iter().find(|(k, _)| k == key).map_or("", |(_, value)| value)
    }
}

/// What the manager does with an action.
pub(crate) enum Answer {
    /// Messages to send; `{id}` stands for the action's id.
    Say(String),
    /// Sends these, then nothing more, ever.
    SayAndFreeze(String),
    Freeze,
}

pub(crate) type Script = Arc<dyn Fn(&Action, usize) -> Answer + Send + Sync>;

/// Everything the manager heard.
pub(crate) type Heard = Arc<Mutex<Vec<u8>>>;

pub(crate) fn config(port: u16) -> AsteriskConfig {
    AsteriskConfig {
        host: "127.0.0.1".into(),
        port,
        tls: None,
        username: "mirante".into(),
        secret: Secret::new(SECRET),
        queue_log: None,
        outbound: Default::default(),
    }
}

/// A manager that accepts the login and lists `queues` as `list` says; everything else is up to `script`, which counts the
/// actions from 0 and may answer any of them instead.
pub(crate) fn polite(list: &'static str) -> impl Fn(&Action, usize) -> Answer + Send + Sync {
    move |action, _| match action.get("Action") {
        "Challenge" => Answer::Say("Response: Success\r\nActionID: {id}\r\nChallenge: 184723298\r\n\r\n".into()),
        "Login" => {
            let key: String = Md5::digest(format!("184723298{SECRET}")).iter().map(|b| format!("{b:02x}")).collect();
            match action.get("Key") == key && action.get("Username") == "mirante" {
                true => Answer::Say(
                    "Response: Success\r\nActionID: {id}\r\nMessage: Authentication accepted\r\n\r\n".into(),
                ),
                false => {
                    Answer::Say("Response: Error\r\nActionID: {id}\r\nMessage: Authentication failed\r\n\r\n".into())
                }
            }
        }
        "QueueStatus" => {
            Answer::Say(format!("Response: Success\r\nActionID: {{id}}\r\nEventList: start\r\n\r\n{list}{END}"))
        }
        "Ping" => Answer::Say("Response: Success\r\nActionID: {id}\r\nPing: Pong\r\n\r\n".into()),
        _ => Answer::Say(format!("{DENIED}ActionID: {{id}}\r\n\r\n")),
    }
}

pub(crate) const END: &str = "Event: QueueStatusComplete\r\nActionID: {id}\r\nEventList: Complete\r\n\r\n";

/// Plays a manager on loopback, every write cut into pieces of `chunk` bytes; gives its port and what it hears.
pub(crate) async fn manager(
    banner: &'static str,
    chunk: usize,
    script: impl Fn(&Action, usize) -> Answer + Send + Sync + 'static,
) -> (u16, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let port = listener.local_addr().expect("address").port();
    let heard = Heard::default();
    let (script, kept): (Script, _) = (Arc::new(script), heard.clone());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, banner, chunk, script.clone(), kept.clone()));
        }
    });
    (port, heard)
}

pub(crate) async fn serve<S>(mut stream: S, banner: &'static str, chunk: usize, script: Script, heard: Heard)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let (mut buffer, mut count) = (Vec::new(), 0);
    say(&mut stream, banner, chunk).await;
    loop {
        while let Some(end) = buffer.windows(4).position(|w| w == b"\r\n\r\n") {
            let text = String::from_utf8(buffer.drain(..end + 4).collect()).expect("utf-8");
            let fields = text.lines().filter_map(|line| line.split_once(": "));
            let action = Action(fields.map(|(k, v)| (k.to_owned(), v.to_owned())).collect());
            let filled = |text: String| text.replace("{id}", action.get("ActionID"));
            match script(&action, count) {
                Answer::Say(text) => say(&mut stream, &filled(text), chunk).await,
                Answer::SayAndFreeze(text) => {
                    say(&mut stream, &filled(text), chunk).await;
                    return std::future::pending().await;
                }
                Answer::Freeze => return std::future::pending().await,
            }
            count += 1;
        }
        let mut piece = [0; 4096];
        match stream.read(&mut piece).await {
            Ok(length) if length > 0 => {
                heard.lock().expect("heard").extend_from_slice(&piece[..length]);
                buffer.extend_from_slice(&piece[..length]);
            }
            _ => return,
        }
    }
}

async fn say<S: tokio::io::AsyncWrite + Unpin>(stream: &mut S, text: &str, chunk: usize) {
    for piece in text.as_bytes().chunks(chunk) {
        if stream.write_all(piece).await.is_err() || stream.flush().await.is_err() {
            return;
        }
        if chunk < 64 {
            tokio::task::yield_now().await;
        }
    }
}
