use super::*;
use crate::wire::{LinkState, PlaceRow, State};
use mirante_floor::{
    Activity, AnsweredBy, CampaignKind, CampaignSetup, Changes, Device, Event, Goal, Kind, Name, Operation, Origin,
    Outcome, PbxCounters, Person, Place, QueueSetup, Removed, Setting, Stamp, Team,
};
use std::collections::BTreeMap;

/// A floor that is told events, one a second.
#[derive(Default)]
struct Story {
    floor: Floor,
    people: BTreeMap<u64, Party>,
    seq: u64,
}

impl People for BTreeMap<u64, Party> {
    fn person(&self, id: PartyId) -> Option<Party> {
        self.get(&id.0).cloned()
    }
}

const T0: i64 = 1_795_273_200_000;

impl Story {
    /// Sources are configured before they are heard.
    fn tell(&mut self, source: u16, kind: Kind) -> i64 {
        if source != 0 && !self.floor.config.sources.contains_key(&SourceId(source)) {
            self.set(Setting::Source { source: SourceId(source), label: "PABX".into(), sample: false });
        }
        self.seq += 1;
        let seen = T0 + self.seq as i64 * 1000;
        let stamp = Stamp { source: SourceId(source), epoch: 1, seq: self.seq, seen, at: None };
        self.floor.apply(&Event { stamp, origin: Origin::Heard, kind }, &mut Changes::default());
        seen
    }

    fn set(&mut self, setting: Setting) {
        self.tell(0, Kind::Configured(setting));
    }

    fn person(&mut self, id: u64, number: &str, name: &str) -> PartyId {
        self.people.insert(id, Party { number: number.into(), name: name.into() });
        PartyId(id)
    }

    fn member(&mut self, source: u16, queue: &str, agent: &str, device: Device, paused: Option<&str>) -> i64 {
        self.tell(
            source,
            Kind::Member {
                queue: queue.into(),
                agent: agent.into(),
                interface: format!("PJSIP/{agent}").into(),
                name: None,
                device,
                paused: paused.is_some(),
                reason: paused.filter(|r| !r.is_empty()).map(Name::from),
                penalty: 0,
                in_call: None,
                paused_at: None,
            },
        )
    }

    fn enter(&mut self, queue: &str, call: &str, contact: &str, caller: Option<PartyId>) -> i64 {
        let (queue, call, contact) = (queue.into(), call.into(), contact.into());
        self.tell(1, Kind::Entered { queue, call, contact, caller, position: Some(1), waited_ms: 0 })
    }

    fn rows(&self) -> Rows {
        all(&self.floor, &self.people)
    }
}

fn login(source: u16, key: &str) -> (SourceId, Name) {
    (SourceId(source), key.into())
}

fn ana(name: PartyId, logins: Vec<(SourceId, Name)>) -> Setting {
    let team = Some("n1".into());
    Setting::Person(Person { id: "ana".into(), name, team, shift: None, day_minutes: None, logins })
}

#[test]
fn an_empty_floor_has_no_rows_and_a_named_source_has_one() {
    let mut story = Story::default();
    assert_eq!(story.rows(), Rows::default());
    story.set(Setting::Source { source: SourceId(1), label: "Matriz".into(), sample: false });
    let row = story.rows().sources.remove("1").flatten().unwrap();
    assert_eq!((row.label.as_str(), row.link, row.counting_since_ms), ("Matriz", LinkState::Never, None));
}

#[test]
fn a_source_says_why_it_is_not_heard() {
    let mut story = Story::default();
    let up = story.tell(1, Kind::LinkUp { platform: "Asterisk 22.10.0".into() });
    let row = source_row(&story.floor, SourceId(1)).unwrap();
    assert_eq!((row.link, row.link_since_ms, row.words.as_str()), (LinkState::Up, Some(up), "Asterisk 22.10.0"));
    let down = story.tell(1, Kind::LinkDown { reason: "port: reset by peer".into() });
    let row = source_row(&story.floor, SourceId(1)).unwrap();
    assert_eq!((row.link, row.link_since_ms, row.words.as_str()), (LinkState::Down, Some(down), "reset by peer"));
    assert_eq!(serde_json::to_value(row.reason).unwrap(), "port");
    assert_eq!(row.covered_ms, down - up);
}

