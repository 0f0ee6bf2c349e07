//! The file as TOML, and from it the configuration.

use super::backup::Backup;
use super::channels::Channel;
use super::judging::{GoalTable, Judging, ProfileTable, RuleTable};
use super::outbound::Disposition;
use super::partial::Partial;
use super::problem::Problem;
use super::queue_log::Keys;
use super::retention::Retention;
use super::{
    AsteriskConfig, Config, DEFAULT_ZONE, PersonConfig, QueueConfig, SecretRef, SimulatorConfig, SourceConfig,
    SourceKind, TeamConfig, values,
};
use jiff::tz::TimeZone;
use mirante_floor::Goal;
use mirante_sources::asterisk::{Fingerprint, Trust};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::PathBuf;
use toml::Spanned;

pub(super) type Text = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    zone: Option<Text>,
    #[serde(default)]
    source: Vec<Spanned<Source>>,
    #[serde(default)]
    queue: Vec<Spanned<Queue>>,
    #[serde(default)]
    disposition: Vec<Disposition>,
    #[serde(default)]
    team: Vec<Spanned<Team>>,
    #[serde(default)]
    person: Vec<Spanned<Person>>,
    #[serde(default)]
    rule: Vec<Spanned<RuleTable>>,
    #[serde(default)]
    goal: Vec<Spanned<GoalTable>>,
    #[serde(default)]
    profile: Vec<Spanned<ProfileTable>>,
    #[serde(default)]
    holidays: Vec<Spanned<toml::value::Datetime>>,
    #[serde(default)]
    retention: Retention,
    backup: Option<Backup>,
    partial: Option<Spanned<Partial>>,
    #[serde(default)]
    channel: Vec<Spanned<Channel>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Source {
    name: Text,
    kind: Text,
    label: Option<String>,
    host: Option<Text>,
    port: Option<Spanned<u16>>,
    tls: Option<Spanned<bool>>,
    ca_file: Option<Spanned<PathBuf>>,
    fingerprint: Option<Text>,
    username: Option<Text>,
    secret: Option<Text>,
    queue_log: Option<Text>,
    queue_log_fingerprint: Option<Text>,
    queue_log_token: Option<Text>,
    queue_log_key: Option<Text>,
    queue_log_password: Option<Text>,
    campaign_variable: Option<Text>,
    campaign_account: Option<Text>,
    seed: Option<Spanned<u64>>,
    queues: Option<Spanned<u16>>,
    agents: Option<Spanned<u16>>,
    days: Option<Spanned<u16>>,
    warp: Option<Spanned<f64>>,
}

