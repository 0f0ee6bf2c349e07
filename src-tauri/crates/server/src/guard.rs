//! Who may enter. A page on the internet can make a browser ask this server for things, so every request must name this
//! host (no other name that resolves here) and come from a page of this host, or from no page at all.

use crate::Options;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Request, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// What a face beyond loopback must show. Prints as dots.
#[derive(Clone)]
pub struct Token(Arc<str>);

/// Why a token cannot be had.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct TokenError(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

/// Where a token is: the first line of a file, or an environment variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenPlace {
    /// The file.
    File(PathBuf),
    /// The variable's name.
    Env(String),
}

impl FromStr for TokenPlace {
    type Err = TokenError;

    /// Understands `file:PATH` and `env:NAME`. The error never repeats the text, which may be a token written in its place.
    fn from_str(place: &str) -> Result<TokenPlace, TokenError> {
        match place.split_once(':') {
            Some(("env", name)) if !name.is_empty() => Ok(TokenPlace::Env(name.to_owned())),
            Some(("file", path)) if !path.is_empty() => Ok(TokenPlace::File(path.into())),
            _ => Err(TokenError("say where the token is: file:PATH or env:NAME".into())),
        }
    }
}

impl Token {
    /// Shortest token, characters.
    pub const SHORTEST: usize = 16;

    /// Takes a token.
    pub fn new(text: &str) -> Result<Token, TokenError> {
        let text = text.trim();
        let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
        if text.len() < Self::SHORTEST || !text.bytes().all(plain) {
            let message = format!("a token is at least {} letters, digits, - . _ or ~", Self::SHORTEST);
            return Err(TokenError(message));
        }
        Ok(Token(text.into()))
    }

    /// Fetches a token from where it is.
    pub fn fetch(place: &TokenPlace) -> Result<Token, TokenError> {
        match place {
            TokenPlace::Env(name) => match std::env::var(name) {
                Ok(text) => Token::new(&text),
                Err(_) => Err(TokenError(format!("environment variable {name} is not set; it must hold the token"))),
            },
            TokenPlace::File(path) => match std::fs::read_to_string(path) {
                Ok(text) => Token::new(text.lines().next().unwrap_or_default()),
                Err(error) => Err(TokenError(format!("token file {}: {error}", path.display()))),
            },
        }
    }

    /// The token itself, for a client that must show it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    fn is(&self, shown: &str) -> bool {
        self.0.as_bytes().ct_eq(shown.as_bytes()).into()
    }
}

/// How a request entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entered {
    /// From this computer, without a token being needed.
    Loopback,
    /// With the token.
    Token,
}

/// The port that browsers leave out.
const HTTP: u16 = 80;

/// The rules of one server.
#[derive(Debug)]
pub(crate) struct Guard {
    port: u16,
    /// Addresses by which it may be named; absent: any, since it listens on all.
    address: Option<IpAddr>,
    /// `localhost` means this server.
    local: bool,
    names: Vec<String>,
    token: Option<Token>,
}

impl Guard {
    pub(crate) fn new(address: SocketAddr, options: &Options) -> Self {
        let ip = address.ip();
        let own = (!ip.is_unspecified()).then_some(ip);
        let (names, token) = (options.hosts.clone(), options.token.clone());
        Guard { port: address.port(), address: own, local: own.is_none_or(|ip| ip.is_loopback()), names, token }
    }

    /// True if `host` (`name`, `1.2.3.4`, `[v6]`, each with or without `:port`) names this server. Browsers leave out the
    /// port of plain HTTP, 80.
    fn is_ours(&self, host: &str) -> bool {
        // What follows the last colon is a port, but inside the brackets of an address.
        let (name, port) = match host.rsplit_once(':').filter(|(_, port)| !port.ends_with(']')) {
            Some((name, port)) => (name, port.parse().ok()),
            None => (host, Some(HTTP)),
        };
        let bare = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
        let address = match bare {
            Some(v6) => v6.parse().ok().map(IpAddr::V6),
            None => name.parse().ok().map(IpAddr::V4),
        };
        if let Some(address) = address {
            return port == Some(self.port) && self.address.is_none_or(|own| own == address.to_canonical());
        }
        if name.eq_ignore_ascii_case("localhost") {
            return self.local && port == Some(self.port);
        }
        // Behind a proxy the port that people use is another.
        self.names.iter().any(|known| known.eq_ignore_ascii_case(name))
    }

