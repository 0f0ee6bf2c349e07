//! Names of conditions as the live floor knows them: what is told of now, and which are of a stretch of time.

use mirante_alerts::{Rule, Scope};

/// What a name asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Asks {
    /// Something of this instant.
    Now(Now),
    /// A figure over a stretch of time.
    Over(Figure, Stretch),
}

/// What is asked of this instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Now {
    Waiting,
    LongestWait,
    Logged,
    Free,
    Talking,
    Wrapup,
    Paused,
    Open,
    StateFor,
    InWrapup,
    InPause,
    PauseReason,
    Unreachable,
    Heard,
    Late,
    ClockOff,
}

/// Which figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Figure {
    Offered,
    Answered,
    Abandoned,
    Level,
    Abandonment,
    Asa,
    Attempts,
    DropRate,
    ShortCalls,
    RightParty,
}

/// Over which stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stretch {
    /// So many whole minutes, and the one that is not over.
    Rolling(u32),
    /// The half hour that is not over.
    Interval,
    /// The day.
    Day,
}

/// What of the floor a name reads: an event about something else does not change it.
pub(crate) mod part {
    /// Visits of a queue; the figures of a campaign.
    pub(crate) const LINE: u8 = 1;
    /// What the agents of a queue or team do.
    pub(crate) const CREW: u8 = 2;
    /// An agent.
    pub(crate) const PERSON: u8 = 4;
    /// A source.
    pub(crate) const SOURCE: u8 = 8;
}

const NOW: [(&str, Now); 16] = [
    ("waiting", Now::Waiting),
    ("longest_wait", Now::LongestWait),
    ("logged", Now::Logged),
    ("free", Now::Free),
    ("talking", Now::Talking),
    ("wrapup", Now::Wrapup),
    ("paused", Now::Paused),
    ("open", Now::Open),
    ("state_for", Now::StateFor),
    ("in_wrapup", Now::InWrapup),
    ("in_pause", Now::InPause),
    ("pause_reason", Now::PauseReason),
    ("unreachable", Now::Unreachable),
    ("heard", Now::Heard),
    ("late", Now::Late),
    ("clock_off", Now::ClockOff),
];

const OVER: [(&str, Figure); 10] = [
    ("offered", Figure::Offered),
    ("answered", Figure::Answered),
    ("abandoned", Figure::Abandoned),
    ("sl", Figure::Level),
    ("abandonment", Figure::Abandonment),
    ("asa", Figure::Asa),
    ("attempts", Figure::Attempts),
    ("drop_rate", Figure::DropRate),
    ("short_calls", Figure::ShortCalls),
    ("right_party", Figure::RightParty),
];

const STRETCHES: [(&str, Stretch); 6] = [
    ("_5m", Stretch::Rolling(5)),
    ("_15m", Stretch::Rolling(15)),
    ("_30m", Stretch::Rolling(30)),
    ("_60m", Stretch::Rolling(60)),
    ("_interval", Stretch::Interval),
    ("_day", Stretch::Day),
];

impl Asks {
    /// What a name of a condition asks for; none if nothing on the live floor tells it.
    pub(crate) fn of(name: &str) -> Option<Asks> {
        if let Some((_, now)) = NOW.iter().find(|(known, _)| *known == name) {
            return Some(Asks::Now(*now));
        }
        OVER.iter().find_map(|(known, figure)| {
            let rest = name.strip_prefix(known)?;
            let (_, stretch) = STRETCHES.iter().find(|(word, _)| *word == rest)?;
            Some(Asks::Over(*figure, *stretch))
        })
    }

    /// What of the floor it reads.
    pub(crate) fn reads(self) -> u8 {
        match self {
            Asks::Now(Now::Waiting | Now::LongestWait | Now::Open) | Asks::Over(..) => part::LINE,
            Asks::Now(Now::Logged | Now::Free | Now::Talking | Now::Wrapup | Now::Paused) => part::CREW,
            Asks::Now(Now::StateFor | Now::InWrapup | Now::InPause | Now::PauseReason | Now::Unreachable) => {
                part::PERSON
            }
            Asks::Now(Now::Heard | Now::Late | Now::ClockOff) => part::SOURCE,
        }
    }

    /// True if it changes while nothing happens.
    pub(crate) fn grows(self) -> bool {
        matches!(self, Asks::Now(Now::LongestWait | Now::StateFor | Now::Late))
    }

    /// True if it can be told of such things over such a stretch.
    fn is_told(self, scope: Scope) -> bool {
        match self {
            // Of campaigns the floor keeps the day, and nothing of what they have in common.
            Asks::Over(Figure::Attempts | Figure::DropRate | Figure::ShortCalls | Figure::RightParty, stretch) => {
                scope == Scope::Campaign && stretch == Stretch::Day
            }
            _ => true,
        }
    }
}

/// The first name that a rule reads and that nothing on the live floor tells: it would never fire.
pub(crate) fn untold(rule: &Rule) -> Option<&str> {
    rule.reads().find(|name| !Asks::of(name).is_some_and(|asks| asks.is_told(rule.scope)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use mirante_alerts::{TERMS, spellings};

    #[test]
    fn what_the_floor_tells_is_a_name_of_conditions() {
        let names: std::collections::BTreeSet<String> = Scope::ALL.into_iter().flat_map(spellings).collect();
        for (name, _) in NOW {
            assert!(names.contains(name), "{name}");
        }
        for (name, figure) in OVER {
            let spelled = format!("{name}_day");
            assert_eq!(Asks::of(&spelled), Some(Asks::Over(figure, Stretch::Day)));
            assert!(names.contains(&spelled), "{spelled}");
        }
        let untold: Vec<&str> = TERMS
            .iter()
            .map(|term| term.name)
            .filter(|name| Asks::of(name).is_none() && Asks::of(&format!("{name}_day")).is_none())
            .collect();
        // What needs a record of its own (tickets, diallers' lists, the disk) or figures that history alone has.
        assert_eq!(
            untold,
            [
                "aht",
                "acw",
                "occupancy",
                "rings_missed",
                "transfer",
                "escalated",
                "repeated",
                "outside_hours",
                "hopper",
                "asks_help",
                "disk_left"
            ]
        );
    }
}
