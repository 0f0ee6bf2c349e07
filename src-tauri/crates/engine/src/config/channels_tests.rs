use super::*;
use crate::config::Config;

const ALL: &str = r#"
[[channel]]
name = "hook"
kind = "webhook"
url = "https://h.example/x"
body = "cloudevents"
token = "env:T"
signing_key = "file:k"
[[channel]]
name = "am"
kind = "alertmanager"
url = "http://127.0.0.1:9093"
[[channel]]
name = "email"
kind = "smtp"
language = "en"
host = "smtp.example.com"
username = "mirante"
password = "keyring:mirante/smtp"
from = "Mirante <m@example.com>"
to = ["sup@example.com", "coord@example.com"]
people = { bia = "bia@example.com" }
[[channel]]
name = "pager"
kind = "pagerduty"
key = "env:K"
[[channel]]
name = "slack"
kind = "slack"
url = "env:S"
[[channel]]
name = "teams"
kind = "teams"
url = "file:teams"
[[channel]]
name = "tg"
kind = "telegram"
token = "env:T"
to = ["-100123"]
[[channel]]
name = "wa"
kind = "whatsapp"
token = "env:W"
from = "106540352242922"
to = ["5511987654321"]
template = "mirante_alerta"
"#;

#[test]
fn every_kind_is_read() {
    let channels = Config::parse(ALL).unwrap().channels;
    assert_eq!(channels.iter().map(|channel| channel.service.kind()).collect::<Vec<_>>(), Kind::ALL);
    let mail = &channels[2];
    assert_eq!((mail.language, mail.to.len(), mail.people["bia"].as_str()), (Language::English, 2, "bia@example.com"));
    let Service::Smtp { port, security, login, .. } = &mail.service else { panic!("{mail:?}") };
    let keyring = SecretRef::Keyring { service: "mirante".into(), user: "smtp".into() };
    assert_eq!((*port, *security, login), (587, Security::StartTls, &Some(("mirante".to_owned(), keyring))));
    assert_eq!(channels[4].service, Service::Slack(Place::Secret(SecretRef::Env("S".into()))));
}

#[test]
fn what_is_wrong_is_said_with_its_line_and_never_repeats_a_secret() {
    let channel = |rest: &str| format!("[[channel]]\nname = \"c\"\nkind = {rest}\n");
    for (text, line, words) in [
        (channel("\"fax\""), 3, "webhook, alertmanager, smtp"),
        (channel("\"webhook\""), 1, "needs `url`"),
        (channel("\"webhook\"\nurl = \"hunter2\""), 4, "https://"),
        (channel("\"webhook\"\nurl = \"https://h\"\nsigning_key = \"hunter2\""), 5, "env:NAME"),
        (channel("\"webhook\"\nurl = \"https://h\"\nbody = \"xml\""), 5, "cloudevents"),
        (channel("\"slack\"\nurl = \"env:S\"\nto = [\"#x\"]"), 5, "means nothing"),
        (channel("\"pagerduty\"\nkey = \"hunter2hunter2\""), 4, "env:NAME"),
        (channel("\"telegram\"\ntoken = \"env:T\"\nto = [\"1\", \"2\"]"), 5, "one each"),
        (channel("\"smtp\"\nhost = \"h\"\nfrom = \"a@b.c\"\nto = [\"d@e.f\"]\nusername = \"u\""), 7, "go together"),
        (channel("\"smtp\"\nhost = \"h\"\nfrom = \"a@b.c\"\nto = [\"d@e.f\"]\nsecurity = \"ssl\""), 7, "starttls"),
        (
            format!("{}{}", channel("\"pagerduty\"\nkey = \"env:K\""), channel("\"pagerduty\"\nkey = \"env:K\"")),
            6,
            "another",
        ),
        (channel("\"pagerduty\"\nkey = \"env:K\"\nfaks = 1"), 5, "unknown field"),
    ] {
        let problems = Config::parse(&text).unwrap_err();
        let problem = &problems[0];
        assert!(problem.line == line && problem.message.contains(words), "{text}: {problems:?}");
        assert!(problems.iter().all(|problem| !problem.message.contains("hunter2")), "{problems:?}");
    }
}
