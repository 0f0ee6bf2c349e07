use super::*;
use mirante_alerts::Scope;

const NOW: i64 = 1_795_377_421_250;

fn alert(label: &str, state: BodyState) -> BodyAlert {
    BodyAlert {
        id: 7,
        key: format!("espera/queue/1/{label}"),
        rule: "espera".into(),
        name: "Espera longa".into(),
        severity: Severity::Critical,
        state,
        scope: Scope::Queue,
        label: label.into(),
        source: "PABX matriz".into(),
        fired_ms: NOW - 60_000,
        over_ms: (state == BodyState::Over).then_some(NOW),
        figure: Some("longest_wait".into()),
        value: Some(190.0),
        limit: Some(60.0),
        flapping: false,
        plan: "# Plano\n\n- Chame de **volta** quem está em pausa, com a Ana Souza, 11 98765-4321.\n- Depois…".into(),
    }
}

fn told(reason: Reason, alerts: Vec<BodyAlert>, language: Language) -> Notice {
    let body = Body { reason, about: "sac".into(), test: false, alerts };
    let zone = TimeZone::get("America/Sao_Paulo").unwrap();
    let telling = Telling { key: "m-7", way: ("email", "bia"), zone: &zone, now: NOW };
    notice(&body, &telling, language, &Veil::new(["Ana Souza"]))
}

#[test]
fn one_alert_is_a_fact_a_reason_and_an_action() {
    let one = told(Reason::First, vec![alert("SAC", BodyState::Fired)], Language::Portuguese);
    assert_eq!(one.title, "SAC: Espera longa");
    assert_eq!(one.sentence, "Maior espera: 03:10 (limite 01:00). Chame de volta quem está em pausa, com a •••, •••.");
    assert_eq!(
        (one.event, one.subject.as_str(), one.fingerprint.as_str()),
        (Event::Firing, "SAC (PABX matriz)", "email/bia/sac")
    );
    let facts: Vec<_> = one.facts.iter().map(|fact| (fact.label.as_str(), fact.value.as_str())).collect();
    assert_eq!(facts, [("Maior espera", "03:10"), ("Limite", "01:00"), ("Desde", "16h56")]);
    let over = told(Reason::Over, vec![alert("SAC", BodyState::Over)], Language::English);
    assert_eq!((over.event, over.ended), (Event::Resolved, Some(NOW)));
    assert_eq!(over.sentence, "Longest wait: 03:10 (limit 01:00). It is over.");
    let again = told(Reason::Repeated, vec![alert("SAC", BodyState::Still)], Language::Spanish);
    assert_eq!((again.event, again.ended), (Event::Reminder, None));
}

#[test]
fn many_alerts_are_one_message_that_closes_when_all_are_over() {
    let mut alerts: Vec<_> = (0..40).map(|place| alert(&format!("F{place}"), BodyState::Fired)).collect();
    alerts.push(alert("F40", BodyState::Still));
    alerts.push(alert("F41", BodyState::Over));
    let many = told(Reason::Changed, alerts, Language::Portuguese);
    assert_eq!(many.title, "42 alertas · sac: F0: Espera longa");
    assert_eq!(many.sentence, "40 novos, 1 continuam, 1 resolvidos.");
    assert_eq!((many.event, many.ended, many.members.len()), (Event::Firing, None, 42));
    assert_eq!((many.members[41].title.as_str(), many.members[41].ended), ("resolvido · F41: Espera longa", Some(NOW)));
}

#[test]
fn a_try_says_that_it_is_one() {
    let body = Body { reason: Reason::First, about: String::new(), test: true, alerts: Vec::new() };
    let telling = Telling { key: "m-8", way: ("email", ""), zone: &TimeZone::UTC, now: NOW };
    let test = notice(&body, &telling, Language::English, &Veil::default());
    assert_eq!((test.event, test.key.as_str()), (Event::Test, "m-8"));
}