#[test]
fn a_removed_source_shows_nowhere() {
    let mut story = Story::default();
    for source in [1, 2] {
        story.tell(source, Kind::LinkUp { platform: "x".into() });
        story.member(source, "sac", "7", Device::Idle, None);
    }
    let name = story.person(9, "", "Ana Souza");
    story.set(ana(name, vec![login(1, "7"), login(2, "7")]));
    story.enter("sac", "c1", "c1", None);
    let attempt = Kind::Dialled {
        attempt: "t".into(),
        campaign: Some("cob".into()),
        contact: "t".into(),
        agent: None,
        callee: None,
    };
    story.tell(1, attempt);
    let before = story.rows();
    assert_eq!((before.queues.len(), before.callers.len(), before.campaigns.len()), (2, 1, 1));
    story.set(Setting::Removed(Removed::Source(SourceId(1))));
    let rows = story.rows();
    assert_eq!(rows.sources.keys().collect::<Vec<_>>(), ["2"]);
    assert_eq!(rows.queues.keys().collect::<Vec<_>>(), ["2/sac"]);
    assert_eq!((rows.callers.len(), rows.campaigns.len()), (0, 0));
    let ana = rows.agents["person/ana"].clone().unwrap();
    assert_eq!((ana.source, ana.queues), (2, vec!["2/sac".to_owned()]), "only what is still followed");
    story.set(Setting::Removed(Removed::Source(SourceId(2))));
    assert_eq!(story.rows(), Rows::default());
}

#[test]
fn a_queue_counts_its_agents_by_what_they_do() {
    let mut story = Story::default();
    story.tell(1, Kind::LinkUp { platform: "x".into() });
    story.member(1, "sac", "1", Device::Idle, None);
    story.member(1, "sac", "2", Device::Idle, Some("almoço"));
    story.member(1, "vendas", "2", Device::Idle, None);
    story.member(1, "sac", "3", Device::InUse, None);
    story.member(1, "sac", "4", Device::Unavailable, None);
    story.member(1, "sac", "5", Device::Unknown, None);
    story.member(1, "sac", "6", Device::Idle, None);
    story.enter("sac", "c1", "c1", None);
    story.tell(1, Kind::Ringing { queue: "sac".into(), call: "c1".into(), agent: "6".into() });
    story.member(1, "sac", "7", Device::Idle, None);
    let activity = Some(Activity::Wrapup(Place::Queue("sac".into())));
    story.tell(1, Kind::ActivityChanged { agent: "7".into(), activity });
    let rows = story.rows();
    let sac = rows.queues["1/sac"].clone().unwrap();
    let counted = [sac.free, sac.ringing, sac.talking, sac.wrapup, sac.paused, sac.offline];
    assert_eq!(counted, [1, 1, 1, 1, 1, 2]);
    assert_eq!(rows.queues["1/vendas"].as_ref().map(|q| (q.free, q.paused)), Some((1, 0)));
    let two = rows.agents["1/2"].clone().unwrap();
    assert_eq!((two.state, two.paused, two.paused_in.as_slice()), (State::Ready, false, &["1/sac".to_owned()][..]));
    assert_eq!(two.queues, ["1/sac", "1/vendas"]);
    let three = rows.agents["1/3"].clone().unwrap();
    assert_eq!((three.state, three.place), (State::Talking, Some(PlaceRow::Other)));
}

