//! In memory: bytes in, messages out, on one core.

use crate::figures::{Figures, busy};
use crate::hall::Hall;
use crate::row;
use crate::trace::Trace;
use anyhow::{Result, ensure};
use asterisk_rs_ami::AmiCodec;
use bytes::BytesMut;
use mirante_sources::asterisk::bench::Reader;
use std::hint::black_box;
use tokio_util::codec::Decoder;

/// Bytes handed over at once, as a socket does.
const READ: usize = 128 * 1024;
/// The rival needs the greeting first.
const GREETING: &[u8] = b"Asterisk Call Manager/11.0.0\r\n";

/// MB/s of each row.
#[derive(Default)]
pub struct Codec {
    pub visit: Figures,
    pub dispatch: Figures,
    pub rival: Figures,
}

pub fn measure(trace: &Trace, rounds: usize) -> Result<Codec> {
    let bytes = &trace.bytes[..];
    let rate = |seconds: f64| bytes.len() as f64 / seconds / 1e6;
    let (mut codec, mut count, mut translate, mut fold) =
        (Codec::default(), Figures::default(), Figures::default(), Figures::default());
    let mut taken = 0;
    for _ in 0..rounds {
        count.push(rate(busy(|| black_box(memchr::memchr_iter(b'\n', black_box(bytes)).count())).0));
        codec.visit.push(rate(busy(|| visit(bytes)).0));
        let (seconds, reader) = busy(|| {
            let mut reader = Reader::new();
            bytes.chunks(READ).for_each(|read| reader.dispatch(read));
            reader
        });
        ensure!(reader.count() == trace.messages, "{} of {} messages came", reader.count(), trace.messages);
        taken = reader.taken;
        codec.dispatch.push(rate(seconds));
        let (seconds, ()) = busy(|| {
            let (mut reader, mut reports) = (Reader::new(), Vec::new());
            for read in bytes.chunks(READ) {
                reader.translate(read, 0, &mut reports);
                black_box(&reports);
                reports.clear();
            }
        });
        translate.push(rate(seconds));
        let (seconds, ()) = busy(|| {
            let (mut reader, mut reports, mut hall) = (Reader::new(), Vec::new(), Hall::new());
            for read in bytes.chunks(READ) {
                reader.translate(read, 0, &mut reports);
                hall.take(reports.drain(..));
            }
        });
        fold.push(rate(seconds));
        let (seconds, messages) = busy(|| rival(bytes));
        ensure!(messages? == trace.messages, "the rival found another number of messages");
        codec.rival.push(rate(seconds));
    }
    let mb = bytes.len() / 1_000_000;
    println!(
        "\n{}: {} files, {} kB repeated to {mb} MB, {} messages of {} bytes, {} taken ({} %); MB/s of processor time, {rounds} rounds",
        trace.name,
        trace.files,
        trace.once / 1000,
        trace.messages,
        bytes.len() as u64 / trace.messages,
        taken,
        taken * 100 / trace.messages,
    );
    let line = |name: &str, figures: &Figures| {
        let events = figures.median() * 1e3 * trace.messages as f64 / bytes.len() as f64;
        row(name, figures, "MB/s", &format!("  {events:.0} k messages/s"));
    };
    line("counting line ends (memchr_iter.count)", &count);
    line("visiting every line (memchr_iter)", &codec.visit);
    line("mirante: decode and dispatch (frame, skip by name, split the taken)", &codec.dispatch);
    line("mirante: the same, and translate what is taken into events", &translate);
    line("mirante: the same, and apply them to a floor", &fold);
    line("asterisk-rs-ami 0.8: codec alone (no typed event)", &codec.rival);
    Ok(codec)
}

fn visit(bytes: &[u8]) {
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', bytes) {
        black_box(&bytes[start..end]);
        start = end + 1;
    }
}

fn rival(bytes: &[u8]) -> Result<u64> {
    let (mut codec, mut buffer, mut messages) = (AmiCodec::new(), BytesMut::with_capacity(2 * READ), 0);
    buffer.extend_from_slice(GREETING);
    for read in bytes.chunks(READ) {
        buffer.extend_from_slice(read);
        while let Some(message) = codec.decode(&mut buffer)? {
            black_box(message);
            messages += 1;
        }
    }
    Ok(messages)
}
