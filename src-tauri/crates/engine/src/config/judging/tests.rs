//! Rules, goals and profiles are read, refused with their line, changed in place and undone.

use super::*;
use crate::config::Config;
use mirante_floor::{CampaignKind, Direction, Operation};

const FILE: &str = r#"holidays = [2026-12-25]

[[source]]
name = "matriz"
kind = "asterisk"
host = "pabx"
username = "m"
secret = "env:S"

# What the contract says.
[[rule]]
client = "Loja"
from = 2026-12-01
target = "85/30"
short_seconds = 6
formulas = ["sl.f6", "repeat.72h"]

[[goal]]
queue = "sac" # 0800
definition = "abandonment_rate"
at_most = "5%"
window = "interval 30"
weekdays = ["mon", "fri"]
holidays = "never"

[[profile]]
operation = "sac"
indicator = "aht"
shown = true
why = "contrato"
"#;

fn zone() -> TimeZone {
    TimeZone::get("America/Sao_Paulo").unwrap()
}

#[test]
fn what_the_file_says_becomes_decisions_of_its_days() {
    let config = Config::parse(FILE).unwrap();
    let ids = [("matriz".to_owned(), SourceId(3))].into();
    let settings = config.judging.settings::<mirante_floor::PartyId>(&zone(), &ids);
    assert_eq!(settings.len(), 4);
    let Setting::Ruling(rule) = &settings[0] else { panic!("{settings:?}") };
    assert_eq!(rule.from, 1_796_094_000_000, "2026-12-01T03:00Z");
    assert_eq!((rule.percent, rule.seconds, rule.short_seconds), (Some(85), Some(30), Some(6)));
    assert_eq!(rule.formulas.get("sl").map(|id| &**id), Some("sl.f6"));
    let Setting::Aim { key, from, aim } = &settings[1] else { panic!("{settings:?}") };
    assert_eq!(key.scope, Scope::Queue(SourceId(3), "sac".into()));
    assert_eq!((key.window.clone(), *from), (AimWindow::Interval(30), i64::MIN));
    assert_eq!(key.calendar, Calendar { weekdays: 0b1_0001, on_holidays: false, on_others: true });
    assert_eq!(*aim, Some(Aim { milli: 50, direction: Direction::AtMost }));
    assert!(matches!(&settings[3], Setting::Holidays(days) if days.len() == 1));
}

#[test]
fn changes_are_written_in_place_and_undone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mirante.toml");
    std::fs::write(&path, FILE).unwrap();
    let before = Config::parse(FILE).unwrap().judging;
    let mut later = before.rules[0].clone();
    later.from = Some(Date::new(2027, 1, 1).unwrap());
    later.formulas.clear();
    let mut none = before.goals[0].clone();
    none.aim = None;
    let campaign = ScopeConfig { source: "matriz".into(), scope: Scope::Campaign(SourceId(0), "vendas".into()) };
    let hits = GoalConfig {
        of: campaign,
        definition: "hit".into(),
        window: AimWindow::Day,
        calendar: Calendar::ALWAYS,
        from: Some(Date::new(2026, 12, 2).unwrap()),
        aim: Some(Aim { milli: 205, direction: Direction::AtLeast }),
    };
    let of = ProfileOf::Kind(CampaignKind::Sales);
    let profile = ProfileConfig { of, indicator: "repeat.24h".into(), shown: false, why: "ruído".into() };
    let changes = [
        Judged::Rule(later.clone()),
        Judged::NoRule(later.of.clone(), before.rules[0].from),
        Judged::Goal(none),
        Judged::Goal(hits.clone()),
        Judged::NoProfile(ProfileOf::Operation(Operation::Sac), "aht".into()),
        Judged::Profile(profile),
        Judged::Holidays([Date::new(2027, 1, 1).unwrap()].into()),
    ];
    let (config, undo) = set_judging(&path, &changes).unwrap();
    let now = config.judging;
    assert_eq!(now.rules, [later]);
    assert_eq!(now.goals.iter().map(|goal| goal.aim).collect::<Vec<_>>(), [None, hits.aim]);
    assert_eq!(now.goals[1], hits);
    assert_eq!(now.profiles.len(), 1);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(
        text.contains("# 0800") && text.contains("at_least = \"20.5%\"") && text.contains("from = 2027-01-01"),
        "{text}"
    );
    let (config, _) = set_judging(&path, &undo).unwrap();
    assert_eq!(config.judging, before);
}

