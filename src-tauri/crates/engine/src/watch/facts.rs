//! The facts that rules read, off the live floor.

use super::crew::{Counts, Crew, Of};
use super::names::{Asks, Figure, Now, Stretch};
use super::windows::Windows;
use crate::config::judging::operation_word;
use crate::rules::ZoneCalendar;
use mirante_alerts::{Calendar, Facts, Local, Reading, Scope, Subject};
use mirante_floor::{Agent, Device, Floor, Link, Name, Site, SourceId, StateKind, Totals};
use mirante_metrics::{Calls, Catalogue, Facts as Counted, Looked, Terms};
use std::collections::BTreeSet;

/// One moment of the live floor.
pub(crate) struct FloorFacts<'a> {
    /// The floor.
    pub(crate) floor: &'a Floor,
    /// Sources that have told everything at their present connection.
    pub(crate) pictured: &'a BTreeSet<SourceId>,
    /// Who is there.
    pub(crate) crew: &'a Crew,
    /// Visits of the last hour.
    pub(crate) windows: &'a Windows,
    /// The operation's calendar.
    pub(crate) calendar: &'a ZoneCalendar,
    /// When, Unix ms.
    pub(crate) now: i64,
}

/// Each configured source's site.
pub(crate) fn sites(floor: &Floor) -> impl Iterator<Item = (SourceId, &Site)> {
    floor.config.sources.keys().filter_map(|source| Some((*source, floor.sites.get(source)?)))
}

/// What gathers a queue: its operation and its client.
pub(crate) fn gathering(floor: &Floor, source: SourceId, queue: &Name) -> impl Iterator<Item = Subject> {
    let setup = floor.config.queues.get(&(source, queue.clone()));
    let operation =
        setup.and_then(|setup| setup.operation).map(|of| gathers(Scope::Operation, &operation_word(of).into()));
    let client = setup.and_then(|setup| setup.client.as_ref()).map(|of| gathers(Scope::Client, of));
    operation.into_iter().chain(client)
}

fn gathers(scope: Scope, id: &Name) -> Subject {
    Subject { scope, source: SourceId::MIRANTE, id: id.clone() }
}

/// How long ago, s.
fn seconds(since: i64, now: i64) -> Reading {
    Reading::Number((now - since).max(0) as f64 / 1000.0)
}

impl Calendar for FloorFacts<'_> {
    fn local(&self, now: i64) -> Local {
        self.calendar.local(now)
    }
    fn instant(&self, local: Local) -> i64 {
        self.calendar.instant(local)
    }
    fn is_holiday(&self, day: i64) -> bool {
        self.calendar.is_holiday(day)
    }
}

impl Facts for FloorFacts<'_> {
    fn subjects(&self, scope: Scope) -> Vec<Subject> {
        let of = |source: SourceId, id: &Name| Subject { scope, source, id: id.clone() };
        let config = &self.floor.config;
        match scope {
            Scope::Source => config.sources.keys().map(|source| of(*source, &Name::default())).collect(),
            Scope::Queue => {
                sites(self.floor).flat_map(|(s, site)| site.queues.keys().map(move |id| of(s, id))).collect()
            }
            Scope::Campaign => {
                sites(self.floor).flat_map(|(s, site)| site.campaigns.keys().map(move |id| of(s, id))).collect()
            }
            Scope::Agent => {
                sites(self.floor).flat_map(|(s, site)| site.agents.keys().map(move |id| of(s, id))).collect()
            }
            Scope::Team => config.teams.keys().map(|id| gathers(scope, id)).collect(),
            Scope::Operation | Scope::Client => {
                let queues = sites(self.floor).flat_map(|(s, site)| site.queues.keys().map(move |id| (s, id)));
                let all: BTreeSet<Subject> = queues.flat_map(|(s, id)| gathering(self.floor, s, id)).collect();
                all.into_iter().filter(|subject| subject.scope == scope).collect()
            }
        }
    }

    fn heard(&self, subject: &Subject) -> bool {
        // Before its first picture, who is there is not known.
        let is_heard = |source: &SourceId| {
            self.pictured.contains(source) && self.floor.sites.get(source).is_some_and(Site::is_live)
        };
        match subject.scope {
            Scope::Source => true,
            _ if subject.source != SourceId::MIRANTE => is_heard(&subject.source),
            _ => self.members(subject).iter().all(|member| is_heard(&member.source)),
        }
    }

    fn members(&self, subject: &Subject) -> Vec<Subject> {
        match subject.scope {
            Scope::Operation | Scope::Client => {
                let is_its = |of: &Subject| gathering(self.floor, of.source, &of.id).any(|all| all == *subject);
                self.subjects(Scope::Queue).into_iter().filter(is_its).collect()
            }
            Scope::Team => {
                let team = Some(&subject.id);
                let is_its = |of: &Subject| {
                    self.floor.config.person(of.source, &of.id).is_some_and(|person| person.team.as_ref() == team)
                };
                self.subjects(Scope::Agent).into_iter().filter(is_its).collect()
            }
            Scope::Queue | Scope::Campaign | Scope::Agent | Scope::Source => Vec::new(),
        }
    }

    fn read(&self, subject: &Subject, name: &str) -> Reading {
        match Asks::of(name) {
            Some(Asks::Now(now)) => self.now(subject, now),
            Some(Asks::Over(figure, stretch)) => self.over(subject, figure, stretch),
            None => Reading::Absent,
        }
    }
}

