//! Attempts to reach someone: what the floor makes of them.

mod common;

use common::{MORNING, answered, completed, entered, event, member, name};
use mirante_floor::*;

#[derive(Default)]
struct Story {
    floor: Floor,
    seq: u64,
    facts: Vec<Fact>,
}

impl Story {
    /// Lets something happen `second` seconds into the morning.
    fn tell(&mut self, second: i64, kind: Kind) {
        self.seq += 1;
        let mut changes = Changes::default();
        self.floor.apply(&event(1, self.seq, MORNING + second * 1000, kind), &mut changes);
        self.facts.append(&mut changes.facts);
    }

    fn site(&self) -> &Site {
        &self.floor.sites[&SourceId(1)]
    }

    fn state(&self, agent: &str) -> &AgentState {
        &self.site().agents[&name(agent)].state
    }

    fn closed(&self) -> Vec<&ClosedAttempt> {
        self.facts.iter().filter_map(|f| if let Fact::AttemptClosed(a) = f { Some(a) } else { None }).collect()
    }

    fn states(&self) -> Vec<AgentState> {
        let span = |f: &Fact| if let Fact::SpanClosed(s) = f { Some(s.state.clone()) } else { None };
        self.facts.iter().filter_map(span).collect()
    }
}

fn dialled(attempt: &str, campaign: Option<&str>, agent: Option<&str>) -> Kind {
    Kind::Dialled {
        attempt: name(attempt),
        campaign: campaign.map(name),
        contact: name(&format!("{attempt}-root")),
        agent: agent.map(name),
        callee: Some(PartyId(9)),
    }
}

fn by(attempt: &str, by: AnsweredBy) -> Kind {
    Kind::DialAnswered { attempt: name(attempt), by, agent: None }
}

fn ended(attempt: &str, by: EndedBy, cause: u16, status: &str) -> Kind {
    let end = DialEnd { dropped: false, by, cause: Some(cause), status: Some(name(status)) };
    Kind::DialEnded { attempt: name(attempt), end, ago_ms: 0 }
}

#[test]
fn an_agent_who_dials_talks_for_the_campaign_and_the_device_adds_nothing() {
    let mut story = Story::default();
    story.tell(0, Kind::LinkUp { platform: name("x") });
    story.tell(1, member("sac", "2101", Device::Idle, false));
    story.tell(10, dialled("a", Some("vendas"), Some("2101")));
    story.tell(10, member("sac", "2101", Device::InUse, false));
    story.tell(11, Kind::DialRinging { attempt: name("a") });
    assert_eq!(*story.state("2101"), AgentState::Talking(Place::Campaign(name("vendas"))));
    story.tell(15, by("a", AnsweredBy::Unknown));
    story.tell(45, ended("a", EndedBy::Callee, 16, "ANSWER"));
    assert_eq!(*story.state("2101"), AgentState::Ready, "the device's own word comes a moment later");
    story.tell(46, member("sac", "2101", Device::Idle, false));
    story.tell(50, dialled("b", None, Some("2101")));
    assert_eq!(*story.state("2101"), AgentState::Talking(Place::Other));
    story.tell(52, ended("b", EndedBy::Callee, 17, "BUSY"));
    let talking = |place| AgentState::Talking(place);
    assert_eq!(
        story.states(),
        [AgentState::Ready, talking(Place::Campaign(name("vendas"))), AgentState::Ready, talking(Place::Other)]
    );
    let closed = story.closed();
    assert_eq!(
        (closed[0].ring_ms, closed[0].talk_ms, closed[0].result()),
        (5_000, Some(30_000), AttemptResult::Answered)
    );
    assert_eq!(
        (closed[0].end.by, closed[0].end.cause, closed[0].agent_name),
        (EndedBy::Callee, Some(16), Some(PartyId(4)))
    );
    assert_eq!((closed[1].ring_ms, closed[1].talk_ms, closed[1].result()), (2_000, None, AttemptResult::Busy));
    assert_eq!(closed[1].campaign, None);
    let totals = &story.site().campaigns[&name("vendas")];
    assert_eq!((totals.attempts, totals.ended, totals.humans, totals.undecided), (1, 1, 0, 1));
}

#[test]
fn a_dialled_call_that_enters_a_queue_talks_there() {
    let mut story = Story::default();
    story.tell(0, Kind::LinkUp { platform: name("x") });
    story.tell(1, member("sac", "2101", Device::Idle, false));
    story.tell(10, dialled("c1", Some("cobranca"), None));
    story.tell(14, by("c1", AnsweredBy::Human));
    story.tell(14, entered("sac", "c1"));
    story.tell(20, answered("sac", "c1", "2101"));
    assert_eq!(*story.state("2101"), AgentState::Talking(Place::Queue(name("sac"))));
    story.tell(50, completed("sac", Some("c1"), None, "2101"));
    story.tell(58, ended("c1", EndedBy::Agent, 16, "ANSWER"));
    let closed = story.closed()[0];
    assert_eq!((closed.agent.as_deref(), closed.talk_ms, closed.ring_ms), (Some("2101"), Some(30_000), 4_000));
    assert_eq!(closed.contact, name("c1-root"));
    assert_eq!(story.site().campaigns[&name("cobranca")].humans, 1);
}

