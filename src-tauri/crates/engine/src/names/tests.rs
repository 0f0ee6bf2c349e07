use super::*;
use crate::config::{Config, NewName, set_names, with_names};

fn known() -> Known {
    let names = |all: &[(&str, Option<&str>)]| {
        all.iter().map(|(key, name)| ((*key).to_owned(), name.map(str::to_owned))).collect()
    };
    Known {
        queues: names(&[("8001", None), ("8002", Some("Vendas")), ("sac", Some("SAC"))]),
        agents: names(&[
            ("2101", None),
            ("2102", Some("Bruno Lima")),
            ("2103", Some("Carla Dias")),
            ("Agent/9001", None),
            ("100@vendas", None),
            ("200@a", None),
            ("200@b", None),
        ]),
    }
}

fn rows(bytes: &[u8]) -> Vec<(Of, String, String, Status)> {
    let preview = preview(bytes, &known()).expect("a preview");
    preview.rows.into_iter().map(|row| (row.of, row.key, row.name, row.status)).collect()
}

fn row(of: Of, key: &str, name: &str, status: Status) -> (Of, String, String, Status) {
    (of, key.to_owned(), name.to_owned(), status)
}

/// As FreePBX's Bulk Handler writes them: many columns, a password among them.
const FREEPBX: &str = "extension,password,name,voicemail,ringtimer,outboundcid,id,tech,dial,devicetype,user,description,secret,callerid\n\
    2101,,Ana Souza,novm,0,,2101,pjsip,PJSIP/2101,fixed,2101,Ana Souza,h1dd3n-secret,device <2101>\n\
    2102,,\"Lima, Bruno\",default,0,,2102,sip,SIP/2102,fixed,2102,\"Lima, Bruno\",0th3r-secret,device <2102>\n\
    2103,,Carla Dias,novm,0,,2103,sip,SIP/2103,fixed,2103,Carla Dias,x,device <2103>\n\
    2999,,Portaria,novm,0,,2999,sip,SIP/2999,fixed,2999,Portaria,x,device <2999>\n\
    ,,,,,,,,,,,,,\n";

#[test]
fn extensions_of_freepbx_without_their_passwords() {
    let preview = preview(FREEPBX.as_bytes(), &known()).expect("a preview");
    assert_eq!((preview.kind, preview.encoding), (FileKind::FreepbxExtensions, "UTF-8"));
    let all: Vec<(&str, &str, Status)> =
        preview.rows.iter().map(|row| (row.key.as_str(), row.name.as_str(), row.status)).collect();
    assert_eq!(
        all,
        [
            ("2101", "Ana Souza", Status::New),
            ("2102", "Lima, Bruno", Status::Changed),
            ("2103", "Carla Dias", Status::Same),
            ("2999", "Portaria", Status::Unknown),
        ]
    );
    assert_eq!(preview.rows[1].present.as_deref(), Some("Bruno Lima"));
    assert_eq!((preview.rows[1].line, preview.count(Status::Unknown)), (3, 1));
    assert!(!format!("{preview:?}").contains("secret"), "passwords are read past");
    // The same with heads in capitals and semicolons, as a spreadsheet writes it back.
    let back =
        FREEPBX.replace(',', ";").replace("\"Lima; Bruno\"", "\"Lima, Bruno\"").replacen("extension", "EXTENSION", 1);
    assert_eq!(rows(back.as_bytes()), rows(FREEPBX.as_bytes()));
}

#[test]
fn extensions_of_issabel_in_latin_1() {
    let text = "\"Display Name\",\"User Extension\",\"Direct DID\",\"Call Waiting\",\"Secret\",\"Context\",\"Tech\"\r\n\
                \"João Araújo\",\"2101\",\"\",\"ENABLED\",\"pppp\",\"from-internal\",\"sip\"\r\n";
    let bytes: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).expect("Latin-1")).collect();
    let preview = preview(&bytes, &known()).expect("a preview");
    assert_eq!((preview.kind, preview.encoding), (FileKind::IssabelExtensions, "Latin-1"));
    assert_eq!(preview.rows[0].name, "João Araújo");
    // What Windows has where Latin-1 has nothing.
    assert_eq!(rows(b"ramal;nome\n2101;Ana \x93Nina\x94\n"), [row(Of::Agent, "2101", "Ana “Nina”", Status::New)]);
}

