use super::judging::{Judged, RuleConfig, ScopeConfig};
use super::*;
use mirante_floor::{Scope, SourceId};

fn problems(text: &str) -> Vec<(usize, String)> {
    Config::parse(text).expect_err("must be refused").into_iter().map(|p| (p.line, p.message)).collect()
}

const SOURCE: &str =
    "[[source]]\nname = \"a\"\nkind = \"asterisk\"\nhost = \"h\"\nusername = \"u\"\nsecret = \"env:S\"\n";

#[test]
fn the_example_is_valid() {
    let config = Config::parse(EXAMPLE).unwrap();
    assert_eq!(config.zone.iana_name(), Some("America/Sao_Paulo"));
    let SourceKind::Asterisk(asterisk) = &config.sources[0].kind else { panic!("{config:?}") };
    assert_eq!((asterisk.host.as_str(), asterisk.port), ("pabx.example.com", 5039));
    assert_eq!(asterisk.tls, Some(Trust::Authorities(None)));
    assert_eq!(asterisk.secret, SecretRef::Env("MIRANTE_AMI_SECRET".into()));
    assert_eq!(config.queues[0].goal, Goal { percent: 80, seconds: 20 });
    assert_eq!(config.queues[0].hours, Some((480, 1200)));
    assert_eq!(config.queues[0].operation, Some(Operation::Sac));
    assert_eq!(config.persons[0].logins, [("matriz".to_owned(), "2101".to_owned())]);
}

#[test]
fn the_usual_port_follows_tls() {
    let port = |extra: &str| match &Config::parse(&format!("{SOURCE}{extra}")).unwrap().sources[0].kind {
        SourceKind::Asterisk(a) => a.port,
        SourceKind::Simulator(_) => 0,
    };
    assert_eq!([port(""), port("tls = true\n"), port("tls = true\nport = 7\n")], [5038, 5039, 7]);
}

#[test]
fn tls_says_whom_to_believe() {
    let tls = |extra: &str| match &Config::parse(&format!("{SOURCE}{extra}")).unwrap().sources[0].kind {
        SourceKind::Asterisk(a) => a.tls.clone(),
        SourceKind::Simulator(_) => None,
    };
    let hex = "0123456789abcdef".repeat(4);
    let pinned = Some(Trust::Pinned(hex.parse().unwrap()));
    assert_eq!(tls("tls = false\n"), None);
    assert_eq!(tls("tls = true\nca_file = \"ca.pem\"\n"), Some(Trust::Authorities(Some("ca.pem".into()))));
    assert_eq!(tls(&format!("tls = true\nfingerprint = \"sha256:{hex}\"\n")), pinned);
    assert_eq!(tls(&format!("tls = true\nfingerprint = \"{}\"\n", hex.to_uppercase())), pinned);
    let wrong = |extra: String| problems(&format!("{SOURCE}{extra}"));
    let [(8, message)] = &wrong("tls = true\nfingerprint = \"sha1:00\"\n".into())[..] else { panic!() };
    assert!(message.contains("64 hexadecimal digits"), "{message}");
    let [(9, message)] = &wrong(format!("tls = true\nca_file = \"x\"\nfingerprint = \"{hex}\"\n"))[..] else {
        panic!()
    };
    assert!(message.contains("not both"), "{message}");
    let [(7, ca), (8, pin)] = &wrong(format!("ca_file = \"x\"\nfingerprint = \"{hex}\"\n"))[..] else { panic!() };
    assert!(ca.contains("`ca_file` means nothing without TLS") && pin.contains("`fingerprint`"), "{ca}; {pin}");
}

