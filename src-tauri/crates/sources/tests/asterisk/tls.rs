//! AMI over TLS: certificates of an authority, of the PBX's own making, of an old PBX, and of an impostor.

use crate::fake::{BANNER, Heard, config, polite, serve};
use mirante_sources::asterisk::{Asterisk, AsteriskConfig, Fingerprint, Layer, LayerState, Trust, check};
use mirante_sources::{Phase, Retry, Source, SourceError};
use rcgen::{CertificateParams, CertifiedIssuer, KeyPair};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::{CertifiedKey, SingleCertAndKey};
use tokio_rustls::rustls::version::{TLS12, TLS13};
use tokio_rustls::rustls::{ServerConfig, SupportedProtocolVersion};

const BOTH: [&SupportedProtocolVersion; 2] = [&TLS12, &TLS13];

/// A manager behind a certificate and a key, which need not belong together.
async fn pbx(certificate: &[u8], key: PrivateKeyDer<'static>, versions: &[&'static SupportedProtocolVersion]) -> u16 {
    let provider = ring::default_provider();
    let key = provider.key_provider.load_private_key(key).expect("key");
    let shown = CertifiedKey::new(vec![CertificateDer::from(certificate.to_vec())], key);
    let server = ServerConfig::builder_with_provider(Arc::new(provider)).with_protocol_versions(versions);
    let server = server.expect("versions").with_no_client_auth();
    let server = server.with_cert_resolver(Arc::new(SingleCertAndKey::from(shown)));
    let acceptor = TlsAcceptor::from(Arc::new(server));
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
    port
}

fn der(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivateKeyDer::try_from(key.serialize_der()).expect("key")
}

async fn enter(port: u16, trust: Trust) -> Result<String, SourceError> {
    let source = Asterisk::new(AsteriskConfig { tls: Some(trust), ..config(port) });
    source.connect(None).await.map(|session| session.platform().to_owned())
}

fn file(dir: &tempfile::TempDir, name: &str, pem: &str) -> Trust {
    let path = dir.path().join(name);
    std::fs::write(&path, pem).expect("write");
    Trust::Authorities(Some(path))
}

#[tokio::test]
async fn a_certificate_of_the_pbx_itself_is_trusted_only_when_named_or_pinned() {
    let own =
        rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).expect("certificate");
    let port = pbx(own.cert.der(), der(&own.signing_key), &BOTH).await;
    let pinned = Fingerprint::of(own.cert.der());
    let refused = enter(port, Trust::Authorities(None)).await.expect_err("not trusted");
    assert_eq!((refused.phase, refused.retry), (Phase::Tls, Retry::Backoff));
    assert!(
        refused.message.contains("no known authority") && refused.message.contains(&pinned.to_string()),
        "{refused}"
    );
    let dir = tempfile::tempdir().expect("tempdir");
    let named = file(&dir, "pbx.pem", &own.cert.pem());
    assert_eq!(enter(port, named).await.expect("named"), "Asterisk 22 (AMI 11.0.0)");
    assert_eq!(enter(port, Trust::Pinned(pinned)).await.expect("pinned"), "Asterisk 22 (AMI 11.0.0)");
    for (path, words) in [(dir.path().join("absent.pem"), "cannot use"), (empty(&dir), "no certificate")] {
        let refused = enter(port, Trust::Authorities(Some(path))).await.expect_err("no certificate");
        assert_eq!((refused.phase, refused.retry), (Phase::Config, Retry::Backoff), "the file may be put there");
        assert!(refused.message.contains(words), "{refused}");
    }
}

fn empty(dir: &tempfile::TempDir) -> PathBuf {
    let path = dir.path().join("empty.pem");
    std::fs::write(&path, "no certificate here\n").expect("write");
    path
}

#[tokio::test]
async fn an_authority_of_the_house_vouches_for_names() {
    let authority = KeyPair::generate().expect("key");
    let mut params = CertificateParams::new(Vec::new()).expect("params");
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, authority).expect("authority");
    let dir = tempfile::tempdir().expect("tempdir");
    let trust = file(&dir, "ca.pem", &authority.pem());
    for (name, trusted) in [("127.0.0.1", true), ("10.0.0.9", false)] {
        let key = KeyPair::generate().expect("key");
        let params = CertificateParams::new(vec![name.to_owned()]).expect("params");
        let certificate = params.signed_by(&key, &authority).expect("signed");
        let port = pbx(certificate.der(), der(&key), &BOTH).await;
        match enter(port, trust.clone()).await {
            Ok(_) => assert!(trusted, "{name}"),
            Err(error) => assert!(!trusted && error.message.contains("another name"), "{error}"),
        }
    }
}

