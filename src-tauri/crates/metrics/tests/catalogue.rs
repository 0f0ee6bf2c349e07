//! The catalogue says what makes sense, and versions of it hold from their day on.
#![allow(clippy::unwrap_used)]

use mirante_metrics::*;

#[test]
fn it_can_be_read_and_has_every_figure() {
    let all: Vec<_> = Catalogue::own().all().map(Definition::key).collect();
    let unique: std::collections::BTreeSet<_> = all.iter().collect();
    assert_eq!(unique.len(), all.len());
    let variants = all.iter().filter(|key| key.starts_with("sl.")).count();
    assert_eq!(variants, 6 + 3 + 4, "F1 to F6, Cisco's and Genesys's");
    for id in ["asa", "aht", "acw", "occupancy", "repeat.24h", "fcr.7d", "escalation.n1", "callbacks_owed", "csat"] {
        assert!(Catalogue::own().newest(id).is_some(), "{id}");
    }
    let names = |of: fn(&Words) -> &str| {
        let names: std::collections::BTreeSet<_> = Catalogue::own().all().map(|d| of(&d.name).to_owned()).collect();
        names.len()
    };
    assert_eq!([names(|w| &w.pt), names(|w| &w.en), names(|w| &w.es)], [all.len(); 3], "no two have one name");
}

fn one(version: u32, from: &str, more: &str) -> String {
    format!(
        "[[definition]]\nid = \"x\"\nversion = {version}\nvalid_from = {from}\nunit = \"share\"\ngood = \"up\"\n\
         formula = {{ kind = \"ratio\", top = [\"answered\"], bottom = [\"offered\", \"-abandoned\"] }}\n\
         name = {{ pt = \"a\", en = \"b\", es = \"c\" }}\nhelp = {{ pt = \"a\", en = \"b\", es = \"c\" }}\n{more}\n"
    )
}

#[test]
fn a_version_holds_from_its_day_until_the_next() {
    let text = one(1, "2026-01-01", "") + &one(2, "2026-07-01", "");
    let catalogue = Catalogue::parse(&text).unwrap();
    let on = |month, day| catalogue.on("x", Day { year: 2026, month, day }).map(Definition::key);
    assert_eq!(on(1, 1).as_deref(), Some("x@1"));
    assert_eq!(on(6, 30).as_deref(), Some("x@1"));
    assert_eq!(on(7, 1).as_deref(), Some("x@2"));
    assert_eq!(catalogue.on("x", Day { year: 2025, month: 12, day: 31 }), None);
    assert_eq!(catalogue.named("x@1").unwrap().version, 1);
    assert_eq!(catalogue.newest("x").unwrap().version, 2);
}

#[test]
fn what_makes_no_sense_is_refused() {
    for (text, word) in [
        (one(2, "2026-01-01", ""), "numbered from 1"),
        (one(1, "2026-01-01", "") + &one(1, "2026-02-01", ""), "numbered from 1"),
        (one(1, "2026-01-01", "") + &one(2, "2026-01-01", ""), "later day"),
        (one(1, "2026-01-01", "hours = 3"), "repeats"),
        (one(1, "2026-01-01", "").replace("\"share\"", "\"ms\""), "unit"),
        (one(1, "2026-01-01", "").replace("es = \"c\"", "es = \" \""), "empty"),
        (one(1, "2026-01-01", "").replace("\"offered\"", "\"dreamt\""), "dreamt"),
        (one(1, "2026-01-01T00:00:00Z", ""), "a day"),
    ] {
        let error = Catalogue::parse(&text).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
}
