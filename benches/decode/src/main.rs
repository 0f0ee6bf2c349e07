mod trace;
use mirante_sources::asterisk::bench::Reader;
use bytes::BytesMut;
use tokio_util::codec::Decoder as _;
use std::time::Instant;

const READ: usize = 128*1024;
fn time(name: &str, bytes: usize, mut f: impl FnMut() -> u64) {
    let mut all = Vec::new();
    let mut r = 0;
    for _ in 0..5 { let t = cpu(); r = f(); all.push(cpu()-t); }
    all.sort_by(f64::total_cmp);
    println!("{name:40} {:8.0} MB/s ({:.0}-{:.0}) {r}", bytes as f64/all[2]/1e6, bytes as f64/all[4]/1e6, bytes as f64/all[0]/1e6);
}
fn cpu() -> f64 { std::fs::read_to_string("/proc/thread-self/schedstat").unwrap().split(" ").next().unwrap().parse::<f64>().unwrap()/1e9 }
fn main() -> anyhow::Result<()> {
    for trace in [trace::Trace::all()?, trace::Trace::filtered()?] {
        println!("{} {} messages {} files once {}", trace.name, trace.messages, trace.files, trace.once);
        let b = &trace.bytes[..];
        time("memchr count", b.len(), || memchr::memchr_iter(b'\n', b).count() as u64);
        time("memchr visit", b.len(), || { let mut s=0; let mut n=0u64; for e in memchr::memchr_iter(b'\n', b) { std::hint::black_box(&b[s..e]); s=e+1; n+=1;} n});
        time("memcpy through 256K", b.len(), || { let mut buf=vec![0u8;READ]; let mut n=0u64; for c in b.chunks(READ) { buf[..c.len()].copy_from_slice(c); std::hint::black_box(&mut buf); n+=1;} n});
        time("dispatch", b.len(), || { let mut r=Reader::new("x"); for c in b.chunks(READ) { r.dispatch(c); } assert_eq!(r.count(), trace.messages); r.taken });
        let mut nrep=0;
        time("translate", b.len(), || { let mut r=Reader::new("x"); let mut out=Vec::new(); nrep=0; for c in b.chunks(READ) { r.translate(c, 0, &mut out); nrep+=out.len(); out.clear(); } assert_eq!(r.count(), trace.messages); r.taken });
        println!("reports {nrep}");
        if std::env::args().nth(1).is_some() {
        time("asterisk-rs-ami codec", b.len(), || { let mut c=asterisk_rs_ami::AmiCodec::new(); let mut buf=BytesMut::with_capacity(2*READ); buf.extend_from_slice(b"Asterisk Call Manager/11.0.0\r\n"); let mut n=0; for k in b.chunks(READ) { buf.extend_from_slice(k); while let Some(m)=c.decode(&mut buf).unwrap() { std::hint::black_box(m); n+=1; } } n });
        }
    }
    Ok(())
}
