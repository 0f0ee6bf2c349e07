//! Active efforts and how their attempts end.

use super::chance::Dice;
use mirante_floor::{CampaignKind, DispositionFlags};

/// A kind of campaign.
#[derive(Debug)]
pub(super) struct Effort {
    pub(super) key: &'static str,
    pub(super) label: &'static str,
    pub(super) kind: CampaignKind,
    /// Lines dialled for each free agent; absent: the agent dials.
    pub(super) pace: Option<f64>,
    /// Opening and closing, minutes after midnight, and closing on Saturdays.
    pub(super) hours: (i64, i64),
    pub(super) saturday: i64,
    /// Mean conversation, s.
    pub(super) talk: f64,
    /// Chance that an attempt reaches a human; a machine.
    pub(super) human: f64,
    pub(super) machine: f64,
    /// Part of the people logged in that it may take at once.
    pub(super) quota: f64,
    /// Results wanted a day.
    pub(super) goal: u32,
    /// How conversations end: code, flags, weight.
    results: &'static [(&'static str, DispositionFlags, f64)],
}

const NONE: DispositionFlags = DispositionFlags {
    human: false,
    right_party: false,
    sale: false,
    promise: false,
    do_not_call: false,
    completed: false,
    unworkable: false,
};
const HUMAN: DispositionFlags = DispositionFlags { human: true, ..NONE };
const RIGHT: DispositionFlags = DispositionFlags { right_party: true, ..HUMAN };
const DONE: DispositionFlags = DispositionFlags { completed: true, ..RIGHT };
const PROMISE: DispositionFlags = DispositionFlags { promise: true, ..DONE };
const SALE: DispositionFlags = DispositionFlags { sale: true, ..DONE };
const NEVER: DispositionFlags = DispositionFlags { do_not_call: true, ..DONE };
const BAD: DispositionFlags = DispositionFlags { completed: true, unworkable: true, ..NONE };

/// The three campaigns of a centre.
pub(super) const EFFORTS: [Effort; 3] = [
    Effort {
        key: "cobranca-30d",
        label: "Cobrança 30 dias",
        kind: CampaignKind::Collections,
        pace: Some(1.5),
        hours: (8 * 60, 20 * 60),
        saturday: 14 * 60,
        talk: 170.0,
        human: 0.20,
        machine: 0.16,
        quota: 0.45,
        goal: 70,
        results: &[
            ("RECADO", HUMAN, 0.38),
            ("DESCONHECE", DispositionFlags { unworkable: true, completed: true, ..HUMAN }, 0.12),
            ("SEM ACORDO", RIGHT, 0.22),
            ("ACORDO", PROMISE, 0.17),
            ("JÁ PAGOU", DONE, 0.05),
            ("RETORNAR", RIGHT, 0.05),
            ("NÃO PERTURBE", NEVER, 0.01),
        ],
    },
    Effort {
        key: "vendas",
        label: "Vendas",
        kind: CampaignKind::Sales,
        pace: Some(1.4),
        hours: (9 * 60, 20 * 60),
        saturday: 14 * 60,
        talk: 210.0,
        human: 0.17,
        machine: 0.15,
        quota: 0.40,
        goal: 20,
        results: &[
            ("RECADO", HUMAN, 0.50),
            ("RECUSA", DONE, 0.28),
            ("AGENDADO", RIGHT, 0.11),
            ("VENDA", SALE, 0.08),
            ("NÃO PERTURBE", NEVER, 0.03),
        ],
    },
    Effort {
        key: "pesquisa",
        label: "Pesquisa de satisfação",
        kind: CampaignKind::Survey,
        pace: None,
        hours: (9 * 60, 19 * 60),
        saturday: 13 * 60,
        talk: 130.0,
        human: 0.38,
        machine: 0.14,
        quota: 0.5,
        goal: 70,
        results: &[
            ("CONCLUÍDA", DONE, 0.52),
            ("RECUSA", DONE, 0.22),
            ("RETORNAR", RIGHT, 0.14),
            ("RECADO", HUMAN, 0.12),
        ],
    },
];

/// What an attempt will come to, before anyone speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Nobody,
    Busy,
    Bad,
    Machine,
    Human,
}

impl Effort {
    /// Draws whom an attempt reaches.
    pub(super) fn reach(&self, dice: &mut Dice) -> Reach {
        let x = dice.unit();
        match x {
            _ if x < self.human => Reach::Human,
            _ if x < self.human + self.machine => Reach::Machine,
            _ if x < self.human + self.machine + 0.09 => Reach::Busy,
            _ if x < self.human + self.machine + 0.13 => Reach::Bad,
            _ => Reach::Nobody,
        }
    }

    /// Draws how a conversation ends.
    pub(super) fn result(&self, dice: &mut Dice) -> (&'static str, DispositionFlags) {
        let total: f64 = self.results.iter().map(|(_, _, weight)| weight).sum();
        let mut x = dice.unit() * total;
        for (code, flags, weight) in self.results {
            if x < *weight {
                return (code, *flags);
            }
            x -= weight;
        }
        self.results.last().map_or(("RECADO", HUMAN), |(code, flags, _)| (code, *flags))
    }
}

/// The code of an attempt that came to no conversation.
pub(super) fn silent(reach: Reach) -> (&'static str, DispositionFlags) {
    match reach {
        Reach::Nobody => ("NÃO ATENDE", NONE),
        Reach::Busy => ("OCUPADO", NONE),
        Reach::Bad => ("NÚMERO INEXISTENTE", BAD),
        Reach::Machine => ("CAIXA POSTAL", NONE),
        Reach::Human => ("ABANDONO DO DISCADOR", HUMAN),
    }
}
