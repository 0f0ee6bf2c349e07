//! A client and a server, over loopback.

use mirante_tail::client::Client;
use mirante_tail::identity::Identity;
use mirante_tail::protocol::{self, ALPN, Answer, MAX_ANSWER, MAX_READ, Request, Token};
use mirante_tail::server::Server;
use mirante_tail::{Fingerprint, Log};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme, StreamOwned};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Believes one certificate, as whoever uses the client must; its handshake signature is the client's own business to check.
#[derive(Debug)]
struct One(Fingerprint);

impl ServerCertVerifier for One {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if Fingerprint::of(certificate) != self.0 {
            return Err(Error::General("another certificate".to_owned()));
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = ring::default_provider().signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signed, &algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = ring::default_provider().signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signed, &algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}

struct Pbx {
    dir: tempfile::TempDir,
    port: u16,
    token: Token,
    tls: ClientConfig,
}

fn pbx() -> Pbx {
    let dir = tempfile::tempdir().expect("tempdir");
    let (identity, _) = Identity::of(&dir.path().join("state")).expect("identity");
    let server = Server::bind("127.0.0.1:0", Log::new(dir.path().join("queue_log")), &identity, |_| {}).expect("bound");
    let port = server.address().expect("address").port();
    std::thread::spawn(move || server.run());
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(One(identity.fingerprint())))
        .with_no_client_auth();
    Pbx { dir, port, token: protocol::token(&identity.token()).expect("token"), tls }
}

impl Pbx {
    fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn client(&self) -> Client {
        Client::connect("127.0.0.1", self.port, &self.tls, &self.token).expect("connected")
    }

    /// TLS without a word said in it.
    fn raw(&self, alpn: &[u8]) -> StreamOwned<ClientConnection, TcpStream> {
        let mut tls = self.tls.clone();
        tls.alpn_protocols = vec![alpn.to_vec()];
        let name = ServerName::try_from("127.0.0.1").expect("name");
        let tcp = TcpStream::connect(("127.0.0.1", self.port)).expect("tcp");
        StreamOwned::new(ClientConnection::new(Arc::new(tls), name).expect("tls"), tcp)
    }
}

#[test]
fn a_log_is_read_from_its_birth_through_rotation() {
    let pbx = pbx();
    let mut client = pbx.client();
    assert_eq!(client.size().expect("size"), None);
    let mut bytes = Vec::new();
    assert_eq!(client.read(None, 0, 9, &mut bytes).expect_err("none yet").kind(), ErrorKind::NotFound);
    std::fs::write(pbx.at("queue_log"), "one\n").expect("write");
    std::fs::write(pbx.at("token"), "secret").expect("write");
    assert_eq!(client.size().expect("size"), Some(4));
    client.read(None, 1, 9, &mut bytes).expect("read");
    client.read(None, 4, 9, &mut bytes).expect("its end");
    client.read(None, 400, 9, &mut bytes).expect("behind its end");
    assert_eq!(bytes, b"ne\n");
    std::fs::rename(pbx.at("queue_log"), pbx.at("queue_log.1")).expect("rename");
    let long: Vec<u8> = (0..MAX_READ + 10).map(|n| u8::try_from(n % 251).expect("small")).collect();
    std::fs::write(pbx.at("queue_log-20261121.gz"), &long).expect("write");
    let mut older = client.older().expect("older");
    older.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    let names: Vec<(&str, u64)> = older.iter().map(|file| (file.name.as_str(), file.size)).collect();
    assert_eq!(names, [("queue_log-20261121.gz", long.len() as u64), ("queue_log.1", 4)]);
    assert!(older.iter().all(|file| file.modified.is_some()));
    bytes.clear();
    client.read(Some("queue_log-20261121.gz"), 0, usize::MAX, &mut bytes).expect("more than one answer holds");
    assert!(bytes == long);
    for name in ["token", "../token", "state/token", "queue_log.1/../token"] {
        assert_eq!(client.read(Some(name), 0, 9, &mut bytes).expect_err(name).kind(), ErrorKind::NotFound);
    }
}

#[test]
fn a_wrong_token_is_refused_slowly_and_one_at_a_time() {
    let pbx = pbx();
    let began = Instant::now();
    let tries: Vec<_> = (0..2)
        .map(|n| {
            let (port, tls) = (pbx.port, pbx.tls.clone());
            std::thread::spawn(move || Client::connect("127.0.0.1", port, &tls, &[n; 32]).expect_err("refused").kind())
        })
        .collect();
    for one in tries {
        assert_eq!(one.join().expect("a try"), ErrorKind::PermissionDenied);
    }
    assert!(began.elapsed() >= Duration::from_secs(2), "{:?}", began.elapsed());
    pbx.client().size().expect("the right one is served");
}

#[test]
fn nothing_is_told_before_the_token() {
    let pbx = pbx();
    std::fs::write(pbx.at("queue_log"), "one\n").expect("write");
    let mut raw = pbx.raw(ALPN);
    protocol::send(&mut raw, &Request::Size).expect("sent");
    protocol::receive::<Answer>(&mut raw, MAX_ANSWER).expect_err("closed");
    // Too long a request, before the token and behind it.
    let mut raw = pbx.raw(ALPN);
    raw.write_all(&[255; 4096]).expect("sent");
    assert!(raw.read(&mut [0]).is_err() || raw.read(&mut [0]).is_ok_and(|read| read == 0));
    let mut raw = pbx.raw(ALPN);
    protocol::send(&mut raw, &Request::Hello { token: pbx.token }).expect("sent");
    assert_eq!(protocol::receive::<Answer>(&mut raw, MAX_ANSWER).expect("answer"), Answer::Welcome);
    protocol::send(&mut raw, &Request::Read { file: Some("q".repeat(2000)), offset: 0, most: 1 }).expect("sent");
    protocol::receive::<Answer>(&mut raw, MAX_ANSWER).expect_err("closed");
}

#[test]
fn another_version_and_another_certificate_are_told_apart() {
    let pbx = pbx();
    let mut raw = pbx.raw(b"mirante-tail/2");
    let error = raw.conn.complete_io(&mut raw.sock).expect_err("another version");
    assert!(error.to_string().contains("NoApplicationProtocol"), "{error}");
    let other = self::pbx();
    let error = Client::connect("127.0.0.1", pbx.port, &other.tls, &pbx.token).expect_err("another server");
    assert!(error.to_string().contains("another certificate"), "{error}");
}

#[test]
fn few_connections_are_served_and_an_idle_newcomer_is_sent_away() {
    let pbx = pbx();
    let held: Vec<Client> = (0..4).map(|_| pbx.client()).collect();
    Client::connect("127.0.0.1", pbx.port, &pbx.tls, &pbx.token).expect_err("a fifth from one address");
    drop(held);
    // Their places are free as soon as the server sees them go.
    let freed = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        Client::connect("127.0.0.1", pbx.port, &pbx.tls, &pbx.token).is_ok()
    });
    assert!(freed);
    let mut mute = TcpStream::connect(("127.0.0.1", pbx.port)).expect("tcp");
    mute.set_read_timeout(Some(Duration::from_secs(30))).expect("timeout");
    let began = Instant::now();
    let end = mute.read(&mut [0]);
    assert!(matches!(end, Ok(0)) || end.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset));
    assert!(began.elapsed() < Duration::from_secs(25), "{:?}", began.elapsed());
}