#[test]
fn what_makes_no_sense_is_refused_with_its_line() {
    let rule = |text: &str| Config::parse(&format!("[[rule]]\n{text}")).unwrap_err();
    let goal = |text: &str| Config::parse(&format!("[[goal]]\n{text}")).unwrap_err();
    let sample = |text: &str| {
        Config::parse(&format!("[[source]]\nname = \"a\"\nkind = \"simulator\"\n[[goal]]\n{text}")).unwrap_err()
    };
    for (wrong, line, words) in [
        (rule("from = 2026-12-01\n"), 1, "for which one"),
        (rule("client = \"a\"\nteam = \"b\"\n"), 3, "unknown field"),
        (rule("client = \"a\"\ntarget = \"80\"\n"), 3, "percent/seconds"),
        (rule("client = \"a\"\nformulas = [\"sl.f9\"]\n"), 3, "sl.f6"),
        (rule("client = \"a\"\nformulas = [\"sl.f6\", \"sl.f4\"]\n"), 3, "two formulas"),
        (rule("client = \"a\"\nfrom = 2026-12-01T08:00:00\n"), 3, "a day is"),
        (rule("client = \"a\"\n[[rule]]\nclient = \"a\"\n"), 3, "another [[rule]]"),
        (goal("team = \"a\"\ndefinition = \"x\"\n"), 3, "no figure"),
        (goal("team = \"a\"\ndefinition = \"asa\"\nat_most = \"20\"\n"), 4, "seconds are wanted"),
        (goal("team = \"a\"\ndefinition = \"sl\"\nat_most = \"2%\"\nat_least = \"1%\"\n"), 4, "not both"),
        (goal("team = \"a\"\ndefinition = \"sl\"\nwindow = \"week\"\n"), 4, "a window is"),
        (goal("team = \"a\"\ndefinition = \"sl\"\nweekdays = [\"seg\"]\n"), 4, "a weekday is"),
        (goal("queue = \"a\"\ndefinition = \"sl\"\n"), 1, "say which `source`"),
        (goal("team = \"a\"\ndefinition = \"asa\"\nweekdays = []\n"), 3, "some day"),
        // What would never be judged: nothing is told of it there, or of no shift that is there.
        (goal("team = \"a\"\ndefinition = \"sl\"\nat_least = \"80%\"\n"), 3, "never be judged"),
        (goal("client = \"a\"\ndefinition = \"csat\"\nat_least = \"80%\"\n"), 3, "never be judged"),
        (
            goal("client = \"a\"\ndefinition = \"sl\"\nat_least = \"80%\"\nwindow = \"shift noite\"\n"),
            5,
            "tells shifts",
        ),
        (sample("client = \"a\"\ndefinition = \"sl\"\nat_least = \"80%\"\nwindow = \"shift x\"\n"), 8, "one of "),
    ] {
        assert!(wrong[0].line == line && wrong[0].message.contains(words), "{line} {words}: {wrong:?}");
    }
    // What ends is taken as it is, and so is a shift that is there.
    let ends = "[[goal]]\nclient = \"a\"\ndefinition = \"csat\"\nwindow = \"shift noite\"\n";
    assert_eq!(Config::parse(ends).unwrap().judging.goals[0].aim, None);
    let shift = mirante_sources::simulator::shifts().next().unwrap();
    let of_shift = format!(
        "[[source]]\nname = \"a\"\nkind = \"simulator\"\n[[goal]]\nclient = \"a\"\ndefinition = \"sl\"\n\
         at_least = \"80%\"\nwindow = \"shift {shift}\"\n"
    );
    assert_eq!(Config::parse(&of_shift).unwrap().judging.goals.len(), 1);
}

#[test]
fn a_day_to_which_some_clock_never_comes_is_refused_and_never_begins() {
    for day in ["9999-12-31", "0000-01-01"] {
        let problems = Config::parse(&FILE.replace("from = 2026-12-01", &format!("from = {day}"))).unwrap_err();
        assert!(problems[0].message.contains("year-month-day"), "{day}: {problems:?}");
    }
    assert_eq!(first_instant(Some(Date::MAX), &zone()), i64::MAX, "and does not hold always");
    assert_eq!(first_instant(None, &zone()), i64::MIN);
}
