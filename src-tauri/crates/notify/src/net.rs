//! HTTP: one request, one bounded answer, and what its status means.

use crate::time::retry_after;
use crate::{Address, Secret, SendError, Why};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use thiserror::Error;

/// Longest answer that is read, bytes: services answer with a few words.
const LONGEST_ANSWER: usize = 16 << 10;
/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why HTTP cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NetError {
    /// The file of an authority holds no certificate.
    #[error("the file of the authority holds no certificate in PEM")]
    Authority,
    /// The library refuses its settings.
    #[error("TLS cannot be set up on this computer")]
    Library,
}

/// How a program shows who it is. Prints as dots.
#[derive(Clone, PartialEq, Eq, Default)]
pub enum Auth {
    /// Not at all, or by the address.
    #[default]
    None,
    /// A token.
    Bearer(Secret),
    /// A user and a password.
    Basic(String, Secret),
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Auth(…)")
    }
}

/// What channels that speak HTTP share. Cheap to clone.
#[derive(Clone)]
pub struct Net {
    out: reqwest::Client,
    /// For this computer, where no proxy stands between.
    local: reqwest::Client,
}

impl fmt::Debug for Net {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Net")
    }
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// What is sent.
pub(crate) struct Request {
    pub(crate) to: Address,
    pub(crate) auth: Auth,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// JSON without any header of its own.
    pub(crate) fn json(to: &Address, body: &serde_json::Value) -> Request {
        let body = body.to_string().into_bytes();
        Request { to: to.clone(), auth: Auth::None, content_type: "application/json", headers: Vec::new(), body }
    }
}

impl Net {
    /// Believes the system's authorities, and those in `authority` (PEM) as well.
    ///
    /// # Errors
    /// [`NetError`]: nothing in it is a certificate, or the library refuses.
    pub fn new(authority: Option<&[u8]>) -> Result<Net, NetError> {
        Net::patient(authority, PATIENCE)
    }

    /// [`Net::new`] with another patience.
    ///
    /// # Errors
    /// As there.
    pub fn patient(authority: Option<&[u8]>, patience: Duration) -> Result<Net, NetError> {
        // Some hundred files: read once, not for every channel.
        static SYSTEM: OnceLock<rustls::RootCertStore> = OnceLock::new();
        let system = SYSTEM.get_or_init(|| {
            let mut roots = rustls::RootCertStore::empty();
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            roots
        });
        let mut roots = system.clone();
        if let Some(pem) = authority {
            let own: Vec<_> = CertificateDer::pem_slice_iter(pem).filter_map(Result::ok).collect();
            if roots.add_parsable_certificates(own).0 == 0 {
                return Err(NetError::Authority);
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| NetError::Library)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = || {
            reqwest::Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(patience)
                .timeout(patience)
                .user_agent(concat!("Mirante/", env!("CARGO_PKG_VERSION")))
        };
        let build = |builder: reqwest::ClientBuilder| builder.build().map_err(|_| NetError::Library);
        Ok(Net { out: build(client())?, local: build(client().no_proxy())? })
    }

    /// Sends one request and reads its answer, whatever its status.
    pub(crate) async fn post(&self, request: Request) -> Result<Answer, SendError> {
        let client = if request.to.is_local() { &self.local } else { &self.out };
        let mut post = client.post(request.to.url()).header("content-type", request.content_type);
        for (name, value) in &request.headers {
            let pair = (HeaderName::try_from(*name), HeaderValue::try_from(value.as_str()));
            let (Ok(name), Ok(value)) = pair else { return Err(SendError::message(Why::Settings)) };
            post = post.header(name, value);
        }
        post = match &request.auth {
            Auth::None => post,
            Auth::Bearer(token) => post.bearer_auth(token.reveal()),
            Auth::Basic(user, password) => post.basic_auth(user, Some(password.reveal())),
        };
        let mut response = post.body(request.body).send().await.map_err(|error| failed(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| failed(&error))? {
            body.extend_from_slice(&chunk[..chunk.len().min(LONGEST_ANSWER - body.len())]);
            if body.len() == LONGEST_ANSWER {
                break;
            }
        }
        Ok(Answer { status, headers, body })
    }
}

/// What an error of the library means. Its words name the address, and are not kept.
fn failed(error: &reqwest::Error) -> SendError {
    SendError::transient(match error {
        error if is_tls(error) => Why::Tls,
        error if error.is_timeout() => Why::Slow,
        error if error.is_connect() => Why::Unreachable,
        _ => Why::Cut,
    })
}

/// True if TLS is behind an error. One of I/O holds its cause beside the chain of sources.
pub(crate) fn is_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    let held = error.downcast_ref::<std::io::Error>().and_then(|error| error.get_ref());
    error.is::<rustls::Error>() || held.is_some_and(|held| is_tls(held)) || error.source().is_some_and(is_tls)
}

impl Answer {
    /// The answer as JSON, null if it is none.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The plain meaning of its status: 2xx is taken, 429 and 5xx pass, and what else 4xx says about key, place and message.
    pub(crate) fn judge(&self, now: i64) -> Result<(), SendError> {
        let error = match self.status.as_u16() {
            200..=299 => return Ok(()),
            401 => SendError::channel(Why::Credentials),
            403 => SendError::channel(Why::Forbidden),
            // A redirect is not followed: what was signed for one place is not handed to another.
            300..=399 | 404 | 410 => SendError::channel(Why::Gone),
            408 | 425 => SendError::transient(Why::Slow),
            429 => SendError::transient(Why::TooFast),
            500..=599 => SendError::transient(Why::Server),
            400..=499 => SendError::message(Why::Refused),
            _ => SendError::transient(Why::Strange),
        };
        let asked = self.headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        Err(SendError { retry_after: asked.and_then(|value| retry_after(value, now)), ..error }
            .code(self.status.as_u16()))
    }
}
