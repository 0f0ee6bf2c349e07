//! E-mail. All messages about one alert are one conversation in the reader's mailbox.

use crate::net::is_tls;
use crate::notice::digest;
use crate::text::{headline, notes, one_line, plain, table};
use crate::{Channel, Kind, Notice, Rate, Secret, SendError, Sending, Why};
use lettre::message::header::{Header, HeaderName, HeaderValue, MessageId, References};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use std::time::{Duration, SystemTime};
use thiserror::Error;

/// Longest wait for one answer of the server. A server may take long over a message, so this is longer than for HTTP.
const PATIENCE: Duration = Duration::from_secs(30);

/// How the way to the server is kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Security {
    /// Begun in clear and always made secure before anything is said (usually port 587).
    #[default]
    StartTls,
    /// Secure from the first byte (usually port 465).
    Tls,
    /// Not at all: only for a server on this computer.
    None,
}

/// Who sends, where the server asks for it.
#[derive(Clone)]
pub struct Login {
    /// User.
    pub user: String,
    /// Password.
    pub password: Secret,
}

/// Why a mail channel cannot be. It never repeats what it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SmtpError {
    /// An address of sender or receiver.
    #[error("not an e-mail address; write name@example.com or \"Name <name@example.com>\"")]
    Address,
    /// Nobody to write to.
    #[error("nobody to write to")]
    Nobody,
    /// The file of an authority.
    #[error("the file of the authority holds no certificate in PEM")]
    Authority,
    /// The server's name.
    #[error("not the name of a server")]
    Server,
    /// A password that everyone on the way could read.
    #[error("a password is only sent over a secure connection, or to this computer")]
    Clear,
}

/// A mail server, who sends, and who receives.
#[derive(Clone)]
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    to: Vec<Mailbox>,
}

crate::channel::prints_as_its_kind!(Smtp);

impl Smtp {
    /// Through the server `host`; `authority` (PEM) is believed as well as the system's.
    ///
    /// # Errors
    /// [`SmtpError`]: what of it cannot be.
    pub fn new(
        server: (&str, u16, Security),
        login: Option<Login>,
        authority: Option<&[u8]>,
        from: &str,
        to: &[String],
    ) -> Result<Smtp, SmtpError> {
        let (host, port, security) = server;
        let mailbox = |text: &str| text.parse::<Mailbox>().map_err(|_| SmtpError::Address);
        let from = mailbox(from)?;
        let to: Vec<Mailbox> = to.iter().map(|text| mailbox(text)).collect::<Result<_, _>>()?;
        if to.is_empty() {
            return Err(SmtpError::Nobody);
        }
        let local = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        if security == Security::None && login.is_some() && !local {
            return Err(SmtpError::Clear);
        }
        let mut tls = TlsParameters::builder(host.to_owned());
        if let Some(pem) = authority {
            tls = tls.add_root_certificate(Certificate::from_pem(pem).map_err(|_| SmtpError::Authority)?);
        }
        let tls = tls.build_rustls().map_err(|_| SmtpError::Server)?;
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(port)
            .timeout(Some(PATIENCE))
            // Not this computer's name, which is nobody's business.
            .hello_name(ClientId::Domain("mirante.invalid".to_owned()))
            .tls(match security {
                Security::StartTls => Tls::Required(tls),
                Security::Tls => Tls::Wrapper(tls),
                Security::None => Tls::None,
            });
        if let Some(login) = login {
            builder = builder.credentials(Credentials::new(login.user, login.password.reveal().to_owned()));
        }
        Ok(Smtp { transport: builder.build(), from, to })
    }

