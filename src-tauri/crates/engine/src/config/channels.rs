//! Where alerts are sent: `[[channel]]`.

use super::SecretRef;
use super::raw::{Reader, Text};
use mirante_notify::{Address, Kind, Language, Security};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use toml::Spanned;

/// One way out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelConfig {
    /// What policies call it.
    pub name: String,
    /// In which language it speaks.
    pub language: Language,
    /// A file of an authority to believe as well as the system's; a relative path begins beside the configuration.
    pub ca_file: Option<PathBuf>,
    /// Whom it writes to when a person has no address of their own on it.
    pub to: Vec<String>,
    /// Addresses of people, by their id.
    pub people: BTreeMap<String, String>,
    /// Which service, and what it needs.
    pub service: Service,
}

/// What each service needs. Secrets are only pointed at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Service {
    /// Any HTTP receiver.
    Webhook {
        /// Where to.
        url: Place,
        /// Which body.
        body: mirante_notify::Body,
        /// A token that it asks for.
        token: Option<SecretRef>,
        /// What bodies are signed with.
        signing_key: Option<SecretRef>,
    },
    /// A Prometheus Alertmanager.
    Alertmanager {
        /// Where its page is.
        url: Place,
        /// A token that it asks for.
        token: Option<SecretRef>,
    },
    /// A mail server.
    Smtp {
        /// Its name.
        host: String,
        /// Its port.
        port: u16,
        /// How the way there is kept from others.
        security: Security,
        /// User and password.
        login: Option<(String, SecretRef)>,
        /// Who sends.
        from: String,
    },
    /// PagerDuty, by the integration's key.
    PagerDuty {
        /// The key.
        key: SecretRef,
        /// Something that stands for PagerDuty.
        url: Option<Place>,
    },
    /// A Slack incoming webhook.
    Slack(Place),
    /// A workflow of Microsoft Teams.
    Teams(Place),
    /// A Telegram bot.
    Telegram {
        /// Its token.
        token: SecretRef,
        /// A server of one's own.
        url: Option<Place>,
    },
    /// WhatsApp Cloud.
    WhatsApp {
        /// Its token.
        token: SecretRef,
        /// Id of the business telephone.
        from: String,
        /// The approved template.
        template: String,
        /// The template's language.
        template_language: String,
        /// Something that stands for Meta's service, with its version.
        url: Option<Place>,
    },
}

impl Service {
    /// Which service.
    pub fn kind(&self) -> Kind {
        match self {
            Service::Webhook { .. } => Kind::Webhook,
            Service::Alertmanager { .. } => Kind::Alertmanager,
            Service::Smtp { .. } => Kind::Smtp,
            Service::PagerDuty { .. } => Kind::PagerDuty,
            Service::Slack(_) => Kind::Slack,
            Service::Teams(_) => Kind::Teams,
            Service::Telegram { .. } => Kind::Telegram,
            Service::WhatsApp { .. } => Kind::WhatsApp,
        }
    }
}

/// An address, written or pointed at: whoever knows those of Slack and Teams can write there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// As it is written.
    Open(Address),
    /// Where it is.
    Secret(SecretRef),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Channel {
    name: Text,
    kind: Text,
    language: Option<Spanned<Language>>,
    ca_file: Option<PathBuf>,
    #[serde(default)]
    to: Vec<Text>,
    #[serde(default)]
    people: BTreeMap<String, String>,
    url: Option<Text>,
    body: Option<Text>,
    token: Option<Text>,
    signing_key: Option<Text>,
    host: Option<Text>,
    port: Option<Spanned<u16>>,
    security: Option<Text>,
    username: Option<Text>,
    password: Option<Text>,
    from: Option<Text>,
    key: Option<Text>,
    template: Option<Text>,
    template_language: Option<Text>,
}

