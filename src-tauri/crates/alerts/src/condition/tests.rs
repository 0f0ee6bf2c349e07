use super::*;
use crate::{Calendar, Local};
use expect_test::expect;
use mirante_floor::{Name, SourceId};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// One subject that says what it is told to.
struct Told(BTreeMap<&'static str, Reading>);

/// Clocks of no zone, and no holidays.
impl Calendar for Told {
    fn local(&self, now: i64) -> Local {
        Local { day: now.div_euclid(86_400_000), time: now.rem_euclid(86_400_000) }
    }
    fn instant(&self, local: Local) -> i64 {
        local.day * 86_400_000 + local.time
    }
    fn is_holiday(&self, _: i64) -> bool {
        false
    }
}

impl Facts for Told {
    fn subjects(&self, scope: Scope) -> Vec<Subject> {
        vec![subject(scope)]
    }
    fn heard(&self, _: &Subject) -> bool {
        true
    }
    fn members(&self, _: &Subject) -> Vec<Subject> {
        Vec::new()
    }
    fn read(&self, _: &Subject, name: &str) -> Reading {
        self.0.get(name).cloned().unwrap_or(Reading::Absent)
    }
}

fn subject(scope: Scope) -> Subject {
    Subject { scope, source: SourceId(1), id: Name::from("sac") }
}

fn holds(text: &str, told: &[(&'static str, Reading)]) -> Option<bool> {
    let condition = Condition::new(text, Scope::Queue).unwrap_or_else(|fault| panic!("{text}: {fault}"));
    condition.holds(&Told(told.iter().cloned().collect()), &subject(Scope::Queue))
}

fn fault(text: &str) -> String {
    let fault = Condition::new(text, Scope::Queue).expect_err(text);
    let under = fault.at().map_or_else(String::new, |at| format!("{}^ ", " ".repeat(at)));
    format!("{text}\n{under}{fault}\n")
}

#[test]
fn a_condition_says_what_its_facts_say() {
    let low = [("sl_30m", Reading::Number(0.72)), ("offered_30m", Reading::Number(40.0))];
    assert_eq!(holds("sl_30m < 0.8 && offered_30m >= 10", &low), Some(true));
    assert_eq!(holds("sl_30m < 0.7 || offered_30m > 100", &low), Some(false));
    assert_eq!(holds("offered_30m * (1 - sl_30m) > 11", &low), Some(true));
    assert_eq!(holds("offered_30m % 7 == 5", &low), Some(true));
    assert_eq!(holds("-offered_30m < -39 && !(sl_30m == 1.0)", &low), Some(true));
    assert_eq!(holds("offered_30m in [10, 20, 40]", &low), Some(true));
    assert_eq!(holds("offered_30m > 30 ? sl_30m < 0.8 : sl_30m < 0.5", &low), Some(true));
    assert_eq!(holds("open", &[("open", Reading::Flag(true))]), Some(true));
    let agent = Condition::new("in_pause && pause_reason == 'lanche'", Scope::Agent).expect("a condition");
    let facts = Told(BTreeMap::from([
        ("in_pause", Reading::Flag(true)),
        ("pause_reason", Reading::Text(Name::from("lanche"))),
    ]));
    assert_eq!(agent.holds(&facts, &subject(Scope::Agent)), Some(true));
    assert_eq!(agent.reads(), ["in_pause", "pause_reason"]);
}

#[test]
fn what_is_absent_decides_nothing_and_hinders_nothing() {
    let none: &[(&str, Reading)] = &[];
    assert_eq!(holds("sl_30m < 0.8", none), None);
    assert_eq!(holds("!(sl_30m < 0.8)", none), None);
    assert_eq!(holds("sl_30m < 0.8 && waiting > 3", &[("waiting", Reading::Number(2.0))]), Some(false));
    assert_eq!(holds("sl_30m < 0.8 || waiting > 3", &[("waiting", Reading::Number(4.0))]), Some(true));
    assert_eq!(holds("sl_30m < 0.8 || waiting > 3", &[("waiting", Reading::Number(2.0))]), None);
    assert_eq!(holds("waiting in [1, offered_30m]", &[("waiting", Reading::Number(1.0))]), Some(true));
    assert_eq!(holds("waiting in [2, offered_30m]", &[("waiting", Reading::Number(1.0))]), None);
    let empty = [("waiting", Reading::Number(3.0)), ("free", Reading::Number(0.0))];
    assert_eq!(holds("waiting / free > 1", &empty), None, "divided by zero");
}

#[test]
fn a_fault_points_at_its_place() {
    let faults = [
        "sl_30n < 0.8",
        "waiting > 3 && longest_wiat > 60",
        "xyzzy > 1",
        "hopper < 15",
        "sl < 0.8",
        "waiting",
        "waiting > true",
        "open < 3",
        "waiting + open > 3",
        "pause_reason == 'x'",
        "waiting > ",
        "waiting >> 3",
        "(waiting > 3",
        "waiting.size() > 3",
        "size([1]) > 3",
        "waiting in 3",
        "[1, 2]",
        "[1].all(x, x > 0)",
        "null == null",
        "",
        "waiting > 1 ? 2 : open",
        "açaí > 1 && fila > 2",
    ];
    let told: String = faults.iter().map(|text| fault(text)).collect();
    expect![[r#"
        sl_30n < 0.8
        ^ character 1: nothing is called `sl_30n` here; did you mean `sl_30m`?
        waiting > 3 && longest_wiat > 60
                       ^ character 16: nothing is called `longest_wiat` here; did you mean `longest_wait`?
        xyzzy > 1
        ^ character 1: nothing is called `xyzzy` here
        hopper < 15
        ^ character 1: `hopper` is asked of another scope: campaign
        sl < 0.8
        ^ character 1: `sl` is of a stretch of time: write `sl_30m`, or _5m, _15m, _60m, _interval, _shift, _day
        waiting
        ^ character 1: a number where true or false must be
        waiting > true
                  ^ character 11: true or false where a number must be
        open < 3
        ^ character 1: true or false where a number must be
        waiting + open > 3
                  ^ character 11: true or false where a number must be
        pause_reason == 'x'
        ^ character 1: `pause_reason` is asked of another scope: agent
        waiting > 
                  ^ character 11: something is missing at the end
        waiting >> 3
                 ^ character 10: cannot be read from here on
        (waiting > 3
                    ^ character 13: something is missing at the end
        waiting.size() > 3
                    ^ character 13: `size()` is not used in conditions
        size([1]) > 3
            ^ character 5: `size` is not used in conditions
        waiting in 3
                   ^ character 12: no list where a list such as [1, 2] must be
        [1, 2]
        ^ character 1: `[…]` is not used in conditions
        [1].all(x, x > 0)
               ^ character 8: `all, exists, map, filter` is not used in conditions
        null == null
        ^ character 1: `null` is not used in conditions

        ^ character 1: something is missing at the end
        waiting > 1 ? 2 : open
                          ^ character 19: true or false where a number must be
        açaí > 1 && fila > 2
         ^ character 2: cannot be read from here on
    "#]]
    .assert_eq(&told);
}

#[test]
fn what_is_too_long_or_too_deep_is_refused_and_ends_nothing() {
    let long = format!("waiting > {}", "1".repeat(MOST_BYTES));
    assert!(matches!(Condition::new(&long, Scope::Queue), Err(Fault::Long { .. })));
    for open in ["(", "[", "{", "!", "-", "[(", "(!", "true?", "1-", "!-", "f("] {
        let text = open.repeat(MOST_BYTES / open.len());
        assert!(Condition::new(&text, Scope::Queue).is_err(), "{open}");
    }
    // As deep as allowed is read.
    let nested = format!("{}waiting > 3{}", "(".repeat(30), ")".repeat(30));
    Condition::new(&nested, Scope::Queue).expect("a condition");
    // Long, and not deep.
    let wide = vec!["waiting>1"; 80].join("&&");
    Condition::new(&wide, Scope::Queue).expect("a condition");
}

proptest! {
    /// Whatever is typed is read or refused with a place in it, and what is read can be evaluated.
    #[test]
    fn any_text_is_read_or_refused(text in r#"[ a-z0-9_<>=!&|()\[\]{}?:.,'"+*/%ção-]{0,60}"#) {
        match Condition::new(&text, Scope::Queue) {
            Ok(condition) => { condition.holds(&Told(BTreeMap::new()), &subject(Scope::Queue)); }
            Err(fault) => prop_assert!(fault.at().is_none_or(|at| at <= text.chars().count()), "{fault:?}"),
        }
    }
}

#[test]
fn what_stands_in_a_word_opens_and_closes_nothing() {
    let deep = "(".repeat(20);
    for word in [
        "\"))))))))))))))))))))\"",
        "'))))))))))))))))))))'",
        "\"\\\"))))))))))))))))))))\"",
        "r\"\\\"",
        "\"\"\")\"\"\"",
        "\"",
    ] {
        let text = format!("{deep}{word}{deep}");
        assert!(matches!(Condition::new(&text, Scope::Queue), Err(Fault::Deep { .. })), "{text}");
    }
    let told = [("waiting", Reading::Number(4.0))];
    let smile = "\"((((((((((((((((((((((((((((((((((((((\" == '(' || (((waiting))) > 3";
    assert_eq!(holds(smile, &told), Some(true), "a word of signs is a word");
    assert_eq!(holds("\"a\" in [\"b\", 'c'] || (waiting > 3)", &told), Some(true));
}

#[test]
fn the_first_figure_is_told_with_what_it_is_held_against() {
    for (text, figure, limit) in [
        ("sl_30m < 0.8 && offered_30m >= 10", "sl_30m", Some(0.8)),
        ("waiting > 0 && free == 0", "waiting", Some(0.0)),
        ("60 < longest_wait", "longest_wait", Some(60.0)),
        ("!(open && waiting > 3)", "open", None),
        ("waiting > free", "waiting", None),
    ] {
        let condition = Condition::new(text, Scope::Queue).expect(text);
        assert_eq!(condition.figure(), Some((figure, limit)), "{text}");
    }
}
