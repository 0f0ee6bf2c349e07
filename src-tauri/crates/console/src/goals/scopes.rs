//! Facts of what a goal is about: a queue, an operation, a client, a campaign, a team.

use crate::figures::gather::{Gathered, Stretch};
use crate::figures::judge::{Book, Held};
use mirante_floor::{Floor, Name, Outcome, Place, Scope, SourceId};
use mirante_history::{History, HistoryError};
use mirante_metrics::goals;
use mirante_metrics::{Calls, Definition, Presence, Span, Sums, Terms, Where, Work, common};
use std::collections::{BTreeMap, BTreeSet};

type Key = (SourceId, Name);

/// Facts of one stretch.
pub(crate) struct Facts {
    pub(crate) span: Span,
    pub(crate) gathered: Gathered,
    /// Absent where rows have gone: what is left of them would be too few.
    campaigns: Option<BTreeMap<Key, Calls>>,
    teams: BTreeMap<Name, Sums>,
}

/// Facts of one scope, and by what they are judged.
pub(crate) struct Scoped {
    pub(crate) sums: Sums,
    pub(crate) terms: Terms,
    /// The queues in it.
    pub(crate) queues: Vec<Key>,
    held: Vec<Held>,
    is_team: bool,
}

impl Scoped {
    /// The definition that stands for a family in all queues of the scope; absent where they differ.
    pub(crate) fn chosen(&self, family: &'static mirante_metrics::Family) -> Option<&'static str> {
        let Some(first) = self.held.first() else { return Some(&family.usual) };
        let chosen = first.chosen(&family.id)?;
        self.held.iter().all(|held| held.chosen(&family.id) == Some(chosen)).then_some(chosen)
    }

    /// Of a team only what its people did is known: nobody is lost by a team.
    pub(crate) fn knows(&self, definition: &Definition) -> bool {
        !self.is_team || !definition.measures().any(goals::is_of_no_team)
    }
}

impl Facts {
    /// Reads the facts of a stretch for these scopes and definitions.
    pub(crate) fn read(
        history: &History,
        floor: &Floor,
        span: Span,
        now: i64,
        definitions: &[&Definition],
        scopes: &[&Scope],
    ) -> Result<Facts, HistoryError> {
        let stretch = Stretch { from: span.from, to: span.to, now };
        let gathered = Gathered::of(history, floor, stretch, definitions)?;
        let mut facts = Facts { span, gathered, campaigns: Some(BTreeMap::new()), teams: BTreeMap::new() };
        if scopes.iter().any(|scope| matches!(scope, Scope::Campaign(..) | Scope::Client(_))) {
            let (mut campaigns, mut rows): (BTreeMap<Key, Calls>, u64) = Default::default();
            history.attempts(span.from, span.to, |attempt| {
                rows += 1;
                if let Some(campaign) = attempt.campaign.clone() {
                    campaigns.entry((attempt.source, campaign)).or_default().add(&attempt);
                }
                true
            })?;
            facts.campaigns = (rows >= history.attempts_counted(span.from, span.to)?).then_some(campaigns);
        }
        let teams: BTreeSet<&Name> =
            scopes.iter().filter_map(|scope| if let Scope::Team(team) = scope { Some(team) } else { None }).collect();
        if !teams.is_empty() {
            facts.read_teams(history, floor, &teams)?;
        }
        Ok(facts)
    }

