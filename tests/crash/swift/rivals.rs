//! Prometheus and Alertmanager of Debian on the same signal: a gauge that is scraped and evaluated each second, sent on without waiting.

use crate::post::web;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often the signal comes.
const SIGNALS: usize = 30;

/// Killed when the measurement ends, however it ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// How long each signal took to the webhook; none where the programs were not fetched (`MIRANTE_DEBIAN`).
pub(super) fn measure() -> Option<Vec<Duration>> {
    let bin = Path::new(&std::env::var_os("MIRANTE_DEBIAN")?).join("usr/bin");
    if !bin.join("prometheus").exists() || !bin.join("prometheus-alertmanager").exists() {
        return None;
    }
    let folder = tempfile::tempdir().expect("tempdir");
    let (url, bodies) = web();
    let signal = Arc::new(AtomicBool::new(false));
    let target = exporter(signal.clone());
    let (prometheus, manager) = (free_port(), free_port());
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).expect(name);
    write(
        "alertmanager.yml",
        format!(
            "route: {{ receiver: here, group_by: [alertname], group_wait: 0s, group_interval: 1s }}\nreceivers:\n- name: here\n  \
             webhook_configs:\n  - url: {url}\n    send_resolved: true\n"
        ),
    );
    write(
        "prometheus.yml",
        format!(
            "global: {{ scrape_interval: 1s, evaluation_interval: 1s }}\nrule_files: [rules.yml]\nalerting:\n  alertmanagers:\n  \
             - static_configs: [{{ targets: ['127.0.0.1:{manager}'] }}]\nscrape_configs:\n- job_name: signal\n  \
             static_configs: [{{ targets: ['127.0.0.1:{target}'] }}]\n"
        ),
    );
    let rule = "groups:\n- name: one\n  rules:\n  - alert: fila\n    expr: waiting > 0\n";
    write("rules.yml", rule.to_owned());
    let path = |name: &str| folder.path().join(name).display().to_string();
    let start = |name: &str, arguments: &[String]| {
        let mut command = Command::new(bin.join(name));
        command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Running(command.spawn().expect(name))
    };
    let _manager = start(
        "prometheus-alertmanager",
        &[
            format!("--config.file={}", path("alertmanager.yml")),
            format!("--storage.path={}", path("alertmanager")),
            format!("--web.listen-address=127.0.0.1:{manager}"),
            "--cluster.listen-address=".to_owned(),
        ],
    );
    let _prometheus = start(
        "prometheus",
        &[
            format!("--config.file={}", path("prometheus.yml")),
            format!("--storage.tsdb.path={}", path("prometheus")),
            format!("--web.listen-address=127.0.0.1:{prometheus}"),
        ],
    );
    std::thread::sleep(Duration::from_secs(10));
    let mut times = Vec::new();
    for place in 0..SIGNALS {
        // Not in step with what scrapes.
        std::thread::sleep(Duration::from_millis(2_000 + (place as u64 * 137) % 1_000));
        let told = Instant::now();
        signal.store(true, Ordering::Release);
        let (at, _) = until(&bodies, "\"firing\"");
        times.push(at - told);
        signal.store(false, Ordering::Release);
        until(&bodies, "\"status\":\"resolved\"");
    }
    Some(times)
}

fn until(bodies: &std::sync::mpsc::Receiver<(Instant, String)>, words: &str) -> (Instant, String) {
    loop {
        let got = bodies.recv_timeout(Duration::from_secs(60)).expect("a webhook of Alertmanager");
        if got.1.contains(words) {
            return got;
        }
    }
}

/// Tells the gauge to whoever asks.
fn exporter(signal: Arc<AtomicBool>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let body = format!("waiting {}\n", u8::from(signal.load(Ordering::Acquire)));
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/plain; version=0.0.4\r\nconnection: close";
            let _ = write!(stream, "{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        }
    });
    port
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
}
