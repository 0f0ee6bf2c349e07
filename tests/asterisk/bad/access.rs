//! Rights that change on the PBX: another password, another address, another class.

use super::calls::Calls;
use super::{measured, on_both};
use crate::watch::Watch;
use crate::{configured_pbx, pbx_of};
use mirante_tests::hub::{Hub, following};
use mirante_tests::pbx::{Major, Pbx, config};
use mirante_tests::proxy::{Proxy, Wire};
use std::fs;
use std::time::{Duration, Instant};

on_both!(a_changed_password_is_said_never_hammered_and_taken_when_corrected, always);

fn a_changed_password_is_said_never_hammered_and_taken_when_corrected(major: Major) {
    let pbx = pbx_of(major);
    let wire = Proxy::to(pbx.address()).expect("a wire");
    let folder = tempfile::tempdir().expect("a folder");
    let secret = folder.path().join("secret");
    fs::write(&secret, config::MIRANTE.1).expect("a secret");
    let text = following(wire.address(), None).replace("env:MIRANTE_RIG_SECRET", &format!("file:{}", secret.display()));
    let hub = Hub::start(&text, &[]).expect("a hub");
    hub.wait_up(Duration::from_secs(15)).expect("a hub that hears the PBX");
    let mut watch = Watch::new(&hub);

    change_user(&pbx, |block| block.replace(config::MIRANTE.1, "another"));
    watch.through(Duration::from_secs(2));
    assert_eq!(watch.feed.state.link(), "up", "a session that began goes on: {}", watch.feed.state.source());

    wire.set(Wire::Cut);
    watch.until("the cut is said", Duration::from_secs(3), |feed| feed.state.link() == "down");
    let (before, began) = (wire.attempts(), Instant::now());
    wire.set(Wire::Whole);
    watch.until("the refusal is said", Duration::from_secs(20), |feed| feed.state.source()["reason"] == "password");
    let said = began.elapsed();
    let words = watch.feed.state.source()["words"].as_str().unwrap_or_default().to_owned();
    watch.while_down(Duration::from_secs(8));
    let refused = pbx.messages().matches("failed to authenticate as 'mirante'").count();
    let attempts = wire.attempts() - before;
    assert_eq!(refused, 1, "one refusal is enough to know:\n{}", pbx.messages());

    // Whoever corrects it says so.
    fs::write(&secret, "another\n").expect("a secret");
    let corrected = Instant::now();
    hub.client().command(&serde_json::json!({"do": "reconnect", "source": 1})).expect("an answer");
    watch.until("it is heard again", Duration::from_secs(10), |feed| feed.state.link() == "up");
    let words = format!(
        "said {:.1} s after the next connection ({words}); {attempts} connections, {refused} refused login in 8 s; heard {:.1} s after \
         the correction",
        said.as_secs_f64(),
        corrected.elapsed().as_secs_f64()
    );
    measured(major, "password changed", &words);
}

on_both!(a_permit_line_without_this_computer_is_named);

fn a_permit_line_without_this_computer_is_named(major: Major) {
    let pbx = configured_pbx_with(major, |block| block.replace("permit = 127.0.0.1/", "permit = 10.9.8.7/"));
    let (ok, report) = check(&pbx);
    assert!(!ok, "{report}");
    assert!(report.contains("password  FAILED") && report.contains("permit line"), "{report}");
    let refused = pbx.messages();
    assert!(refused.contains("failed to pass IP ACL as 'mirante'"), "{refused}");
    measured(
        major,
        "permit denies (check)",
        "password and permit are named together: the PBX gives one answer for both",
    );
}

on_both!(a_missing_class_is_named_by_the_check);

fn a_missing_class_is_named_by_the_check(major: Major) {
    let pbx = configured_pbx_with(major, |block| block.replace("read = system,", "read = "));
    let (ok, report) = check(&pbx);
    assert!(!ok && report.contains("read      FAILED") && report.contains("system"), "{report}");
    measured(major, "read lacks system (check)", "named");
}

on_both!(a_missing_class_is_said_by_a_live_connection);

/// Without the class `agent` the login and the list work, and nothing is ever told.
fn a_missing_class_is_said_by_a_live_connection(major: Major) {
    let pbx = configured_pbx_with(major, |block| block.replace("read = system,agent,", "read = system,"));
    let hub = Hub::follow(pbx.address(), None).expect("a hub");
    hub.wait_up(Duration::from_secs(15)).expect("a hub that is let in");
    let mut watch = Watch::new(&hub);
    let mut calls = Calls::of(&pbx);
    calls.pause("sac", true);
    watch.through(Duration::from_secs(5));
    assert_eq!(watch.feed.state.link(), "up", "nothing moved yet: {}", watch.feed.state.source());
    calls.call("sac");
    let began = Instant::now();
    // A reload is what makes it look now instead of within a minute.
    pbx.order("core reload").expect("a reload");
    watch.until("it is said", Duration::from_secs(20), |feed| feed.state.source()["reason"] == "read");
    let words = watch.feed.state.source()["words"].as_str().unwrap_or_default().to_owned();
    assert!(words.contains("the class agent"), "{words}");
    let said = began.elapsed();
    measured(major, "read lacks agent (live)", &format!("said after {:.1} s: {words}", said.as_secs_f64()));
}

/// `mirantectl check` as the documented user.
fn check(pbx: &Pbx) -> (bool, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, secret) = (folder.path().join("mirante.toml"), folder.path().join("secret"));
    fs::write(&secret, config::MIRANTE.1).expect("a secret");
    let text = following(pbx.address(), None).replace("env:MIRANTE_RIG_SECRET", &format!("file:{}", secret.display()));
    fs::write(&file, text).expect("a configuration");
    let output = Hub::ctl(&["check", "--connect", "--config", &file.display().to_string()]).expect("an answer");
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A PBX whose user for Mirante is another.
fn configured_pbx_with(major: Major, change: impl Fn(&str) -> String) -> Pbx {
    let mut pbx = configured_pbx(major);
    edit_user(&pbx, change);
    pbx.boot().expect("a running PBX");
    pbx
}

/// Changes the user's block of a running PBX, as an administrator would.
fn change_user(pbx: &Pbx, change: impl Fn(&str) -> String) {
    edit_user(pbx, change);
    pbx.order("manager reload").expect("a reload");
}

fn edit_user(pbx: &Pbx, change: impl Fn(&str) -> String) {
    pbx.edit("manager.conf", |text| {
        let (others, block) = text.split_once("[mirante]").expect("Mirante's block");
        format!("{others}[mirante]{}", change(block))
    })
    .expect("a changed file");
}
