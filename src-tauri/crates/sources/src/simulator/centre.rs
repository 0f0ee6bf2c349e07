//! The centre as it is built: queues, people, cells that share people, campaigns. Nothing here changes with time.

use super::chance::{Dice, Spread};
use super::dispositions::{EFFORTS, Effort};
use super::names;
use super::operations::{NATURES, Nature};
use super::setup::Setup;
use crate::Caller;
use mirante_floor::Name;

/// A stretch of working hours.
#[derive(Debug)]
pub(super) struct Hours {
    pub(super) id: &'static str,
    pub(super) label: &'static str,
    /// Minutes after midnight; an end over 1440 is on the next day.
    pub(super) from: i64,
    pub(super) to: i64,
    /// Contracted minutes a day.
    pub(super) contract: u16,
    /// A long day with lunch, Monday to Friday.
    pub(super) office: bool,
}

const fn hours(id: &'static str, label: &'static str, from: i64, to: i64) -> Hours {
    Hours { id, label, from, to, contract: 360, office: false }
}

/// Shifts. The law gives telemarketing six hours a day, with twenty minutes more for the meal.
pub(super) const SHIFTS: [Hours; 7] = [
    hours("madrugada", "Madrugada", 0, 380),
    hours("manha", "Manhã", 360, 740),
    hours("tarde", "Tarde", 720, 1100),
    hours("noite", "Noite", 1080, 1460),
    hours("manha-8h", "Manhã 8h", 480, 860),
    hours("tarde-14h", "Tarde 14h", 840, 1220),
    Hours { id: "comercial", label: "Comercial", from: 480, to: 1080, contract: 528, office: true },
];

/// People of each shift in each kind of cell: SAC and N1, sales and collections, N2 and N3.
const CREWS: [[u32; 7]; 3] = [[3, 7, 7, 5, 0, 0, 0], [0, 0, 0, 0, 6, 6, 1], [0, 0, 0, 0, 0, 0, 5]];

/// A receptive line.
#[derive(Debug)]
pub(super) struct QueueSpec {
    pub(super) name: Name,
    pub(super) label: Name,
    pub(super) client: Option<Name>,
    pub(super) nature: &'static Nature,
    /// Agents who serve it.
    pub(super) members: Vec<usize>,
    /// Where calls are passed on to, and how often.
    pub(super) passes: Option<(usize, f64)>,
    /// Where callers over the time limit go.
    pub(super) relief: Option<usize>,
    pub(super) talk: Spread,
    pub(super) wrapup: Spread,
    pub(super) patience: Spread,
}

/// A person.
#[derive(Debug)]
pub(super) struct AgentSpec {
    /// Extension: the agent's key.
    pub(super) key: Name,
    pub(super) interface: Name,
    pub(super) caller: Caller,
    pub(super) cell: usize,
    pub(super) shift: usize,
    /// Place among those of the same cell and shift, and how many they are.
    pub(super) rank: usize,
    pub(super) crew: usize,
    pub(super) team: Name,
    /// Queues served and penalties; the first is home.
    pub(super) skills: Vec<(usize, i32)>,
    /// A member of its queues even when logged out (device unavailable), as fixed members are.
    pub(super) fixed: bool,
    /// The campaign worked between calls.
    pub(super) campaign: Option<usize>,
    /// Own handling time against the mean.
    pub(super) pace: f64,
}

/// Queues that share people.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) kind: usize,
    pub(super) queues: Vec<usize>,
    pub(super) agents: Vec<usize>,
}

/// A team.
#[derive(Debug)]
pub(super) struct TeamSpec {
    pub(super) id: Name,
    pub(super) label: Name,
    pub(super) supervisor: Name,
}

/// An active effort.
#[derive(Debug)]
pub(super) struct CampaignSpec {
    pub(super) name: Name,
    pub(super) label: Name,
    pub(super) effort: &'static Effort,
    /// Agents who work it between calls.
    pub(super) agents: Vec<usize>,
    /// Results wanted a day.
    pub(super) goal: u32,
    pub(super) talk: Spread,
}

/// The centre.
#[derive(Debug)]
pub(super) struct Centre {
    pub(super) queues: Vec<QueueSpec>,
    pub(super) agents: Vec<AgentSpec>,
    pub(super) cells: Vec<Cell>,
    pub(super) teams: Vec<TeamSpec>,
    pub(super) campaigns: Vec<CampaignSpec>,
}

