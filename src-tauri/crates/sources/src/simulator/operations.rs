//! What each kind of operation is like: how long, how patient, when.

use mirante_floor::{Goal, Operation};

/// A bump of the day's curve: hour of its top, height, width in hours.
type Bump = (f64, f64, f64);

/// The nature of one operation.
#[derive(Debug)]
pub(super) struct Nature {
    pub(super) operation: Operation,
    /// Queue name on the platform.
    pub(super) key: &'static str,
    /// What people call it.
    pub(super) label: &'static str,
    /// Mean conversation, s, and its coefficient of variation.
    pub(super) talk: (f64, f64),
    /// Mean after-call work, s.
    pub(super) wrapup: f64,
    /// Mean patience of callers, s.
    pub(super) patience: f64,
    /// True if callers give up at random; false if most endure about the same.
    pub(super) restless: bool,
    pub(super) goal: Goal,
    /// The queue sends callers on after this long, s.
    pub(super) limit: i64,
    /// Opening and closing, minutes after midnight; absent: always.
    pub(super) hours: Option<(u16, u16)>,
    /// Open on Saturdays, on Sundays.
    pub(super) weekend: (bool, bool),
    /// Part of its cell's work.
    pub(super) share: f64,
    /// Index of the operation that calls are passed on to, and how often.
    pub(super) passes: Option<(usize, f64)>,
    /// Index of the operation that takes callers over the limit.
    pub(super) relief: Option<usize>,
    /// Callers are sent on when everybody is on a break, not only when everybody has gone.
    pub(super) strict: bool,
    night: f64,
    bumps: &'static [Bump],
}

impl Nature {
    /// Demand at an hour of the day, about 1 at the top.
    pub(super) fn demand(&self, hour: f64) -> f64 {
        self.night + self.bumps.iter().map(|(top, height, width)| height * bell((hour - top) / width)).sum::<f64>()
    }
}

fn bell(x: f64) -> f64 {
    (-x * x / 2.0).exp()
}

/// The six operations, in the order in which queues are made. Neighbours share people: 0 and 1, 2 and 3, 4 and 5.
pub(super) const NATURES: [Nature; 6] = [
    Nature {
        operation: Operation::Sac,
        key: "sac",
        label: "SAC",
        talk: (235.0, 0.8),
        wrapup: 32.0,
        patience: 300.0,
        restless: true,
        goal: Goal { percent: 80, seconds: 60 },
        limit: 240,
        hours: None,
        weekend: (true, true),
        share: 0.58,
        passes: Some((1, 0.04)),
        relief: None,
        strict: false,
        night: 0.07,
        bumps: &[(10.2, 0.90, 1.7), (14.8, 0.78, 2.3), (20.2, 0.34, 1.8)],
    },
    Nature {
        operation: Operation::SupportN1,
        key: "suporte-n1",
        label: "Suporte N1",
        talk: (390.0, 0.75),
        wrapup: 55.0,
        patience: 320.0,
        restless: false,
        goal: Goal { percent: 80, seconds: 30 },
        limit: 240,
        hours: None,
        weekend: (true, true),
        share: 0.42,
        passes: Some((4, 0.09)),
        relief: None,
        strict: false,
        night: 0.08,
        bumps: &[(9.6, 0.80, 1.5), (14.2, 0.72, 2.0), (20.5, 0.45, 2.0)],
    },
    Nature {
        operation: Operation::Sales,
        key: "televendas",
        label: "Televendas",
        talk: (345.0, 0.85),
        wrapup: 50.0,
        patience: 190.0,
        restless: true,
        goal: Goal { percent: 85, seconds: 20 },
        limit: 150,
        hours: Some((8 * 60, 20 * 60)),
        weekend: (true, true),
        share: 0.52,
        passes: Some((0, 0.03)),
        relief: Some(0),
        strict: false,
        night: 0.05,
        bumps: &[(11.3, 0.85, 1.8), (15.5, 0.70, 2.2), (20.0, 0.40, 1.5)],
    },
    Nature {
        operation: Operation::Collections,
        key: "cobranca",
        label: "Cobrança receptiva",
        talk: (300.0, 0.7),
        wrapup: 45.0,
        patience: 260.0,
        restless: true,
        goal: Goal { percent: 80, seconds: 30 },
        limit: 210,
        hours: Some((8 * 60, 20 * 60)),
        weekend: (true, false),
        share: 0.48,
        passes: Some((0, 0.03)),
        relief: None,
        strict: false,
        night: 0.05,
        bumps: &[(9.8, 0.95, 1.4), (13.9, 0.70, 1.9), (17.5, 0.40, 1.3)],
    },
    Nature {
        operation: Operation::HelpDeskN2,
        key: "helpdesk-n2",
        label: "Help desk N2",
        talk: (700.0, 0.7),
        wrapup: 120.0,
        patience: 480.0,
        restless: false,
        goal: Goal { percent: 80, seconds: 60 },
        limit: 480,
        hours: Some((8 * 60, 18 * 60)),
        weekend: (false, false),
        share: 0.64,
        passes: Some((5, 0.13)),
        relief: None,
        strict: true,
        night: 0.05,
        bumps: &[(9.7, 0.9, 1.3), (14.3, 0.85, 1.7)],
    },
    Nature {
        operation: Operation::ServiceDeskN3,
        key: "servicedesk-n3",
        label: "Service desk N3",
        talk: (1_020.0, 0.65),
        wrapup: 200.0,
        patience: 600.0,
        restless: false,
        goal: Goal { percent: 70, seconds: 120 },
        limit: 720,
        hours: Some((8 * 60, 18 * 60)),
        weekend: (false, false),
        share: 0.36,
        passes: None,
        relief: None,
        strict: true,
        night: 0.08,
        bumps: &[(10.3, 0.85, 1.5), (15.0, 0.80, 1.8)],
    },
];
