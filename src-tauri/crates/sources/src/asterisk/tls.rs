//! TLS towards a PBX: which certificate is the right one.
//!
//! A PBX usually makes its own certificate, and old ones make it badly: of version 1, without names, or marked as an authority's.
//! So a certificate can be pinned by its [`Fingerprint`], or its file named: then neither names nor dates nor version matter,
//! only that the other side holds its key, which the handshake's signature proves. Otherwise an authority must vouch for it.

use super::Fingerprint;
use super::link::STEP;
use crate::{Phase, SourceError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring, verify_tls13_signature_with_raw_key};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, SubjectPublicKeyInfoDer, UnixTime};
use tokio_rustls::rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use webpki::RawPublicKeyEntity;
use x509_parser::prelude::{FromDer, X509Certificate, X509Version};

/// Whom to believe to be the PBX.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// Whom an authority vouches for: one of the system's, or one in this PEM file. Also whoever shows a certificate that is
    /// itself in the file.
    Authorities(Option<PathBuf>),
    /// Who shows the certificate of this fingerprint, and nobody else.
    Pinned(Fingerprint),
}

/// TLS that did not come about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) error: SourceError,
    /// The certificate that was shown and not believed.
    pub(crate) shown: Option<Fingerprint>,
}

impl From<SourceError> for Refused {
    fn from(error: SourceError) -> Self {
        Refused { error, shown: None }
    }
}

impl From<Refused> for SourceError {
    fn from(refused: Refused) -> Self {
        refused.error
    }
}

/// Begins TLS on a connection to `host`. `Err` if the other side is not whom `trust` believes.
pub(crate) async fn secure(host: &str, trust: &Trust, tcp: TcpStream) -> Result<TlsStream<TcpStream>, Refused> {
    let bare = host.trim().trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(bare).map_err(|error| SourceError::lasting(Phase::Tls, error.to_string()))?;
    let wanted = trust.clone();
    // Reading the system's certificates takes the disk.
    let verifier = tokio::task::spawn_blocking(move || Verifier::of(wanted)).await;
    let verifier = verifier.map_err(|error| SourceError::passing(Phase::Tls, error.to_string()))??;
    let client = verifier.client().map_err(|error| SourceError::lasting(Phase::Tls, error.to_string()))?;
    match timeout(STEP, TlsConnector::from(Arc::new(client)).connect(name, tcp)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => {
            let words = verifier.explain(trust, &error).unwrap_or_else(|| format!("TLS was refused: {error}"));
            let error = SourceError::passing(Phase::Tls, words);
            // A certificate that was believed is not offered for belief.
            Err(Refused { error, shown: verifier.refused.get().map(|certificate| certificate.fingerprint) })
        }
        Err(_) => {
            Err(SourceError::passing(Phase::Tls, "TLS does not begin: is this the TLS port (AMI's is usually 5039)?")
                .into())
        }
    }
}

/// A certificate that was not believed.
#[derive(Debug)]
struct Certificate {
    fingerprint: Fingerprint,
    /// What about it no authority could mend; empty if nothing.
    flaw: &'static str,
}

/// Tells the right certificate from others, for one connection.
#[derive(Debug)]
pub(crate) struct Verifier {
    provider: Arc<CryptoProvider>,
    pinned: Option<Fingerprint>,
    /// Certificates named one by one.
    named: Vec<CertificateDer<'static>>,
    authorities: Option<Arc<WebPkiServerVerifier>>,
    refused: OnceLock<Certificate>,
}