impl Centre {
    /// Builds the centre that a setup describes.
    pub(super) fn build(setup: &Setup) -> Self {
        let mut dice = Dice::new(setup.seed, 1);
        let (mut queues, mut cells) = lines(usize::from(setup.queues));
        let mut campaigns = efforts(usize::from(setup.queues));
        let names = names::people(usize::from(setup.agents), &mut dice);
        let weights: Vec<f64> = cells.iter().map(|cell| weight(cell, &queues)).collect();
        let mut agents: Vec<AgentSpec> = Vec::new();
        let mut teams = Vec::new();
        for (index, size) in apportion(usize::from(setup.agents), &weights, 1).into_iter().enumerate() {
            let cell = &mut cells[index];
            let crews: Vec<f64> = CREWS[cell.kind].iter().map(|n| f64::from(*n)).collect();
            for (shift, crew) in apportion(size, &crews, 0).into_iter().enumerate() {
                for rank in 0..crew {
                    if rank % TEAM == 0 {
                        teams.push(team(teams.len(), &queues[cell.queues[0]], &SHIFTS[shift], rank / TEAM));
                    }
                    let team = teams[teams.len() - 1].id.clone();
                    let number = agents.len();
                    let skills = skills(cell, &queues, shift, rank, &mut dice);
                    let set = index / 3 % (campaigns.len() / EFFORTS.len());
                    let campaign = blend(queues[skills[0].0].nature.key, shift, rank).map(|e| set * EFFORTS.len() + e);
                    let key: Name = (2101 + number).to_string().into();
                    cell.agents.push(number);
                    agents.push(AgentSpec {
                        interface: format!("PJSIP/{key}").into(),
                        caller: Caller { number: key.clone(), name: names[number].as_str().into() },
                        key,
                        cell: index,
                        shift,
                        rank,
                        crew,
                        team,
                        skills,
                        fixed: dice.chance(0.3),
                        campaign,
                        pace: dice.factor(0.10).clamp(0.75, 1.35),
                    });
                }
            }
        }
        for (number, agent) in agents.iter().enumerate() {
            for (queue, _) in &agent.skills {
                queues[*queue].members.push(number);
            }
            if let Some(campaign) = agent.campaign {
                campaigns[campaign].agents.push(number);
            }
        }
        Centre { queues, agents, cells, teams, campaigns }
    }
}

/// Largest team.
const TEAM: usize = 12;

fn lines(count: usize) -> (Vec<QueueSpec>, Vec<Cell>) {
    let mut queues: Vec<QueueSpec> = Vec::with_capacity(count);
    let mut cells: Vec<Cell> = Vec::new();
    for index in 0..count {
        let (group, part) = (index / NATURES.len(), index % NATURES.len());
        if part % 2 == 0 {
            cells.push(Cell { kind: part / 2, queues: Vec::new(), agents: Vec::new() });
        }
        let cell = cells.len() - 1;
        cells[cell].queues.push(index);
        let nature = &NATURES[part];
        let client = names::CLIENTS[group % names::CLIENTS.len()];
        let alone = count <= NATURES.len();
        let other = |n: usize| Some(group * NATURES.len() + n).filter(|q| *q < count);
        queues.push(QueueSpec {
            name: if alone { nature.key.into() } else { format!("{}-{:02}", nature.key, group + 1).into() },
            label: match (alone, group / names::CLIENTS.len()) {
                (true, _) => nature.label.into(),
                (false, 0) => format!("{} · {client}", nature.label).into(),
                (false, n) => format!("{} · {client} {}", nature.label, n + 1).into(),
            },
            client: (!alone).then(|| client.into()),
            nature,
            members: Vec::new(),
            passes: nature.passes.and_then(|(n, p)| Some((other(n)?, p))),
            relief: nature.relief.and_then(other),
            talk: Spread::new(nature.talk.0, nature.talk.1, 8.0),
            wrapup: Spread::new(nature.wrapup, 0.8, 2.0),
            patience: Spread::new(nature.patience, 0.6, 1.0),
        });
    }
    (queues, cells)
}

fn efforts(queues: usize) -> Vec<CampaignSpec> {
    let sets = (queues / 36).max(1);
    let spec = |set: usize, effort: &'static Effort| CampaignSpec {
        name: if sets == 1 { effort.key.into() } else { format!("{}-{}", effort.key, set + 1).into() },
        label: if sets == 1 { effort.label.into() } else { format!("{} {}", effort.label, set + 1).into() },
        effort,
        agents: Vec::new(),
        goal: effort.goal,
        talk: Spread::new(effort.talk, 0.7, 10.0),
    };
    (0..sets).flat_map(|set| EFFORTS.iter().map(move |effort| spec(set, effort))).collect()
}

