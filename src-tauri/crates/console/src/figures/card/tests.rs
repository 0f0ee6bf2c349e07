use super::*;
use crate::figures::LONGEST;
use crate::wire::{CardPart, RowOf, StepOf};
use mirante_floor::{
    Activity, Changes, Device, Event, Floor, Kind, Origin, Outcome, PartyId, Setting, SourceId, Stamp, Witness,
};
use mirante_history::{Batch, OpenOptions, Party};

const DAY: i64 = 1_795_230_000_000;
const UTC: TimeZone = TimeZone::UTC;

/// Writes events of source 1, one a second, as a hub does.
struct Hub {
    history: History,
    floor: Floor,
    seq: u64,
}

impl Hub {
    fn new(folder: &std::path::Path) -> Self {
        let mut history = History::open(folder, &OpenOptions::writer()).unwrap();
        history.recover().unwrap();
        assert_eq!(history.register("pabx", "asterisk").unwrap(), SourceId(1));
        let mut hub = Hub { history, floor: Floor::default(), seq: 0 };
        let source = Setting::Source { source: SourceId(1), label: "Matriz".into(), sample: false };
        hub.tell_by(0, Kind::Configured(source));
        hub.tell(Kind::LinkUp { platform: "x".into() });
        hub.tell(Kind::DayStarted { from: DAY });
        for agent in ["21", "22"] {
            hub.tell(Kind::Member {
                queue: "sac".into(),
                agent: agent.into(),
                interface: agent.into(),
                name: None,
                device: Device::Idle,
                paused: false,
                reason: None,
                penalty: 0,
                in_call: None,
                paused_at: None,
            });
        }
        hub
    }

    fn tell(&mut self, kind: Kind) {
        self.tell_by(1, kind);
    }

    fn tell_by(&mut self, source: u16, kind: Kind) {
        self.seq += 1;
        let seen = DAY + self.seq as i64 * 1000;
        let stamp = Stamp { source: SourceId(source), epoch: 1, seq: self.seq, seen, at: None };
        let event = Event { stamp, origin: Origin::Heard, kind };
        let mut changes = Changes::default();
        self.floor.apply(&event, &mut changes);
        self.history.commit(Batch { events: &[event], facts: &changes.facts }).unwrap();
    }

    fn enter(&mut self, call: &str, caller: Option<PartyId>) {
        let (queue, contact) = ("sac".into(), call.into());
        self.tell(Kind::Entered { queue, call: call.into(), contact, caller, position: Some(1), waited_ms: 0 });
    }

    fn left(&mut self, call: &str, outcome: Outcome) {
        self.tell(Kind::Left { queue: "sac".into(), call: call.into(), outcome, ago_ms: 0 });
    }
}

fn asked(definition: &str) -> CardAsked {
    CardAsked {
        definition: definition.into(),
        queues: vec!["1/sac".into()],
        campaigns: vec![],
        from_ms: None,
        to_ms: None,
        language: "pt-BR".into(),
    }
}

/// One call that is rung twice, answered, held and told over; one abandoned, as a witness says; one that waits; one that talks.
fn day(hub: &mut Hub) -> u64 {
    let caller = hub.history.parties().id_of(&Party { number: "11987651234".into(), name: "Cliente".into() }).unwrap();
    let first = hub.seq + 1;
    hub.enter("a", Some(caller));
    let (queue, call) = ("sac".into(), "a".into());
    hub.tell(Kind::Ringing { queue, call, agent: "21".into() });
    hub.tell(Kind::RingNoAnswer { queue: "sac".into(), agent: "21".into(), ring_ms: 1000 });
    for agent in ["21", "22"] {
        hub.tell(Kind::Ringing { queue: "sac".into(), call: "a".into(), agent: agent.into() });
    }
    hub.tell(Kind::RingEnded { queue: "sac".into(), agent: "21".into() });
    hub.tell(Kind::Answered { queue: "sac".into(), call: "a".into(), agent: "22".into(), leg: None });
    hub.enter("b", None);
    hub.tell(Kind::ActivityChanged { agent: "22".into(), activity: Some(Activity::Hold) });
    hub.tell(Kind::ActivityChanged { agent: "22".into(), activity: None });
    // Another's ring is no part of this story.
    hub.tell(Kind::Ringing { queue: "sac".into(), call: "b".into(), agent: "21".into() });
    hub.tell(Kind::RingNoAnswer { queue: "sac".into(), agent: "21".into(), ring_ms: 1000 });
    hub.tell(Kind::Completed {
        queue: "sac".into(),
        call: Some("a".into()),
        leg: None,
        agent: "22".into(),
        transferred: false,
        talk_ms: None,
    });
    hub.left("b", Outcome::Unknown);
    let (from, to, witness) = (Outcome::Unknown, Outcome::Abandoned, Witness::QueueLog);
    hub.tell(Kind::VisitAmended { queue: "sac".into(), call: "b".into(), from, to, witness });
    hub.enter("c", Some(caller));
    hub.enter("d", None);
    hub.tell(Kind::Answered { queue: "sac".into(), call: "d".into(), agent: "21".into(), leg: None });
    first
}

