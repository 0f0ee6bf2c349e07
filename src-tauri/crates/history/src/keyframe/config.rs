//! Tables of what people decided.

use super::{
    codes::Code,
    columns::columns,
    names::{Reader, Writer},
    parent, put,
    rules::RulesV1,
};
use crate::Result;
use mirante_floor::{
    CampaignKind, CampaignSetup, Config, Goal, Operation, PartyId, Person, QueueSetup, QueueWas, Shift, SourceId, Team,
};
use serde::{Deserialize, Serialize};

columns!(Sources of SourceRow { source: u16, label: u32, sample: bool, });
columns!(Queues of QueueRow {
    source: u16,
    queue: u32,
    label: Option<u32>,
    operation: Option<u8>,
    percent: u8,
    seconds: u32,
    hours: Option<(u16, u16)>,
    client: Option<u32>,
});
columns!(
    /// What queues were judged by before a day.
    QueuesWere of QueueWasRow {
        source: u16,
        queue: u32,
        until: i64,
        operation: Option<u8>,
        percent: u8,
        seconds: u32,
        client: Option<u32>,
    }
);
columns!(Persons of PersonRow {
    id: u32,
    name: u64,
    team: Option<u32>,
    shift: Option<u32>,
    day_minutes: Option<u16>,
});
columns!(
    /// Logins as each person's own list says.
    Claims of ClaimRow { person: u32, source: u16, agent: u32, }
);
columns!(
    /// Logins in force: a later person may have taken an earlier one's.
    Logins of LoginRow { source: u16, agent: u32, person: u32, }
);
columns!(Teams of TeamRow { id: u32, label: u32, supervisor: Option<u32>, });
columns!(Shifts of ShiftRow { id: u32, label: u32, hours: (u16, u16), });
columns!(Campaigns of CampaignRow {
    source: u16,
    campaign: u32,
    label: u32,
    kind: u8,
    goal: Option<u32>,
    client: Option<u32>,
});

#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct ConfigV1 {
    sources: Sources,
    queues: Queues,
    queues_were: QueuesWere,
    persons: Persons,
    claims: Claims,
    logins: Logins,
    teams: Teams,
    shifts: Shifts,
    campaigns: Campaigns,
    rules: RulesV1,
}

impl ConfigV1 {
    pub(super) fn write<'a>(config: &'a Config, w: &mut Writer<'a>) -> Self {
        let Config { sources, queues, queues_were, persons, logins, teams, shifts, campaigns, .. } = config;
        let mut t = ConfigV1::default();
        for (source, (label, sample)) in sources {
            t.sources.push(SourceRow { source: source.0, label: w.name(label), sample: *sample });
        }
        for ((source, queue), QueueSetup { label, operation, goal, hours, client }) in queues {
            let Goal { percent, seconds } = *goal;
            t.queues.push(QueueRow {
                source: source.0,
                queue: w.name(queue),
                label: w.maybe(label.as_ref()),
                operation: operation.map(Code::code),
                percent,
                seconds,
                hours: *hours,
                client: w.maybe(client.as_ref()),
            });
        }
        for ((source, queue, until), QueueWas { operation, goal, client }) in queues_were {
            t.queues_were.push(QueueWasRow {
                source: source.0,
                queue: w.name(queue),
                until: *until,
                operation: operation.map(Code::code),
                percent: goal.percent,
                seconds: goal.seconds,
                client: w.maybe(client.as_ref()),
            });
        }
        for Person { id, name, team, shift, day_minutes, logins } in persons.values() {
            let person = t.persons.push(PersonRow {
                id: w.name(id),
                name: name.0,
                team: w.maybe(team.as_ref()),
                shift: w.maybe(shift.as_ref()),
                day_minutes: *day_minutes,
            });
            for (source, agent) in logins {
                t.claims.push(ClaimRow { person, source: source.0, agent: w.name(agent) });
            }
        }
        for ((source, agent), person) in logins {
            t.logins.push(LoginRow { source: source.0, agent: w.name(agent), person: w.name(person) });
        }
        for Team { id, label, supervisor } in teams.values() {
            let supervisor = w.maybe(supervisor.as_ref());
            t.teams.push(TeamRow { id: w.name(id), label: w.name(label), supervisor });
        }
        for Shift { id, label, hours } in shifts.values() {
            t.shifts.push(ShiftRow { id: w.name(id), label: w.name(label), hours: *hours });
        }
        for ((source, campaign), CampaignSetup { label, kind, goal, client }) in campaigns {
            let (campaign, label, client) = (w.name(campaign), w.name(label), w.maybe(client.as_ref()));
            t.campaigns.push(CampaignRow { source: source.0, campaign, label, kind: kind.code(), goal: *goal, client });
        }
        t.rules = RulesV1::write(config, w);
        t
    }

    pub(super) fn read(self, r: &Reader) -> Result<Config> {
        let mut config = Config::default();
        for row in self.sources.rows()? {
            put(&mut config.sources, SourceId(row.source), (r.name(row.label)?, row.sample))?;
        }
        for row in self.queues.rows()? {
            let setup = QueueSetup {
                label: r.maybe(row.label)?,
                operation: row.operation.map(Operation::of).transpose()?,
                goal: Goal { percent: row.percent, seconds: row.seconds },
                hours: row.hours,
                client: r.maybe(row.client)?,
            };
            put(&mut config.queues, (SourceId(row.source), r.name(row.queue)?), setup)?;
        }
        for row in self.queues_were.rows()? {
            let was = QueueWas {
                operation: row.operation.map(Operation::of).transpose()?,
                goal: Goal { percent: row.percent, seconds: row.seconds },
                client: r.maybe(row.client)?,
            };
            put(&mut config.queues_were, (SourceId(row.source), r.name(row.queue)?, row.until), was)?;
        }
        let mut persons = Vec::new();
        for row in self.persons.rows()? {
            persons.push(Person {
                id: r.name(row.id)?,
                name: PartyId(row.name),
                team: r.maybe(row.team)?,
                shift: r.maybe(row.shift)?,
                day_minutes: row.day_minutes,
                logins: Vec::new(),
            });
        }
        for row in self.claims.rows()? {
            parent(&mut persons, row.person)?.logins.push((SourceId(row.source), r.name(row.agent)?));
        }
        for person in persons {
            put(&mut config.persons, person.id.clone(), person)?;
        }
        for row in self.logins.rows()? {
            put(&mut config.logins, (SourceId(row.source), r.name(row.agent)?), r.name(row.person)?)?;
        }
        for row in self.teams.rows()? {
            let team = Team { id: r.name(row.id)?, label: r.name(row.label)?, supervisor: r.maybe(row.supervisor)? };
            put(&mut config.teams, team.id.clone(), team)?;
        }
        for row in self.shifts.rows()? {
            let shift = Shift { id: r.name(row.id)?, label: r.name(row.label)?, hours: row.hours };
            put(&mut config.shifts, shift.id.clone(), shift)?;
        }
        for row in self.campaigns.rows()? {
            let key = (SourceId(row.source), r.name(row.campaign)?);
            let setup = CampaignSetup {
                label: r.name(row.label)?,
                kind: CampaignKind::of(row.kind)?,
                goal: row.goal,
                client: r.maybe(row.client)?,
            };
            put(&mut config.campaigns, key, setup)?;
        }
        self.rules.read(&mut config, r)?;
        Ok(config)
    }
}
