//! End to end over loopback: a manager talks as fast as it is listened to, and each library tells what it heard.

use crate::figures::Figures;
use crate::rivals::{self, Run};
use crate::row;
use crate::server::{END, Server};
use crate::trace::Trace;
use anyhow::{Context, Result, ensure};
use mirante_floor::Kind;
use mirante_sources::asterisk::bench::{Counted, Reader};
use mirante_sources::{Phase, Report};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Messages that the rivals are told; Mirante is told the whole trace, since so few are over in a tenth of a second.
const FOR_RIVALS: usize = 200_000;

/// Messages a second, and what Mirante lost.
pub struct Tcp {
    pub ours: Figures,
    rivals: [Figures; 3],
    pub lost: u64,
}

impl Tcp {
    pub fn fastest_rival(&self) -> f64 {
        self.rivals.iter().map(Figures::median).fold(0.0, f64::max)
    }
}

pub fn measure(trace: &Trace, rounds: usize, python: &Path) -> Result<Tcp> {
    let (whole, part) = (stream(trace, usize::MAX), stream(trace, FOR_RIVALS));
    let (sent, told) = (trace.messages + 1, (FOR_RIVALS as u64).min(trace.messages) + 1);
    // Some messages are answers, which the libraries do not tell as events.
    let events = memchr::memmem::find_iter(&part[..], b"\r\n\r\nEvent: ").count() as u64 + 1;
    let entries = entries(&whole);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut tcp = Tcp { ours: Figures::default(), rivals: Default::default(), lost: 0 };
    let (mut drained, mut lost) = (Figures::default(), [0; 3]);
    for _ in 0..rounds {
        let server = Server::start(whole.clone())?;
        drained.push(whole.len() as f64 / drain(&server, whole.len())? / 1e6);
        server.stop()?;

        let server = Server::start(whole.clone())?;
        let port = server.port;
        let (session, count) = runtime.block_on(async { tokio::spawn(connect(port)).await? })?;
        server.go()?;
        let start = Instant::now();
        let heard = runtime.block_on(async { tokio::spawn(listen(session)).await? })?;
        tcp.ours.push(sent as f64 / start.elapsed().as_secs_f64());
        server.stop()?;
        tcp.lost += sent.saturating_sub(heard.messages - count) + entries.saturating_sub(heard.entries);

        let mut one = |at: usize, run: Run| {
            tcp.rivals[at].push(told as f64 / run.seconds);
            lost[at] += events.saturating_sub(run.events);
        };
        let server = Server::start(part.clone())?;
        one(0, runtime.block_on(rivals::asterisk_rs_ami(&server))?);
        server.stop()?;
        let server = Server::start(part.clone())?;
        one(1, runtime.block_on(rivals::asterisk_manager(&server))?);
        server.stop()?;
        let server = Server::start(part.clone())?;
        one(2, runtime.block_on(rivals::python(&server, python))?);
        server.stop()?;
    }
    println!(
        "\nEnd to end over loopback TCP, login and then a stream of the recorded events; messages/s on the wall, {rounds} rounds"
    );
    let rate = |figures: &Figures| {
        format!("  {:.0} MB/s", figures.median() * trace.bytes.len() as f64 / trace.messages as f64 / 1e6)
    };
    let bytes_row = "the socket alone, read and thrown away";
    row(bytes_row, &drained, "MB/s", "");
    let words = format!("  lost {} of {} (entries into queues: {entries} a round)", tcp.lost, sent * rounds as u64);
    row("mirante: link, decoder, translator, session", &tcp.ours, "/s", &(rate(&tcp.ours) + &words));
    let names =
        ["asterisk-rs-ami 0.8 (ring 65,536)", "asterisk-manager 2.1 (channel 65,536)", "Python asterisk-ami 0.1.7"];
    for ((name, figures), lost) in names.iter().zip(&tcp.rivals).zip(lost) {
        let words = format!("{}  lost {lost} of {}", rate(figures), events * rounds as u64);
        row(name, figures, "/s", &words);
    }
    Ok(tcp)
}

/// The first messages of a trace, and the end.
fn stream(trace: &Trace, messages: usize) -> Arc<Vec<u8>> {
    let end =
        memchr::memmem::find_iter(&trace.bytes, b"\r\n\r\n").nth(messages - 1).map_or(trace.bytes.len(), |at| at + 4);
    Arc::new([&trace.bytes[..end], END].concat())
}

fn is_entry(report: &Report) -> bool {
    matches!(report, Report::Event { kind: Kind::Entered { .. }, .. })
}

/// Entries into queues that a stream tells, read in memory.
fn entries(stream: &[u8]) -> u64 {
    let (mut reader, mut reports, mut entries) = (Reader::new(), Vec::new(), 0);
    for read in stream.chunks(64 * 1024) {
        reader.translate(read, 0, &mut reports);
        entries += reports.drain(..).filter(is_entry).count() as u64;
    }
    entries
}

async fn connect(port: u16) -> Result<(Counted, u64)> {
    let mut session = Counted::connect(port).await.context("mirante could not log in")?;
    // The picture of a PBX without queues.
    session.next(&mut Vec::new()).await?;
    let count = session.count();
    Ok((session, count))
}

struct Heard {
    messages: u64,
    entries: u64,
}

/// Takes everything until the platform says that it stops.
async fn listen(mut session: Counted) -> Result<Heard> {
    let (mut reports, mut entries) = (Vec::new(), 0);
    loop {
        let next = session.next(&mut reports).await;
        entries += reports.drain(..).filter(is_entry).count() as u64;
        if let Err(error) = next {
            ensure!(error.phase == Phase::Stopping, "the session broke: {error}");
            return Ok(Heard { messages: session.count(), entries });
        }
    }
}

/// Reads a stream without a look at it; gives seconds.
fn drain(server: &Server, length: usize) -> Result<f64> {
    let mut socket = TcpStream::connect(("127.0.0.1", server.port))?;
    socket.write_all(b"Action: Ping\r\n\r\n")?;
    let mut buffer = vec![0; 256 * 1024];
    _ = socket.read(&mut buffer)?;
    server.go()?;
    let (start, mut read) = (Instant::now(), 0);
    while read < length {
        let more = socket.read(&mut buffer)?;
        ensure!(more > 0, "the manager hung up");
        read += more;
    }
    Ok(start.elapsed().as_secs_f64())
}
