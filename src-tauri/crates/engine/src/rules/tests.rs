use super::*;
use expect_test::expect;
use mirante_alerts::{Absence, Scope, Severity};

fn read(text: &str) -> Result<RuleFile, FileError> {
    read_rules(text, &TimeZone::UTC)
}

#[test]
fn a_rule_says_everything_that_it_may() {
    let rules = read(
        r#"
        zone = "America/Sao_Paulo"
        holidays = ["2026-12-25"]

        [[rule]]
        id = "fila-parada"
        name = "Fila parada"
        severity = "critical"
        scope = "queue"
        only = ["sac"]
        when = "longest_wait > 60"
        over = "longest_wait < 40"
        for = "30s"
        keep_firing_for = "1m"
        absent = "keep"
        hours = { days = ["mon", "fri"], from = "09:00", to = "18:00" }
        flapping = { most = 2, within = "1h" }
        policy = "padrao"
        plan = "Chame **mais gente**."

        [[policy]]
        id = "padrao"
        repeats = 1
        steps = [
            { to = ["role:supervisor"], by = ["desktop"] },
            { after = "5m", to = ["role:coordenador", "person:dora"], by = ["email", "webhook"] },
        ]

        [[rule]]
        id = "sem-fonte"
        severity = "warning"
        scope = "source"
        when = "!heard"
        holds_back = ["fila-parada"]
        "#,
    )
    .expect("rules");
    let RuleFile { rules, policies, calendar, scenarios, .. } = rules;
    assert!(scenarios.is_empty());
    let policy = &policies["padrao"];
    assert_eq!(
        (policy.repeats, policy.pause, policy.steps[0].after, policy.steps[1].after),
        (1, 1_800_000, 0, 300_000)
    );
    assert_eq!(policy.steps[1].to[1], Target::Person(Name::from("dora")));
    let rule = rules.get("fila-parada").expect("a rule");
    assert_eq!((rule.hold, rule.keep, rule.severity), (30_000, 60_000, Severity::Critical));
    assert_eq!(rule.flapping, Flapping { most: 2, within: 3_600_000 });
    assert_eq!((rule.absent, rule.watches("sac"), rule.watches("vendas")), (Absence::Keep, true, false));
    assert_eq!(rule.reads().collect::<Vec<_>>(), ["longest_wait", "longest_wait"]);
    let plain = rules.get("sem-fonte").expect("a rule");
    assert_eq!((plain.name.as_str(), plain.hold, plain.hours.is_none()), ("sem-fonte", 0, true));
    assert!(plain.watches("anything"));
    let touched = rules.that_read(Scope::Queue, ["longest_wait", "waiting"]);
    assert_eq!(touched.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ["fila-parada"]);
    assert!(rules.that_read(Scope::Agent, ["longest_wait"]).is_empty());
    assert_eq!(calendar.holidays.len(), 1);
}

#[test]
fn a_fault_names_the_rule_and_the_field() {
    let rule = |fields: &str| format!("[[rule]]\nid = 'a'\nseverity = 'notice'\nscope = 'queue'\n{fields}\n");
    let good = "when = 'waiting > 1'";
    let files = [
        "rule = 3".to_owned(),
        "zone = 'Marte/Olimpo'".to_owned(),
        "holidays = ['natal']".to_owned(),
        rule("when = 'wating > 1'"),
        rule("when = 'waiting > 1'\nover = 'longest_wait'"),
        rule(&format!("{good}\nfor = 'soon'")),
        rule(&format!("{good}\nkeep_firing_for = '-5s'")),
        rule(&format!("{good}\nflapping = {{ most = 0 }}")),
        rule(&format!("{good}\nhours = {{ from = '9h', to = '18:00' }}")),
        rule(&format!("{good}\nhours = {{ days = ['seg'], from = '09:00', to = '18:00' }}")),
        rule(&format!("{good}\nholds_back = ['b']")),
        rule(&format!("{good}\nholds_back = ['a']")),
        rule(good).replace("'a'", "'à'"),
        rule(&format!("{good}\nfro = '5s'")),
        rule(good).repeat(2),
        rule(&format!("{good}\npolicy = 'nenhuma'")),
        "[[policy]]\nid = 'p'\nsteps = []".to_owned(),
        "[[policy]]\nid = 'p'\nsteps = [{ to = ['bia'], by = ['email'] }]".to_owned(),
        "[[policy]]\nid = 'p'\nsteps = [{ to = ['role:s'], by = [] }]".to_owned(),
        "[[policy]]\nid = 'p'\nrepeats = 10\nsteps = [{ to = ['role:s'], by = ['email'] }]".to_owned(),
        "[[policy]]\nid = 'p'\nsteps = [{ to = ['role:s'], by = ['email'] }]\n".repeat(2),
    ];
    let told: String = files.iter().map(|file| format!("{}\n", read(file).expect_err(file))).collect();
    expect![[r#"
        TOML parse error at line 1, column 8
          |
        1 | rule = 3
          |        ^
        invalid type: integer `3`, expected a sequence

        zone Marte/Olimpo is not known
        natal is not a date
        rule a, when: character 1: nothing is called `wating` here; did you mean `waiting`?
          wating > 1
          ^
        rule a, over: character 1: a number where true or false must be
          longest_wait
          ^
        rule a, for: soon is not a duration such as 30s, 2m or 1h 30m
        rule a, keep_firing_for: -5s is not between 0 and 24h
        rule a, flapping: most is 1 to 100
        rule a, hours: 9h is not an hour such as 09:00
        rule a, hours: seg is none of mon, tue, wed, thu, fri, sat, sun
        rule a holds back b, which does not exist
        rule a holds itself back
        rule à, id: 1 to 64 letters without accents, digits, - and _
        TOML parse error at line 6, column 1
          |
        6 | fro = '5s'
          | ^^^
        unknown field `fro`, expected one of `id`, `name`, `severity`, `scope`, `only`, `when`, `over`, `for`, `keep_firing_for`, `absent`, `hours`, `holds_back`, `flapping`, `policy`, `legal`, `plan`

        two rules are called a
        rule a, policy: no policy is called nenhuma
        policy p: has no steps
        policy p: bia is neither role:NAME nor person:NAME
        policy p: a step without anyone to tell, or without a channel
        policy p: repeats at most 9 times
        two policies are called p
    "#]].assert_eq(&told);
}
