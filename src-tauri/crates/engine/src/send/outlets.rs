//! Channels of the configuration, ready to send: their secrets are fetched when the first message goes there.

use crate::config::{ChannelConfig, Config, Place, SecretRef, Service};
use mirante_floor::Name;
use mirante_notify::{
    Address, Alertmanager, Auth, Channel, Language, Login, Net, Notice, PagerDuty, Secret, SigningKey, Slack, Smtp,
    Teams, Telegram, Veil, Webhook, WhatsApp,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a receiver of webhooks is told of which Mirante speaks.
const ORIGIN: &str = "mirante";

/// Why a channel cannot be used: what is missing, in words that never hold a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("channel {channel}: {why}")]
pub struct Unusable {
    channel: String,
    why: String,
}

/// Every channel, and what must not leave by any.
#[derive(Debug, Default)]
pub struct Outlets {
    channels: BTreeMap<Name, ChannelConfig>,
    veil: Veil,
    /// The configuration's folder, where relative paths begin.
    folder: PathBuf,
    /// Made when first needed, by channel and address.
    made: BTreeMap<(Name, Option<String>), Outlet>,
}

/// One channel to one address.
#[derive(Debug, Clone)]
pub struct Outlet {
    /// Sends.
    pub channel: Arc<dyn Channel>,
    /// In which language.
    pub language: Language,
}

impl Outlets {
    /// Those of a configuration that lies in `folder`.
    pub fn of(config: &Config, folder: &Path) -> Outlets {
        Outlets {
            channels: config.channels.iter().map(|one| (Name::from(one.name.as_str()), one.clone())).collect(),
            veil: Veil::new(config.persons.iter().map(|person| person.name.as_str())),
            folder: folder.to_owned(),
            made: BTreeMap::new(),
        }
    }

    /// Sends a notice that is marked as a test at `now`, Unix ms.
    ///
    /// # Errors
    /// What went wrong, in words.
    pub async fn test(&mut self, channel: &str, person: &str, now: i64) -> Result<(), String> {
        let outlet = self.get(channel, person).ok_or_else(|| format!("no [[channel]] is called {channel}"))?;
        let Outlet { channel, language } = outlet.map_err(|unusable| unusable.to_string())?;
        let notice = Notice::test(language, now);
        channel.send(&notice, now).await.map_err(|error| error.told(language))
    }

    /// Names of all channels, of which service each is, and what keeps it from being used, if anything.
    pub fn check(&mut self) -> Vec<(String, &'static str, Option<String>)> {
        let names: Vec<(Name, &'static str)> =
            self.channels.iter().map(|(name, one)| (name.clone(), one.service.kind().word())).collect();
        let fault = |name: &Name, outlets: &mut Outlets| outlets.get(name, "")?.err().map(|error| error.why);
        names.into_iter().map(|(name, kind)| (name.to_string(), kind, fault(&name, self))).collect()
    }

    /// What must not leave.
    pub fn veil(&self) -> &Veil {
        &self.veil
    }

    /// Names of all channels.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.channels.keys()
    }

    /// The outlet of a channel to a person, to whom it is written at their own address if they have one there. None if there is no such
    /// channel.
    pub fn get(&mut self, channel: &str, person: &str) -> Option<Result<Outlet, Unusable>> {
        let (name, config) = self.channels.get_key_value(channel)?;
        let key = (name.clone(), config.people.get(person).cloned());
        if let Some(outlet) = self.made.get(&key) {
            return Some(Ok(outlet.clone()));
        }
        let made = make(config, key.1.as_deref(), &self.folder);
        if let Ok(outlet) = &made {
            self.made.insert(key, outlet.clone());
        }
        Some(made.map_err(|why| Unusable { channel: config.name.clone(), why }))
    }
}

fn make(config: &ChannelConfig, own: Option<&str>, folder: &Path) -> Result<Outlet, String> {
    let told = |error: &dyn std::fmt::Display| error.to_string();
    let fetch = |secret: &SecretRef| secret.fetch(folder).map_err(|error| told(&error));
    let token = |token: &Option<SecretRef>| -> Result<Auth, String> {
        Ok(token.as_ref().map(fetch).transpose()?.map_or(Auth::None, Auth::Bearer))
    };
    let place = |place: &Place| match place {
        Place::Open(address) => Ok(address.clone()),
        Place::Secret(secret) => Address::parse(fetch(secret)?.reveal()).map_err(|error| told(&error)),
    };
    let maybe = |url: &Option<Place>| url.as_ref().map(place).transpose();
    let authority = config.ca_file.as_ref().map(|file| {
        let file = folder.join(file);
        std::fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))
    });
    let authority = authority.transpose()?;
    let net = || Net::new(authority.as_deref()).map_err(|error| told(&error));
    let to: Vec<String> = own.map_or_else(|| config.to.clone(), |own| vec![own.to_owned()]);
    let one = || to.first().cloned().ok_or("nobody to write to; fill in `to`".to_owned());
    let channel: Arc<dyn Channel> = match &config.service {
        Service::Webhook { url, body, token: asked, signing_key } => {
            let key = signing_key.as_ref().map(fetch).transpose()?;
            let key = key.map(|key| SigningKey::parse(&key).map_err(|error| told(&error))).transpose()?;
            Arc::new(Webhook::new(net()?, place(url)?, *body, token(asked)?, key, ORIGIN))
        }
        Service::Alertmanager { url, token: asked } => Arc::new(Alertmanager::new(net()?, &place(url)?, token(asked)?)),
        Service::Smtp { host, port, security, login, from } => {
            let login = login.as_ref().map(|(user, password)| -> Result<_, String> {
                Ok(Login { user: user.clone(), password: fetch(password)? })
            });
            let server = (host.as_str(), *port, *security);
            let smtp = Smtp::new(server, login.transpose()?, authority.as_deref(), from, &to);
            Arc::new(smtp.map_err(|error| told(&error))?)
        }
        Service::PagerDuty { key, url } => Arc::new(PagerDuty::new(net()?, fetch(key)?, maybe(url)?.as_ref())),
        Service::Slack(url) => Arc::new(Slack::new(net()?, place(url)?)),
        Service::Teams(url) => Arc::new(Teams::new(net()?, place(url)?)),
        Service::Telegram { token, url } => {
            Arc::new(Telegram::new(net()?, fetch(token)?, &one()?, maybe(url)?.as_ref()))
        }
        Service::WhatsApp { token, from, template, template_language, url } => {
            let template = (template.as_str(), template_language.as_str());
            let telephone = Secret::new(one()?.trim_start_matches('+'));
            Arc::new(WhatsApp::new(net()?, fetch(token)?, from, telephone, template, maybe(url)?.as_ref()))
        }
    };
    Ok(Outlet { channel, language: config.language })
}
