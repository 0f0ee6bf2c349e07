//! What people do with alerts, and the law that an event need only look at what it touches.

use mirante_alerts::{
    Absence, AlertState, Calendar, Condition, Facts, Flapping, Key, Local, Matcher, Reading, Rule, Rules, Scope,
    Severity, Shown, Silence, SilenceError, Subject, Taken, Touched,
};
use mirante_floor::{Name, SourceId};
use proptest::prelude::*;
use std::collections::BTreeMap;

#[derive(Default)]
struct World {
    facts: BTreeMap<Subject, BTreeMap<&'static str, Reading>>,
    silent: Vec<SourceId>,
    members: BTreeMap<Subject, Vec<Subject>>,
}

impl World {
    fn put(&mut self, subject: &Subject, name: &'static str, value: f64) {
        self.facts.entry(subject.clone()).or_default().insert(name, Reading::Number(value));
    }
}

/// Clocks of no zone, and no holidays.
impl Calendar for World {
    fn local(&self, now: i64) -> Local {
        Local { day: now.div_euclid(86_400_000), time: now.rem_euclid(86_400_000) }
    }
    fn instant(&self, local: Local) -> i64 {
        local.day * 86_400_000 + local.time
    }
    fn is_holiday(&self, _: i64) -> bool {
        false
    }
}

impl Facts for World {
    fn subjects(&self, scope: Scope) -> Vec<Subject> {
        self.facts.keys().filter(|subject| subject.scope == scope).cloned().collect()
    }
    fn heard(&self, subject: &Subject) -> bool {
        !self.silent.contains(&subject.source)
    }
    fn members(&self, subject: &Subject) -> Vec<Subject> {
        self.members.get(subject).cloned().unwrap_or_default()
    }
    fn read(&self, subject: &Subject, name: &str) -> Reading {
        self.facts.get(subject).and_then(|facts| facts.get(name)).cloned().unwrap_or(Reading::Absent)
    }
}

fn rule(id: &str, severity: Severity, when: &str) -> Rule {
    Rule {
        id: Name::from(id),
        name: id.to_owned(),
        severity,
        scope: Scope::Queue,
        only: Vec::new(),
        when: Condition::new(when, Scope::Queue).expect("a condition"),
        over: None,
        hold: 0,
        keep: 0,
        absent: Absence::default(),
        hours: None,
        holds_back: Vec::new(),
        flapping: Flapping::default(),
        policy: None,
        legal: false,
        plan: String::new(),
    }
}

/// A queue that is full for a while, and one with callers and nobody to answer, which explains that.
fn rules() -> Rules {
    let full = Rule {
        over: Some(Condition::new("waiting < 3", Scope::Queue).expect("a condition")),
        hold: 10 * SECOND,
        keep: 20 * SECOND,
        flapping: Flapping { most: 2, within: 300 * SECOND },
        ..rule("cheia", Severity::Warning, "waiting > 5")
    };
    let nobody = Rule {
        holds_back: vec![Name::from("cheia")],
        legal: true,
        ..rule("sem-gente", Severity::Critical, "waiting > 0 && free == 0")
    };
    Rules::new(vec![full, nobody]).expect("rules")
}

fn queue(id: &str) -> Subject {
    Subject { scope: Scope::Queue, source: SourceId(1), id: Name::from(id) }
}

fn key(rule: &str) -> Key {
    Key { rule: Name::from(rule), subject: queue("sac") }
}

const SECOND: i64 = 1000;