impl Source {
    fn log_keys(&self) -> Keys<'_> {
        Keys {
            queue_log: self.queue_log.as_ref(),
            fingerprint: self.queue_log_fingerprint.as_ref(),
            token: self.queue_log_token.as_ref(),
            key: self.queue_log_key.as_ref(),
            password: self.queue_log_password.as_ref(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Queue {
    source: Option<Text>,
    name: Text,
    label: Option<String>,
    operation: Option<Text>,
    target: Option<Text>,
    hours: Option<Text>,
    client: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Team {
    id: Text,
    label: String,
    supervisor: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    id: Text,
    name: String,
    team: Option<Text>,
    day_minutes: Option<u16>,
    #[serde(default)]
    logins: Vec<Login>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Login {
    source: Option<Text>,
    agent: String,
}

/// Collects what is wrong while reading on.
pub(super) struct Reader<'a> {
    text: &'a str,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    pub(super) fn wrong(&mut self, offset: usize, message: impl Into<String>) {
        self.problems.push(Problem::at(self.text, offset, message));
    }

    /// How many problems were found so far.
    pub(super) fn problems(&self) -> usize {
        self.problems.len()
    }
}

pub(super) fn parse(text: &str) -> Result<Config, Vec<Problem>> {
    let file: File = toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        vec![Problem::at(text, offset, plain(error.message()))]
    })?;
    let mut reader = Reader { text, problems: Vec::new() };
    let config = reader.config(file);
    reader.problems.sort_by_key(|problem| problem.line);
    if reader.problems.is_empty() { Ok(config) } else { Err(reader.problems) }
}

/// The parser's words in one line. They hold keys and types, and for a wrong type the value: that may be a secret.
fn plain(message: &str) -> String {
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    match (line.find("invalid type: "), line.find(", expected ")) {
        (Some(_), Some(expected)) => format!("this value has the wrong type{}", &line[expected..]),
        _ => line,
    }
}

impl Reader<'_> {
    fn config(&mut self, file: File) -> Config {
        let zone = file.zone.as_ref().map_or(DEFAULT_ZONE, |zone| zone.get_ref());
        let zone = TimeZone::get(zone).unwrap_or_else(|_| {
            let at = file.zone.as_ref().map_or(0, |zone| zone.span().start);
            self.wrong(at, "this zone is not known; write one such as \"America/Sao_Paulo\" or \"America/Manaus\"");
            TimeZone::UTC
        });
        let mut names = BTreeSet::new();
        let mut sources = Vec::new();
        for source in file.source {
            let at = source.span().start;
            let source = source.into_inner();
            self.name(&source.name);
            if !names.insert(source.name.get_ref().clone()) {
                self.wrong(source.name.span().start, "another source has this name; each needs its own");
            }
            sources.extend(self.source(at, source));
        }
        self.dispositions(file.disposition, &mut sources, &names);
        let samples = sources.iter().filter(|s| matches!(s.kind, SourceKind::Simulator(_))).count();
        if samples > 0 && sources.len() > 1 {
            self.wrong(
                0,
                "a simulated centre never mixes with another source; give it a file and a data folder of its own",
            );
        }
        let mut queues: Vec<QueueConfig> = Vec::new();
        let mut known = BTreeSet::new();
        for queue in file.queue {
            let queue = queue.into_inner();
            let at = queue.name.span().start;
            let Some(queue) = self.queue(queue, &names) else { continue };
            if !known.insert((queue.source.clone(), queue.name.clone())) {
                self.wrong(at, "another [[queue]] speaks of this queue of this source; leave one of them");
            }
            queues.push(queue);
        }
        let mut teams = Vec::new();
        for team in file.team {
            let Team { id, label, supervisor } = team.into_inner();
            if teams.iter().any(|t: &TeamConfig| t.id == *id.get_ref()) {
                self.wrong(id.span().start, "another team has this id; each needs its own");
            }
            teams.push(TeamConfig { id: id.into_inner(), label, supervisor });
        }
        let mut persons: Vec<PersonConfig> = Vec::new();
        let mut ids = BTreeSet::new();
        for person in file.person {
            let person = person.into_inner();
            if !ids.insert(person.id.get_ref().clone()) {
                self.wrong(person.id.span().start, "another person has this id; each needs its own");
            }
            if let Some(team) = &person.team
                && !teams.iter().any(|t| t.id == *team.get_ref())
            {
                self.wrong(team.span().start, "no [[team]] has this id; add one or correct it");
            }
            let at = person.id.span().start;
            let mut logins = Vec::new();
            for login in person.logins {
                if let Some(source) = self.source_of(login.source, at, &names) {
                    logins.push((source, login.agent));
                }
            }
            persons.push(PersonConfig {
                id: person.id.into_inner(),
                name: person.name,
                team: person.team.map(Spanned::into_inner),
                day_minutes: person.day_minutes,
                logins,
            });
        }
        // Only an invented centre has shifts yet.
        let shifts: BTreeSet<&str> =
            if samples > 0 { mirante_sources::simulator::shifts().collect() } else { BTreeSet::new() };
        let judging = Judging {
            rules: self.rules(file.rule, &names),
            goals: self.goals(file.goal, &names, &shifts),
            profiles: self.profiles(file.profile),
            holidays: file.holidays.iter().filter_map(|day| self.day(Some(day))).collect(),
        };
        let retention = self.retention(&file.retention);
        let backup = file.backup.as_ref().and_then(|told| self.backup(told));
        let named: Vec<String> = file.channel.iter().map(|channel| channel.get_ref().name().to_owned()).collect();
        let channels = self.channels(file.channel);
        let partial = file.partial.as_ref();
        let partial = partial.map(|told| self.partial(told.span().start, told.get_ref(), &channels, &named));
        Config { zone, sources, queues, teams, persons, judging, retention, backup, partial, channels }
    }

