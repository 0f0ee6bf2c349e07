use super::*;
use mirante_floor::{Changes, Device, Event, Floor, Kind, Origin, Outcome, PartyId, SourceId, Stamp};
use mirante_history::{Batch, Party};

const T0: i64 = 1_795_273_200_000;

/// Writes events, one every ten seconds, as a hub does.
struct Hub {
    history: History,
    floor: Floor,
    seq: u64,
}

impl Hub {
    fn new(folder: &std::path::Path) -> Self {
        let mut history = History::open(folder, &OpenOptions::writer()).unwrap();
        history.recover().unwrap();
        Hub { history, floor: Floor::default(), seq: 0 }
    }

    fn tell(&mut self, kind: Kind) {
        self.seq += 1;
        let seen = T0 + self.seq as i64 * 10_000;
        let stamp = Stamp { source: SourceId(1), epoch: 1, seq: self.seq, seen, at: None };
        let event = Event { stamp, origin: Origin::Heard, kind };
        let mut changes = Changes::default();
        self.floor.apply(&event, &mut changes);
        self.history.commit(Batch { events: &[event], facts: &changes.facts }).unwrap();
    }

    fn member(&mut self, agent: &str, name: Option<PartyId>) {
        self.tell(Kind::Member {
            queue: "sac".into(),
            agent: agent.into(),
            interface: format!("PJSIP/{agent}").into(),
            name,
            device: Device::Idle,
            paused: false,
            reason: None,
            penalty: 0,
            in_call: None,
            paused_at: None,
        });
    }

    fn enter(&mut self, call: &str) {
        let (queue, contact) = ("sac".into(), format!("{call}-root").into());
        self.tell(Kind::Entered { queue, call: call.into(), contact, caller: None, position: None, waited_ms: 0 });
    }

    fn answer(&mut self, call: &str, agent: &str) {
        self.tell(Kind::Answered { queue: "sac".into(), call: call.into(), agent: agent.into(), leg: None });
    }

    fn lines(&self) -> Vec<String> {
        let archive = Archive { history: self.history.reader().unwrap(), is_example: false };
        let mut lines = Vec::new();
        let each = |line| {
            lines.push(line);
            true
        };
        archive.visits(T0, T0 + 86_400_000, T0 + 86_400_000, each).unwrap();
        let line = |l: VisitLine| {
            let talk = l.talk_ms.map_or_else(String::new, |ms| ms.to_string());
            let entered = (l.entered_ms - T0) / 1000;
            format!(
                "{},{},{entered},{},{},{},{talk},{}",
                l.contact, l.queue, l.outcome, l.wait_ms, l.agent, l.platform_id
            )
        };
        lines.into_iter().map(line).collect()
    }
}

#[test]
fn visits_ended_and_open() {
    let folder = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(folder.path());
    let ana = hub.history.parties().id_of(&Party { number: "2101".into(), name: "Ana, \"N1\"".into() }).unwrap();
    hub.tell(Kind::LinkUp { platform: "x".into() });
    hub.member("2101", Some(ana));
    hub.member("2102", None);
    hub.enter("a");
    hub.answer("a", "2101");
    hub.tell(Kind::Completed {
        queue: "sac".into(),
        call: Some("a".into()),
        leg: None,
        agent: "2101".into(),
        transferred: true,
        talk_ms: None,
    });
    hub.enter("b");
    hub.tell(Kind::Left { queue: "sac".into(), call: "b".into(), outcome: Outcome::ExitKey, ago_ms: 0 });
    hub.enter("c");
    hub.answer("c", "2102");
    // Whoever has left by now is still called what the platform called them.
    hub.tell(Kind::MemberRemoved { queue: "sac".into(), agent: "2101".into() });
    hub.enter("d");
    hub.tell(Kind::Tick);
    assert_eq!(
        hub.lines(),
        [
            "a-root,sac,40,answered,10000,Ana, \"N1\",10000,a",
            "b-root,sac,70,exit_key,10000,,,b",
            "c-root,sac,90,answered,10000,PJSIP/2102,,c",
            "d-root,sac,120,waiting,10000,,,d",
        ]
    );
}

#[test]
fn example_data_only_where_there_are_no_others() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Archive::open(folder.path());
    assert!(matches!(open(), Err(HistoryError::Missing { .. })));
    let mut own = Hub::new(folder.path());
    let mut example = Hub::new(&sample_folder(folder.path()));
    assert!(!open().unwrap().is_example(), "neither holds anything: the folder's own");
    example.tell(Kind::LinkUp { platform: "x".into() });
    let opened = open().unwrap();
    assert!(opened.is_example() && !opened.is_empty());
    own.tell(Kind::LinkUp { platform: "x".into() });
    assert!(!open().unwrap().is_example());
}

