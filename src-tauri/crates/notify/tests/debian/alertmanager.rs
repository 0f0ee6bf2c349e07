//! A real Alertmanager: an alert appears there and resolves, and what it posts to its receivers has the shape of what Mirante does.

use crate::program::{Running, eventually, find, free_port};
use crate::{notice, now};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use mirante_notify::{Address, Alertmanager, Auth, Body, Channel, Event, Language, Net, Notice, Webhook};
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Command;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tokio::net::TcpListener;

type Posted = Arc<Mutex<Vec<(String, Value)>>>;

struct Manager {
    base: Address,
    url: String,
    posted: Posted,
    receiver: Address,
    _running: Running,
    _folder: TempDir,
}

async fn manager() -> Manager {
    let posted = Posted::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let receiver = format!("http://{}/", listener.local_addr().unwrap());
    let keep = async |State(posted): State<Posted>, headers: HeaderMap, body: Bytes| {
        let from = headers["user-agent"].to_str().unwrap().to_owned();
        posted.lock().unwrap().push((from, serde_json::from_slice(&body).unwrap()));
    };
    let router = Router::new().fallback(keep).with_state(posted.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });

    let folder = tempfile::tempdir().unwrap();
    let (config, port) = (folder.path().join("alertmanager.yml"), free_port());
    let route = "route: { receiver: here, group_by: [alertname], group_wait: 0s, group_interval: 1s }";
    let text = format!(
        "{route}\nreceivers:\n- name: here\n  webhook_configs:\n  - url: {receiver}\n    send_resolved: true\n"
    );
    std::fs::write(&config, text).unwrap();
    let mut command = Command::new(find("usr/bin/prometheus-alertmanager"));
    command
        .arg(format!("--config.file={}", config.display()))
        .arg(format!("--storage.path={}", folder.path().join("data").display()))
        .arg(format!("--web.listen-address=127.0.0.1:{port}"))
        .arg("--cluster.listen-address=");
    let running = Running::start(&mut command, &[port], &folder.path().join("log"));
    let url = format!("http://127.0.0.1:{port}");
    let (base, receiver) = (Address::parse(&url).unwrap(), Address::parse(&receiver).unwrap());
    Manager { base, url, posted, receiver, _running: running, _folder: folder }
}

impl Manager {
    /// The alerts that fire there now.
    async fn firing(&self) -> Vec<Value> {
        let client = reqwest::Client::builder().no_proxy().tls_backend_preconfigured(tls()).build().unwrap();
        let response = client.get(format!("{}/api/v2/alerts", self.url)).send().await.unwrap();
        serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
    }
}

fn tls() -> rustls::ClientConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth()
}

/// Every name in a body, with the path to it; of lists, what their first has.
fn shape(value: &Value, path: &str, names: &mut BTreeSet<String>) {
    match value {
        // Labels and annotations are anyone's.
        Value::Object(_) if path.ends_with("abels") || path.ends_with("nnotations") => {}
        Value::Object(fields) => {
            for (name, field) in fields {
                let path = format!("{path}/{name}");
                shape(field, &path, names);
                names.insert(path);
            }
        }
        Value::Array(list) => list.iter().take(1).for_each(|one| shape(one, path, names)),
        _ => {}
    }
}

#[tokio::test]
#[ignore = "needs Debian's Alertmanager: cargo xtask test --only channels"]
async fn an_alert_appears_and_resolves_in_a_real_alertmanager() {
    let manager = manager().await;
    let channel = Alertmanager::new(Net::new(None).unwrap(), &manager.base, Auth::None);
    let began = now();
    // Twice, as after a restart that did not hear the answer.
    for _ in 0..2 {
        channel.send(&notice(Event::Firing, "queue-starved/1/sac", began), began).await.unwrap();
    }
    let firing = manager.firing().await;
    assert_eq!(firing.len(), 1, "{firing:?}");
    let labels = &firing[0]["labels"];
    assert_eq!((&labels["alertname"], &labels["subject"]), (&"queue-starved".into(), &"fila SAC".into()));
    assert_eq!(firing[0]["annotations"]["summary"], "SAC: ninguém livre, ção e 🙂");
    assert!(firing[0]["annotations"]["description"].as_str().unwrap().contains("Na fila: 12"));
    assert_eq!(firing[0]["generatorURL"], "https://mirante.example/#/alertas/7");

    let over = now();
    channel.send(&notice(Event::Resolved, "queue-starved/1/sac", over), over).await.unwrap();
    eventually("nothing fires any more", async || manager.firing().await.is_empty().then_some(())).await;
    let resolved = |body: &Value| {
        body["status"] == "resolved" && body["alerts"][0]["labels"]["fingerprint"] == "queue-starved/1/sac"
    };
    let told = async || {
        let posted = manager.posted.lock().unwrap();
        posted.iter().map(|(_, body)| body.clone()).find(resolved)
    };
    let theirs = eventually("it tells its own receivers", told).await;

    // Mirante's third body, beside what a real Alertmanager posts.
    let webhook =
        Webhook::new(Net::new(None).unwrap(), manager.receiver.clone(), Body::Alertmanager, Auth::None, None, "here");
    webhook.send(&notice(Event::Resolved, "queue-starved/1/sac", over), over).await.unwrap();
    let posted = manager.posted.lock().unwrap();
    let ours = &posted.iter().find(|(from, _)| from.starts_with("Mirante/")).unwrap().1;
    let (mut our_names, mut their_names) = (BTreeSet::new(), BTreeSet::new());
    shape(ours, "", &mut our_names);
    shape(&theirs, "", &mut their_names);
    assert_eq!(our_names, their_names);
    for same in ["version", "status", "receiver", "groupLabels", "commonLabels", "truncatedAlerts"] {
        assert_eq!(ours[same], theirs[same], "{same}");
    }
}

#[tokio::test]
#[ignore = "needs Debian's Alertmanager: cargo xtask test --only channels"]
async fn a_test_is_marked_and_a_wrong_alert_is_refused_for_good() {
    let manager = manager().await;
    let channel = Alertmanager::new(Net::new(None).unwrap(), &manager.base, Auth::None);
    channel.send(&Notice::test(Language::Spanish, now()), now()).await.unwrap();
    let firing = manager.firing().await;
    assert_eq!((firing.len(), &firing[0]["labels"]["alertname"]), (1, &"test".into()));
    assert!(firing[0]["annotations"]["description"].as_str().unwrap().contains("solo una prueba"));
    // An end before its start is no alert to it.
    let wrong = notice(Event::Resolved, "x", now());
    let wrong = mirante_notify::Draft { started: now() + 3_600_000, ..(*wrong).clone() };
    let error = channel.send(&Notice::new(wrong, &mirante_notify::Veil::default()), now()).await.unwrap_err();
    assert_eq!((error.weight, error.code), (mirante_notify::Weight::Message, Some(400)), "{error:?}");
}