    fn name(&mut self, name: &Text) {
        let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let text = name.get_ref();
        if text.is_empty() || text.len() > 40 || !text.chars().all(good) || text.starts_with('.') {
            let message = "a source's name is 1 to 40 letters, digits, - or _; put the words people use in `label`";
            self.wrong(name.span().start, message);
        }
    }

    fn source(&mut self, at: usize, source: Source) -> Option<SourceConfig> {
        let kind = match source.kind.get_ref().as_str() {
            "asterisk" => {
                let simulated = [
                    ("seed", source.seed.as_ref().map(Spanned::span)),
                    ("queues", source.queues.as_ref().map(Spanned::span)),
                    ("agents", source.agents.as_ref().map(Spanned::span)),
                    ("days", source.days.as_ref().map(Spanned::span)),
                    ("warp", source.warp.as_ref().map(Spanned::span)),
                ];
                self.not_of("asterisk", simulated);
                SourceKind::Asterisk(Box::new(self.asterisk(at, &source)?))
            }
            "simulator" => {
                let real = [
                    ("host", source.host.as_ref().map(Spanned::span)),
                    ("port", source.port.as_ref().map(Spanned::span)),
                    ("tls", source.tls.as_ref().map(Spanned::span)),
                    ("ca_file", source.ca_file.as_ref().map(Spanned::span)),
                    ("fingerprint", source.fingerprint.as_ref().map(Spanned::span)),
                    ("username", source.username.as_ref().map(Spanned::span)),
                    ("secret", source.secret.as_ref().map(Spanned::span)),
                    ("queue_log", source.queue_log.as_ref().map(Spanned::span)),
                    ("campaign_variable", source.campaign_variable.as_ref().map(Spanned::span)),
                    ("campaign_account", source.campaign_account.as_ref().map(Spanned::span)),
                ];
                self.not_of("simulator", real);
                self.not_of("simulator", source.log_keys().beside());
                SourceKind::Simulator(self.simulator(&source))
            }
            _ => {
                self.wrong(source.kind.span().start, "this kind is not known; write \"asterisk\" or \"simulator\"");
                return None;
            }
        };
        let name = source.name.into_inner();
        let label = source.label.filter(|l| !l.trim().is_empty()).unwrap_or_else(|| name.clone());
        Some(SourceConfig { name, label, kind })
    }

    fn not_of<const N: usize>(&mut self, kind: &str, keys: [(&str, Option<std::ops::Range<usize>>); N]) {
        for (key, span) in keys {
            if let Some(span) = span {
                self.wrong(span.start, format!("`{key}` means nothing to a source of kind \"{kind}\"; remove it"));
            }
        }
    }

    fn asterisk(&mut self, at: usize, source: &Source) -> Option<AsteriskConfig> {
        let before = self.problems.len();
        for (key, missing) in [
            ("host", source.host.is_none()),
            ("username", source.username.is_none()),
            ("secret", source.secret.is_none()),
        ] {
            if missing {
                self.wrong(at, format!("this source has no `{key}`; add {key} = \"…\""));
            }
        }
        let secret = source.secret.as_ref().and_then(|secret| {
            let parsed = SecretRef::parse(secret.get_ref());
            parsed.map_err(|error| self.wrong(secret.span().start, error.to_string())).ok()
        });
        for text in [&source.host, &source.username].into_iter().flatten() {
            if text.get_ref().trim().is_empty() || text.get_ref().chars().any(char::is_control) {
                self.wrong(text.span().start, "this must be one line of text, and not empty");
            }
        }
        let tls = self.trust(source);
        let queue_log = self.queue_log(source.log_keys());
        if let Some(port) = &source.port
            && *port.get_ref() == 0
        {
            self.wrong(port.span().start, "a port is 1 to 65535; AMI's is usually 5038 (TLS 5039)");
        }
        let outbound = self.outbound(source.campaign_variable.as_ref(), source.campaign_account.as_ref());
        if self.problems.len() > before {
            return None;
        }
        Some(AsteriskConfig {
            host: source.host.as_ref()?.get_ref().trim().to_owned(),
            port: source.port.as_ref().map_or(if tls.is_some() { 5039 } else { 5038 }, |port| *port.get_ref()),
            tls,
            username: source.username.as_ref()?.get_ref().clone(),
            secret: secret?,
            queue_log,
            outbound,
        })
    }

