//! Whether the partial of the day is told by itself at each hour's edge, and where to.

use super::channels::{ChannelConfig, Service};
use super::raw::{Reader, Text};
use serde::Deserialize;
use std::path::PathBuf;

/// The partial of each hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartialConfig {
    /// Where the text and the picture of each operation are laid, if anywhere; a relative path begins beside the configuration.
    pub folder: Option<PathBuf>,
    /// In which language it is laid: `pt-BR`, `en` or `es`. A channel has its own.
    pub language: String,
    /// Names of channels that each operation's is sent by.
    pub channels: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Partial {
    folder: Option<Text>,
    language: Option<Text>,
    #[serde(default)]
    channels: Vec<Text>,
}

impl Reader<'_> {
    /// `at`: where the table begins. `known`: the channels that were read, and `named` all that have a name in the file.
    pub(super) fn partial(
        &mut self,
        at: usize,
        told: &Partial,
        known: &[ChannelConfig],
        named: &[String],
    ) -> PartialConfig {
        match &told.folder {
            Some(folder) if folder.get_ref().trim().is_empty() => {
                self.wrong(folder.span().start, "say in which folder the partial is laid");
            }
            None if told.channels.is_empty() => {
                self.wrong(at, "say where the partial goes: `folder`, `channels`, or both");
            }
            _ => {}
        }
        let language = told.language.as_ref().map_or("pt-BR", |language| language.get_ref());
        if !["pt-BR", "en", "es"].contains(&language) {
            self.wrong(told.language.as_ref().map_or(0, |told| told.span().start), "a language is pt-BR, en or es");
        }
        for name in &told.channels {
            if !named.contains(name.get_ref()) {
                self.wrong(name.span().start, "no [[channel]] has this name; add one or correct it");
            }
            let channel = known.iter().find(|channel| channel.name == *name.get_ref());
            if channel.is_some_and(|channel| alerts_alone(&channel.service)) {
                let message =
                    "this channel knows alerts alone, and a partial is none; choose a chat, a mail or a webhook";
                self.wrong(name.span().start, message);
            }
        }
        PartialConfig {
            folder: told.folder.as_ref().map(|folder| folder.get_ref().into()),
            language: language.to_owned(),
            channels: told.channels.iter().map(|name| name.get_ref().clone()).collect(),
        }
    }
}

/// Whether a service knows nothing but alerts.
fn alerts_alone(service: &Service) -> bool {
    match service {
        Service::Alertmanager { .. } | Service::PagerDuty { .. } => true,
        Service::Webhook { body, .. } => *body == mirante_notify::Body::Alertmanager,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    const CHANNELS: &str = "[[channel]]\nname = \"hook\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1:1/\"\n\
        [[channel]]\nname = \"pager\"\nkind = \"pagerduty\"\nkey = \"file:key\"\n\
        [[channel]]\nname = \"am\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1:1/\"\nbody = \"alertmanager\"\n";

    #[test]
    fn a_partial_is_read_or_refused_with_its_line() {
        let told = |text: &str| Config::parse(&format!("[partial]\n{text}{CHANNELS}"));
        let whole = PartialConfig { folder: Some("parciais".into()), language: "pt-BR".into(), channels: Vec::new() };
        assert_eq!(told("folder = \"parciais\"\n").unwrap().partial, Some(whole));
        assert_eq!(told("folder = \"p\"\nlanguage = \"es\"\n").unwrap().partial.unwrap().language, "es");
        let sent = told("channels = [\"hook\"]\n").unwrap().partial.unwrap();
        assert_eq!((sent.folder, sent.channels), (None, vec!["hook".to_owned()]));
        assert_eq!(Config::parse("").unwrap().partial, None);
        for (text, line, word) in [
            ("folder = \" \"\n", 2, "folder"),
            ("folder = \"p\"\nlanguage = \"fr\"\n", 3, "language"),
            ("language = \"en\"\n", 1, "where"),
            ("channels = [\"fax\"]\n", 2, "no [[channel]]"),
            ("channels = [\"hook\", \"pager\"]\n", 2, "alerts alone"),
            ("channels = [\"am\"]\n", 2, "alerts alone"),
        ] {
            let problems = told(text).unwrap_err();
            assert!(problems.len() == 1 && problems[0].line == line, "{text}: {problems:?}");
            assert!(problems[0].message.contains(word), "{text}: {problems:?}");
        }
    }
}
