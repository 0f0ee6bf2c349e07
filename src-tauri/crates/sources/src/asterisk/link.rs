//! One connection that carries AMI: resolved, checked, dialled, perhaps over TLS; messages in and out.

use super::AsteriskConfig;
use super::decoder::Decoder;
use super::message::Message;
use super::tls::{self, Refused};
use super::translate;
use crate::{Phase, SourceError};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Longest each step towards a session may take: a host that accepts and never answers is said within 3 s.
pub(crate) const STEP: Duration = Duration::from_millis(2500);
/// Most bytes of requests not yet taken by the other side.
const MAX_OUTGOING: usize = 64 * 1024;

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// The connection. Its futures are cancel-safe: what was read or not yet written stays here.
pub(crate) struct Link {
    stream: Box<dyn Stream>,
    decoder: Decoder,
    outgoing: Vec<u8>,
}

impl Link {
    /// The host's addresses. Without TLS, only those on a private network; if none is, nothing is sent to anyone.
    pub(crate) async fn resolve(config: &AsteriskConfig) -> Result<Vec<SocketAddr>, SourceError> {
        let host = config.host.trim().trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err(SourceError::lasting(Phase::Config, "no host is configured"));
        }
        let unknown =
            |why: String| SourceError::passing(Phase::Name, format!("the name {host:?} has no address: {why}"));
        let found = match timeout(STEP, tokio::net::lookup_host((host, config.port))).await {
            Err(_) => return Err(unknown("the name server does not answer".into())),
            Ok(Err(error)) => return Err(unknown(error.to_string())),
            Ok(Ok(found)) => found.collect::<Vec<_>>(),
        };
        if found.is_empty() {
            return Err(unknown("the name server knows none".into()));
        }
        let allowed: Vec<_> =
            found.into_iter().filter(|address| config.tls.is_some() || is_private(address.ip())).collect();
        if allowed.is_empty() {
            let refused =
                "plain AMI to a public address would send everything in clear: use TLS or a VPN (use TLS ou VPN)";
            // Passing: the name may lead elsewhere later, as when a VPN comes up.
            return Err(SourceError::passing(Phase::Config, refused));
        }
        Ok(allowed)
    }

    /// Dials the first address that accepts.
    pub(crate) async fn dial(addresses: &[SocketAddr]) -> Result<TcpStream, SourceError> {
        let mut last = SourceError::passing(Phase::Port, "no address to connect to");
        let each = STEP / u32::try_from(addresses.len()).unwrap_or(u32::MAX).clamp(1, 8);
        for address in addresses {
            last = match timeout(each, TcpStream::connect(address)).await {
                Ok(Ok(tcp)) => {
                    // Requests are small and answers urgent; a platform without the option still works.
                    _ = tcp.set_nodelay(true);
                    return Ok(tcp);
                }
                Ok(Err(error)) => SourceError::passing(Phase::Port, format!("cannot connect to {address}: {error}")),
                Err(_) => SourceError::passing(Phase::Port, format!("{address} does not answer")),
            };
        }
        Err(last)
    }

    /// Wraps a connection in TLS if the configuration wants it.
    pub(crate) async fn wrap(config: &AsteriskConfig, tcp: TcpStream) -> Result<Link, Refused> {
        let stream: Box<dyn Stream> = match &config.tls {
            Some(trust) => Box::new(tls::secure(&config.host, trust, tcp).await?),
            None => Box::new(tcp),
        };
        Ok(Link { stream, decoder: Decoder::new(translate::takes_of(&config.outbound)), outgoing: Vec::new() })
    }

    /// Hears every event from now on, those too that no translator takes.
    pub(crate) fn hear_all(&mut self) {
        self.decoder.take_all();
    }

    /// Queues an action; [`Link::step`] sends it. Line ends in values are taken out, so no value can add a field.
    pub(crate) fn send(&mut self, fields: &[(&str, &str)]) {
        if self.outgoing.len() > MAX_OUTGOING {
            return;
        }
        for (key, value) in fields {
            let value = value.replace(['\r', '\n'], " ");
            self.outgoing.extend_from_slice(format!("{key}: {value}\r\n").as_bytes());
        }
        self.outgoing.extend_from_slice(b"\r\n");
    }

    /// Messages that came so far, those skipped included.
    #[cfg(any(test, feature = "bench"))]
    pub(crate) fn count(&self) -> u64 {
        self.decoder.count()
    }

    /// The next message among the bytes already read.
    pub(crate) fn pop(&mut self) -> Option<Message<'_>> {
        self.decoder.advance().then(|| self.decoder.message())
    }

    /// The message that [`Link::message`] or [`Link::pop`] gave last, as long as nothing was read since.
    pub(crate) fn last(&mut self) -> Message<'_> {
        self.decoder.message()
    }

    /// Reads or writes once; true if bytes came in. To be called when [`Link::pop`] has no more. Cancel-safe.
    pub(crate) async fn step(&mut self) -> Result<bool, SourceError> {
        let (mut reader, mut writer) = tokio::io::split(&mut self.stream);
        let heard = tokio::select! {
            biased;
            read = reader.read(self.decoder.space()) => Some(read),
            sent = writer.write(&self.outgoing), if !self.outgoing.is_empty() => {
                self.outgoing.drain(..sent.map_err(|error| broken(&error))?);
                None
            }
        };
        match heard {
            None => {
                // TLS holds records back until flushed.
                writer.flush().await.map_err(|error| broken(&error))?;
                Ok(false)
            }
            Some(Err(error)) => Err(broken(&error)),
            Some(Ok(0)) => Err(SourceError::passing(Phase::Protocol, "the PBX closed the connection")),
            Some(Ok(length)) => {
                self.decoder.filled(length);
                Ok(true)
            }
        }
    }

    /// Waits for a message, at most [`STEP`].
    pub(crate) async fn message(&mut self) -> Result<Message<'_>, SourceError> {
        let wait = async {
            while !self.decoder.advance() {
                self.step().await?;
            }
            Ok(())
        };
        let silent = || SourceError::passing(Phase::Protocol, "the PBX accepted the connection and does not answer");
        timeout(STEP, wait).await.unwrap_or_else(|_| Err(silent()))?;
        Ok(self.decoder.message())
    }
}

fn broken(error: &std::io::Error) -> SourceError {
    SourceError::passing(Phase::Protocol, format!("the connection broke: {error}"))
}

/// True for addresses that lead to no public network.
fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            // 100.64/10 is carrier and VPN space.
            v4.is_loopback() || v4.is_private() || v4.is_link_local() || (a == 100 && (64..128).contains(&b))
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_and_public_addresses() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.31.0.1",
            "192.168.0.9",
            "169.254.1.1",
            "100.64.0.1",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(is_private(private.parse().expect(private)), "{private}");
        }
        for public in ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2001:db8::1", "::ffff:8.8.8.8", "0.0.0.0"] {
            assert!(!is_private(public.parse().expect(public)), "{public}");
        }
    }
}
