//! Escalation: who is told of an alert that nobody looks after, and when the next one is.
//!
//! An alert climbs a [`Policy`] while it fires and nobody has taken it. Taking stops the climb; when that expires, whoever was told last
//! is told again and it goes on from there. Where nobody of a step is on duty, the step is passed over at once, and that is said. Time in
//! which nobody looked counts for nothing: whoever is told late has as long to answer as whoever is told in time.

use mirante_floor::Name;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Whom a step tells.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// One person.
    Person(Name),
    /// Everyone who has a role.
    Role(Name),
}

/// One step of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// How long after the step before, or after the alert fired, ms.
    pub after: i64,
    /// Whom it tells.
    pub to: Vec<Target>,
    /// Through which channels, by their names.
    pub by: Vec<Name>,
}

/// Steps, and how often they are gone through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Its id.
    pub id: Name,
    /// The steps, at least one.
    pub steps: Vec<Step>,
    /// How often all steps are gone through again after the first time.
    pub repeats: u32,
    /// How long after the last step the first comes again, ms; at least a minute.
    pub pause: i64,
}

/// Who is there to be told.
pub trait Duty {
    /// The people who have a role.
    fn people(&self, role: &str) -> Vec<Name>;
    /// True if a person is inside their shift or on call at that moment, Unix ms.
    fn on_duty(&self, person: &str, at: i64) -> bool;
}

/// How far an alert has climbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Climb {
    /// The step that comes next.
    step: usize,
    /// How often all steps were gone through.
    round: u32,
    /// When it comes, Unix ms; none while somebody looks after the alert, and at the end of the policy.
    next: Option<i64>,
}

/// What a step comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Which step, from 0.
    pub step: usize,
    /// Which time through the policy, from 0.
    pub round: u32,
    /// Who is told; nobody if nobody of the step is on duty.
    pub people: BTreeSet<Name>,
    /// Through which channels.
    pub by: Vec<Name>,
}

/// The shortest pause between two rounds, ms.
const SHORTEST_PAUSE: i64 = 60_000;

impl Climb {
    /// An alert that fires at `now`, Unix ms.
    pub fn new(policy: &Policy, now: i64) -> Climb {
        Climb { step: 0, round: 0, next: policy.steps.first().map(|step| now + step.after.max(0)) }
    }

    /// When the next step comes, Unix ms.
    pub fn next(&self) -> Option<i64> {
        self.next
    }

    /// Somebody looks after the alert: nobody else is told.
    pub fn stop(&mut self) {
        self.next = None;
    }

    /// Nobody looks after it any more, at `now`: the step that was taken last comes again at once.
    pub fn resume(&mut self, policy: &Policy, now: i64) {
        if self.next.is_some() || policy.steps.is_empty() {
            return;
        }
        match self.step.checked_sub(1) {
            Some(before) => self.step = before,
            // It was taken at the first step of a later round, or before anyone was told.
            None if self.round > 0 => (self.step, self.round) = (policy.steps.len() - 1, self.round - 1),
            None => {}
        }
        self.next = Some(now);
    }

    /// The step that has come by `now`, Unix ms, for whoever is on duty now. Steps with nobody on duty let the one after them come at
    /// once; the others come their time after this one, however late it is.
    pub fn due(&mut self, policy: &Policy, duty: &impl Duty, now: i64) -> Vec<Told> {
        let mut told = Vec::new();
        // It ends: rounds are apart, and each goes through the steps once.
        while self.next.is_some_and(|next| next <= now) {
            let Some(step) = policy.steps.get(self.step) else {
                // The policy has fewer steps than it had.
                self.next = None;
                break;
            };
            let people = on_duty(step, duty, now);
            let passed_over = people.is_empty();
            told.push(Told { step: self.step, round: self.round, people, by: step.by.clone() });
            self.go_on(policy, now, passed_over);
        }
        told
    }

    fn go_on(&mut self, policy: &Policy, at: i64, passed_over: bool) {
        self.step += 1;
        if let Some(step) = policy.steps.get(self.step) {
            self.next = Some(if passed_over { at } else { at.saturating_add(step.after.max(0)) });
            return;
        }
        if self.round >= policy.repeats {
            self.next = None;
            return;
        }
        self.round += 1;
        self.step = 0;
        self.next = Some(at.saturating_add(policy.pause.max(SHORTEST_PAUSE)));
    }
}