    /// Looks at a request; the reason it may not enter is for the log and for whoever runs the server.
    fn look(&self, uri: &Uri, headers: &HeaderMap) -> Result<Entered, (StatusCode, &'static str)> {
        let mut hosts = headers.get_all(header::HOST).iter();
        let host = match (hosts.next(), hosts.next()) {
            (Some(host), None) => host.to_str().unwrap_or_default(),
            _ => return Err((StatusCode::BAD_REQUEST, "exactly one Host is needed")),
        };
        // A request may name its host in its target as well; the two must not differ.
        if !self.is_ours(host) || uri.authority().is_some_and(|target| target.as_str() != host) {
            return Err((StatusCode::MISDIRECTED_REQUEST, "this host does not answer to that name"));
        }
        let mut origins = headers.get_all(header::ORIGIN).iter();
        match (origins.next(), origins.next()) {
            (None, _) => {
                // Browsers name the origin of whatever another page makes them do, except of plain reading.
                let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
                let reads = matches!(headers.get("sec-fetch-mode").map(HeaderValue::as_bytes), Some(b"navigate"));
                if !matches!(site, None | Some(b"same-origin") | Some(b"none")) && !reads {
                    return Err((StatusCode::FORBIDDEN, "another site may not ask"));
                }
            }
            (Some(origin), None) => {
                let origin = origin.to_str().unwrap_or_default();
                let from = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
                if !from.is_some_and(|from| from.eq_ignore_ascii_case(host)) {
                    return Err((StatusCode::FORBIDDEN, "another origin may not ask"));
                }
            }
            _ => return Err((StatusCode::BAD_REQUEST, "at most one Origin is understood")),
        }
        let Some(token) = &self.token else { return Ok(Entered::Loopback) };
        // The interface itself holds nothing secret; it asks for the token.
        if !uri.path().starts_with("/api/") {
            return Ok(Entered::Token);
        }
        shown(headers)
            .is_some_and(|shown| token.is(shown))
            .then_some(Entered::Token)
            .ok_or((StatusCode::UNAUTHORIZED, "a token is needed"))
    }
}

/// The token that a request shows: `Authorization: Bearer`, or, since a browser's WebSocket cannot set that, the offered
/// subprotocol `token.…`.
fn shown(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if let Some(token) = bearer.and_then(|value| value.strip_prefix("Bearer ")) {
        return Some(token);
    }
    let offered = headers.get(header::SEC_WEBSOCKET_PROTOCOL)?.to_str().ok()?;
    offered.split(',').find_map(|protocol| protocol.trim().strip_prefix("token."))
}