#[test]
fn what_goes_on_counts_as_on_screen() {
    let folder = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(folder.path());
    day(&mut hub);
    let history = hub.history.reader().unwrap();
    let now = DAY + 60_000;
    let live = crate::rows::all(&hub.floor, &history.parties()).queues["1/sac"].clone().unwrap();
    let card = |id: &str| of(&history, &asked(id), (now, &UTC)).unwrap();
    let level = card("sl.f4");
    assert_eq!(level.figure.numerator, Some(2), "one that is over and one that talks");
    assert_eq!(level.figure.numerator, Some(live.service_level.numerator as i64));
    assert_eq!(level.figure.denominator, Some(live.service_level.denominator as i64));
    assert!(level.figure.provisional && level.figure.few && level.is_now, "{level:?}");
    assert_eq!((level.from_ms, level.sources[0].label.as_str()), (DAY, "Matriz"));
    let count = level.count.unwrap();
    assert_eq!((count.top, count.bottom, count.out, count.is_whole), (2, 2, 2, true));
    assert_eq!(card("offered").figure.numerator, Some(i64::from(live.offered)));
    assert_eq!(card("abandonment").figure.numerator, Some(1), "as the witness says");
    let waiting = card("waiting");
    assert_eq!((waiting.figure.numerator, waiting.count.unwrap().top), (Some(1), 1));
    let unknown =
        of(&history, &CardAsked { queues: vec!["1/vendas".into()], ..asked("asa") }, (now, &UTC)).unwrap_err();
    assert!(matches!(unknown, FiguresError::NoQueue(_)));
    assert!(matches!(of(&history, &asked("sl.f9"), (now, &UTC)), Err(FiguresError::NoDefinition(_))));
}

#[test]
fn rows_are_the_newest_first_and_their_numbers_masked() {
    let folder = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(folder.path());
    day(&mut hub);
    let history = hub.history.reader().unwrap();
    let told = rows(&history, &asked("offered"), (CardPart::All, 0), (DAY + 60_000, &UTC)).unwrap();
    let shown: Vec<_> = told.rows.iter().map(|row| (row.outcome.as_str(), row.number.as_deref())).collect();
    let masked = Some("(11) 9****-1234");
    assert_eq!(shown, [("answered", None), ("waiting", masked), ("abandoned", None), ("answered", masked)]);
    let last = rows(&history, &asked("offered"), (CardPart::All, 3), (DAY + 60_000, &UTC)).unwrap();
    assert_eq!((last.total, last.rows.len()), (4, 1));
}

#[test]
fn a_story_is_told_in_order_and_the_number_only_to_whoever_may_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(folder.path());
    let first = day(&mut hub);
    let history = hub.history.reader().unwrap();
    let told = timeline(&history, (RowOf::Visit, first), false).unwrap().unwrap();
    assert_eq!((told.number.as_deref(), told.is_whole), (Some("(11) 9****-1234"), true));
    let steps: Vec<_> = told.steps.iter().map(|step| (step.what, step.agent.as_deref())).collect();
    let expected = [
        (StepOf::Entered, None),
        (StepOf::Ringing, Some("21")),
        (StepOf::RingNoAnswer, Some("21")),
        (StepOf::Ringing, Some("21")),
        (StepOf::Ringing, Some("22")),
        (StepOf::RingEnded, Some("21")),
        (StepOf::Answered, Some("22")),
        (StepOf::Held, Some("22")),
        (StepOf::Resumed, Some("22")),
        (StepOf::Completed, Some("22")),
    ];
    assert_eq!(steps, expected);
    assert_eq!(told.steps[6].ms, Some(6000), "how long it waited");
    let whole = timeline(&history, (RowOf::Visit, first), true).unwrap().unwrap();
    assert_eq!(whole.number.as_deref(), Some("11987651234"));
    let amended = timeline(&history, (RowOf::Visit, first + 7), false).unwrap().unwrap();
    let last = amended.steps.last().unwrap();
    assert_eq!((last.what, last.outcome.as_deref()), (StepOf::Amended, Some("abandoned")));
    assert_eq!(last.witness.as_deref(), Some("queue_log"));
    assert_eq!(timeline(&history, (RowOf::Visit, 9_999), false).unwrap(), None);
}

