//! Words for how a call ended, in three languages and as platforms write them.

use crate::sheet::plain;
use mirante_floor::Outcome;
use serde::{Deserialize, Serialize};

/// What a word for an outcome means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// An agent answered.
    Answered,
    /// The caller hung up.
    Abandoned,
    /// The queue's time limit sent the caller on.
    Timeout,
    /// The caller left by pressing a key.
    ExitKey,
    /// Passed on: by the agent who answered, else while waiting.
    Transferred,
    /// No agent was left.
    Overflow,
    /// A supervisor took the caller out.
    Withdrawn,
    /// Unanswered, and the report does not say how.
    Unknown,
    /// No call of a queue: the row is passed over.
    Skip,
}

impl Meaning {
    /// Every meaning, as they are shown.
    pub const ALL: [Meaning; 9] = [
        Meaning::Answered,
        Meaning::Abandoned,
        Meaning::Timeout,
        Meaning::Transferred,
        Meaning::Overflow,
        Meaning::ExitKey,
        Meaning::Withdrawn,
        Meaning::Unknown,
        Meaning::Skip,
    ];

    /// How a wait that nobody answered ended so; none for what says something else.
    pub(super) fn outcome(self) -> Option<Outcome> {
        Some(match self {
            Meaning::Answered | Meaning::Skip => return None,
            Meaning::Abandoned => Outcome::Abandoned,
            Meaning::Timeout => Outcome::Timeout,
            Meaning::ExitKey => Outcome::ExitKey,
            Meaning::Transferred => Outcome::Transferred,
            Meaning::Overflow => Outcome::Overflow,
            Meaning::Withdrawn => Outcome::Withdrawn,
            Meaning::Unknown => Outcome::Unknown,
        })
    }
}

/// Words whose meaning is beyond doubt. What platforms use for several things ("perdida", "failed", "busy") is not among them: people
/// say what it means.
const WORDS: &[(Meaning, &[&str])] = &[
    (
        Meaning::Answered,
        &[
            "atendida",
            "atendido",
            "atendidas",
            "respondida",
            "respondido",
            "answered",
            "answer",
            "handled",
            "contestada",
            "contestado",
            "complete",
            "completed",
            "completecaller",
            "completeagent",
            "completeagente",
            "completada",
            "completa",
            "concluida",
            "finalizada",
            "finalizado",
            "terminada",
            "connect",
            "connected",
            "encerrada",
            "atendimento",
        ],
    ),
    (
        Meaning::Abandoned,
        &[
            "abandonada",
            "abandonado",
            "abandono",
            "abandonadas",
            "abandon",
            "abandoned",
            "abandonedcall",
            "desistencia",
            "desistiu",
            "desligouespera",
            "abandononafila",
            "abandonadanafila",
            "callerhangup",
            "hungup",
        ],
    ),
    (
        Meaning::Timeout,
        &[
            "timeout",
            "tempoesgotado",
            "exitwithtimeout",
            "tempoexcedido",
            "tempodeesperaexcedido",
            "tiempoagotado",
            "tiempoexcedido",
            "timedout",
            "expirada",
            "expirado",
        ],
    ),
    (
        Meaning::Transferred,
        &[
            "transferida",
            "transferido",
            "transferencia",
            "transfer",
            "transferred",
            "transferida",
            "blindtransfer",
            "attendedtransfer",
            "derivada",
        ],
    ),
    (
        Meaning::Overflow,
        &[
            "exitempty",
            "transbordo",
            "transbordada",
            "transbordou",
            "overflow",
            "overflowed",
            "desborde",
            "desbordada",
            "semoperador",
            "semoperadores",
            "semagentes",
            "sinagentes",
            "noagents",
        ],
    ),
    (Meaning::ExitKey, &["exitwithkey", "saiuportecla", "teclou", "opcaonaespera", "exitkey", "salioportecla"]),
    (Meaning::Withdrawn, &["withdraw", "withdrawn", "retirada", "retiradadafila", "removida"]),
    (
        Meaning::Unknown,
        &[
            "naoatendida",
            "naoatendido",
            "noanswer",
            "unanswered",
            "notanswered",
            "nocontestada",
            "nocontestado",
            "noatendida",
        ],
    ),
];

/// What a word means, if that is beyond doubt.
pub(super) fn known(word: &str) -> Option<Meaning> {
    let word = plain(word);
    WORDS.iter().find(|(_, words)| words.contains(&&*word)).map(|(meaning, _)| *meaning)
}