#[test]
fn a_code_decides_who_answered_and_a_machine_is_never_dropped() {
    let mut story = Story::default();
    story.tell(0, Kind::LinkUp { platform: name("x") });
    let flags = DispositionFlags { human: true, sale: true, ..DispositionFlags::default() };
    let code = |attempt: &str, campaign: Option<&str>| Kind::Disposed {
        campaign: campaign.map(name),
        attempt: name(attempt),
        code: name("VENDA"),
        flags,
    };
    for attempt in ["a", "b", "m"] {
        story.tell(1, dialled(attempt, Some("vendas"), None));
        story.tell(2, by(attempt, AnsweredBy::Unknown));
    }
    story.tell(3, by("m", AnsweredBy::Machine));
    story.tell(3, code("a", None));
    let end = DialEnd { dropped: true, ..DialEnd::UNHEARD };
    for attempt in ["a", "b", "m"] {
        story.tell(5, Kind::DialEnded { attempt: name(attempt), end: end.clone(), ago_ms: 0 });
    }
    story.tell(9, code("b", Some("vendas")));
    story.tell(9, code("b", Some("vendas")));
    let totals = &story.site().campaigns[&name("vendas")];
    assert_eq!((totals.humans, totals.machines, totals.undecided, totals.dropped), (2, 1, 0, 2));
    assert_eq!((totals.sales, totals.dispositions[&name("VENDA")]), (3, 3));
    let closed = story.closed();
    assert!(closed[0].disposition.is_some() && closed[1].disposition.is_none());
    assert_eq!(closed[2].result(), AttemptResult::Machine);
    let later = story.facts.iter().filter(|f| matches!(f, Fact::AttemptDisposed { .. })).count();
    assert_eq!(later, 2, "history learns of codes that come after the end");
}

#[test]
fn an_agent_who_passes_the_call_on_is_free() {
    let mut story = Story::default();
    story.tell(0, Kind::LinkUp { platform: name("x") });
    story.tell(1, member("sac", "2101", Device::InUse, false));
    story.tell(10, dialled("a", None, Some("2101")));
    story.tell(15, by("a", AnsweredBy::Unknown));
    story.tell(25, Kind::DialParted { attempt: name("a"), ago_ms: 0 });
    assert_eq!(*story.state("2101"), AgentState::Ready);
    story.tell(60, ended("a", EndedBy::Callee, 16, "ANSWER"));
    assert_eq!((story.closed()[0].talk_ms, story.closed()[0].agent.as_deref()), (Some(10_000), Some("2101")));
}

#[test]
fn a_new_session_knows_nothing_of_the_attempts_of_an_old_one() {
    let mut story = Story::default();
    story.tell(0, Kind::LinkUp { platform: name("x") });
    story.tell(1, member("sac", "2101", Device::Idle, false));
    story.tell(10, dialled("a", Some("vendas"), Some("2101")));
    story.tell(15, by("a", AnsweredBy::Human));
    story.tell(20, Kind::LinkDown { reason: name("cut") });
    assert_eq!(story.site().attempts.len(), 1);
    story.tell(30, Kind::LinkUp { platform: name("x") });
    assert!(story.site().attempts.is_empty() && *story.state("2101") == AgentState::Ready);
    let closed = story.closed()[0];
    assert!(closed.inferred && closed.talk_ms.is_none() && closed.end == DialEnd::UNHEARD);
    assert_eq!(story.site().campaigns[&name("vendas")].ended, 1);
}

#[test]
fn attempts_are_bounded() {
    let mut story = Story::default();
    story.tell(0, Kind::LinkUp { platform: name("x") });
    for n in 0..Site::MOST_ATTEMPTS + 50 {
        story.tell(1, dialled(&format!("a{n}"), None, None));
    }
    assert_eq!(story.site().attempts.len(), Site::MOST_ATTEMPTS);
    assert_eq!((story.closed().len(), &*story.closed()[0].attempt), (50, "a0"), "the oldest are given up");
    story.tell(13 * 3600, Kind::Tick);
    story.tell(13 * 3600 + 61, Kind::Tick);
    assert!(story.site().attempts.is_empty(), "and so are those that nobody ended");
    assert_eq!(story.closed().len(), Site::MOST_ATTEMPTS + 50);
}

#[test]
fn the_cause_says_more_than_the_word_except_for_our_own_giving_up() {
    let mut story = Story::default();
    let cases = [
        (21, "NOANSWER", AttemptResult::Refused),
        (0, "NOANSWER", AttemptResult::NoAnswer),
        (16, "NOANSWER", AttemptResult::NoAnswer),
        (17, "CANCEL", AttemptResult::Cancelled),
        (1, "CHANUNAVAIL", AttemptResult::Invalid),
        (20, "CHANUNAVAIL", AttemptResult::Unavailable),
        (0, "CHANUNAVAIL", AttemptResult::Unavailable),
        (34, "CONGESTION", AttemptResult::Congestion),
        (0, "BUSY", AttemptResult::Busy),
        (127, "", AttemptResult::Unknown),
    ];
    for (n, (cause, status, result)) in cases.into_iter().enumerate() {
        story.tell(1, dialled(&format!("a{n}"), None, None));
        story.tell(2, ended(&format!("a{n}"), EndedBy::System, cause, status));
        assert_eq!(story.closed()[n].result(), result, "{cause} {status}");
    }
}
