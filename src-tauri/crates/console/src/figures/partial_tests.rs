//! The projection against the target, by arithmetic on what was drawn.

use super::partial_until;
use crate::figures::sheet;
use crate::figures::tests::centre::{Centre, DAY, HOUR};
use crate::figures::tests::ruled;
use jiff::tz::TimeZone;
use mirante_floor::{
    AnsweredBy, CampaignKind, CampaignSetup, DialEnd, DispositionFlags, EndedBy, Kind, Name, Setting, SourceId,
};
use proptest::prelude::*;
use std::collections::BTreeSet;

const WEEK: i64 = 7 * 24 * HOUR;
const SECOND: i64 = 1_000;
/// Today, after weeks of which each is a day with attempts.
const WEEKS: i64 = 5;
const TODAY: i64 = DAY + WEEKS * WEEK;
/// The time at which it is told.
const NOW: i64 = 14 * HOUR;

/// A day past: attempts before that time and after it, of the two campaigns.
#[derive(Debug, Clone, Copy)]
struct Past {
    before: i64,
    after: [i64; 2],
    holiday: bool,
    /// Nobody heard the platform from that time on.
    deaf: bool,
}

fn past() -> impl Strategy<Value = Past> {
    let few = || proptest::bool::weighted(0.25);
    (0i64..20, [0i64..30, 0i64..30], few(), few()).prop_map(|(before, after, holiday, deaf)| Past {
        before,
        after,
        holiday,
        deaf,
    })
}

/// Attempts of a campaign from an instant on, one each ten seconds; `coded` of them with a promise.
fn dials(events: &mut Vec<(i64, Kind)>, campaign: &str, from: i64, count: i64, coded: i64) {
    for nth in 0..count {
        let at = from + nth * 10 * SECOND;
        let attempt: Name = format!("{campaign}.{at}").into();
        let campaign = Some(campaign.into());
        let contact = attempt.clone();
        events.push((at, Kind::Dialled { attempt: attempt.clone(), campaign, contact, agent: None, callee: None }));
        events.push((at + SECOND, Kind::DialAnswered { attempt: attempt.clone(), by: AnsweredBy::Human, agent: None }));
        let end = DialEnd { dropped: false, by: EndedBy::Callee, cause: None, status: None };
        events.push((at + 5 * SECOND, Kind::DialEnded { attempt: attempt.clone(), end, ago_ms: 0 }));
        if nth < coded {
            let flags = DispositionFlags { promise: true, right_party: true, ..DispositionFlags::default() };
            events.push((at + 6 * SECOND, Kind::Disposed { campaign: None, attempt, code: "acordo".into(), flags }));
        }
    }
}

fn campaign(name: &str, kind: CampaignKind, goal: Option<u32>) -> Setting {
    let setup = CampaignSetup { label: name.into(), kind, goal, client: None };
    Setting::Campaign { source: SourceId(1), campaign: name.into(), setup }
}

