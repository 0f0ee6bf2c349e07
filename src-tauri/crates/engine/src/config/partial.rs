//! Whether the partial of the day is told by itself at each hour's edge, and where to.

use super::raw::{Reader, Text};
use serde::Deserialize;
use std::path::PathBuf;

/// The partial of each hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartialConfig {
    /// Where the text and the picture of each operation are laid; a relative path begins beside the configuration.
    pub folder: PathBuf,
    /// In which language: `pt-BR`, `en` or `es`.
    pub language: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Partial {
    folder: Text,
    language: Option<Text>,
}

impl Reader<'_> {
    pub(super) fn partial(&mut self, told: &Partial) -> PartialConfig {
        if told.folder.get_ref().trim().is_empty() {
            self.wrong(told.folder.span().start, "say in which folder the partial is laid");
        }
        let language = told.language.as_ref().map_or("pt-BR", |language| language.get_ref());
        if !["pt-BR", "en", "es"].contains(&language) {
            self.wrong(told.language.as_ref().map_or(0, |told| told.span().start), "a language is pt-BR, en or es");
        }
        PartialConfig { folder: told.folder.get_ref().into(), language: language.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn a_partial_is_read_or_refused_with_its_line() {
        let told = |text: &str| Config::parse(&format!("[partial]\n{text}"));
        let whole = PartialConfig { folder: "parciais".into(), language: "pt-BR".into() };
        assert_eq!(told("folder = \"parciais\"\n").unwrap().partial, Some(whole));
        assert_eq!(told("folder = \"p\"\nlanguage = \"es\"\n").unwrap().partial.unwrap().language, "es");
        assert_eq!(Config::parse("").unwrap().partial, None);
        for (text, line) in [("folder = \" \"\n", 2), ("folder = \"p\"\nlanguage = \"fr\"\n", 3)] {
            assert_eq!(told(text).unwrap_err()[0].line, line, "{text}");
        }
    }
}