#[test]
fn a_card_is_whole_while_calls_come_and_end() {
    let folder = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(folder.path());
    day(&mut hub);
    let history = hub.history.reader().unwrap();
    let stop = std::sync::atomic::AtomicBool::new(false);
    let is_over = || stop.load(std::sync::atomic::Ordering::Relaxed);
    std::thread::scope(|threads| {
        threads.spawn(|| {
            for call in (0..).map(|nth| format!("x{nth}")).take_while(|_| !is_over()) {
                hub.enter(&call, None);
                hub.left(&call, Outcome::Abandoned);
            }
        });
        for _ in 0..60 {
            let card = of(&history, &asked("offered"), (DAY + 60_000, &UTC)).unwrap();
            let count = card.count.unwrap();
            assert_eq!((Some(i64::from(count.top)), count.is_whole), (card.figure.numerator, true));
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

#[test]
fn a_stretch_within_which_a_rule_changes_has_no_level_and_a_long_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(folder.path());
    day(&mut hub);
    let rule = |from, seconds| {
        let scope = mirante_floor::Scope::Queue(SourceId(1), "sac".into());
        let (percent, formulas) = (Some(80), Default::default());
        let rule =
            mirante_floor::Ruling { scope, from, percent, seconds: Some(seconds), short_seconds: None, formulas };
        Kind::Configured(Setting::Ruling(rule))
    };
    hub.tell_by(0, rule(DAY + 86_400_000, 5));
    let history = hub.history.reader().unwrap();
    let card = |id: &str, to_ms: i64| {
        of(&history, &CardAsked { from_ms: Some(DAY), to_ms: Some(to_ms), ..asked(id) }, (DAY, &UTC)).unwrap().figure
    };
    let (one, two) = (DAY + 86_400_000, DAY + 2 * 86_400_000);
    assert_eq!((card("sl.f4", one).numerator, card("queues_on_target", one).denominator), (Some(2), Some(1)));
    for id in ["sl.f4", "queues_on_target"] {
        assert_eq!(card(id, two).absent.as_deref(), Some("unequal_terms"), "{id}");
    }
    assert_eq!(card("offered", two).numerator, Some(4), "no rule says what came");
    for (from, to) in [(0, DAY), (DAY - 63 * 86_400_000, DAY), (-9_223_372_036_854_720_000, 9_223_372_036_854_720_000)]
    {
        let asked = CardAsked { from_ms: Some(from), to_ms: Some(to), ..asked("asa") };
        assert!(matches!(of(&history, &asked, (DAY, &UTC)), Err(FiguresError::Long)));
        assert!(matches!(rows(&history, &asked, (CardPart::All, 0), (DAY, &UTC)), Err(FiguresError::Long)));
    }
}

#[test]
fn a_story_is_read_so_far_and_says_that_it_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(folder.path());
    let first = day(&mut hub);
    let history = hub.history.reader().unwrap();
    let told = |most| timeline::up_to(&history, &hub.floor, (RowOf::Visit, first), (false, most)).unwrap().unwrap();
    let (some, all) = (told(4), told(1_000));
    assert_eq!((some.is_whole, all.is_whole), (false, true));
    assert_eq!((some.steps.len(), &some.steps[..]), (4, &all.steps[..4]));
}

#[test]
fn the_day_on_screen_opens_also_where_nothing_was_heard_for_months() {
    let folder = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(folder.path());
    hub.enter("a", None);
    hub.left("a", Outcome::Abandoned);
    let later = DAY + 90 * 24 * 3_600_000;
    let card = of(&hub.history, &asked("offered"), (later, &UTC)).unwrap();
    assert_eq!((card.figure.numerator, card.from_ms, card.to_ms), (Some(1), DAY, DAY + LONGEST));
    // Whoever asks for a stretch as long is told that it is too long, and not given another.
    for (from_ms, to_ms) in [(Some(DAY), None), (Some(DAY), Some(later))] {
        let long = CardAsked { from_ms, to_ms, ..asked("offered") };
        assert!(matches!(of(&hub.history, &long, (later, &UTC)), Err(FiguresError::Long)));
    }
}