#[test]
fn queues_as_a_database_prints_them() {
    let expected = [
        row(Of::Queue, "8001", "SAC", Status::New),
        row(Of::Queue, "8002", "Televendas", Status::Changed),
        row(Of::Queue, "8009", "Ouvidoria", Status::Unknown),
    ];
    assert_eq!(rows(b"extension\tdescr\n8001\tSAC\n8002\tTelevendas\n8009\tOuvidoria\n"), expected);
    let drawn = b"+-----------+------------+\n| extension | descr      |\n+-----------+------------+\n| 8001      | SAC        |\n\
                  | 8002      | Televendas |\n| 8009      | Ouvidoria  |\n+-----------+------------+\n";
    assert_eq!(rows(drawn), expected);
    assert_eq!(
        rows("Relatório de filas\n\nNúmero da fila;Descrição\n8001;SAC\n8002;Televendas\n8009;Ouvidoria\n".as_bytes()),
        expected
    );
    assert_eq!(rows(b"sep=;\n\"fila\";\"nome\"\n8001;SAC\n8002;Televendas\n8009;Ouvidoria\n"), expected);
}

#[test]
fn utf_16_with_and_without_its_mark() {
    let text = "ramal\tnome\r\n2101\tÂngela Conceição\r\n";
    for mark in [true, false] {
        let little: Vec<u8> = mark
            .then_some([0xff, 0xfe])
            .into_iter()
            .flatten()
            .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        let big: Vec<u8> = mark
            .then_some([0xfe, 0xff])
            .into_iter()
            .flatten()
            .chain(text.encode_utf16().flat_map(u16::to_be_bytes))
            .collect();
        for bytes in [little, big] {
            assert_eq!(rows(&bytes), [row(Of::Agent, "2101", "Ângela Conceição", Status::New)]);
        }
    }
    let marked = [b"\xef\xbb\xbf".as_slice(), text.as_bytes()].concat();
    assert_eq!(rows(&marked).len(), 1);
}

#[test]
fn without_a_header_the_pbx_tells_queues_from_extensions() {
    assert_eq!(
        rows(b"8001,SAC\n2101,Ana Souza\n7777,Alguem\n"),
        [
            row(Of::Queue, "8001", "SAC", Status::New),
            row(Of::Agent, "2101", "Ana Souza", Status::New),
            row(Of::Agent, "7777", "Alguem", Status::Unknown),
        ]
    );
    for bad in [&b"1,2,3\n4,5,6\n"[..], b"Ana,2101\n", b"uma linha qualquer\n", b"a,b\n1,2\n"] {
        assert_eq!(preview(bad, &known()), Err(NamesError::NoColumns), "{:?}", String::from_utf8_lossy(bad));
    }
}

#[test]
fn logins_and_contexts_find_their_agent() {
    assert_eq!(
        rows(b"agente,nome\n9001,Ana\n100,Bia\n200,Caio\n"),
        [
            row(Of::Agent, "Agent/9001", "Ana", Status::New),
            row(Of::Agent, "100@vendas", "Bia", Status::New),
            row(Of::Agent, "200", "Caio", Status::Unknown),
        ]
    );
}

#[test]
fn configuration_files_of_asterisk() {
    let queues = b"; made by hand\n[general]\npersistentmembers=yes\n\n[8001] ; SAC \\; 0800\nstrategy=rrmemory\n\
                   member=Local/2101@from-queue/n,0,Ana Souza,hint:2101@ext-local\nmember => SIP/2102,0\n\
                   member => Local/5511999990000@out/n,0,Remota\n[tpl](!) ; not a queue\nmusicclass=x\n";
    assert_eq!(
        rows(queues),
        [row(Of::Queue, "8001", "SAC \\; 0800", Status::New), row(Of::Agent, "2101", "Ana Souza", Status::New)]
    );
    assert_eq!(
        rows(b"[2101]\ntype=friend\nsecret=abc\ncallerid=\"Ana Souza\" <2101>\n[2102](phones)\ncallerid=device <2102>\n[trunk]\ncallerid=Loja <551133334444>\n"),
        [row(Of::Agent, "2101", "Ana Souza", Status::New)]
    );
    assert_eq!(
        rows(b"[default]\n2101 => 1234,Ana Souza,ana@example.com\n[agents]\nagent => 9001,4321,Bia Reis\n"),
        [row(Of::Agent, "2101", "Ana Souza", Status::New), row(Of::Agent, "Agent/9001", "Bia Reis", Status::New)]
    );
}

#[test]
fn names_are_one_line_of_text_and_nothing_else() {
    let hostile = "ramal,nome\n2101,\"  <script>alert(1)</script>\r\n\u{202e}x\u{7}y \"\n2101,Outra\n,Sem ramal\n2102,\n2102,2102\n2103,";
    let hostile = format!("{hostile}{}\n", "a".repeat(81));
    assert_eq!(
        rows(hostile.as_bytes())[..5],
        [
            row(Of::Agent, "2101", "<script>alert(1)</script> x y", Status::New),
            row(Of::Agent, "2101", "Outra", Status::Invalid(Why::Twice)),
            row(Of::Agent, "", "Sem ramal", Status::Invalid(Why::NoKey)),
            row(Of::Agent, "2102", "", Status::Invalid(Why::NoName)),
            row(Of::Agent, "2102", "2102", Status::Invalid(Why::NoName)),
        ]
    );
    assert_eq!(rows(hostile.as_bytes())[5].3, Status::Invalid(Why::TooLong));
}