/// Half of the sum of the two in the middle, or the one that is, cut to a whole number.
fn middle(mut all: Vec<i64>) -> Option<i64> {
    all.sort_unstable();
    let last = all.len().checked_sub(1)?;
    Some((all[last / 2] + all[all.len() / 2]) / 2)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_projection_is_the_days_pace_over_what_its_weekday_still_brings(
        weeks in proptest::collection::vec(past(), WEEKS as usize),
        today in [0i64..25, 0i64..25],
        coded in [0i64..25, 0i64..25],
        goals in [proptest::option::of(20u32..40), proptest::option::of(20u32..40)],
        holiday_today in proptest::bool::weighted(0.2),
    ) {
        let names = ["alfa", "beta"];
        let mut events = Vec::new();
        // Campaigns are those that ever dialled.
        names.iter().for_each(|name| dials(&mut events, name, DAY + 8 * HOUR, 1, 0));
        let mut holidays = BTreeSet::new();
        for (nth, week) in (0i64..).zip(&weeks) {
            let day = DAY + nth * WEEK;
            // The first day begins with the centre.
            events.extend((nth > 0).then_some((day, Kind::DayStarted { from: day })));
            dials(&mut events, "alfa", day + 9 * HOUR, week.before, 0);
            if week.deaf {
                events.push((day + NOW, Kind::LinkDown { reason: "cable".into() }));
                events.push((day + 24 * HOUR, Kind::LinkUp { platform: "test".into() }));
            } else {
                for (name, count) in names.iter().zip(week.after) {
                    dials(&mut events, name, day + NOW + HOUR, count, 0);
                }
            }
            holidays.extend(week.holiday.then_some(day));
            // Other days of the week say nothing of this one.
            dials(&mut events, "alfa", day + 3 * 24 * HOUR + NOW + HOUR, 7, 7);
        }
        holidays.extend(holiday_today.then_some(TODAY));
        // Nobody is silent for long: every minute is heard.
        events.extend((1..WEEKS * 7).map(|day| (DAY + day * 24 * HOUR + HOUR, Kind::Tick)));
        events.push((TODAY, Kind::DayStarted { from: TODAY }));
        for ((name, count), coded) in names.iter().zip(today).zip(coded) {
            dials(&mut events, name, TODAY + 9 * HOUR, count, coded);
        }
        dials(&mut events, "gama", TODAY + 10 * HOUR, 3, 3);
        events.push((TODAY + NOW, Kind::Tick));
        let mut centre = Centre::new();
        centre.tell_all(events);
        let settings = vec![
            campaign("alfa", CampaignKind::Collections, goals[0]),
            campaign("beta", CampaignKind::Collections, goals[1]),
            campaign("gama", CampaignKind::Sales, Some(9)),
            Setting::Holidays(holidays),
        ];
        let folder = tempfile::tempdir().unwrap();
        let history = ruled(folder.path(), &centre, [20; 3], settings);
        let zone = TimeZone::get("America/Sao_Paulo").unwrap();
        let told = partial_until(&history, &zone, Some(TODAY), TODAY + NOW).unwrap();
        let one = told.called.iter().find(|one| one.kind == CampaignKind::Collections);

        // By hand: days like this one, heard to their end.
        let like = weeks.iter().filter(|week| !week.deaf && week.holiday == holiday_today);
        let to_come = middle(like.map(|week| week.after.iter().sum()).collect());
        let (attempts, results) = (today[0] + today[1], coded[0].min(today[0]) + coded[1].min(today[1]));
        let goal = goals[0].zip(goals[1]).map(|(one, other)| i64::from(one + other));
        let projected = to_come.filter(|_| attempts > 0).map(|left| results + results * left / attempts.max(1));
        let one = one.unwrap();
        prop_assert_eq!(i64::from(one.total.attempts), attempts);
        prop_assert_eq!(i64::from(one.total.results), results);
        prop_assert_eq!(one.goal.map(i64::from), goal);
        prop_assert_eq!(one.projected.map(i64::from), projected);

        // And in words, where there is a day to tell of.
        let sheets = sheet::sheets(&told, "pt-BR", &zone, false);
        if let Some(text) = sheets.iter().find(|sheet| sheet.id == "c:collections").map(sheet::Sheet::text) {
            // Cut, not rounded: 99.96 % of a target is not all of it.
            let share = |n: i64, of: i64| format!("{},{}%", n * 100 / of, n * 1_000 / of % 10);
            let done = goal.map_or_else(
                || "Sem meta do dia para todas as campanhas".to_owned(),
                |goal| format!("Meta do dia: {results} de {goal} ({})", share(results, goal)),
            );
            let projection = match (projected, goal) {
                (None, _) => "projeção —".to_owned(),
                (Some(n), None) => format!("projeção {n}"),
                (Some(n), Some(goal)) => format!("projeção {n} ({})", share(n, goal)),
            };
            prop_assert!(text.contains(&format!("{done} · {projection}\n")), "{text}\nwants {done} · {projection}");
        } else {
            prop_assert_eq!(attempts, 0);
        }
    }
}