#[test]
fn somebody_looks_after_an_alert_for_a_while() {
    let (rules, mut world, mut state) = (rules(), World::default(), AlertState::default());
    world.put(&queue("sac"), "free", 0.0);
    world.put(&queue("sac"), "waiting", 1.0);
    let taken = |until| Taken { by: Name::from("bia"), note: "chamando gente".into(), at: 0, until };
    assert!(!state.take(&key("sem-gente"), taken(60 * SECOND)), "it is no alert yet");
    state.step(&rules, &world, Touched::All, 0);
    assert_eq!(state.shown(&key("sem-gente")), Shown::Firing);
    assert!(state.take(&key("sem-gente"), taken(60 * SECOND)));
    let (told, wake) = state.step(&rules, &world, Touched::All, SECOND);
    assert_eq!((told.len(), told[0].from, told[0].to), (1, Shown::Firing, Shown::Acknowledged));
    assert_eq!(wake, Some(60 * SECOND), "it does not count for ever");
    let (told, _) = state.step(&rules, &world, Touched::Due, 60 * SECOND);
    assert_eq!((told.len(), told[0].to), (1, Shown::Firing));
    // Taken, and let go by hand.
    assert!(state.take(&key("sem-gente"), taken(600 * SECOND)));
    state.step(&rules, &world, Touched::All, 61 * SECOND);
    assert!(state.let_go(&key("sem-gente")));
    state.step(&rules, &world, Touched::All, 62 * SECOND);
    assert_eq!(state.shown(&key("sem-gente")), Shown::Firing);
    // Resolved: nobody looks after the next one.
    assert!(state.take(&key("sem-gente"), taken(600 * SECOND)));
    world.put(&queue("sac"), "waiting", 0.0);
    state.step(&rules, &world, Touched::All, 63 * SECOND);
    world.put(&queue("sac"), "waiting", 1.0);
    state.step(&rules, &world, Touched::All, 64 * SECOND);
    assert_eq!(state.shown(&key("sem-gente")), Shown::Firing);
}

#[test]
fn a_silence_has_a_reason_an_end_and_no_power_over_the_law() {
    let (rules, mut world, mut state) = (rules(), World::default(), AlertState::default());
    world.put(&queue("sac"), "waiting", 9.0);
    world.put(&queue("sac"), "free", 2.0);
    let of = Matcher { id: Some(Name::from("sac")), ..Matcher::default() };
    let silence = |from, until, why: &str, admin| Silence {
        of: of.clone(),
        from: from * SECOND,
        until: until * SECOND,
        by: Name::from("bia"),
        why: why.into(),
        admin,
    };
    assert_eq!(state.silence(1, Some(silence(5, 5, "obra", false))), Err(SilenceError::Backwards));
    assert_eq!(state.silence(1, Some(silence(0, 700_000, "obra", false))), Err(SilenceError::Long));
    assert_eq!(state.silence(1, Some(silence(0, 60, " ", false))), Err(SilenceError::Reason));
    let all = Silence { of: Matcher::default(), ..silence(0, 60, "obra", false) };
    assert_eq!(state.silence(1, Some(all.clone())), Err(SilenceError::Everything));
    let at_most = |severity| Matcher { severity: Some(severity), ..Matcher::default() };
    let critical = Silence { of: at_most(Severity::Critical), ..all.clone() };
    assert_eq!(
        state.silence(1, Some(critical)),
        Err(SilenceError::Everything),
        "and so is all that is at most critical"
    );
    let ages = Silence { from: i64::MIN, until: i64::MAX, ..silence(0, 60, "obra", false) };
    assert_eq!(state.silence(1, Some(ages)), Err(SilenceError::Long));
    let notices = Silence { of: at_most(Severity::Notice), ..all };
    assert_eq!(state.silence(1, Some(notices)), Ok(()));
    state.silence(1, None).expect("taken back");

    state.step(&rules, &world, Touched::All, 0);
    state.silence(1, Some(silence(20, 40, "obra", false))).expect("a silence");
    let (_, wake) = state.step(&rules, &world, Touched::All, SECOND);
    assert_eq!(wake, Some(10 * SECOND));
    let (_, wake) = state.step(&rules, &world, Touched::Due, 10 * SECOND);
    assert_eq!((state.shown(&key("cheia")), wake), (Shown::Firing, Some(20 * SECOND)));
    state.step(&rules, &world, Touched::Due, 20 * SECOND);
    assert_eq!(state.shown(&key("cheia")), Shown::Silenced);
    world.put(&queue("sac"), "free", 0.0);
    state.step(&rules, &world, Touched::All, 21 * SECOND);
    assert_eq!(state.shown(&key("sem-gente")), Shown::Firing, "the law is not silenced");
    state.silence(2, Some(silence(20, 60, "simulado", true))).expect("a silence");
    state.step(&rules, &world, Touched::All, 22 * SECOND);
    assert_eq!(state.shown(&key("sem-gente")), Shown::Silenced, "but by an administrator");
    state.silence(2, None).expect("taken back");
    state.step(&rules, &world, Touched::Due, 40 * SECOND);
    assert_eq!(state.shown(&key("sem-gente")), Shown::Firing);
    assert_eq!(state.shown(&key("cheia")), Shown::Inhibited, "silent no more, and explained by the other");
    assert!(state.silences().is_empty());
}