impl Verifier {
    /// Reads what `trust` names. Blocks on the disk.
    pub(crate) fn of(trust: Trust) -> Result<Arc<Verifier>, SourceError> {
        let provider = Arc::new(ring::default_provider());
        let (pinned, named, authorities) = match trust {
            Trust::Pinned(fingerprint) => (Some(fingerprint), Vec::new(), None),
            Trust::Authorities(file) => {
                let named = file.as_deref().map(certificates).transpose()?.unwrap_or_default();
                let mut roots = RootCertStore::empty();
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
                roots.add_parsable_certificates(named.iter().cloned());
                // Without a single authority nothing is believed but what is named.
                let builder = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone());
                (None, named, builder.build().ok())
            }
        };
        Ok(Arc::new(Verifier { provider, pinned, named, authorities, refused: OnceLock::new() }))
    }

    /// TLS that believes as this does.
    pub(crate) fn client(self: &Arc<Self>) -> Result<ClientConfig, Error> {
        let client =
            ClientConfig::builder_with_provider(self.provider.clone()).with_safe_default_protocol_versions()?;
        Ok(client.dangerous().with_custom_certificate_verifier(self.clone()).with_no_client_auth())
    }

    /// What went wrong, and what to do, if it was about the certificate.
    pub(crate) fn explain(&self, trust: &Trust, error: &std::io::Error) -> Option<String> {
        let why = error.get_ref().and_then(|error| error.downcast_ref::<Error>());
        let words = match (self.refused.get(), trust, why) {
            (Some(shown), Trust::Pinned(pinned), _) => format!(
                "the certificate is not the pinned one: pinned {pinned}, shown {}; if the PBX was given a new certificate, pin \
                 the new fingerprint, and if not, something stands in between",
                shown.fingerprint
            ),
            (Some(shown), Trust::Authorities(_), _) => {
                let why = match why {
                    Some(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
                        "no known authority vouches for it"
                    }
                    Some(Error::InvalidCertificate(
                        CertificateError::Expired | CertificateError::ExpiredContext { .. },
                    )) => "it has expired",
                    Some(Error::InvalidCertificate(
                        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
                    )) => "it is of another name than the host configured here",
                    _ => "it does not pass",
                };
                format!(
                    "the certificate is not trusted: {why}{}; its fingerprint is {}: compare it with the PBX's own and pin it, or \
                     name the authority's file",
                    shown.flaw, shown.fingerprint
                )
            }
            (None, _, Some(Error::InvalidMessage(_))) => {
                "the other side does not speak TLS: is this the TLS port (AMI's is usually 5039)?".to_owned()
            }
            (None, _, Some(Error::InvalidCertificate(CertificateError::BadSignature))) => {
                "the other side shows a certificate whose key it does not hold, or whose key is weaker than 2048 bits"
                    .to_owned()
            }
            _ => return None,
        };
        Some(words)
    }

    fn believes(&self, certificate: &CertificateDer<'_>) -> bool {
        self.pinned.is_some_and(|pinned| pinned == Fingerprint::of(certificate))
            || self.named.iter().any(|named| named.as_ref() == certificate.as_ref())
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.believes(end_entity) {
            return Ok(ServerCertVerified::assertion());
        }
        let unknown = Err(Error::InvalidCertificate(CertificateError::UnknownIssuer));
        let verified = self.authorities.as_ref().map_or(unknown, |authorities| {
            authorities.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        });
        if verified.is_err() {
            let shown = Certificate { fingerprint: Fingerprint::of(end_entity), flaw: flaw(end_entity) };
            _ = self.refused.set(shown);
        }
        verified
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let key = public_key(certificate)?;
        let bad = || Error::InvalidCertificate(CertificateError::BadSignature);
        let key = RawPublicKeyEntity::try_from(&key).map_err(|_| bad())?;
        let algorithms = self.provider.signature_verification_algorithms.mapping;
        let algorithms = algorithms.iter().find(|(scheme, _)| *scheme == signed.scheme).ok_or_else(bad)?;
        // TLS 1.2 does not say which curve a scheme means: one of them fits the key.
        match algorithms.1.iter().any(|algorithm| key.verify_signature(*algorithm, message, signed.signature()).is_ok())
        {
            true => Ok(HandshakeSignatureValid::assertion()),
            false => Err(bad()),
        }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature_with_raw_key(message, &public_key(certificate)?, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// The key in a certificate of any version: the library's own reading takes version 3 alone.
fn public_key<'a>(certificate: &'a CertificateDer<'_>) -> Result<SubjectPublicKeyInfoDer<'a>, Error> {
    let (_, certificate) =
        X509Certificate::from_der(certificate).map_err(|_| Error::InvalidCertificate(CertificateError::BadEncoding))?;
    Ok(SubjectPublicKeyInfoDer::from(certificate.tbs_certificate.subject_pki.raw))
}

/// What keeps a certificate from ever being vouched for.
fn flaw(certificate: &[u8]) -> &'static str {
    let Ok((_, certificate)) = X509Certificate::from_der(certificate) else { return ", and it cannot be read" };
    if certificate.version() != X509Version::V3 {
        return ", and it is of an old version that cannot be, so only pinning works";
    }
    match certificate.subject_alternative_name() {
        Ok(Some(_)) => "",
        _ => ", and it names no host (subjectAltName), so only pinning works",
    }
}

/// The certificates of a PEM file.
fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, SourceError> {
    // Passing: the file may be put there or mended without a word to us.
    let wrong = |why: String| SourceError::passing(Phase::Config, format!("cannot use {}: {why}", path.display()));
    let read = CertificateDer::pem_file_iter(path).map_err(|error| wrong(error.to_string()))?;
    let all = read.collect::<Result<Vec<_>, _>>().map_err(|error| wrong(error.to_string()))?;
    if all.is_empty() {
        return Err(wrong("it holds no certificate (PEM)".to_owned()));
    }
    Ok(all)
}