fn on_duty(step: &Step, duty: &impl Duty, at: i64) -> BTreeSet<Name> {
    let people = step.to.iter().flat_map(|target| match target {
        Target::Person(person) => vec![person.clone()],
        Target::Role(role) => duty.people(role),
    });
    people.filter(|person| duty.on_duty(person, at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;

    /// Who has which role, and from when to when they are there.
    struct People(Vec<(&'static str, &'static str, i64, i64)>);

    impl Duty for People {
        fn people(&self, role: &str) -> Vec<Name> {
            self.0.iter().filter(|(_, of, ..)| *of == role).map(|(name, ..)| Name::from(*name)).collect()
        }
        fn on_duty(&self, person: &str, at: i64) -> bool {
            self.0.iter().any(|(name, _, from, to)| *name == person && (*from..*to).contains(&at))
        }
    }

    fn everyone() -> People {
        let always = |name, role| (name, role, 0, i64::MAX);
        People(vec![
            always("bia", "supervisor"),
            always("caio", "supervisor"),
            always("dora", "coordenador"),
            always("enio", "gerente"),
        ])
    }

    fn policy(repeats: u32) -> Policy {
        let step = |minutes, role: &str| Step {
            after: minutes * MINUTE,
            to: vec![Target::Role(Name::from(role))],
            by: vec![Name::from("email")],
        };
        let steps = vec![step(0, "supervisor"), step(5, "coordenador"), step(10, "gerente")];
        Policy { id: Name::from("padrao"), steps, repeats, pause: 30 * MINUTE }
    }

    /// Lets minutes pass and writes down who is told when.
    fn minutes(climb: &mut Climb, policy: &Policy, duty: &People, from: i64, to: i64) -> Vec<(i64, usize, usize)> {
        let told = |minute: i64, climb: &mut Climb| {
            let due = climb.due(policy, duty, minute * MINUTE).into_iter();
            due.map(|told| (minute, told.step, told.people.len())).collect::<Vec<_>>()
        };
        (from..to).flat_map(|minute| told(minute, climb)).collect()
    }

    #[test]
    fn it_climbs_step_by_step_and_again_as_often_as_it_may() {
        let (policy, everyone) = (policy(1), everyone());
        let mut climb = Climb::new(&policy, 0);
        let told = minutes(&mut climb, &policy, &everyone, 0, 500);
        assert_eq!(told, [(0, 0, 2), (5, 1, 1), (15, 2, 1), (45, 0, 2), (50, 1, 1), (60, 2, 1)]);
        assert_eq!(climb.next(), None);
    }

    #[test]
    fn what_was_missed_is_not_told_all_at_once() {
        let policy = policy(1);
        // The night's supervisor has gone home when the computer wakes up.
        let people = People(vec![
            ("bia", "supervisor", 0, 60 * MINUTE),
            ("caio", "supervisor", 300 * MINUTE, i64::MAX),
            ("dora", "coordenador", 0, i64::MAX),
            ("enio", "gerente", 0, i64::MAX),
        ]);
        let mut climb = Climb::new(&policy, 0);
        let told = climb.due(&policy, &people, 480 * MINUTE);
        let names = |told: &[Told]| {
            told.iter().map(|t| (t.step, t.people.iter().cloned().collect::<Vec<_>>())).collect::<Vec<_>>()
        };
        assert_eq!(names(&told), [(0, vec![Name::from("caio")])], "whoever is there now, once");
        assert_eq!(climb.next(), Some(485 * MINUTE), "who has as long to answer as anyone");
        assert_eq!(minutes(&mut climb, &policy, &people, 481, 486), [(485, 1, 1)]);
    }

    #[test]
    fn a_policy_that_was_shortened_asks_for_nothing_more() {
        let (long, everyone) = (policy(0), everyone());
        let mut climb = Climb::new(&long, 0);
        minutes(&mut climb, &long, &everyone, 0, 6);
        let short = Policy { steps: long.steps[..1].to_vec(), ..long };
        assert_eq!(climb.due(&short, &everyone, 60 * MINUTE), []);
        assert_eq!(climb.next(), None);
    }

    #[test]
    fn it_stops_when_taken_and_goes_on_from_there() {
        let (policy, everyone) = (policy(0), everyone());
        let mut climb = Climb::new(&policy, 0);
        assert_eq!(minutes(&mut climb, &policy, &everyone, 0, 6), [(0, 0, 2), (5, 1, 1)]);
        climb.stop();
        assert_eq!(minutes(&mut climb, &policy, &everyone, 6, 100), []);
        climb.resume(&policy, 100 * MINUTE);
        assert_eq!(minutes(&mut climb, &policy, &everyone, 100, 200), [(100, 1, 1), (110, 2, 1)]);
        // Taken before anyone was told.
        let mut early = Climb::new(&policy, 0);
        early.stop();
        early.resume(&policy, 3 * MINUTE);
        assert_eq!(minutes(&mut early, &policy, &everyone, 3, 4), [(3, 0, 2)]);
    }

    #[test]
    fn who_is_not_on_duty_is_passed_over_and_that_is_said() {
        let policy = policy(0);
        // The coordinator has gone home; one supervisor comes at minute 3.
        let people = People(vec![
            ("bia", "supervisor", 3 * MINUTE, i64::MAX),
            ("dora", "coordenador", 0, MINUTE),
            ("enio", "gerente", 0, i64::MAX),
        ]);
        let mut climb = Climb::new(&policy, 2 * MINUTE);
        let told = minutes(&mut climb, &policy, &people, 2, 60);
        assert_eq!(told, [(2, 0, 0), (2, 1, 0), (2, 2, 1)], "nobody waits for someone who is not there");
        let nobody = People(vec![]);
        let told = minutes(&mut Climb::new(&policy, 0), &policy, &nobody, 0, 60);
        assert_eq!(told, [(0, 0, 0), (0, 1, 0), (0, 2, 0)], "and it ends");
    }

    #[test]
    fn rounds_are_at_least_a_minute_apart() {
        let mut hasty = policy(1_000);
        hasty.pause = 0;
        hasty.steps.truncate(1);
        let mut climb = Climb::new(&hasty, 0);
        let told: usize = (0..=600).map(|second| climb.due(&hasty, &everyone(), second * 1_000).len()).sum();
        assert_eq!(told, 11);
    }
}
