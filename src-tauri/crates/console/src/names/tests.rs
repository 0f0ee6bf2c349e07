use super::*;
use crate::wire::{Code, Command, Reply};
use crate::{Actor, Console, Options, Role};

const CONFIG: &str = "[[source]]\nname = \"matriz\"\nkind = \"asterisk\"\nhost = \"127.0.0.1\"\nport = 1\nusername = \"u\"\n\
                      secret = \"env:MIRANTE_NAMES_TEST\"\n";
const EXPORT: &str = "extension,name,tech,secret\n2101,Ana <b>Souza</b>,pjsip,h1dd3n\n2102,,pjsip,h1dd3n\n";

fn sent(bytes: &[u8]) -> FileText {
    FileText(STANDARD.encode(bytes))
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_looked_at_written_and_undone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mirante.toml");
    std::fs::write(&path, CONFIG).unwrap();
    let options = Options { config: Some(path.clone()), data: folder.path().join("data"), alone: true };
    let console = Console::start(options).unwrap();
    let supervisor = Actor { name: "marina".into(), role: Role::Supervisor };
    let viewer = Actor { role: Role::Viewer, ..supervisor.clone() };
    let preview = |source, file| Command::PreviewNames { source, file };

    let refused = console.command(&viewer, preview(1, sent(EXPORT.as_bytes()))).await.unwrap_err();
    assert_eq!(refused.code, Code::Forbidden);
    let Reply::Names(found) = console.command(&supervisor, preview(1, sent(EXPORT.as_bytes()))).await.unwrap() else {
        panic!()
    };
    assert_eq!((found.kind, found.fault), (Some(NamesKind::FreepbxExtensions), None));
    let rows: Vec<_> = found.rows.iter().map(|row| (row.key.as_str(), row.status, row.why)).collect();
    assert_eq!(rows, [("2101", NameStatus::Unknown, None), ("2102", NameStatus::Invalid, Some(NameWhy::NoName))]);
    assert!(!serde_json::to_string(&found).unwrap().contains("h1dd3n"), "passwords do not come back");
    assert!(!format!("{:?}", preview(1, sent(EXPORT.as_bytes()))).contains(&STANDARD.encode("h1dd3n")[..6]));

    let choice = |key: &str, name: &str| NameChoice { of: NameOf::Agent, key: key.into(), name: Some(name.into()) };
    let apply = |names| Command::ApplyNames { source: 1, names };
    for nonsense in [choice("", "Ana"), choice("2101", " "), choice("2101", "a\nb"), choice("2101", &"a".repeat(81))] {
        let error = console.command(&supervisor, apply(vec![nonsense])).await.unwrap_err();
        assert_eq!(error.code, Code::Invalid);
    }
    let queue = NameChoice { of: NameOf::Queue, key: "8001".into(), name: Some("SAC".into()) };
    let names = vec![choice("2101", "Ana <b>Souza</b>"), queue];
    let Reply::Renamed(undo) = console.command(&supervisor, apply(names)).await.unwrap() else { panic!() };
    let written = Config::read(&path).unwrap();
    assert_eq!(
        (written.persons[0].name.as_str(), written.queues[0].label.as_deref()),
        ("Ana <b>Souza</b>", Some("SAC"))
    );
    assert!(undo.iter().all(|choice| choice.name.is_none()));
    console.command(&supervisor, apply(undo)).await.unwrap();
    let undone = Config::read(&path).unwrap();
    assert!(undone.persons.is_empty() && undone.queues.is_empty());

    for (command, code) in [
        (preview(9, sent(EXPORT.as_bytes())), Code::NotFound),
        (preview(1, FileText("not base64!".into())), Code::Invalid),
    ] {
        assert_eq!(console.command(&supervisor, command).await.unwrap_err().code, code);
    }
    let large = FileText("A".repeat(MAX_FILE / 3 * 4 + 100));
    for (file, fault) in [(sent(b"PK\x03\x04"), NamesFault::NotText), (large, NamesFault::TooLarge)] {
        let Reply::Names(found) = console.command(&supervisor, preview(1, file)).await.unwrap() else { panic!() };
        assert_eq!((found.fault, found.rows.len()), (Some(fault), 0));
    }
    console.command(&supervisor, Command::UseSample).await.unwrap();
    let error = console.command(&supervisor, preview(1, sent(EXPORT.as_bytes()))).await.unwrap_err();
    assert_eq!(error.code, Code::Conflict);
    console.shutdown().await;
}