fn weight(cell: &Cell, queues: &[QueueSpec]) -> f64 {
    let crew: u32 = CREWS[cell.kind].iter().sum();
    f64::from(crew) * cell.queues.iter().map(|q| queues[*q].nature.share).sum::<f64>()
}

/// Splits `total` by weights, each at least `least`, by largest remainder.
fn apportion(total: usize, weights: &[f64], least: usize) -> Vec<usize> {
    let sum: f64 = weights.iter().sum();
    let rest = total.saturating_sub(least * weights.len()) as f64;
    let exact: Vec<f64> = weights.iter().map(|w| least as f64 + rest * w / sum).collect();
    let mut parts: Vec<usize> = exact.iter().map(|x| x.floor() as usize).collect();
    let mut order: Vec<usize> = (0..weights.len()).filter(|i| weights[*i] > 0.0).collect();
    order.sort_by(|a, b| (exact[*b].fract()).total_cmp(&exact[*a].fract()));
    let missing = total.saturating_sub(parts.iter().sum());
    for index in order.into_iter().cycle().take(missing) {
        parts[index] += 1;
    }
    parts
}

fn team(number: usize, queue: &QueueSpec, shift: &Hours, part: usize) -> TeamSpec {
    const FIRST: [&str; 10] =
        ["helena", "marcos", "simone", "rogerio", "adriana", "celso", "luciana", "everton", "monica", "valter"];
    let (first, round) = (FIRST[number % FIRST.len()], number / FIRST.len());
    let suffix = if part == 0 { String::new() } else { format!(" {}", part + 1) };
    let name = match queue.nature.key {
        "televendas" | "cobranca" => "Comercial",
        "helpdesk-n2" | "servicedesk-n3" => "Técnica",
        _ => "Atendimento",
    };
    let client = queue.client.as_ref().map_or(String::new(), |client| format!(" {client}"));
    TeamSpec {
        id: format!("equipe-{:02}", number + 1).into(),
        label: format!("{name}{client} · {}{suffix}", shift.label).into(),
        supervisor: if round == 0 { first.into() } else { format!("{first}{}", round + 1).into() },
    }
}

/// The first `rank + 1` of a crew are split over the cell's queues by their share of the work.
fn skills(cell: &Cell, queues: &[QueueSpec], shift: usize, rank: usize, dice: &mut Dice) -> Vec<(usize, i32)> {
    let [first, second] = cell.queues[..] else { return vec![(cell.queues[0], 0)] };
    let share = queues[first].nature.share;
    let before = (rank as f64 * share + 0.5).floor();
    let home_first = ((rank + 1) as f64 * share + 0.5).floor() > before;
    let (home, other) = if home_first { (first, second) } else { (second, first) };
    // By night everybody does everything; third-level people always help the second.
    let both = matches!(shift, 0 | 3) || dice.chance(if cell.kind == 2 { 0.8 } else { 0.65 });
    if both { vec![(home, 0), (other, 1)] } else { vec![(home, 0)] }
}

/// Which effort an agent works between calls.
fn blend(home: &str, shift: usize, rank: usize) -> Option<usize> {
    match home {
        _ if shift == 0 => None,
        "cobranca" => Some(0),
        "televendas" => Some(1),
        "sac" if rank.is_multiple_of(3) => Some(0),
        "suporte-n1" => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_centre_has_six_queues_forty_people_and_three_campaigns() {
        let centre = Centre::build(&Setup::new(1, 0));
        assert_eq!((centre.queues.len(), centre.agents.len(), centre.campaigns.len()), (6, 40, 3));
        assert!(centre.queues.iter().all(|q| q.members.len() >= 2));
        assert!(centre.campaigns.iter().all(|c| !c.agents.is_empty()));
        assert!(centre.teams.len() >= 5);
    }

    #[test]
    fn every_size_can_be_built_and_every_queue_has_people() {
        for (queues, agents) in [(1, 1), (1, 40), (2, 2), (3, 7), (7, 7), (13, 200), (200, 200), (200, 2_000)] {
            let centre = Centre::build(&Setup { queues, agents, ..Setup::new(3, 0) });
            assert_eq!(centre.queues.len(), usize::from(queues));
            assert_eq!(centre.agents.len(), usize::from(agents));
            assert!(centre.cells.iter().all(|cell| !cell.agents.is_empty()));
            let names: std::collections::HashSet<_> = centre.queues.iter().map(|q| q.label.clone()).collect();
            assert_eq!(names.len(), centre.queues.len());
        }
    }
}