impl<'a> FloorFacts<'a> {
    fn site(&self, subject: &Subject) -> Option<&'a Site> {
        self.floor.sites.get(&subject.source)
    }

    /// The queues of it: itself, or those that it gathers.
    fn queues(&self, subject: &Subject) -> Vec<(SourceId, Name)> {
        match subject.scope {
            Scope::Queue => vec![(subject.source, subject.id.clone())],
            _ => self.members(subject).into_iter().map(|of| (of.source, of.id)).collect(),
        }
    }

    fn now(&self, subject: &Subject, what: Now) -> Reading {
        let number = |count: u32| Reading::Number(f64::from(count));
        match what {
            Now::Waiting => {
                let waiting = |(source, queue): &(SourceId, Name)| {
                    Some(self.floor.sites.get(source)?.queues.get(queue)?.waiting.len())
                };
                Reading::Number(self.queues(subject).iter().filter_map(waiting).sum::<usize>() as f64)
            }
            Now::LongestWait => {
                let oldest = |(source, queue): &(SourceId, Name)| {
                    let site = self.floor.sites.get(source)?;
                    site.oldest_wait(site.queues.get(queue)?)
                };
                let oldest = self.queues(subject).iter().filter_map(oldest).min();
                oldest.map_or(Reading::Absent, |since| seconds(since, self.now))
            }
            Now::Logged => number(self.crew(subject).logged),
            Now::Free => number(self.crew(subject).free),
            Now::Talking => number(self.crew(subject).talking),
            Now::Wrapup => number(self.crew(subject).wrapup),
            Now::Paused => number(self.crew(subject).paused),
            Now::Open => Reading::Flag(self.is_open(subject)),
            Now::StateFor => self.agent(subject).map_or(Reading::Absent, |agent| seconds(agent.since.seen, self.now)),
            Now::InWrapup => self.state(subject, StateKind::Wrapup),
            Now::InPause => self.state(subject, StateKind::Paused),
            Now::PauseReason => {
                let reason = self.agent(subject).and_then(|agent| agent.pause().flatten());
                reason.map_or(Reading::Absent, |reason| Reading::Text(reason.clone()))
            }
            // A telephone that is gone while its agent is a member of a queue.
            Now::Unreachable => self.agent(subject).map_or(Reading::Absent, |agent| {
                let is_gone = matches!(agent.device, Device::Unavailable | Device::Invalid);
                Reading::Flag(is_gone && !agent.memberships.is_empty())
            }),
            Now::Heard => Reading::Flag(self.site(subject).is_some_and(Site::is_live)),
            // Nobody can be late who is not there: that is another alert.
            Now::Late => match self.site(subject).filter(|site| matches!(site.link, Link::Up { .. })) {
                Some(Site { heard: Some(moment), .. }) => seconds(moment.seen, self.now),
                _ => Reading::Absent,
            },
            Now::ClockOff => {
                let ahead = self.site(subject).and_then(|site| site.clock_ahead);
                ahead.map_or(Reading::Absent, |ms| Reading::Number(ms.abs() as f64 / 1000.0))
            }
        }
    }

    fn agent(&self, subject: &Subject) -> Option<&'a Agent> {
        self.site(subject)?.agents.get(&subject.id).map(|agent| &**agent)
    }

    fn state(&self, subject: &Subject, kind: StateKind) -> Reading {
        self.agent(subject).map_or(Reading::Absent, |agent| Reading::Flag(agent.state.kind() == kind))
    }

    /// Everyone of it, each once.
    fn crew(&self, subject: &Subject) -> Counts {
        match subject.scope {
            Scope::Queue => self.crew.get(&Of::Queue(subject.source, subject.id.clone())),
            Scope::Team => self.crew.get(&Of::Team(subject.id.clone())),
            _ => {
                let queues: BTreeSet<(SourceId, Name)> = self.queues(subject).into_iter().collect();
                let mut all = Counts::default();
                for (source, agent) in sites(self.floor).flat_map(|(s, site)| site.agents.values().map(move |a| (s, a)))
                {
                    let mut its =
                        agent.memberships.iter().filter(|(queue, _)| queues.contains(&(source, (*queue).clone())));
                    if let Some((_, first)) = its.next() {
                        all.add(Counts::of(agent.state.kind(), first.paused && its.all(|(_, other)| other.paused)));
                    }
                }
                all
            }
        }
    }

    fn is_open(&self, subject: &Subject) -> bool {
        let setup = self.floor.config.queues.get(&(subject.source, subject.id.clone()));
        let Some((from, to)) = setup.and_then(|setup| setup.hours) else { return true };
        let minute = u16::try_from(self.local(self.now).time / 60_000).unwrap_or(0);
        if from < to { (from..to).contains(&minute) } else { minute >= from || minute < to }
    }

    fn over(&self, subject: &Subject, figure: Figure, stretch: Stretch) -> Reading {
        let id = match figure {
            Figure::Offered => "offered",
            Figure::Answered => "answered",
            Figure::Abandoned => "abandoned",
            Figure::Level => "sl",
            Figure::Abandonment => "abandonment_rate",
            Figure::Asa => "asa",
            Figure::Attempts => "attempts",
            Figure::DropRate => "drop",
            Figure::ShortCalls => "short_calls",
            Figure::RightParty => "right_party",
        };
        if subject.scope == Scope::Campaign {
            let campaign = self.site(subject).and_then(|site| site.campaigns.get(&subject.id));
            return campaign.map_or(Reading::Absent, |campaign| {
                let calls = Calls::of_day(campaign);
                told(id, &Counted { calls: Some(&calls), ..Counted::default() }, Terms::new(0, 0))
            });
        }
        let (mut totals, mut pooled): (Totals, Option<(Terms, String)>) = (Totals::default(), None);
        for (source, queue) in self.queues(subject) {
            let Some(site) = self.floor.sites.get(&source) else { continue };
            totals.merge(&self.windows.totals(site, source, &queue, stretch, self.now));
            let held = self.floor.config.in_force(source, &queue, site.day_from.unwrap_or(i64::MIN));
            let terms = Terms::new(held.goal.seconds, held.short_seconds);
            let definition = Catalogue::own().family(id).map_or(id, |family| family.chosen(&held.formulas)).to_owned();
            pooled = match pooled {
                None => Some((terms, definition)),
                // Formulas that differ have no figure in common.
                Some((_, other)) if other != definition => return Reading::Absent,
                Some((other, definition)) => Some((other.common(terms), definition)),
            };
        }
        let Some((terms, definition)) = pooled else { return Reading::Absent };
        let counted = Counted { totals: Some(&totals), ..Counted::default() };
        match told(&definition, &counted, terms) {
            Reading::Number(ms) if figure == Figure::Asa => Reading::Number(ms / 1000.0),
            reading => reading,
        }
    }
}

/// The figure of a definition in its newest version; absent where it is.
fn told(id: &str, facts: &Counted<'_>, terms: Terms) -> Reading {
    let looked = Looked { to: 0, now: 0, open: true, heard: true };
    let definition = Catalogue::own().newest(id);
    let value = definition.and_then(|of| mirante_metrics::Figure::of(of, facts, terms, looked).value.ok());
    value.map_or(Reading::Absent, Reading::Number)
}
