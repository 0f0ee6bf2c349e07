//! The few words that channels add to what they are given, in the three languages of the interface.

use crate::{Event, Severity};
use serde::{Deserialize, Serialize};

/// A language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Language {
    /// Portuguese of Brazil.
    #[default]
    #[serde(rename = "pt-BR")]
    Portuguese,
    /// English.
    #[serde(rename = "en")]
    English,
    /// Spanish.
    #[serde(rename = "es")]
    Spanish,
}

pub(crate) struct Words {
    /// Firing, escalated, reminder, resolved, test, report.
    events: [&'static str; 6],
    /// Notice, warning, critical.
    severities: [&'static str; 3],
    pub(crate) subject: &'static str,
    pub(crate) open: &'static str,
    /// Between what is told and what there is no room for: "and 12 more".
    pub(crate) more: [&'static str; 2],
    pub(crate) test_title: &'static str,
    pub(crate) test_sentence: &'static str,
}

const PORTUGUESE: Words = Words {
    events: ["Disparado", "Escalonado", "Continua", "Resolvido", "TESTE", "Informe"],
    severities: ["aviso", "atenção", "crítico"],
    subject: "Sobre",
    open: "Abrir no Mirante",
    more: ["e mais", ""],
    test_title: "Teste do canal",
    test_sentence: "Isto é só um teste: nada aconteceu, e nada há a fazer. Os alertas do Mirante chegarão por aqui.",
};

const ENGLISH: Words = Words {
    events: ["Firing", "Escalated", "Still firing", "Resolved", "TEST", "Report"],
    severities: ["notice", "warning", "critical"],
    subject: "About",
    open: "Open in Mirante",
    more: ["and", "more"],
    test_title: "Test of the channel",
    test_sentence: "This is only a test: nothing happened, and there is nothing to do. Mirante's alerts will arrive here.",
};

const SPANISH: Words = Words {
    events: ["Disparada", "Escalada", "Continúa", "Resuelta", "PRUEBA", "Informe"],
    severities: ["aviso", "atención", "crítica"],
    subject: "Sobre",
    open: "Abrir en Mirante",
    more: ["y", "más"],
    test_title: "Prueba del canal",
    test_sentence: "Esto es solo una prueba: no pasó nada y no hay nada que hacer. Las alertas de Mirante llegarán por aquí.",
};

impl Language {
    /// Every language.
    pub const ALL: [Language; 3] = [Language::Portuguese, Language::English, Language::Spanish];

    /// The word that stands for it in files.
    pub fn word(self) -> &'static str {
        ["pt-BR", "en", "es"][self as usize]
    }

    pub(crate) fn words(self) -> &'static Words {
        [&PORTUGUESE, &ENGLISH, &SPANISH][self as usize]
    }
}

impl Words {
    pub(crate) fn event(&self, event: Event) -> &'static str {
        self.events[event as usize]
    }

    pub(crate) fn severity(&self, severity: Severity) -> &'static str {
        self.severities[severity as usize]
    }

    pub(crate) fn more(&self, left_out: usize) -> String {
        format!("{} {left_out} {}", self.more[0], self.more[1]).trim_end().to_owned()
    }
}