/// Fields of each kind: those that it needs, those that it may have.
fn fields(kind: Kind) -> (&'static [&'static str], &'static [&'static str]) {
    match kind {
        Kind::Webhook => (&["url"], &["body", "token", "signing_key"]),
        Kind::Alertmanager => (&["url"], &["token"]),
        Kind::Smtp => (&["host", "from", "to"], &["port", "security", "username", "password"]),
        Kind::PagerDuty => (&["key"], &["url"]),
        Kind::Slack | Kind::Teams => (&["url"], &[]),
        Kind::Telegram => (&["token", "to"], &["url"]),
        Kind::WhatsApp => (&["token", "from", "to", "template"], &["template_language", "url"]),
    }
}

impl Channel {
    /// What policies call it, whether or not the rest of it can be.
    pub(super) fn name(&self) -> &str {
        self.name.get_ref()
    }

    /// Every field that only some kinds have, and where it stands if it does.
    fn told(&self) -> [(&'static str, Option<usize>); 13] {
        let at = |text: &Option<Text>| text.as_ref().map(|text| text.span().start);
        [
            ("url", at(&self.url)),
            ("body", at(&self.body)),
            ("token", at(&self.token)),
            ("signing_key", at(&self.signing_key)),
            ("host", at(&self.host)),
            ("port", self.port.as_ref().map(|port| port.span().start)),
            ("security", at(&self.security)),
            ("username", at(&self.username)),
            ("password", at(&self.password)),
            ("from", at(&self.from)),
            ("key", at(&self.key)),
            ("template", at(&self.template)),
            ("to", self.to.first().map(|to| to.span().start)),
        ]
    }
}

impl Reader<'_> {
    pub(super) fn channels(&mut self, told: Vec<Spanned<Channel>>) -> Vec<ChannelConfig> {
        let mut names = BTreeSet::new();
        let mut channels = Vec::new();
        for channel in told {
            let at = channel.span().start;
            let channel = channel.into_inner();
            if !names.insert(channel.name.get_ref().clone()) {
                self.wrong(channel.name.span().start, "another channel has this name; each needs its own");
            }
            channels.extend(self.channel(at, channel));
        }
        channels
    }

    fn channel(&mut self, at: usize, told: Channel) -> Option<ChannelConfig> {
        let before = self.problems();
        let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let name = told.name.get_ref();
        if name.is_empty() || name.len() > 40 || !name.chars().all(good) {
            self.wrong(
                told.name.span().start,
                "a channel's name is 1 to 40 letters without accents, digits, -, _ or .",
            );
        }
        let word = told.kind.get_ref();
        let Some(kind) = Kind::ALL.into_iter().find(|kind| kind.word() == word) else {
            let all = Kind::ALL.map(Kind::word).join(", ");
            self.wrong(told.kind.span().start, format!("this kind is not known; write one of {all}"));
            return None;
        };
        let (needed, allowed) = fields(kind);
        for (field, place) in told.told() {
            match place {
                None if needed.contains(&field) => {
                    self.wrong(at, format!("a channel of kind \"{word}\" needs `{field}`"));
                }
                Some(place) if !needed.contains(&field) && !allowed.contains(&field) => {
                    let message = format!("`{field}` means nothing to a channel of kind \"{word}\"; remove it");
                    self.wrong(place, message);
                }
                _ => {}
            }
        }
        if matches!(kind, Kind::Telegram | Kind::WhatsApp) && told.to.len() > 1 {
            self.wrong(told.to[1].span().start, "one each: make another channel, or name people in `people`");
        }
        let service = self.service(kind, &told);
        if self.problems() > before {
            return None;
        }
        Some(ChannelConfig {
            name: told.name.into_inner(),
            language: told.language.map_or(Language::default(), Spanned::into_inner),
            ca_file: told.ca_file,
            to: told.to.into_iter().map(Spanned::into_inner).collect(),
            people: told.people,
            service: service?,
        })
    }