#[test]
fn figures_of_a_queue_explain_themselves() {
    let mut story = Story::default();
    story.tell(1, Kind::LinkUp { platform: "x".into() });
    story.member(1, "sac", "1", Device::Idle, None);
    let setup = QueueSetup {
        label: Some("Atendimento".into()),
        operation: Some(Operation::Sac),
        goal: Goal { percent: 90, seconds: 1 },
        ..QueueSetup::default()
    };
    story.set(Setting::Queue { source: SourceId(1), queue: "sac".into(), setup });
    let row = queue(&story);
    assert_eq!((row.service_level.value, row.asa_ms, row.oldest_ms, row.pbx), (None, None, None, None));
    assert_eq!((row.label.as_str(), row.goal_percent), ("Atendimento", 90));

    story.enter("sac", "a", "a", None);
    story.tell(1, Kind::Answered { queue: "sac".into(), call: "a".into(), agent: "1".into(), leg: None });
    let entered = story.enter("sac", "b", "b", None);
    story.tell(1, Kind::Tick);
    story.tell(1, Kind::Left { queue: "sac".into(), call: "b".into(), outcome: Outcome::Abandoned, ago_ms: 0 });
    let waiting = story.enter("sac", "c", "c", None);
    story.tell(1, Kind::Left { queue: "sac".into(), call: "zz".into(), outcome: Outcome::Timeout, ago_ms: 0 });
    let counters = PbxCounters { completed: 7, abandoned: 3, ..PbxCounters::default() };
    story.tell(1, Kind::QueueSeen { queue: "sac".into(), counters });
    let row = queue(&story);
    assert_eq!((row.offered, row.answered, row.abandoned, row.other_lost, row.unknown), (3, 1, 1, 0, 0));
    assert_eq!((row.waiting, row.oldest_ms, row.asa_ms), (1, Some(waiting), Some(1000)));
    assert!(entered < waiting);
    assert_eq!((row.service_level.numerator, row.service_level.denominator), (1, 2));
    assert_eq!((row.service_level.value, row.service_level.definition.as_str()), (Some(0.5), "sl.f4@1"));
    let abandoned = &row.abandonment;
    assert_eq!((abandoned.numerator, abandoned.denominator, &*abandoned.definition), (1, 2, "abandonment@1"));
    assert_eq!(row.pbx, Some((7, 3)));

    fn queue(story: &Story) -> crate::wire::QueueRow {
        story.rows().queues["1/sac"].clone().unwrap()
    }
}

#[test]
fn a_person_has_one_row_and_the_busiest_login_decides() {
    let mut story = Story::default();
    for source in [1, 2] {
        story.tell(source, Kind::LinkUp { platform: "x".into() });
    }
    let name = story.person(9, "", "Ana Souza");
    story.set(Setting::Team(Team { id: "n1".into(), label: "Suporte N1".into(), supervisor: None }));
    story.set(ana(name, vec![login(1, "2101"), login(2, "7")]));
    story.member(1, "sac", "2101", Device::Idle, None);
    let busy = story.member(2, "vendas", "7", Device::InUse, None);
    let rows = story.rows();
    assert_eq!(rows.agents.keys().collect::<Vec<_>>(), ["person/ana"]);
    let row = rows.agents["person/ana"].clone().unwrap();
    assert_eq!((row.name.as_str(), row.login.as_str(), row.source), ("Ana Souza", "7", 2));
    assert_eq!((row.state, row.since_ms, row.team.as_deref()), (State::Talking, busy, Some("Suporte N1")));
    assert_eq!(row.queues, ["1/sac", "2/vendas"]);

    // A login of a source that is not heard is an old reading: the other decides.
    story.tell(2, Kind::LinkDown { reason: "gone".into() });
    let row = story.rows().agents["person/ana"].clone().unwrap();
    assert_eq!((row.login.as_str(), row.state), ("2101", State::Ready));
}

#[test]
fn names_fall_back_to_the_login() {
    let mut story = Story::default();
    story.member(1, "sac", "2101", Device::Idle, Some(""));
    let row = story.rows().agents["1/2101"].clone().unwrap();
    assert_eq!((row.name.as_str(), row.state, row.reason, row.paused), ("2101", State::Paused, None, true));
    story.set(ana(PartyId(404), vec![login(1, "2101")]));
    assert_eq!(story.rows().agents["person/ana"].clone().unwrap().name, "2101", "a person who was forgotten");
}

