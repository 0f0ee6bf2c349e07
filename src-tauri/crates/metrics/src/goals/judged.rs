//! What a goal can be about: what its figure is made of is known of its scope.

use crate::{Absent, Calls, Catalogue, Definition, Formula, Journeys, Looked, Measure, Presence, Sums, Terms, Work};
use mirante_floor::Scope;

/// The definition that a goal names, itself or by its family.
pub fn named(definition: &str) -> Option<&'static Definition> {
    let usual = Catalogue::own().family(definition).map_or(definition, |family| &family.usual);
    Catalogue::own().newest(usual)
}

/// Whether a goal about a figure of a scope is ever judged, once there is something to judge.
pub fn can_be_judged(definition: &Definition, scope: &Scope) -> bool {
    let is_of_calls = definition.measures().any(Measure::is_of_calls);
    let fits = match scope {
        Scope::Campaign(..) => is_of_calls,
        Scope::Client(_) => true,
        Scope::Operation(_) | Scope::Queue(..) | Scope::Team(_) => !is_of_calls,
    };
    let is_team = matches!(scope, Scope::Team(_));
    let now = matches!(definition.formula, Formula::LongestWaiting {} | Formula::QueuesOnTarget {});
    fits && !now && !(is_team && definition.measures().any(is_of_no_team)) && is_told(definition, scope)
}

/// Whether one of any scope is.
pub fn of_any_scope(definition: &Definition) -> bool {
    let scopes = [
        Scope::Queue(Default::default(), Default::default()),
        Scope::Client(Default::default()),
        Scope::Team(Default::default()),
    ];
    scopes.iter().any(|scope| can_be_judged(definition, scope))
}

/// Whether facts of the scope, empty as they are, leave only something to count to be wanted.
fn is_told(definition: &Definition, scope: &Scope) -> bool {
    let is_team = matches!(scope, Scope::Team(_));
    let facts = Sums {
        work: Some(Work::default()),
        presence: is_team.then(Presence::default),
        calls: Some(Calls::default()),
        journeys: (!is_team).then(|| Journeys::new(0, 0, false).partial()),
        ..Sums::default()
    };
    let looked = Looked { to: 0, now: 0, open: false, heard: true };
    let figure = facts.figure(definition, Terms::new(20, 5), looked);
    matches!(figure.value, Ok(_) | Err(Absent::NothingToDivide))
}

/// What is lost, or waits, is nobody's: no team has it.
pub fn is_of_no_team(measure: Measure) -> bool {
    use Measure::*;
    matches!(
        measure,
        Offered
            | Ended
            | Abandoned
            | AbandonedInTime
            | ShortAbandoned
            | TimedOut
            | ExitKey
            | Transferred
            | Overflowed
            | Withdrawn
            | Unknown
            | Waiting
            | WaitingOverdue
    )
}