#[test]
fn what_nobody_saw_counts_for_nothing() {
    let (rules, mut world, mut state) = (rules(), World::default(), AlertState::default());
    world.put(&queue("sac"), "waiting", 9.0);
    world.put(&queue("sac"), "free", 1.0);
    state.step(&rules, &world, Touched::All, 0);
    assert_eq!(state.shown(&key("cheia")), Shown::Pending);
    // The hub was off for an hour: ten seconds begin again.
    let (told, wake) = state.step(&rules, &world, Touched::Resumed, 3_600 * SECOND);
    assert_eq!((told, wake), (vec![], Some(3_610 * SECOND)));
    state.step(&rules, &world, Touched::Due, 3_610 * SECOND);
    assert_eq!(state.shown(&key("cheia")), Shown::Firing);
    world.put(&queue("sac"), "waiting", 0.0);
    state.step(&rules, &world, Touched::All, 3_620 * SECOND);
    assert_eq!(state.shown(&key("cheia")), Shown::Recovering);
    state.step(&rules, &world, Touched::Resumed, 7_200 * SECOND);
    assert_eq!(state.shown(&key("cheia")), Shown::Recovering, "twenty seconds begin again too");
    // A source that is not heard is the same: it may have come back meanwhile.
    world.silent.push(SourceId(1));
    state.step(&rules, &world, Touched::All, 7_210 * SECOND);
    world.silent.clear();
    let (_, wake) = state.step(&rules, &world, Touched::All, 7_300 * SECOND);
    assert_eq!((state.shown(&key("cheia")), wake), (Shown::Recovering, Some(7_320 * SECOND)));
    state.step(&rules, &world, Touched::Due, 7_320 * SECOND);
    assert_eq!(state.shown(&key("cheia")), Shown::Normal);
}

#[test]
fn what_comes_and_goes_is_said_to_until_it_has_been_quiet() {
    let (rules, mut world, mut state) = (rules(), World::default(), AlertState::default());
    world.put(&queue("sac"), "free", 1.0);
    let mut now = 0;
    let mut told = Vec::new();
    for round in 0..4 {
        for (waiting, seconds) in [(9.0, 15), (0.0, 25)] {
            world.put(&queue("sac"), "waiting", waiting);
            for _ in 0..seconds {
                told.extend(state.step(&rules, &world, Touched::All, now).0);
                now += SECOND;
            }
        }
        let fired: Vec<bool> = told.iter().filter(|told| told.to == Shown::Firing).map(|told| told.flapping).collect();
        assert_eq!(fired, [false, false, true, true][..=round], "after round {round}");
    }
    // Quiet: it ends by itself, and the next time is told like a first one.
    let mut wakes = 0;
    while let (_, Some(wake)) = state.step(&rules, &world, Touched::Due, now) {
        (now, wakes) = (wake, wakes + 1);
        assert!(wakes < 10, "it never ends");
    }
    assert!(state.get(&key("cheia")).is_none(), "nothing is left to remember");
    world.put(&queue("sac"), "waiting", 9.0);
    state.step(&rules, &world, Touched::All, now);
    let (told, _) = state.step(&rules, &world, Touched::Due, now + 10 * SECOND);
    assert_eq!((told[0].to, told[0].flapping), (Shown::Firing, false));
}