#[tokio::test]
async fn another_certificate_than_the_pinned_one_is_refused_and_both_are_shown() {
    let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("certificate");
    let other = Fingerprint::of(b"what the PBX had last year");
    let port = pbx(own.cert.der(), der(&own.signing_key), &BOTH).await;
    let refused = enter(port, Trust::Pinned(other)).await.expect_err("another");
    let shown = Fingerprint::of(own.cert.der());
    assert_eq!(refused.phase, Phase::Tls);
    for part in [&other.to_string(), &shown.to_string(), "not the pinned one", "pin the new fingerprint"] {
        assert!(refused.message.contains(part), "{refused}");
    }
}

/// A certificate is no secret: whoever shows it must also hold its key.
#[tokio::test]
async fn the_pinned_certificate_without_its_key_is_refused() {
    let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("certificate");
    let thief = KeyPair::generate().expect("key");
    let dir = tempfile::tempdir().expect("tempdir");
    let named = file(&dir, "pbx.pem", &own.cert.pem());
    for version in BOTH {
        let port = pbx(own.cert.der(), der(&thief), &[version]).await;
        for trust in [Trust::Pinned(Fingerprint::of(own.cert.der())), named.clone()] {
            let refused = enter(port, trust).await.expect_err("an impostor");
            assert_eq!(refused.phase, Phase::Tls);
            assert!(refused.message.contains("whose key it does not hold"), "{refused}");
        }
    }
}

/// What the script that comes with Asterisk makes: version 1, no names.
#[tokio::test]
async fn a_certificate_of_an_old_pbx_is_pinned() {
    let old = CertificateDer::from_pem_slice(include_bytes!("old_pbx/pbx.pem")).expect("certificate");
    let dir = tempfile::tempdir().expect("tempdir");
    let authority = file(&dir, "ca.pem", include_str!("old_pbx/ca.pem"));
    let itself = file(&dir, "pbx.pem", include_str!("old_pbx/pbx.pem"));
    for version in BOTH {
        let key = PrivateKeyDer::from_pem_slice(include_bytes!("old_pbx/pbx.key")).expect("key");
        let port = pbx(&old, key, &[version]).await;
        enter(port, Trust::Pinned(Fingerprint::of(&old))).await.expect("pinned");
        enter(port, itself.clone()).await.expect("named");
        let refused = enter(port, authority.clone()).await.expect_err("no authority can vouch for it");
        assert!(refused.message.contains("only pinning works"), "{refused}");
        let thief = PrivateKeyDer::try_from(KeyPair::generate().expect("key").serialize_der()).expect("key");
        let port = pbx(&old, thief, &[version]).await;
        enter(port, Trust::Pinned(Fingerprint::of(&old))).await.expect_err("an impostor");
    }
}

#[tokio::test]
async fn a_test_shows_the_certificate_for_a_person_to_accept() {
    let own = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("certificate");
    let port = pbx(own.cert.der(), der(&own.signing_key), &BOTH).await;
    let first = check(&AsteriskConfig { tls: Some(Trust::Authorities(None)), ..config(port) }).await;
    let tls = first.layers.iter().find(|check| check.layer == Layer::Tls).expect("layer");
    assert_eq!(tls.state, LayerState::Failed, "{tls:?}");
    let shown = first.certificate.expect("shown");
    assert_eq!(shown, Fingerprint::of(own.cert.der()));
    let second = check(&AsteriskConfig { tls: Some(Trust::Pinned(shown)), ..config(port) }).await;
    let tls = second.layers.iter().find(|check| check.layer == Layer::Tls).expect("layer");
    assert_eq!((tls.state, second.certificate), (LayerState::Ok, None), "{tls:?}");
}

#[tokio::test]
async fn a_port_without_tls_is_said() {
    let (port, _) = crate::fake::manager(BANNER, 64, polite("")).await;
    let refused = enter(port, Trust::Authorities(None)).await.expect_err("plain");
    assert!(refused.phase == Phase::Tls && refused.message.contains("does not speak TLS"), "{refused}");
}