    /// Whom to believe to be the PBX, if TLS is wanted.
    fn trust(&mut self, source: &Source) -> Option<Trust> {
        let pinned = source.fingerprint.as_ref().and_then(|text| {
            let parsed = text.get_ref().parse::<Fingerprint>();
            parsed.map_err(|error| self.wrong(text.span().start, error.to_string())).ok()
        });
        if !source.tls.as_ref().is_some_and(|tls| *tls.get_ref()) {
            let spans = [
                ("ca_file", source.ca_file.as_ref().map(Spanned::span)),
                ("fingerprint", source.fingerprint.as_ref().map(Spanned::span)),
            ];
            for (key, span) in spans {
                if let Some(span) = span {
                    self.wrong(span.start, format!("`{key}` means nothing without TLS; add tls = true or remove it"));
                }
            }
            return None;
        }
        if let (Some(_), Some(text)) = (&source.ca_file, &source.fingerprint) {
            let message = "a pinned certificate needs no authority; keep `fingerprint` or `ca_file`, not both";
            self.wrong(text.span().start, message);
        }
        let file = || source.ca_file.as_ref().map(|path| path.get_ref().clone());
        Some(pinned.map_or_else(|| Trust::Authorities(file()), Trust::Pinned))
    }

    fn within(&mut self, value: &Option<Spanned<u16>>, usual: u16, low: u16, high: u16) -> u16 {
        let Some(value) = value else { return usual };
        if !(low..=high).contains(value.get_ref()) {
            self.wrong(value.span().start, format!("this must be from {low} to {high}"));
        }
        *value.get_ref()
    }

    fn simulator(&mut self, source: &Source) -> SimulatorConfig {
        let usual = SimulatorConfig::default();
        let queues = self.within(&source.queues, usual.queues, 1, 200);
        let agents = self.within(&source.agents, usual.agents, 1, 2000);
        if queues > agents && queues <= 200 {
            let at = source.queues.as_ref().or(source.agents.as_ref()).map_or(0, |v| v.span().start);
            self.wrong(at, "a simulated centre has at least as many agents as queues");
        }
        let days = self.within(&source.days, usual.days, 0, 60);
        let warp = source.warp.as_ref().map_or(usual.warp, |warp| *warp.get_ref());
        if !(1.0..=3600.0).contains(&warp) {
            let at = source.warp.as_ref().map_or(0, |warp| warp.span().start);
            self.wrong(at, "warp must be from 1 (real time) to 3600");
        }
        SimulatorConfig { seed: source.seed.as_ref().map_or(usual.seed, |s| *s.get_ref()), queues, agents, days, warp }
    }

    pub(super) fn source_of(&mut self, source: Option<Text>, at: usize, names: &BTreeSet<String>) -> Option<String> {
        match source {
            Some(source) if names.contains(source.get_ref()) => Some(source.into_inner()),
            Some(source) => {
                self.wrong(source.span().start, "no [[source]] has this name; correct it");
                None
            }
            None if names.len() == 1 => names.first().cloned(),
            None => {
                self.wrong(at, "say which `source` this is of; there is not exactly one");
                None
            }
        }
    }

    fn queue(&mut self, queue: Queue, names: &BTreeSet<String>) -> Option<QueueConfig> {
        let at = queue.name.span().start;
        let operation = queue.operation.as_ref().and_then(|word| {
            let known = values::operation(word.get_ref());
            if known.is_none() {
                let message = format!("this operation is not known; write one of {}", values::operation_words());
                self.wrong(word.span().start, message);
            }
            known
        });
        let goal = queue.target.as_ref().map_or(Some(Goal::default()), |t| values::goal(t.get_ref()));
        let goal = goal.unwrap_or_else(|| {
            let at = queue.target.as_ref().map_or(at, |t| t.span().start);
            self.wrong(at, "a target is percent/seconds, such as \"80/20\": 80 % answered within 20 s");
            Goal::default()
        });
        let hours = queue.hours.as_ref().and_then(|text| {
            let hours = values::hours(text.get_ref());
            if hours.is_none() {
                self.wrong(text.span().start, "hours are opening-closing, such as \"08:00-20:00\"");
            }
            hours
        });
        let source = self.source_of(queue.source, at, names)?;
        let name = queue.name.into_inner();
        Some(QueueConfig { source, name, label: queue.label, operation, goal, hours, client: queue.client })
    }
}