#[test]
fn callers_are_masked_and_only_those_who_wait() {
    let mut story = Story::default();
    story.tell(1, Kind::LinkUp { platform: "x".into() });
    let caller = story.person(5, "11987651234", "<script>alert(1)</script>");
    let entered = story.enter("sac", "a", "journey", Some(caller));
    story.enter("sac", "b", "b", None);
    let rows = story.rows();
    assert_eq!(rows.callers.len(), 2);
    let row = rows.callers.values().flatten().find(|row| row.number.is_some()).unwrap();
    assert_eq!(row.number.as_deref(), Some("(11) 9****-1234"));
    assert_eq!((row.entered_ms, row.queue.as_str(), row.visits, row.ringing), (entered, "1/sac", 1, false));
    assert!(!serde_json::to_string(&rows).unwrap().contains("script"), "a caller's name is not shown");

    story.member(1, "sac", "1", Device::Idle, None);
    story.tell(1, Kind::Ringing { queue: "sac".into(), call: "a".into(), agent: "1".into() });
    assert_eq!(story.rows().callers.values().flatten().filter(|row| row.ringing).count(), 1);
    story.tell(1, Kind::Answered { queue: "sac".into(), call: "a".into(), agent: "1".into(), leg: None });
    assert_eq!(story.rows().callers.len(), 1);
    let agent = story.rows().agents["1/1"].clone().unwrap();
    assert_eq!((agent.state, agent.place), (State::Talking, Some(PlaceRow::Queue("1/sac".into()))));
}

#[test]
fn a_campaign_counts_its_agents_and_attempts() {
    let mut story = Story::default();
    story.tell(1, Kind::LinkUp { platform: "x".into() });
    let label = "Cobrança ativa".into();
    let setup = CampaignSetup { label, kind: CampaignKind::Collections, goal: Some(30), client: None };
    story.set(Setting::Campaign { source: SourceId(1), campaign: "cob".into(), setup });
    story.member(1, "sac", "1", Device::Idle, None);
    for attempt in ["t1", "t2"] {
        story.tell(
            1,
            Kind::Dialled {
                attempt: attempt.into(),
                campaign: Some("cob".into()),
                contact: attempt.into(),
                agent: None,
                callee: None,
            },
        );
    }
    let activity = Some(Activity::Talking(Place::Campaign("cob".into())));
    story.tell(1, Kind::DialAnswered { attempt: "t1".into(), by: AnsweredBy::Human, agent: Some("1".into()) });
    story.tell(1, Kind::ActivityChanged { agent: "1".into(), activity });
    let row = story.rows().campaigns["1/cob"].clone().unwrap();
    assert_eq!((row.label.as_str(), row.goal, row.attempts, row.dialling), ("Cobrança ativa", Some(30), 2, 2));
    assert_eq!((row.agents, row.hit.value, row.hit.numerator), (1, None, 1));
}

#[test]
fn a_contact_rate_waits_until_somebody_says_who_answered() {
    use mirante_floor::{DialEnd, DispositionFlags};
    let mut story = Story::default();
    story.tell(1, Kind::LinkUp { platform: "x".into() });
    for attempt in ["t1", "t2", "t3"] {
        let (campaign, contact) = (Some("cob".into()), attempt.into());
        story.tell(1, Kind::Dialled { attempt: attempt.into(), campaign, contact, agent: None, callee: None });
    }
    for attempt in ["t1", "t2"] {
        story.tell(1, Kind::DialAnswered { attempt: attempt.into(), by: AnsweredBy::Unknown, agent: None });
    }
    for attempt in ["t1", "t2", "t3"] {
        story.tell(1, Kind::DialEnded { attempt: attempt.into(), end: DialEnd::UNHEARD, ago_ms: 0 });
    }
    let hit = |story: &Story| story.rows().campaigns["1/cob"].clone().unwrap().hit;
    assert_eq!(hit(&story).value, None, "nothing is known, which is not a rate of nothing");
    let flags = DispositionFlags { human: true, ..DispositionFlags::default() };
    story.tell(1, Kind::Disposed { campaign: None, attempt: "t1".into(), code: "ALO".into(), flags });
    assert_eq!((hit(&story).numerator, hit(&story).denominator), (1, 2), "one of the two that are known");
}