/// Checks every request before anything else, and puts the security headers on every answer.
pub(crate) async fn check(State(guard): State<Arc<Guard>>, mut request: Request<Body>, next: Next) -> Response {
    let mut response = match guard.look(request.uri(), request.headers()) {
        Ok(entered) => {
            request.extensions_mut().insert(entered);
            next.run(request).await
        }
        Err((status, reason)) => {
            tracing::warn!(%status, path = request.uri().path(), "refused: {reason}");
            (status, reason).into_response()
        }
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

/// Security headers of every answer. `connect-src 'self'` covers the WebSocket of the same host in today's browsers.
const HEADERS: [(&str, &str); 7] = [
    (
        "content-security-policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(listen: &str, hosts: &[&str], token: Option<&str>) -> Guard {
        let listen: SocketAddr = listen.parse().unwrap();
        let token = token.map(|text| Token::new(text).unwrap());
        let hosts = hosts.iter().map(ToString::to_string).collect();
        Guard::new(listen, &Options { listen, token, hosts })
    }

    fn look(guard: &Guard, path: &str, headers: &[(&str, &str)]) -> Result<Entered, u16> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
        }
        guard.look(&path.parse().unwrap(), &map).map_err(|(status, _)| status.as_u16())
    }

    #[test]
    fn only_this_host_by_name() {
        let guard = guard("127.0.0.1:8123", &[], None);
        for host in ["127.0.0.1:8123", "localhost:8123", "LOCALHOST:8123"] {
            assert_eq!(look(&guard, "/", &[("host", host)]), Ok(Entered::Loopback), "{host}");
        }
        for host in [
            "evil.example:8123",
            "127.0.0.1",
            "127.0.0.1:80",
            "localhost",
            "localhost:9",
            "127.0.0.2:8123",
            "",
            "localhost.evil.example:8123",
        ] {
            assert_eq!(look(&guard, "/", &[("host", host)]), Err(421), "{host}");
        }
        assert_eq!(look(&guard, "/", &[]), Err(400));
        assert_eq!(look(&guard, "/", &[("host", "localhost:8123"), ("host", "evil.example")]), Err(400));
        assert_eq!(look(&guard, "http://evil.example/", &[("host", "localhost:8123")]), Err(421));
    }

    #[test]
    fn browsers_leave_out_port_80() {
        let v4 = guard("192.168.0.7:80", &[], None);
        let page = |host| look(&v4, "/api/command", &[("host", host), ("origin", &format!("http://{host}"))]);
        assert_eq!(page("192.168.0.7"), Ok(Entered::Loopback));
        assert_eq!(page("192.168.0.7:80"), Ok(Entered::Loopback));
        for host in ["192.168.0.8", "192.168.0.7:81", "192.168.0.7:", "192.168.0.7:x", "localhost", "[192.168.0.7]"] {
            assert_eq!(page(host), Err(421), "{host}");
        }
        let local = guard("127.0.0.1:80", &[], None);
        assert_eq!(look(&local, "/", &[("host", "localhost")]), Ok(Entered::Loopback));
        let v6 = guard("[::1]:80", &[], None);
        for host in ["[::1]", "[::1]:80", "localhost"] {
            assert_eq!(look(&v6, "/", &[("host", host)]), Ok(Entered::Loopback), "{host}");
        }
        for host in ["::1", "[::1]:81", "[::2]", "[::1", "[]", "[]:80"] {
            assert_eq!(look(&v6, "/", &[("host", host)]), Err(421), "{host}");
        }
    }

    #[test]
    fn only_pages_of_this_host() {
        let guard = guard("127.0.0.1:8123", &[], None);
        let from = |origin: &str| look(&guard, "/api/feed", &[("host", "127.0.0.1:8123"), ("origin", origin)]);
        assert_eq!(from("http://127.0.0.1:8123"), Ok(Entered::Loopback));
        for origin in [
            "null",
            "http://evil.example",
            "http://127.0.0.1:9",
            "http://localhost:8123",
            "http://127.0.0.1:8123.evil.example",
            "file://",
            "",
        ] {
            assert_eq!(from(origin), Err(403), "{origin}");
        }
        let host = ("host", "127.0.0.1:8123");
        let cross =
            look(&guard, "/api/command", &[host, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "no-cors")]);
        assert_eq!(cross, Err(403));
        let link = look(&guard, "/", &[host, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]);
        assert_eq!(link, Ok(Entered::Loopback), "a link from another page may open the interface");
        assert_eq!(
            look(&guard, "/", &[host, ("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "cors")]),
            Ok(Entered::Loopback)
        );
    }

    #[test]
    fn a_token_opens_the_api() {
        let guard = guard("0.0.0.0:8123", &["mirante.example.com"], Some("0123456789abcdef"));
        let host = ("host", "192.168.0.7:8123");
        assert_eq!(look(&guard, "/api/command", &[host]), Err(401));
        assert_eq!(look(&guard, "/", &[host]), Ok(Entered::Token));
        for (name, value) in [
            ("authorization", "Bearer 0123456789abcdef"),
            ("sec-websocket-protocol", "mirante, token.0123456789abcdef"),
        ] {
            assert_eq!(look(&guard, "/api/feed", &[host, (name, value)]), Ok(Entered::Token), "{name}");
        }
        assert_eq!(look(&guard, "/api/feed", &[host, ("authorization", "Bearer 0123456789abcdeX")]), Err(401));
        let proxy = [("host", "mirante.example.com"), ("authorization", "Bearer 0123456789abcdef")];
        assert_eq!(look(&guard, "/api/command", &proxy), Ok(Entered::Token));
        assert_eq!(look(&guard, "/", &[("host", "other.example.com:8123")]), Err(421));
    }

    #[test]
    fn tokens_are_long_and_never_print() {
        assert!(Token::new("short").is_err() && Token::new("with space 0123456789").is_err());
        assert!(!format!("{:?}", Token::new("0123456789abcdef").unwrap()).contains("0123"));
        for place in ["0123456789abcdef", "0123456789:abcdef", "env:", "file:"] {
            let error = place.parse::<TokenPlace>().unwrap_err().to_string();
            assert!(!error.contains("abcdef"), "{error}");
        }
        assert_eq!("file:/a:b".parse::<TokenPlace>().unwrap(), TokenPlace::File("/a:b".into()));
    }
}
