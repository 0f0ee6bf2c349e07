use super::*;
use mirante_floor::{Changes, ClosedVisit, Event, Fact, Floor, SourceId, Stamp as Place};

/// What lines come to, in a floor of their own.
struct Told {
    account: Account,
    floor: Floor,
    seq: u64,
    facts: Vec<Fact>,
    why: Vec<Result<Use, Unusable>>,
}

const SOURCE: SourceId = SourceId(7);

impl Told {
    fn new() -> Told {
        Told { account: Account::default(), floor: Floor::default(), seq: 0, facts: Vec::new(), why: Vec::new() }
    }

    fn take(&mut self, text: &str) {
        for line in text.lines().map(str::trim) {
            let line = Line::parse(line.as_bytes()).expect("a line");
            let at = line.stamp.at(None).expect("a time");
            let mut people = |who: &Caller| Ok::<_, ()>(PartyId((who.number.len() * 100 + who.name.len()) as u64));
            let mut out = Vec::new();
            let site = self.floor.sites.get(&SOURCE);
            self.why.push(self.account.take(site, &line, at, &mut people, &mut out).expect("people"));
            out.into_iter().for_each(|event| self.apply(event));
        }
    }

    fn apply(&mut self, event: AccountEvent) {
        self.seq += 1;
        let seen = self.site().map_or(event.at, |site| site.seen.max(event.at));
        let stamp = Place { source: SOURCE, epoch: 1, seq: self.seq, seen, at: Some(event.at) };
        let mut changes = Changes::default();
        self.floor.apply(&Event { stamp, origin: event.origin, kind: event.kind }, &mut changes);
        self.facts.append(&mut changes.facts);
    }

    fn site(&self) -> Option<&Site> {
        self.floor.sites.get(&SOURCE)
    }

    fn visits(&self) -> Vec<&ClosedVisit> {
        let visits = self.facts.iter().filter_map(|fact| match fact {
            Fact::VisitClosed(visit) => Some(visit),
            _ => None,
        });
        visits.collect()
    }
}

#[test]
fn the_figures_of_the_pbx_rule_where_stamps_are_whole_seconds() {
    let mut told = Told::new();
    told.take(
        "100|1.1|sac|NONE|ENTERQUEUE||119|1
         105|1.1|sac|PJSIP/2101|CONNECT|4|1.2|2
         110|1.1|sac|PJSIP/2101|COMPLETECALLER|4|6|1
         200.250|1.2|sac|NONE|ENTERQUEUE||119|1
         203.750|1.2|sac|PJSIP/2101|CONNECT|4|1.2|2
         209.000|1.2|sac|PJSIP/2101|COMPLETECALLER|4|6|1
         300|1.3|sac|NONE|ENTERQUEUE||119|1
         400|1.3|sac|NONE|ABANDON|1|1|7",
    );
    let told: Vec<_> = told.visits().iter().map(|v| (v.wait_ms, v.talk_ms, v.entered.at)).collect();
    assert_eq!(
        told,
        [
            (4_000, Some(6_000), Some(100_500)),
            (3_500, Some(5_250), Some(200_250)),
            // A figure that its own stamps belie is none.
            (100_000, None, Some(300_500)),
        ]
    );
}

#[test]
fn an_agent_with_two_calls_ends_each_with_its_own_line() {
    let mut told = Told::new();
    told.take(
        "100|1.1|sac|NONE|ENTERQUEUE||119|1
         101|1.2|sac|NONE|ENTERQUEUE||118|2
         105|1.1|sac|Ana|CONNECT|5|1.9|2
         108|1.2|sac|Ana|CONNECT|7|1.8|2
         120|1.1|sac|Ana|COMPLETEAGENT|5|15|1
         130|1.2|sac|Ana|COMPLETECALLER|7|22|1",
    );
    assert!(told.why.iter().all(|why| *why == Ok(Use::Told)), "{:?}", told.why);
    let first = told.facts.iter().find_map(|fact| match fact {
        Fact::TalkTold { talk_ms, .. } => Some(*talk_ms),
        _ => None,
    });
    assert_eq!(first, Some(15_000));
    assert_eq!(told.visits().iter().map(|visit| visit.talk_ms).collect::<Vec<_>>(), [None, Some(22_000)]);
}