#[test]
fn a_queue_log_lies_here_or_on_the_pbx() {
    let log = |extra: &str| match &Config::parse(&format!("{SOURCE}{extra}")).unwrap().sources[0].kind {
        SourceKind::Asterisk(a) => a.queue_log.clone(),
        SourceKind::Simulator(_) => None,
    };
    let pin = "ab".repeat(32);
    let beside = format!("queue_log_fingerprint = \"sha256:{pin}\"\nqueue_log_token = \"env:T\"\n");
    assert_eq!(log(""), None);
    assert_eq!(log("queue_log = \"logs/queue_log\"\n"), Some(QueueLogConfig::File("logs/queue_log".into())));
    let tail = QueueLogConfig::Tail {
        host: "pbx".into(),
        port: 8730,
        fingerprint: pin.parse().unwrap(),
        token: SecretRef::Env("T".into()),
    };
    assert_eq!(log(&format!("queue_log = \"tail://pbx:8730\"\n{beside}")), Some(tail));
    let lines = |extra: &str| problems(&format!("{SOURCE}{extra}")).into_iter().map(|p| p.0).collect::<Vec<_>>();
    assert_eq!(lines(&beside), [7, 8], "nothing to go with");
    assert_eq!(lines(&format!("queue_log = \"/a\"\n{beside}")), [8, 9], "a file needs none");
    assert_eq!(lines("queue_log = \"tail://pbx:8730\"\n"), [7, 7], "both are missing");
    let host_key = "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU";
    let sftp = QueueLogConfig::Sftp {
        host: "pbx".into(),
        port: 22,
        user: "root".into(),
        path: "/var/log/asterisk/queue_log".into(),
        host_key: host_key.parse().ok(),
        key: Some("id_mirante".into()),
        password: None,
    };
    let place = "queue_log = \"sftp://root@pbx/var/log/asterisk/queue_log\"\n";
    let with = format!("{place}queue_log_fingerprint = \"{host_key}\"\nqueue_log_key = \"id_mirante\"\n");
    assert_eq!(log(&with), Some(sftp));
    assert_eq!(lines(place), [7], "nothing to enter with");
    assert_eq!(lines(&format!("{place}{beside}")), [7, 8, 9], "a certificate is no host key, and there is no token");
    for wrong in ["tail://pbx", "tail://:1", "ftp://pbx/x", "tail://u:hunter2@pbx:1", "sftp://u:hunter2@pbx/x"] {
        let found = problems(&format!("{SOURCE}queue_log = \"{wrong}\"\n{beside}"));
        assert_eq!(found[0].0, 7, "{wrong}");
        assert!(!found[0].1.contains("hunter2"), "{found:?}");
    }
    let found = problems(&format!("{SOURCE}queue_log = \"tail://pbx:1\"\n{}", beside.replace("env:T", "hunter2")));
    assert!(found[0].0 == 9 && !found[0].1.contains("hunter2"), "{found:?}");
}

#[test]
fn unknown_keys_are_refused_with_their_line() {
    let [(line, message)] = &problems(&format!("{SOURCE}portt = 5038\n"))[..] else { panic!() };
    assert_eq!(*line, 7);
    assert!(message.contains("unknown field `portt`"), "{message}");
    assert_eq!(problems("zona = \"x\"\n")[0].0, 1);
}

#[test]
fn broken_toml_names_its_line() {
    assert_eq!(problems("zone = \"America/Sao_Paulo\"\n[[source]\n")[0].0, 2);
}

#[test]
fn everything_wrong_is_said_at_once() {
    let text = "zone = \"Marte/Olimpo\"\n\n[[source]]\nname = \"a b\"\nkind = \"asterisk\"\nusername = \"u\"\nsecret = \"senha\"\n\n\
                [[queue]]\nsource = \"x\"\nname = \"q\"\ntarget = \"80\"\nhours = \"8-20\"\noperation = \"vendas\"\n";
    let lines: Vec<usize> = problems(text).into_iter().map(|(line, _)| line).collect();
    assert_eq!(lines, [1, 3, 4, 7, 10, 12, 13, 14]);
}

#[test]
fn no_error_repeats_a_secret() {
    for secret in
        ["\"hunter2-sigiloso\"", "[\"hunter2-sigiloso\"]", "{ x = \"hunter2-sigiloso\" }", "\"hunter2-sigiloso"]
    {
        let text = SOURCE.replace("\"env:S\"", secret);
        for (line, message) in problems(&text) {
            assert_eq!(line, 6, "{message}");
            assert!(!message.contains("hunter2"), "{message}");
        }
    }
    assert!(!format!("{:?}", Secret::new("hunter2")).contains("hunter2"));
}

#[test]
fn samples_do_not_mix_with_real_platforms() {
    let text = format!("{SOURCE}[[source]]\nname = \"b\"\nkind = \"simulator\"\n");
    assert!(problems(&text)[0].1.contains("never mixes"));
    assert!(Config::parse("[[source]]\nname = \"b\"\nkind = \"simulator\"\nwarp = 60.0\n").unwrap().is_sample());
    let text = "[[source]]\nname = \"b\"\nkind = \"simulator\"\nhost = \"x\"\nqueues = 900\n";
    assert_eq!(problems(text).into_iter().map(|(line, _)| line).collect::<Vec<_>>(), [4, 5]);
}

#[test]
fn two_sources_need_different_names_and_queues_say_which() {
    let text = format!("{SOURCE}{SOURCE}[[queue]]\nname = \"q\"\n");
    assert_eq!(problems(&text), [(8, "another source has this name; each needs its own".to_owned())]);
    let text = format!("{SOURCE}{}[[queue]]\nname = \"q\"\n", SOURCE.replace("\"a\"", "\"b\""));
    assert_eq!(problems(&text)[0].0, 14);
}

#[test]
fn a_queue_is_spoken_of_once() {
    let text = format!("{SOURCE}[[queue]]\nname = \"q\"\n[[queue]]\nsource = \"a\"\nname = \"q\"\n");
    let [(line, message)] = &problems(&text)[..] else { panic!() };
    assert_eq!(*line, 11);
    assert!(message.contains("leave one of them"), "{message}");
}

