//! The libraries that exist, each counting events until the last.

use crate::server::Server;
use anyhow::{Context, Result, bail, ensure};
use asterisk_manager::{AmiEvent, Manager, ManagerOptions};
use asterisk_rs_ami::AmiClient;
use asterisk_rs_core::event::EventReceive;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;
use tokio::time::timeout;
use tokio_stream::StreamExt;

/// Room for events not yet taken: with the libraries' own defaults they lose some.
const ROOM: usize = 65_536;
/// A library that says nothing for this long has lost the end.
const SILENCE: Duration = Duration::from_secs(20);

/// Seconds from the first byte sent to the last event told, and events told.
pub struct Run {
    pub seconds: f64,
    pub events: u64,
}

pub async fn asterisk_rs_ami(server: &Server) -> Result<Run> {
    let client = AmiClient::builder()
        .host("127.0.0.1")
        .port(server.port)
        .credentials("mirante", "secret")
        .event_capacity(ROOM)
        .build()
        .await?;
    let mut events = client.subscribe();
    server.go()?;
    let (start, mut count) = (Instant::now(), 0);
    loop {
        match timeout(SILENCE, events.recv()).await.context("asterisk-rs-ami fell silent")? {
            EventReceive::Event(event) => {
                count += 1;
                if event.event_name() == "Shutdown" {
                    return Ok(Run { seconds: start.elapsed().as_secs_f64(), events: count });
                }
            }
            EventReceive::Lagged(_) => {}
            EventReceive::Closed => bail!("asterisk-rs-ami closed"),
        }
    }
}

pub async fn asterisk_manager(server: &Server) -> Result<Run> {
    let mut manager = Manager::new_with_buffer(ROOM);
    let options = ManagerOptions {
        port: server.port,
        host: "127.0.0.1".to_owned(),
        username: "mirante".to_owned(),
        password: "secret".to_owned(),
        events: true,
    };
    manager.connect_and_login(options).await?;
    let mut events = manager.all_events_stream().await;
    server.go()?;
    let (start, mut count) = (Instant::now(), 0);
    loop {
        match timeout(SILENCE, events.next()).await.context("asterisk-manager fell silent")? {
            Some(Ok(event)) => {
                count += 1;
                if matches!(&event, AmiEvent::UnknownEvent { event_type, .. } if event_type == "Shutdown") {
                    return Ok(Run { seconds: start.elapsed().as_secs_f64(), events: count });
                }
            }
            Some(Err(_)) => {}
            None => bail!("asterisk-manager closed"),
        }
    }
}

pub async fn python(server: &Server, python: &Path) -> Result<Run> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rival.py");
    let mut child = Command::new(python)
        .arg(script)
        .arg(server.port.to_string())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start {}", python.display()))?;
    let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
    let ready = timeout(SILENCE, lines.next_line()).await.context("asterisk-ami does not start")??;
    ensure!(ready.as_deref() == Some("ready"), "asterisk-ami did not log in");
    server.go()?;
    let start = Instant::now();
    let done = timeout(Duration::from_secs(300), lines.next_line()).await.context("asterisk-ami fell silent")??;
    let seconds = start.elapsed().as_secs_f64();
    child.wait().await?;
    let events = done.as_deref().and_then(|done| done.strip_prefix("done "));
    Ok(Run { seconds, events: events.context("asterisk-ami ended early")?.parse()? })
}
