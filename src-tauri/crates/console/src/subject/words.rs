//! The words of a written-out record, in the three languages of the interface.

use mirante_floor::{AttemptResult, Outcome, StateKind};

/// A language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Pt,
    En,
    Es,
}

impl Language {
    /// By its tag; Portuguese where it is not known.
    pub(super) fn of(tag: &str) -> Language {
        match tag {
            "en" => Language::En,
            "es" => Language::Es,
            _ => Language::Pt,
        }
    }

    fn pick(self, [pt, en, es]: [&'static str; 3]) -> &'static str {
        match self {
            Language::Pt => pt,
            Language::En => en,
            Language::Es => es,
        }
    }

    /// Headings of the table, in the order of its columns.
    pub(super) fn headings(self) -> [&'static str; 10] {
        [
            ["o que é", "what it is", "qué es"],
            ["início", "begun", "inicio"],
            ["fim", "ended", "fin"],
            ["fila ou campanha", "queue or campaign", "cola o campaña"],
            ["resultado", "result", "resultado"],
            ["espera", "wait", "espera"],
            ["conversa", "conversation", "conversación"],
            ["operador (código)", "agent (code)", "agente (código)"],
            ["número e nome", "number and name", "número y nombre"],
            ["contato", "contact", "contacto"],
        ]
        .map(|words| self.pick(words))
    }

    pub(super) fn visit(self) -> &'static str {
        self.pick(["visita à fila", "visit to a queue", "visita a la cola"])
    }

    pub(super) fn attempt(self) -> &'static str {
        self.pick(["tentativa de ligação", "attempt to call", "intento de llamada"])
    }

    pub(super) fn span(self) -> &'static str {
        self.pick(["tempo de trabalho", "working time", "tiempo de trabajo"])
    }

    pub(super) fn outcome(self, outcome: Outcome) -> &'static str {
        self.pick(match outcome {
            Outcome::Answered => ["atendida", "answered", "atendida"],
            Outcome::Abandoned => ["abandonada", "abandoned", "abandonada"],
            Outcome::Timeout => ["tempo esgotado", "timed out", "tiempo agotado"],
            Outcome::ExitKey => ["saiu por tecla", "left by a key", "salió con una tecla"],
            Outcome::Transferred => ["transferida na espera", "transferred while waiting", "transferida en espera"],
            Outcome::Overflow => ["transbordo", "overflow", "desborde"],
            Outcome::Withdrawn => ["retirada", "withdrawn", "retirada"],
            Outcome::Unknown => ["não se sabe", "not known", "no se sabe"],
        })
    }

    pub(super) fn result(self, result: AttemptResult) -> &'static str {
        self.pick(match result {
            AttemptResult::Answered => ["atendida", "answered", "atendida"],
            AttemptResult::Machine => ["máquina", "machine", "máquina"],
            AttemptResult::Busy => ["ocupado", "busy", "ocupado"],
            AttemptResult::NoAnswer => ["não atende", "no answer", "no contesta"],
            AttemptResult::Refused => ["recusada", "refused", "rechazada"],
            AttemptResult::Invalid => ["número inválido", "invalid number", "número inválido"],
            AttemptResult::Unavailable => ["inacessível", "unavailable", "inaccesible"],
            AttemptResult::Congestion => ["rede ou tronco sem vaga", "congestion", "red o troncal sin cupo"],
            AttemptResult::Cancelled => ["desistência nossa", "given up by us", "desistimos"],
            AttemptResult::Unknown => ["não se sabe", "not known", "no se sabe"],
        })
    }

    pub(super) fn state(self, state: StateKind) -> &'static str {
        self.pick(match state {
            StateKind::Ready => ["livre", "ready", "libre"],
            StateKind::Ringing => ["chamando", "ringing", "timbrando"],
            StateKind::Talking => ["em atendimento", "on a call", "en llamada"],
            StateKind::Hold => ["em espera", "on hold", "en retención"],
            StateKind::Wrapup => ["pós", "wrap-up", "pos"],
            StateKind::Paused => ["pausa", "paused", "pausa"],
            StateKind::Offline => ["desconectado", "offline", "desconectado"],
            StateKind::Unknown => ["não se sabe", "not known", "no se sabe"],
        })
    }
}
