//! Bad days of the other side: slow, cut, gone, with a certificate that nobody vouches for, or with an answer without end.

use crate::receiver::{Receiver, cutting, net, nobody, reply};
use crate::{NOW, notice};
use mirante_notify::{Address, Auth, Body, Channel, Event, Net, SendError, Webhook, Weight, Why};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;

async fn told(net: Net, to: Address) -> SendError {
    Webhook::new(net, to, Body::Own, Auth::None, None, "m").send(&notice(Event::Firing), NOW).await.unwrap_err()
}

#[tokio::test]
async fn what_passes_is_told_from_what_does_not() {
    for (status, weight) in [
        (408, Weight::Transient),
        (425, Weight::Transient),
        (429, Weight::Transient),
        (500, Weight::Transient),
        (599, Weight::Transient),
        (400, Weight::Message),
        (413, Weight::Message),
        (422, Weight::Message),
        (401, Weight::Channel),
        (403, Weight::Channel),
        (404, Weight::Channel),
        (410, Weight::Channel),
    ] {
        let receiver = Receiver::start([reply(status, "")]).await;
        let error = told(net(), receiver.url("/")).await;
        assert_eq!((error.weight, error.code), (weight, Some(u32::from(status))));
    }
}

#[tokio::test]
async fn a_slow_a_cut_and_an_absent_receiver_are_tried_again() {
    let patience = Duration::from_millis(150);
    let hasty = Net::patient(None, patience).unwrap();
    let receiver = Receiver::start([reply(200, "").slow(Duration::from_secs(30))]).await;
    assert_eq!(told(hasty, receiver.url("/")).await, SendError::transient(Why::Slow));
    for answer in ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"] {
        assert_eq!(told(net(), cutting(answer).await).await, SendError::transient(Why::Cut), "{answer:?}");
    }
    assert_eq!(told(net(), nobody().await).await, SendError::transient(Why::Unreachable));
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_its_end() {
    let receiver = Receiver::start([reply(200, "x".repeat(8 << 20))]).await;
    let webhook = Webhook::new(net(), receiver.url("/"), Body::Own, Auth::None, None, "m");
    webhook.send(&notice(Event::Firing), NOW).await.unwrap();
}

#[tokio::test]
async fn a_certificate_is_believed_only_if_somebody_vouches_for_it() {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(own.signing_key.serialize_der()).unwrap();
    let server = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(server));
    tokio::spawn(async move {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut head = [0; 64 << 10];
                let _ = stream.read(&mut head).await;
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
            });
        }
    });
    let to = Address::parse(&format!("https://localhost:{port}/")).unwrap();
    assert_eq!(told(net(), to.clone()).await, SendError::transient(Why::Tls));
    let vouched = Net::new(Some(own.cert.pem().as_bytes())).unwrap();
    Webhook::new(vouched, to, Body::Own, Auth::None, None, "m").send(&notice(Event::Firing), NOW).await.unwrap();
}