#[test]
fn what_is_gone_leaves_no_alert() {
    let (rules, mut world, mut state) = (rules(), World::default(), AlertState::default());
    world.put(&queue("sac"), "free", 0.0);
    world.put(&queue("sac"), "waiting", 1.0);
    state.step(&rules, &world, Touched::All, 0);
    assert_eq!(state.all().count(), 1);
    world.facts.clear();
    let (told, _) = state.step(&rules, &world, Touched::All, SECOND);
    assert_eq!((told.len(), told[0].to), (1, Shown::Normal));
    // A rule that is gone, too.
    world.put(&queue("sac"), "free", 0.0);
    world.put(&queue("sac"), "waiting", 1.0);
    state.step(&rules, &world, Touched::All, 2 * SECOND);
    let none = Rules::default();
    let (told, wake) = state.step(&none, &world, Touched::All, 3 * SECOND);
    assert_eq!((told.len(), told[0].to, wake), (1, Shown::Normal, None));
}

#[test]
fn a_state_survives_being_written_down() {
    let (rules, mut world, mut state) = (rules(), World::default(), AlertState::default());
    world.put(&queue("sac"), "free", 0.0);
    world.put(&queue("sac"), "waiting", 9.0);
    state.step(&rules, &world, Touched::All, 0);
    let bytes = postcard::to_stdvec(&state).expect("bytes");
    let mut again: AlertState = postcard::from_bytes(&bytes).expect("a state");
    assert_eq!(again, state);
    assert_eq!(
        again.step(&rules, &world, Touched::Due, 10 * SECOND),
        state.step(&rules, &world, Touched::Due, 10 * SECOND)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    /// Looking only at what an event touches, and at what asked to be looked at, comes to the same as looking at everything.
    #[test]
    fn an_event_need_only_look_at_what_it_touches(
        events in prop::collection::vec((0_usize..3, any::<bool>(), 0_u8..12, 1_i64..30), 1..60)
    ) {
        let rules = rules();
        let (mut world, mut narrow, mut wide) = (World::default(), AlertState::default(), AlertState::default());
        let queues = ["sac", "vendas", "n2"].map(queue);
        for subject in &queues {
            world.put(subject, "waiting", 0.0);
            world.put(subject, "free", 1.0);
        }
        let mut now = 0;
        let (_, mut wake) = narrow.step(&rules, &world, Touched::All, now);
        wide.step(&rules, &world, Touched::All, now);
        for (place, waiting, value, seconds) in events {
            let next = now + seconds * SECOND;
            while let Some(due) = wake.filter(|due| *due <= next) {
                let told = narrow.step(&rules, &world, Touched::Due, due);
                prop_assert_eq!(&told.0, &wide.step(&rules, &world, Touched::All, due).0);
                wake = told.1;
            }
            now = next;
            let name = if waiting { "waiting" } else { "free" };
            world.put(&queues[place], name, f64::from(value));
            let touched = rules.that_read(Scope::Queue, [name]);
            let told = narrow.step(&rules, &world, Touched::Of(&queues[place], &touched), now);
            prop_assert_eq!(&told.0, &wide.step(&rules, &world, Touched::All, now).0);
            wake = told.1;
            let shown = |state: &AlertState| state.all().map(|(key, _, shown)| (key.clone(), shown)).collect::<Vec<_>>();
            prop_assert_eq!(shown(&narrow), shown(&wide));
        }
    }
}

/// Rules of every way to hold back and to be absent.
fn all_rules() -> Rules {
    let condition = |text: &str, scope| Condition::new(text, scope).expect("a condition");
    let keeps = Rule {
        absent: Absence::Keep,
        hold: 7 * SECOND,
        keep: 5 * SECOND,
        ..rule("guarda", Severity::Notice, "waiting > 5")
    };
    let of = |id: &str, scope, text: &str| Rule {
        scope,
        when: condition(text, scope),
        ..rule(id, Severity::Critical, "free == 0")
    };
    let down =
        Rule { holds_back: vec![Name::from("cheia"), Name::from("juntas")], ..of("fora", Scope::Source, "late > 5") };
    let nobody = Rule {
        holds_back: vec![Name::from("cheia")],
        ..rule("sem-gente", Severity::Critical, "waiting > 0 && free == 0")
    };
    let together = of("juntas", Scope::Operation, "waiting > 5");
    let all = Rule { holds_back: vec![Name::from("guarda")], ..of("tudo", Scope::Operation, "free == 0") };
    let full = Rule { hold: 3 * SECOND, keep: 4 * SECOND, ..rule("cheia", Severity::Warning, "waiting > 5") };
    Rules::new(vec![keeps, down, nobody, together, all, full]).expect("rules")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    /// Whatever happens, nothing asks to be looked at again at a moment that has come; and what is held back is what something that
    /// fires is about, said another way.
    #[test]
    fn no_moment_comes_twice_and_only_what_is_explained_is_held_back(
        events in prop::collection::vec((0_usize..5, 0_usize..3, prop::option::of(0_u8..12), 1_i64..9, 0_u8..8), 1..80)
    ) {
        let rules = all_rules();
        let (mut world, mut state) = (World::default(), AlertState::default());
        let thing = |scope, source, id: &str| Subject { scope, source: SourceId(source), id: Name::from(id) };
        let queues = [thing(Scope::Queue, 1, "a"), thing(Scope::Queue, 1, "b"), thing(Scope::Queue, 2, "a")];
        let (one, both) = (thing(Scope::Operation, 0, "one"), thing(Scope::Operation, 0, "both"));
        world.members.insert(one.clone(), queues[..2].to_vec());
        world.members.insert(both.clone(), queues.to_vec());
        let sources = [1, 2].map(|source| thing(Scope::Source, source, ""));
        let things: Vec<Subject> = queues.iter().chain([&one, &both]).cloned().collect();
        for subject in things.iter().chain(&sources) {
            for name in ["waiting", "free", "late"] {
                world.put(subject, name, 1.0);
            }
        }
        let mut now = 0;
        for (place, name, value, seconds, how) in events {
            now += seconds * SECOND;
            let subject = if name == 2 { &sources[place % 2] } else { &things[place] };
            let reading = value.map_or(Reading::Absent, |value| Reading::Number(f64::from(value)));
            world.facts.entry(subject.clone()).or_default().insert(["waiting", "free", "late"][name], reading);
            world.silent = if how == 0 { vec![SourceId(1)] } else { Vec::new() };
            let how = if how == 1 { Touched::Resumed } else { Touched::All };
            state.step(&rules, &world, how, now);
            let (_, wake) = state.step(&rules, &world, Touched::Due, now);
            prop_assert!(wake.is_none_or(|wake| wake > now), "{wake:?} at {now}");
            let fires: Vec<(&Key, bool)> = state.all().map(|(key, alert, _)| (key, alert.fired().is_some() && !alert.dark)).collect();
            let holds = |rule: &str, subject: &Subject| fires.contains(&(&Key { rule: rule.into(), subject: subject.clone() }, true));
            let down = |source: SourceId| holds("fora", &thing(Scope::Source, source.0, ""));
            for (key, alert, shown) in state.all() {
                if alert.fired().is_none() || alert.dark {
                    continue;
                }
                let queue = &key.subject;
                let explained = match &*key.rule {
                    "cheia" => down(queue.source) || holds("sem-gente", queue),
                    "guarda" => holds("tudo", &both) || (holds("tudo", &one) && queue.source == SourceId(1)),
                    "juntas" => down(SourceId(1)) && (*queue == one || down(SourceId(2))),
                    _ => false,
                };
                prop_assert_eq!(shown == Shown::Inhibited, explained, "{} is {:?}", key, shown);
            }
        }
    }
}
