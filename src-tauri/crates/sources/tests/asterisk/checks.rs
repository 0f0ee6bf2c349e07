//! The connection test names the layer that fails.

use crate::fake::{Answer, BANNER, SECRET, config, manager, polite};
use mirante_sources::asterisk::{AsteriskConfig, Diagnosis, Layer, LayerState, Secret, check};
use tokio::net::TcpListener;

const BOOTED: &str = "Event: FullyBooted\r\nStatus: Fully Booted\r\n\r\n";
const LIST: &str = "Event: QueueParams\r\nQueue: a\r\nActionID: {id}\r\n\r\nEvent: QueueParams\r\nQueue: b\r\nActionID: {id}\r\n\r\n\
    Event: QueueMember\r\nQueue: a\r\nLocation: PJSIP/2101\r\nActionID: {id}\r\n\r\n\
    Event: QueueMember\r\nQueue: b\r\nLocation: Local/2101@from-queue/n\r\nActionID: {id}\r\n\r\n";
const COMMANDS: &str = "Response: Success\r\nActionID: {id}\r\nPing: Keepalive.  (Priv: <none>)\r\nOriginate: Originate.  (Priv: originate,all)\r\n\r\n";

fn failed(found: &Diagnosis) -> Option<Layer> {
    assert_eq!(found.layers.len(), Layer::ALL.len());
    assert!(!format!("{found:?}").contains(SECRET));
    let mut failed = found.layers.iter().filter(|check| check.state == LayerState::Failed);
    let first = failed.next().map(|check| check.layer);
    assert!(failed.next().is_none(), "one layer fails");
    assert_eq!(found.ok, first.is_none());
    first
}

fn answers(booted: bool) -> impl Fn(&crate::fake::Action, usize) -> Answer + Send + Sync {
    let polite = polite(LIST);
    move |action, count| match (action.get("Action"), polite(action, count)) {
        ("Login", Answer::Say(text)) if booted && text.contains("Success") => Answer::Say(format!("{text}{BOOTED}")),
        ("ListCommands", _) => Answer::Say(COMMANDS.into()),
        (_, answer) => answer,
    }
}

#[tokio::test]
async fn a_good_connection() {
    let (port, _) = manager(BANNER, 4096, answers(true)).await;
    let found = check(&config(port)).await;
    assert_eq!(failed(&found), None);
    assert_eq!((found.queues, found.members, found.vicidial), (2, 1, false), "one person in two queues is one");
    assert_eq!(found.platform.as_deref(), Some("Asterisk 22 (AMI 11.0.0), FreePBX or Issabel"));
    assert_eq!(found.too_many_rights, ["originate"]);
}

#[tokio::test]
async fn each_layer_is_named() {
    let (port, _) = manager(BANNER, 4096, answers(false)).await;
    assert_eq!(failed(&check(&config(port)).await), Some(Layer::Read), "no class system");
    let wrong = AsteriskConfig { secret: Secret::new("x"), ..config(port) };
    assert_eq!(failed(&check(&wrong).await), Some(Layer::Password));
    let public = AsteriskConfig { host: "203.0.113.7".into(), ..config(port) };
    assert_eq!(failed(&check(&public).await), Some(Layer::Tls));
    let nowhere = AsteriskConfig { host: "pabx.invalid".into(), ..config(port) };
    assert_eq!(failed(&check(&nowhere).await), Some(Layer::Name));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let port = listener.local_addr().expect("address").port();
    let closing = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            drop(stream)
        }
    });
    assert_eq!(failed(&check(&config(port)).await), Some(Layer::Permit));
    closing.abort();
    _ = closing.await;
    assert_eq!(failed(&check(&config(port)).await), Some(Layer::Port));
}