#[test]
fn what_is_no_text_is_said() {
    assert_eq!(preview(b" \r\n", &known()), Err(NamesError::Empty));
    for bytes in [&b"PK\x03\x04rest"[..], b"\xd0\xcf\x11\xe0\xa1", b"ramal,nome\n2101,\0\0\0Ana\n"] {
        assert_eq!(preview(bytes, &known()), Err(NamesError::NotText));
    }
    assert_eq!(preview(b"ramal,nome\n", &known()), Err(NamesError::NoNames));
    assert_eq!(preview(&vec![b'a'; MAX_FILE + 1], &known()), Err(NamesError::TooLarge));
    let many = format!("ramal,nome\n{}", "1,a\n".repeat(MAX_ROWS + 1));
    assert_eq!(preview(many.as_bytes(), &known()), Err(NamesError::TooMany));
}

const CONFIG: &str = "# Kept.\n[[source]]\nname = \"matriz\"\nkind = \"asterisk\"\nhost = \"h\"\nusername = \"u\"\nsecret = \"env:S\"\n\n\
    [[queue]]\nname = \"8002\"\nlabel = \"Vendas\" # spoken so\ntarget = \"90/10\"\n\n\
    [[person]]\nid = \"bruno\"\nname = \"Bruno Lima\"\nday_minutes = 360\nlogins = [{ agent = \"2102\" }]\n";

fn name(of: Of, key: &str, name: Option<&str>) -> NewName {
    NewName { of, key: key.into(), name: name.map(Into::into) }
}

#[test]
fn names_are_written_and_taken_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("mirante.toml");
    std::fs::write(&path, CONFIG).expect("written");
    let before = Config::parse(CONFIG).expect("valid");
    let names = [
        name(Of::Queue, "8001", Some("SAC \"0800\"")),
        name(Of::Queue, "8002", Some("Televendas")),
        name(Of::Agent, "2101", Some("Ana <b>Souza</b>")),
        name(Of::Agent, "2102", Some("Bruno de Lima")),
        name(Of::Agent, "bruno", Some("Outro Bruno")),
    ];
    let (config, undo) = set_names(&path, "matriz", &names).expect("set");
    assert_eq!(
        config.queues.iter().map(|q| q.label.as_deref()).collect::<Vec<_>>(),
        [Some("Televendas"), Some("SAC \"0800\"")]
    );
    assert_eq!(config.queues[0].goal, before.queues[0].goal, "only the name changes");
    let people: Vec<_> = config.persons.iter().map(|p| (p.id.as_str(), p.name.as_str(), p.day_minutes)).collect();
    assert_eq!(
        people,
        [("bruno", "Bruno de Lima", Some(360)), ("2101", "Ana <b>Souza</b>", None), ("bruno-2", "Outro Bruno", None)]
    );
    assert_eq!(config.persons[1].logins, [("matriz".to_owned(), "2101".to_owned())]);
    assert!(std::fs::read_to_string(&path).expect("read").contains("# Kept."));

    // Once more changes nothing; what is undone is as it was.
    let text = std::fs::read_to_string(&path).expect("read");
    assert_eq!(with_names(&text, "matriz", &names).expect("again").0, text);
    let (config, redo) = set_names(&path, "matriz", &undo).expect("undone");
    assert_eq!((config.queues, config.persons), (before.queues, before.persons));
    assert_eq!(redo, names, "and can be done again");
    assert!(set_names(&path, "filial", &names).is_err());
}

#[test]
fn ten_thousand_names_at_once() {
    let mut known = Known::default();
    let mut text = "ramal;nome\n".to_owned();
    for n in 10_000..20_000 {
        known.agents.insert(n.to_string(), None);
        text.push_str(&format!("{n};Pessoa {n}\n"));
    }
    let preview = preview(text.as_bytes(), &known).expect("a preview");
    assert_eq!(preview.count(Status::New), 10_000);
    let names: Vec<NewName> =
        preview.rows.into_iter().map(|row| NewName { of: row.of, key: row.key, name: Some(row.name) }).collect();
    let (text, config) = with_names(CONFIG, "matriz", &names).expect("written");
    assert_eq!(config.persons.len(), 10_001);
    let none: Vec<NewName> = names.into_iter().map(|name| NewName { name: None, ..name }).collect();
    let (_, config) = with_names(&text, "matriz", &none).expect("taken back");
    assert_eq!(config.persons.len(), 1);
}