    fn service(&mut self, kind: Kind, told: &Channel) -> Option<Service> {
        let text = |text: &Option<Text>| text.as_ref().map(|text| text.get_ref().clone());
        let url = told.url.as_ref().map(|url| self.place(url));
        let token = told.token.as_ref().map(|token| self.pointer(token));
        Some(match kind {
            Kind::Webhook => {
                let signing_key = told.signing_key.as_ref().map(|key| self.pointer(key));
                let body = match told.body.as_ref().map(|body| (body.get_ref().as_str(), body.span().start)) {
                    None | Some(("own", _)) => mirante_notify::Body::Own,
                    Some(("cloudevents", _)) => mirante_notify::Body::CloudEvents,
                    Some(("alertmanager", _)) => mirante_notify::Body::Alertmanager,
                    Some((_, place)) => {
                        self.wrong(place, "a body is \"own\", \"cloudevents\" or \"alertmanager\"");
                        return None;
                    }
                };
                Service::Webhook { url: url??, body, token: flat(token)?, signing_key: flat(signing_key)? }
            }
            Kind::Alertmanager => Service::Alertmanager { url: url??, token: flat(token)? },
            Kind::Smtp => self.smtp(told)?,
            Kind::PagerDuty => {
                let key = told.key.as_ref().map(|key| self.pointer(key));
                Service::PagerDuty { key: key??, url: flat(url)? }
            }
            Kind::Slack => Service::Slack(url??),
            Kind::Teams => Service::Teams(url??),
            Kind::Telegram => Service::Telegram { token: token??, url: flat(url)? },
            Kind::WhatsApp => Service::WhatsApp {
                token: token??,
                from: text(&told.from)?,
                template: text(&told.template)?,
                template_language: text(&told.template_language).unwrap_or_else(|| "pt_BR".to_owned()),
                url: flat(url)?,
            },
        })
    }

    fn smtp(&mut self, told: &Channel) -> Option<Service> {
        let (security, usual) = match told.security.as_ref().map(|text| (text.get_ref().as_str(), text.span().start)) {
            None | Some(("starttls", _)) => (Security::StartTls, 587),
            Some(("tls", _)) => (Security::Tls, 465),
            Some(("none", _)) => (Security::None, 25),
            Some((_, place)) => {
                self.wrong(place, "security is \"starttls\", \"tls\" or, for a server on this computer, \"none\"");
                return None;
            }
        };
        let login = match (&told.username, &told.password) {
            (Some(user), Some(password)) => Some((user.get_ref().clone(), self.pointer(password)?)),
            (None, None) => None,
            (Some(alone), None) | (None, Some(alone)) => {
                self.wrong(alone.span().start, "`username` and `password` go together");
                return None;
            }
        };
        let (host, from) = (told.host.as_ref()?, told.from.as_ref()?);
        let (host, port) = (host.get_ref().clone(), told.port.as_ref().map_or(usual, |port| *port.get_ref()));
        Some(Service::Smtp { host, port, security, login, from: from.get_ref().clone() })
    }

    /// Where a secret is. What is written instead of that is never repeated.
    fn pointer(&mut self, text: &Text) -> Option<SecretRef> {
        SecretRef::parse(text.get_ref()).map_err(|error| self.wrong(text.span().start, error.to_string())).ok()
    }

    fn place(&mut self, text: &Text) -> Option<Place> {
        if let Ok(address) = Address::parse(text.get_ref()) {
            return Some(Place::Open(address));
        }
        let pointer = SecretRef::parse(text.get_ref());
        let wrong = "an address begins with https://; one that is a secret, as those of Slack and Teams are, is written \
                     \"env:NAME\", \"file:/path\" or \"keyring:SERVICE/USER\"";
        pointer.map_err(|_| self.wrong(text.span().start, wrong)).ok().map(Place::Secret)
    }
}

/// What is not written is not wrong; what is wrong ends it.
fn flat<T>(told: Option<Option<T>>) -> Option<Option<T>> {
    match told {
        None => Some(None),
        Some(None) => None,
        Some(some) => Some(some),
    }
}

#[cfg(test)]
#[path = "channels_tests.rs"]
mod tests;
