//! AMI over TLS with a certificate of the PBX's own.

use crate::fake::{BANNER, Heard, config, polite, serve};
use mirante_sources::asterisk::{Asterisk, AsteriskConfig};
use mirante_sources::{Phase, Retry, Source};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

#[tokio::test]
async fn a_certificate_of_the_pbx_itself_is_trusted_only_when_named() {
    let own =
        rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).expect("certificate");
    let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).expect("key");
    let server = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![own.cert.der().clone()], key);
    let acceptor = TlsAcceptor::from(Arc::new(server.expect("server")));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let port = listener.local_addr().expect("address").port();
    tokio::spawn(async move {
        let script: crate::fake::Script = Arc::new(polite(""));
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                tokio::spawn(serve(stream, BANNER, 5, script.clone(), Heard::default()));
            }
        }
    });
    let tls = AsteriskConfig { tls: true, ..config(port) };
    let refused = Asterisk::new(tls.clone()).connect(None).await.err().expect("not trusted");
    assert_eq!(refused.phase, Phase::Tls);
    let dir = tempfile::tempdir().expect("tempdir");
    let ca_file = dir.path().join("pbx.pem");
    std::fs::write(&ca_file, own.cert.pem()).expect("write");
    let trusted = AsteriskConfig { ca_file: Some(ca_file), ..tls };
    let session = Asterisk::new(trusted).connect(None).await.expect("session");
    assert_eq!(session.platform(), "Asterisk 22 (AMI 11.0.0)");
    let nothing = AsteriskConfig { ca_file: Some(dir.path().join("absent.pem")), tls: true, ..config(port) };
    let missing = Asterisk::new(nothing).connect(None).await.err().expect("no file");
    assert_eq!((missing.phase, missing.retry), (Phase::Config, Retry::Backoff), "the file may be put there");
}