    fn message(&self, notice: &Notice, now: i64) -> Result<Message, SendError> {
        let domain = self.from.email.domain();
        let date = SystemTime::UNIX_EPOCH + Duration::from_millis(now.max(0).unsigned_abs());
        let thread = format!("<{}.alert@{domain}>", digest(&notice.fingerprint));
        let mut message = Message::builder()
            .from(self.from.clone())
            .date(date)
            .subject(format!("[Mirante] {}", headline(notice)))
            // The same at every try, so that mailboxes can tell a repeat.
            .header(MessageId::from(format!("<{}@{domain}>", digest(&notice.key))))
            .header(References::from(thread.clone()))
            .in_reply_to(thread)
            // Nobody's absence notice should answer it (RFC 3834).
            .header(AutoSubmitted);
        for one in &self.to {
            message = message.to(one.clone());
        }
        let built = match table(notice) {
            None => message.singlepart(SinglePart::plain(plain(notice))),
            // Many readers set plain text in letters of different widths, in which no table stays one.
            Some(table) => {
                let parts = MultiPart::alternative_plain_html(plain(notice), html(notice, &table));
                message.multipart(parts)
            }
        };
        built.map_err(|_| SendError::channel(Why::Settings))
    }
}

/// The same with the table in one width. What strangers named stays text.
fn html(notice: &Notice, table: &str) -> String {
    let safe = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let notes = notes(notice).iter().map(|note| safe(note)).collect::<Vec<_>>().join("<br>");
    format!("<p>{}</p>\n<pre>{}</pre>\n<p>{notes}</p>\n", safe(&one_line(&notice.sentence)), safe(table))
}

/// `Auto-Submitted: auto-generated`.
#[derive(Clone, Copy)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(AutoSubmitted)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// What the server's answer means. Its words may name people, and are not kept.
fn failed(error: &Error) -> SendError {
    let Some(code) = error.status().map(u16::from) else {
        return match error {
            error if error.is_tls() || is_tls(error) => SendError::transient(Why::Tls),
            error if error.is_timeout() => SendError::transient(Why::Slow),
            // No way of logging in that both sides know, or an answer that is none.
            error if error.is_client() => SendError::channel(Why::Settings),
            error if error.is_response() => SendError::transient(Why::Strange),
            _ => SendError::transient(Why::Unreachable),
        };
    };
    match code {
        421 | 450..=452 => SendError::transient(Why::TooFast),
        400..=499 => SendError::transient(Why::Server),
        530 | 534 | 535 | 538 => SendError::channel(Why::Credentials),
        500..=504 => SendError::channel(Why::Settings),
        _ => SendError::message(Why::Refused),
    }
    .code(code)
}

impl Channel for Smtp {
    fn kind(&self) -> Kind {
        Kind::Smtp
    }

    /// Thirty a minute, which public servers let be.
    fn rate(&self) -> Rate {
        Rate::new(2_000, 10)
    }

    fn send<'a>(&'a self, notice: &'a Notice, now: i64) -> Sending<'a> {
        Box::pin(async move {
            let message = self.message(notice, now)?;
            self.transport.send(message).await.map(|_| ()).map_err(|error| failed(&error))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Draft, Event, Language, Table, Veil};

    #[test]
    fn a_report_is_also_there_in_one_width_and_what_it_holds_stays_text() {
        let table = Table {
            heads: vec!["Hora".into(), "<b>".into()],
            rows: vec![vec!["08h".into(), "5".into()]],
            notes: Vec::new(),
        };
        let draft = Draft { event: Event::Report, table: Some(table), ..Draft::test(Language::Portuguese, 0) };
        let to = ["bia@example.com".to_owned()];
        let smtp = Smtp::new(("127.0.0.1", 1, Security::None), None, None, &to[0], &to).unwrap();
        let message = smtp.message(&Notice::new(draft, &Veil::default()), 0).unwrap();
        let told = String::from_utf8(message.formatted()).unwrap();
        assert!(told.contains("multipart/alternative") && told.contains("<pre>Hora &lt;b&gt;"), "{told}");
        assert!(told.contains("\r\nHora <b>\r\n"), "the plain part is as it was: {told}");
    }
}
