//! From a name to a session, and every way it can fail.

use crate::fake::{Answer, BANNER, DENIED, SECRET, UNKNOWN, config, manager, polite};
use mirante_sources::asterisk::Asterisk;
use mirante_sources::{Phase, Retry, Session, Source, SourceError};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

async fn failure(source: Asterisk) -> (SourceError, Duration) {
    let start = Instant::now();
    let error = source.connect(None).await.err().expect("no session");
    (error, start.elapsed())
}

#[tokio::test]
async fn a_session_says_what_it_speaks_to() {
    let (port, heard) = manager(BANNER, 4096, polite("")).await;
    let session: Box<dyn Session> = Asterisk::new(config(port)).connect(None).await.expect("session");
    assert_eq!(session.platform(), "Asterisk 22 (AMI 11.0.0)");
    let heard = String::from_utf8(heard.lock().expect("heard").clone()).expect("utf-8");
    assert!(!heard.contains(SECRET), "the secret travelled");
    let actions = heard.lines().filter_map(|line| line.strip_prefix("Action: ")).collect::<Vec<_>>();
    assert_eq!(actions, ["Challenge", "Login", "CoreSettings", "QueueStatus"]);
}

#[tokio::test]
async fn a_wrong_password_stops_it() {
    let (port, _) = manager(BANNER, 4096, polite("")).await;
    let wrong = mirante_sources::asterisk::Secret::new("outra-senha");
    let config = mirante_sources::asterisk::AsteriskConfig { secret: wrong, ..config(port) };
    assert!(!format!("{config:?}").contains("outra-senha"));
    let (error, _) = failure(Asterisk::new(config)).await;
    assert_eq!((error.phase, error.retry), (Phase::Login, Retry::Never));
    assert!(!format!("{error:?} {error}").contains("outra-senha"));
}

#[tokio::test]
async fn a_stopping_platform_is_tried_again() {
    let stopping = |_: &_, _| Answer::Say("Response: Error\r\nMessage: Asterisk is shutting down\r\n\r\n".into());
    let (port, _) = manager(BANNER, 4096, stopping).await;
    let (error, _) = failure(Asterisk::new(config(port))).await;
    assert_eq!((error.phase, error.retry), (Phase::Login, Retry::Backoff));
}

#[tokio::test]
async fn closed_at_once_is_the_permit_list() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let port = listener.local_addr().expect("address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            drop(stream)
        }
    });
    let (error, _) = failure(Asterisk::new(config(port))).await;
    assert_eq!((error.phase, error.retry), (Phase::Permit, Retry::Backoff));
}

#[tokio::test]
async fn silence_is_said_within_three_seconds() {
    let (port, _) = manager("", 4096, polite("")).await;
    let (error, took) = failure(Asterisk::new(config(port))).await;
    assert_eq!((error.phase, error.retry), (Phase::Protocol, Retry::Backoff));
    assert!(took < Duration::from_secs(3), "{took:?}");
    let (port, _) = manager(BANNER, 4096, |_, _| Answer::Freeze).await;
    let (error, took) = failure(Asterisk::new(config(port))).await;
    assert_eq!(error.phase, Phase::Protocol);
    assert!(took < Duration::from_secs(3), "{took:?}");
}

#[tokio::test]
async fn no_listener_and_no_manager() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let port = listener.local_addr().expect("address").port();
    drop(listener);
    assert_eq!(failure(Asterisk::new(config(port))).await.0.phase, Phase::Port);
    let (port, _) = manager("HTTP/1.1 400 Bad Request\r\n\r\n", 4096, polite("")).await;
    assert_eq!(failure(Asterisk::new(config(port))).await.0.phase, Phase::Protocol);
}

#[tokio::test]
async fn plain_ami_to_a_public_address_is_refused_before_connecting() {
    for host in ["203.0.113.7", "[2001:db8::7]"] {
        let config = mirante_sources::asterisk::AsteriskConfig { host: host.into(), ..config(5038) };
        let (error, took) = failure(Asterisk::new(config)).await;
        assert_eq!((error.phase, error.retry), (Phase::Config, Retry::Backoff), "the name may lead elsewhere later");
        assert!(error.message.contains("use TLS or a VPN") && error.message.contains("use TLS ou VPN"));
        assert!(took < Duration::from_millis(500), "{took:?}");
    }
}

#[tokio::test]
async fn a_platform_that_still_loads_its_queues_is_waited_for() {
    let polite = polite("");
    let (port, _) = manager(BANNER, 4096, move |action, count| match action.get("Action") {
        "QueueStatus" if count < 5 => Answer::Say(format!("{UNKNOWN}ActionID: {{id}}\r\n\r\n")),
        _ => polite(action, count),
    })
    .await;
    let start = Instant::now();
    Asterisk::new(config(port)).connect(None).await.expect("session");
    assert!(start.elapsed() >= Duration::from_millis(900), "two refusals, half a second after each");
}

#[tokio::test]
async fn a_user_who_may_not_list_queues_lacks_rights() {
    let polite = polite("");
    let (port, _) = manager(BANNER, 4096, move |action, count| match action.get("Action") {
        "QueueStatus" => Answer::Say(format!("{DENIED}ActionID: {{id}}\r\n\r\n")),
        _ => polite(action, count),
    })
    .await;
    let (error, _) = failure(Asterisk::new(config(port))).await;
    assert_eq!((error.phase, error.retry), (Phase::Rights, Retry::Backoff), "rights may be given meanwhile");
}