#[test]
fn attempts_ended_and_under_way() {
    use mirante_floor::{AnsweredBy, DialEnd, DispositionFlags, EndedBy};
    let folder = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(folder.path());
    let ana = hub.history.parties().id_of(&Party { number: "2101".into(), name: "Ana, \"N1\"".into() }).unwrap();
    let callee = hub.history.parties().id_of(&Party { number: "5511999990000".into(), name: String::new() }).unwrap();
    hub.tell(Kind::LinkUp { platform: "x".into() });
    hub.member("2101", Some(ana));
    let dial = |hub: &mut Hub, attempt: &str, campaign: Option<&str>, agent: Option<&str>| {
        let (campaign, agent) = (campaign.map(Into::into), agent.map(Into::into));
        let (attempt, contact) = (attempt.into(), format!("{attempt}-root").into());
        hub.tell(Kind::Dialled { attempt, campaign, contact, agent, callee: Some(callee) });
    };
    dial(&mut hub, "a", Some("vendas"), Some("2101"));
    hub.tell(Kind::DialAnswered { attempt: "a".into(), by: AnsweredBy::Unknown, agent: None });
    let end = DialEnd { dropped: false, by: EndedBy::Callee, cause: Some(16), status: Some("ANSWER".into()) };
    hub.tell(Kind::DialEnded { attempt: "a".into(), end, ago_ms: 0 });
    let flags = DispositionFlags { human: true, ..DispositionFlags::default() };
    hub.tell(Kind::Disposed { campaign: None, attempt: "a".into(), code: "VENDA".into(), flags });
    dial(&mut hub, "b", None, Some("2101"));
    dial(&mut hub, "c", Some("cobranca"), None);
    hub.tell(Kind::DialAnswered { attempt: "c".into(), by: AnsweredBy::Machine, agent: None });
    let archive = Archive { history: hub.history.reader().unwrap(), is_example: false };
    let mut lines = Vec::new();
    let each = |line| {
        lines.push(line);
        true
    };
    archive.attempts(T0, T0 + 86_400_000, each).unwrap();
    let line = |l: &AttemptLine| {
        let of = |ms: Option<i64>| ms.map_or_else(|| "-".to_owned(), |ms| ms.to_string());
        let (ended, started) = (of(l.ended_ms.map(|ms| (ms - T0) / 1000)), (l.started_ms - T0) / 1000);
        let (ring, talk, cause) = (of(l.ring_ms), of(l.talk_ms), of(l.cause.map(i64::from)));
        format!(
            "{} {:?} {} {:?} {started} {ended} {:?} {ring} {talk} {} {cause} {} {:?} {} {:?} {}",
            l.id,
            l.campaign,
            l.contact,
            l.agent,
            l.answered_by,
            l.result,
            l.status,
            l.ended_by,
            l.dropped,
            l.disposition,
            l.platform_id
        )
    };
    let lines: Vec<String> = lines.iter().map(line).collect();
    assert_eq!(
        lines,
        [
            r#"3 "vendas" a-root "Ana, \"N1\"" 30 50 "human" 10000 10000 answered 16 ANSWER "callee" false "VENDA" a"#,
            r#"7 "" b-root "Ana, \"N1\"" 70 - "" - - dialling -  "" false "" b"#,
            r#"8 "cobranca" c-root "" 80 - "machine" 10000 - machine -  "" false "" c"#,
        ]
    );
    assert!(!lines.concat().contains("99999"), "no number");
}

/// What is told last is not read before what is told first was given out.
#[test]
fn an_export_is_not_gathered_in_memory() {
    use mirante_floor::{ClosedVisit, Fact, Moment, VisitId};
    let folder = tempfile::tempdir().unwrap();
    let mut hub = Hub::new(folder.path());
    let visit = |n: u64| {
        let moment = |ms: i64| Moment { seen: T0 + n as i64 * 1_000 + ms, at: None };
        Fact::VisitClosed(ClosedVisit {
            id: VisitId(n),
            source: SourceId(1),
            queue: "sac".into(),
            call: format!("c{n}").into(),
            contact: format!("c{n}").into(),
            caller: None,
            entered: moment(0),
            ended: moment(900),
            outcome: Outcome::Abandoned,
            wait_ms: 900,
            agent: None,
            agent_name: None,
            interface: None,
            talk_ms: None,
            transferred: false,
            origin: Origin::Heard,
        })
    };
    let many: Vec<Fact> = (1..=20_000).map(visit).collect();
    hub.history.commit(Batch { events: &[], facts: &many }).unwrap();
    let archive = Archive { history: hub.history.reader().unwrap(), is_example: false };
    let (mut told, mut last) = (0, 0);
    let each = |line: VisitLine| {
        if told == 0 {
            // Kept while the first is given out: only who reads as it goes can tell of it.
            hub.history.commit(Batch { events: &[], facts: &[visit(20_001)] }).unwrap();
        }
        told += 1;
        last = line.id.0;
        true
    };
    archive.visits(T0, i64::MAX, T0, each).unwrap();
    assert_eq!((told, last), (20_001, 20_001));
    let mut few = 0;
    archive
        .visits(T0, i64::MAX, T0, |_| {
            few += 1;
            few < 3
        })
        .unwrap();
    assert_eq!(few, 3, "and whoever has enough is given no more");
}
