//! What the people of the centre decided about it.

use super::centre::SHIFTS;
use super::simulation::Simulation;
use crate::Caller;
use mirante_floor::{CampaignSetup, Person, QueueSetup, Setting, Shift, SourceId, Team};

/// Ids of the shifts that every simulated centre has.
pub fn shifts() -> impl Iterator<Item = &'static str> {
    SHIFTS.iter().map(|shift| shift.id)
}

impl Simulation {
    /// Names, operations, targets, hours, clients, teams, shifts and people of the centre as `source`, marked as examples.
    pub fn settings(&self, source: SourceId) -> Vec<Setting<Caller>> {
        let label = "Central de demonstração".into();
        let mut settings = vec![Setting::Source { source, label, sample: true }];
        for queue in &self.centre.queues {
            let setup = QueueSetup {
                label: Some(queue.label.clone()),
                operation: Some(queue.nature.operation),
                goal: queue.nature.goal,
                hours: queue.nature.hours,
                client: queue.client.clone(),
            };
            settings.push(Setting::Queue { source, queue: queue.name.clone(), setup });
        }
        for shift in &SHIFTS {
            let hours = ((shift.from % 1440) as u16, (shift.to % 1440) as u16);
            settings.push(Setting::Shift(Shift { id: shift.id.into(), label: shift.label.into(), hours }));
        }
        for team in &self.centre.teams {
            let (id, label, supervisor) = (team.id.clone(), team.label.clone(), Some(team.supervisor.clone()));
            settings.push(Setting::Team(Team { id, label, supervisor }));
        }
        for agent in &self.centre.agents {
            let shift = &SHIFTS[agent.shift];
            settings.push(Setting::Person(Person {
                id: format!("pessoa-{}", agent.key).into(),
                name: agent.caller.clone(),
                team: Some(agent.team.clone()),
                shift: Some(shift.id.into()),
                day_minutes: Some(shift.contract),
                logins: vec![(source, agent.key.clone())],
            }));
        }
        for campaign in &self.centre.campaigns {
            let setup = CampaignSetup {
                label: campaign.label.clone(),
                kind: campaign.effort.kind,
                goal: Some(campaign.goal),
                client: None,
            };
            settings.push(Setting::Campaign { source, campaign: campaign.name.clone(), setup });
        }
        settings
    }
}
