//! AMI over TLS against a real PBX: an authority of its own, a pinned certificate, the wrong authority, a changed certificate.

use super::{measured, on_both};
use crate::configured_pbx;
use crate::watch::Watch;
use mirante_tests::hub::{Hub, following};
use mirante_tests::pbx::{Major, Pbx, config, free_port};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

on_both!(an_authority_of_the_pbx_is_trusted_when_named_and_no_other);

fn an_authority_of_the_pbx_is_trusted_when_named_and_no_other(major: Major) {
    let authority = Authority::new();
    let (pbx, port) = secured(major, &authority);
    let folder = tempfile::tempdir().expect("a folder");
    let (own, other) = (folder.path().join("own.pem"), folder.path().join("other.pem"));
    fs::write(&own, &authority.pem).expect("a file");
    fs::write(&other, Authority::new().pem).expect("a file");

    let hub = over_tls(&pbx, port, &format!("ca_file = \"{}\"\n", own.display()));
    hub.wait_up(Duration::from_secs(15)).expect("a hub that hears the PBX over TLS");
    let state = hub.client().snapshot().expect("a snapshot");
    assert_eq!(state.table("queues").len(), 8);
    drop(hub);
    let wrong = refusal(&over_tls(&pbx, port, &format!("ca_file = \"{}\"\n", other.display())));
    let none = refusal(&over_tls(&pbx, port, ""));
    measured(major, "TLS with ca_file", &format!("heard; another authority: {wrong}; none: {none}"));
}

on_both!(a_pinned_certificate_is_trusted_until_it_changes, always);

fn a_pinned_certificate_is_trusted_until_it_changes(major: Major) {
    let authority = Authority::new();
    let (mut pbx, port) = secured(major, &authority);
    let pinned = fs::read_to_string(pbx.etc().join("ami.fingerprint")).expect("a fingerprint");
    let hub = over_tls(&pbx, port, &format!("fingerprint = \"sha256:{pinned}\"\n"));
    hub.wait_up(Duration::from_secs(15)).expect("a hub that hears the PBX over TLS");
    let mut watch = Watch::new(&hub);

    pbx.stop().expect("a stopped PBX");
    authority.certify(&pbx.etc());
    let began = Instant::now();
    pbx.boot().expect("a running PBX");
    watch.until("the new certificate is refused", Duration::from_secs(20), |feed| {
        feed.state.source()["reason"] == "tls"
    });
    let words = watch.feed.state.source()["words"].as_str().unwrap_or_default().to_owned();
    assert!(words.contains("certificate"), "{words}");
    let said = began.elapsed();
    measured(
        major,
        "TLS pinned, certificate changed",
        &format!("heard; said {:.1} s after: {words}", said.as_secs_f64()),
    );
}

/// What a hub says that is not let in for its certificate.
fn refusal(hub: &Hub) -> String {
    let mut watch = Watch::new(hub);
    watch.until("it is refused", Duration::from_secs(10), |feed| feed.state.source()["reason"] == "tls");
    let words = watch.feed.state.source()["words"].as_str().unwrap_or_default().to_owned();
    assert!(words.contains("certificate"), "{words}");
    words
}

/// A hub that enters over TLS.
fn over_tls(pbx: &Pbx, port: u16, trust: &str) -> Hub {
    let plain = following(pbx.address(), None);
    let port_before = format!("port = {}\n", pbx.address().port());
    let text = plain
        .replace(&port_before, &format!("port = {port}\n"))
        .replace("tls = false\n", &format!("tls = true\n{trust}"));
    Hub::start(&text, &[("MIRANTE_RIG_SECRET", config::MIRANTE.1)]).expect("a hub")
}

/// A PBX whose manager interface also speaks TLS, and at which port.
fn secured(major: Major, authority: &Authority) -> (Pbx, u16) {
    let mut pbx = configured_pbx(major);
    let port = free_port().expect("a port");
    authority.certify(&pbx.etc());
    let etc = pbx.etc().display().to_string();
    let lines = format!(
        "tlsenable = yes\ntlsbindaddr = 127.0.0.1:{port}\ntlscertfile = {etc}/ami.crt\ntlsprivatekey = {etc}/ami.key\n"
    );
    pbx.edit("manager.conf", |text| text.replacen("[general]\n", &format!("[general]\n{lines}"), 1)).expect("a file");
    pbx.boot().expect("a running PBX");
    (pbx, port)
}

/// Who vouches for a PBX's certificate.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new() -> Authority {
        let key = KeyPair::generate().expect("a key");
        let mut parameters = CertificateParams::new(Vec::new()).expect("parameters");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = parameters.self_signed(&key).expect("a certificate").pem();
        Authority { issuer: Issuer::new(parameters, key), pem }
    }

    /// Puts a new certificate, its key and its fingerprint into a folder.
    fn certify(&self, folder: &Path) {
        let key = KeyPair::generate().expect("a key");
        let parameters = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("parameters");
        let certificate = parameters.signed_by(&key, &self.issuer).expect("a certificate");
        fs::write(folder.join("ami.crt"), certificate.pem()).expect("a file");
        fs::write(folder.join("ami.key"), key.serialize_pem()).expect("a file");
        let mut print = String::new();
        for byte in Sha256::digest(certificate.der()) {
            write!(print, "{byte:02X}").expect("a string takes it");
        }
        fs::write(folder.join("ami.fingerprint"), print).expect("a file");
    }
}
