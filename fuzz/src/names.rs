//! A file of names, whoever made it: rows or a refusal in words; what is written is read back, and undone.

use mirante_engine::config::{Config, NewName, with_names};
use mirante_engine::names::{Known, MAX_NAME, Of, Status, preview};

const CONFIG: &str = "[[source]]\nname = \"a\"\nkind = \"asterisk\"\nhost = \"h\"\nusername = \"u\"\nsecret = \"env:S\"\n\
                      [[queue]]\nname = \"8001\"\nlabel = \"SAC\"\n[[person]]\nid = \"2101\"\nname = \"Ana\"\nlogins = [{ agent = \"2101\" }]\n";

pub(crate) fn run(bytes: &[u8]) {
    let mut known = Known::default();
    known.queues.extend([("8001".to_owned(), Some("SAC".to_owned())), ("sac".to_owned(), None)]);
    known.agents.extend(["2101", "Agent/9001", "100@vendas"].map(|key| (key.to_owned(), None)));
    let found = match preview(bytes, &known) {
        Ok(found) => found,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    assert!(!found.rows.is_empty(), "a preview has rows");
    let mut names = Vec::new();
    for row in found.rows {
        assert!(!row.name.chars().chain(row.key.chars()).any(char::is_control), "{row:?}");
        if matches!(row.status, Status::New | Status::Changed | Status::Unknown | Status::Same) {
            assert!(!row.name.is_empty() && row.name.chars().count() <= MAX_NAME && !row.key.is_empty(), "{row:?}");
            names.push(NewName { of: row.of, key: row.key, name: Some(row.name) });
        }
    }
    // Writing is slower than reading: a part tells as much.
    names.truncate(64);
    let before = Config::parse(CONFIG).expect("a configuration");
    let (text, config) = with_names(CONFIG, "a", &names).expect("names are written");
    for name in &names {
        let written = match name.of {
            Of::Queue => config.queues.iter().find(|q| q.name == name.key).and_then(|q| q.label.as_deref()),
            Of::Agent => {
                let is_theirs = |login: &(String, String)| login.1 == name.key;
                config.persons.iter().find(|p| p.logins.iter().any(is_theirs)).map(|p| p.name.as_str())
            }
        };
        assert_eq!(written, name.name.as_deref(), "{text}");
    }
    let is_old = |name: &NewName| matches!((name.of, name.key.as_str()), (Of::Queue, "8001") | (Of::Agent, "2101"));
    let old = |name: &NewName| is_old(name).then(|| if name.of == Of::Queue { "SAC" } else { "Ana" }.to_owned());
    let undo: Vec<NewName> = names.iter().map(|name| NewName { name: old(name), ..name.clone() }).collect();
    let (_, undone) = with_names(&text, "a", &undo).expect("names are taken back");
    assert_eq!((undone.queues, undone.persons), (before.queues, before.persons));
}