#[test]
fn every_verb_is_told_passed_or_said_to_be_unknown() {
    let mut told = Told::new();
    told.take(
        "1|NONE|NONE|NONE|QUEUESTART|
         1|NONE|sac|Agent/9001|ADDMEMBER|PAUSED
         1|NONE|sac|Agent/9001|UNPAUSE|
         1|NONE|sac|Agent/9001|PENALTY|3
         1|NONE|sac|Agent/9001|PAUSE|Banheiro
         2|NONE|sac|Agent/9001|REMOVEMEMBER|
         3|1.1|sac|NONE|ENTERQUEUE||119|1
         4|1.1|sac|Local/11999990000@out/n|RINGNOANSWER|15000
         5|1.1|sac|Local/11999990000@out/n|CONNECT|2|1.2|2
         6|1.1|sac|Local/11999990000@out/n|TRANSFER|4004|xfer|2|1|1
         7|1.2|sac|NONE|ENTERQUEUE||119|1
         8|1.2|sac|NONE|LEAVEEMPTY||||
         9|1.1|sac|X|RINGNOANSWER|0
         9|1.1|sac|X|RINGCANCELED|100
         9|NONE|NONE|X|PAUSEALL|
         9|NONE|NONE|X|UNPAUSEALL|
         9|NONE|NONE|X|AGENTLOGIN|SIP/1
         9|NONE|NONE|X|AGENTLOGOFF|SIP/1|99
         9|NONE|NONE|X|AGENTCALLBACKLOGIN|1@x
         9|NONE|NONE|X|AGENTCALLBACKLOGOFF|1@x|99|
         9|1.1|sac|X|AGENTDUMP|
         9|1.1|sac|X|SYSCOMPAT|
         9|1.1|sac|NONE|DID|4004
         9|1.1|sac|NONE|INFO|words
         9|NONE|NONE|NONE|CONFIGRELOAD|
         9|1.9|sac|NONE|FULL|
         9|1.9|sac|NONE|JOINEMPTY|
         9|1.9|sac|NONE|CLOSED|
         9|1.9|sac|NONE|DIVERT_CA_RATIO|
         9|1.9|sac|NONE|DIVERT_HOLDTIME|
         9|NONE|sac|X|WRAPUPSTART|30
         9|1.1|sac|X|TELEPATHY|
         9|1.9|sac|NONE|WITHDRAW|1|1|1|sup
         9|NONE|sac|NONE|ABANDON|1|1|1",
    );
    let (used, rest) = told.why.split_at(12);
    assert!(used.iter().all(|why| *why == Ok(Use::Told)), "{used:?}");
    let (passed, refused) = rest.split_at(19);
    assert!(passed.iter().all(|why| *why == Ok(Use::Passed)), "{passed:?}");
    assert_eq!(refused, [Err(Unusable::Verb), Err(Unusable::NoEntry), Err(Unusable::Incomplete)]);
    let outcomes: Vec<_> = told.visits().iter().map(|visit| (visit.outcome, visit.transferred)).collect();
    assert_eq!(outcomes, [(Outcome::Answered, true), (Outcome::Overflow, false)]);
    let keys: Vec<&str> = told.site().expect("a site").agents.keys().map(|key| &**key).collect();
    assert_eq!(keys, ["Agent/9001", "p1100"], "somebody's telephone is no key");
}

#[test]
fn what_no_line_ends_is_let_go_after_a_day() {
    let mut told = Told::new();
    told.take(
        "100|1.1|sac|NONE|ENTERQUEUE||119|1
         101|1.2|sac|NONE|ENTERQUEUE||118|2
         105|1.2|sac|Ana|CONNECT|4|1.9|2",
    );
    let site = told.site().expect("a site");
    assert_eq!(overdue(site, 100_000 + LONGEST_CALL_MS), []);
    let later = 105_000 + LONGEST_SILENCE_MS + 1_000;
    let over = overdue(site, later);
    assert_eq!(over.len(), 2);
    over.into_iter().for_each(|event| told.apply(event));
    let ended: Vec<_> = told.visits().iter().map(|v| (v.outcome, v.wait_ms, v.talk_ms)).collect();
    assert_eq!(ended, [(Outcome::Unknown, 0, None), (Outcome::Answered, 4_000, None)]);
    let site = told.site().expect("a site");
    assert!(site.visits.is_empty() && site.calls.is_empty());
    let gone = overdue(site, later + LONGEST_SILENCE_MS + 1_000);
    assert!(matches!(&gone[..], [AccountEvent { kind: Kind::MemberRemoved { .. }, .. }]), "{gone:?}");
}

/// An import that was stopped goes on with what it would have told: nothing is known that the floor does not hold.
#[test]
fn an_account_made_anew_after_any_line_tells_the_same() {
    let text = "100|1.1|sac|NONE|ENTERQUEUE||119|1
        103|1.1|sac|NONE|ABANDON|1|1|3
        104|1.1|n2|NONE|ENTERQUEUE||119|1
        106|1.1|n2|Ana|CONNECT|2|1.9|2
        107|NONE|n2|Ana|PAUSE|Lanche
        108|1.2|n2|NONE|ENTERQUEUE||118|1
        110|1.1|n2|Ana|COMPLETEAGENT|2|4|1
        111|1.2|n2|NONE|EXITWITHKEY|1|1|1|3";
    let mut whole = Told::new();
    whole.take(text);
    assert_eq!(whole.facts.len(), 5, "{:?}", whole.facts);
    for cut in 0..text.lines().count() {
        let mut told = Told::new();
        for (nth, line) in text.lines().enumerate() {
            if nth == cut {
                told.account = Account::of(told.site());
            }
            told.take(line);
        }
        assert_eq!(told.facts, whole.facts, "cut before line {cut}");
        assert!(told.floor == whole.floor, "cut before line {cut}");
    }
}