#[test]
fn secrets_come_from_where_the_file_says() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("s"), "abc\nrest\n").unwrap();
    let fetch = |text: &str| SecretRef::parse(text).unwrap().fetch(folder.path());
    assert_eq!(fetch("file:s").unwrap().reveal(), "abc");
    assert!(fetch("file:missing").unwrap_err().to_string().contains("missing"));
    let unset = fetch("env:MIRANTE_SURELY_UNSET").unwrap_err().to_string();
    assert_eq!(unset, "environment variable MIRANTE_SURELY_UNSET is not set; it must hold the password");
    assert!(SecretRef::parse("keyring:only").is_err());
    for text in ["env:A", "file:/a/b", "keyring:mirante/a.b"] {
        assert_eq!(SecretRef::parse(text).unwrap().to_string(), text);
    }
}

#[test]
fn changing_the_file_keeps_its_comments() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mirante.toml");
    std::fs::write(&path, EXAMPLE).unwrap();
    let queue = QueueConfig {
        source: "matriz".into(),
        name: "sac".into(),
        label: Some("Atendimento".into()),
        operation: None,
        goal: Goal { percent: 90, seconds: 10 },
        hours: None,
        client: None,
    };
    let other = QueueConfig { name: "vendas \"x\"".into(), ..queue.clone() };
    let of = ScopeConfig { source: "matriz".into(), scope: Scope::Queue(SourceId(0), "sac".into()) };
    let from = Some(jiff::civil::date(2026, 12, 1));
    let (percent, seconds) = (Some(90), Some(10));
    let rule = RuleConfig { of, from, percent, seconds, short_seconds: None, formulas: Default::default() };
    let config = set_queues(&path, &[queue, other], &[Judged::Rule(rule.clone())]).unwrap();
    assert_eq!(config.queues.len(), 2);
    assert_eq!(config.queues[0].goal, Goal { percent: 80, seconds: 20 }, "of days past");
    assert_eq!(config.queues[0].label.as_deref(), Some("Atendimento"));
    assert_eq!(config.judging.rules, [rule]);
    assert_eq!(config.queues[1].name, "vendas \"x\"");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("# 80 % answered within 20 s"));
    assert!(!text.contains("hours = "), "{text}");
}

#[test]
fn a_source_is_removed_with_what_was_decided_of_it_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mirante.toml");
    let other = SOURCE.replace("\"a\"", "\"b\"");
    let text = format!(
        "# The two PBXs.\n{SOURCE}{other}[[queue]]\nsource = \"a\"\nname = \"q\"\n\n# Stays.\n[[queue]]\nsource = \"b\"\n\
         name = \"q\"\n[[person]]\nid = \"ana\"\nname = \"Ana\"\nlogins = [{{ source = \"a\", agent = \"1\" }}, \
         {{ source = \"b\", agent = \"2\" }}]\n"
    );
    std::fs::write(&path, text).unwrap();
    let config = remove_source(&path, "a").unwrap();
    assert_eq!(config.sources.iter().map(|s| s.name.as_str()).collect::<Vec<_>>(), ["b"]);
    assert_eq!(config.queues.iter().map(|q| q.source.as_str()).collect::<Vec<_>>(), ["b"]);
    assert_eq!(config.persons[0].logins, [("b".to_owned(), "2".to_owned())]);
    assert!(std::fs::read_to_string(&path).unwrap().contains("# Stays."));

    // With one source, what names none is of it.
    std::fs::write(&path, EXAMPLE).unwrap();
    let config = remove_source(&path, "matriz").unwrap();
    assert_eq!((config.sources.len(), config.queues.len(), config.persons.len()), (0, 0, 1));
    assert_eq!(config.persons[0].logins, []);
}

#[test]
fn a_source_is_added_once_and_replaced_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new.toml");
    let mut source = NewSource {
        name: "pabx".into(),
        label: "PABX".into(),
        host: "10.0.0.2".into(),
        port: 5038,
        tls: false,
        fingerprint: None,
        username: "mirante".into(),
        secret: SecretRef::File("/x".into()),
    };
    assert_eq!(add_source(&path, &source).unwrap().sources.len(), 1);
    source.host = "10.0.0.3".into();
    let config = add_source(&path, &source).unwrap();
    let SourceKind::Asterisk(asterisk) = &config.sources[0].kind else { panic!() };
    assert_eq!((config.sources.len(), asterisk.host.as_str()), (1, "10.0.0.3"));
    // A certificate is pinned, kept by a change that names none, and gone with TLS.
    let pin: mirante_sources::asterisk::Fingerprint = "ab".repeat(32).parse().unwrap();
    let tls = |config: Config| match config.sources.into_iter().next().map(|s| s.kind) {
        Some(SourceKind::Asterisk(a)) => a.tls,
        _ => None,
    };
    (source.tls, source.fingerprint) = (true, Some(pin));
    assert_eq!(tls(add_source(&path, &source).unwrap()), Some(Trust::Pinned(pin)));
    source.fingerprint = None;
    assert_eq!(tls(add_source(&path, &source).unwrap()), Some(Trust::Pinned(pin)));
    source.tls = false;
    assert_eq!(tls(add_source(&path, &source).unwrap()), None);
    source.name = "não serve".into();
    let before = std::fs::read_to_string(&path).unwrap();
    assert!(add_source(&path, &source).is_err());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
}