    fn read_teams(&mut self, history: &History, floor: &Floor, teams: &BTreeSet<&Name>) -> Result<(), HistoryError> {
        let team_of = |source: SourceId, agent: &Name| {
            floor.config.person(source, agent)?.team.as_ref().filter(|team| teams.contains(team))
        };
        let Span { from, to } = self.span;
        self.teams = teams.iter().map(|team| ((*team).clone(), Sums::default())).collect();
        let (all, gathered) = (&mut self.teams, &self.gathered);
        history.visits(from, to, |visit| {
            let team = visit.agent.as_ref().and_then(|agent| team_of(gathered.whose(visit.source), agent));
            if let Some(sums) = team.filter(|_| visit.outcome == Outcome::Answered).and_then(|team| all.get_mut(team)) {
                sums.add(&visit);
            }
            true
        })?;
        if [from, to].iter().any(|ms| ms.rem_euclid(History::QUARTER) != 0) {
            return Ok(());
        }
        for sums in all.values_mut() {
            (sums.presence, sums.work) = (Some(Presence::default()), Some(Work::default()));
        }
        history.agent_sums(from, to, |sum| {
            let Some(sums) = team_of(gathered.whose(sum.source), &sum.agent).and_then(|team| all.get_mut(team)) else {
                return;
            };
            sums.presence.get_or_insert_default().add(sum.state, Where::of(sum.place.as_ref()), sum.ms);
            if let Some(Place::Queue(_)) = sum.place {
                sums.work.get_or_insert_default().add(sum.state, sum.ms);
            }
        })?;
        history.ring_sums(from, to, |sum| {
            if let Some(sums) = team_of(gathered.whose(sum.source), &sum.agent).and_then(|team| all.get_mut(team)) {
                let work = sums.work.get_or_insert_default();
                work.rings_answered += u64::from(sum.answered);
                work.rings_missed += u64::from(sum.missed);
            }
        })
    }

    /// The facts of a scope, judged by what `book` says of the day; absent where nothing is in it.
    pub(crate) fn of(&self, scope: &Scope, floor: &Floor, book: &Book<'_>) -> Option<Scoped> {
        if let Scope::Team(team) = scope {
            let sums = self.teams.get(team)?.clone();
            let terms = Terms { seconds: None, short_seconds: None };
            return Some(Scoped { sums, terms, queues: Vec::new(), held: Vec::new(), is_team: true });
        }
        let setup = |key: &Key| floor.config.queues.get(key);
        let is_in = |key: &Key| match scope {
            Scope::Queue(source, queue) => *source == key.0 && *queue == key.1,
            Scope::Operation(operation) => setup(key).is_some_and(|setup| setup.operation == Some(*operation)),
            Scope::Client(client) => setup(key).is_some_and(|setup| setup.client.as_ref() == Some(client)),
            Scope::Campaign(..) | Scope::Team(_) => false,
        };
        let queues: Vec<Key> = self.gathered.queues.keys().filter(|key| is_in(key)).cloned().collect();
        // Of a stretch within which rules change, what they change has no value: its parts would say different things.
        let mut parts = vec![self.span.from];
        parts.extend(book.changes(queues.iter(), self.span.from, self.span.to));
        let held: Vec<Held> = queues.iter().map(|key| book.held(key, &parts)).collect();
        let mut sums = Sums::default();
        queues.iter().filter_map(|key| self.gathered.queues.get(key)).for_each(|queue| sums.merge(queue));
        let calls: Vec<&Key> = match scope {
            Scope::Campaign(source, campaign) => floor
                .config
                .campaigns
                .keys()
                .chain(self.campaigns.iter().flat_map(BTreeMap::keys))
                .filter(|key| key.0 == *source && key.1 == *campaign)
                .take(1)
                .collect(),
            Scope::Client(client) => {
                let serves = |(_, setup): &(&Key, &mirante_floor::CampaignSetup)| setup.client.as_ref() == Some(client);
                floor.config.campaigns.iter().filter(serves).map(|(key, _)| key).collect()
            }
            _ => Vec::new(),
        };
        for (key, campaigns) in calls.iter().filter_map(|key| Some((key, self.campaigns.as_ref()?))) {
            let one = campaigns.get(*key).cloned().unwrap_or_default();
            sums.calls.get_or_insert_default().merge(&one);
        }
        if queues.is_empty() && calls.is_empty() {
            return None;
        }
        let terms = common(held.iter().map(|held| held.terms));
        Some(Scoped { sums, terms, queues, held, is_team: false })
    }
}
