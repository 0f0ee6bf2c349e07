//! What kind of PBX answers, told by what it lists and by what passes.

use super::{measured, on_both};
use crate::configured_pbx;
use mirante_tests::hub::{Hub, following};
use mirante_tests::pbx::{Major, Pbx, config};
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

on_both!(a_freepbx_is_recognised_by_its_members);

/// FreePBX and Issabel write members as `Local/EXTENSION@from-queue/n` and watch the extension's hint.
fn a_freepbx_is_recognised_by_its_members(major: Major) {
    let mut pbx = configured_pbx(major);
    pbx.edit("queues.conf", |text| {
        text.replace("@agents/n", "@from-queue/n").replace(",Custom:agent", ",hint:").replace("\n\n[", "\n;\n[")
    })
    .expect("a changed file");
    pbx.edit("queues.conf", |text| {
        let lines = text.lines().map(|line| match line.split_once(",hint:") {
            Some((member, number)) => format!("{member},hint:{number}@ext-local"),
            None => line.to_owned(),
        });
        lines.collect::<Vec<_>>().join("\n") + "\n"
    })
    .expect("a changed file");
    pbx.edit("extensions.conf", |text| {
        let hints: String = (1001..=1021).map(|n| format!("exten => {n},hint,Custom:agent{n}\n")).collect();
        format!("{text}\n[ext-local]\n{hints}\n[from-queue]\nexten => _1XXX,1,Goto(agents,${{EXTEN}},1)\n")
    })
    .expect("a changed file");
    pbx.boot().expect("a running PBX");
    let report = check(&pbx, config::MIRANTE);
    assert!(report.contains("FreePBX or Issabel"), "{report}");
    assert!(!report.contains("VICIdial"), "{report}");

    // Its people are extensions, whoever the queue rings for them.
    let hub = Hub::follow(pbx.address(), None).expect("a hub");
    hub.wait_up(Duration::from_secs(15)).expect("a hub that hears the PBX");
    let state = hub.client().snapshot().expect("a snapshot");
    let ana = state.table("agents").into_iter().find(|row| row["name"] == "Ana Souza").expect("Ana");
    assert_eq!((&ana["login"], &ana["state"]), (&"1001".into(), &"ready".into()), "{ana}");
    measured(major, "FreePBX recognised", platform(&report));
}

on_both!(a_plain_asterisk_is_neither);

fn a_plain_asterisk_is_neither(major: Major) {
    let report = check(&crate::pbx_of(major), config::MIRANTE);
    assert!(!report.contains("FreePBX") && !report.contains("VICIdial"), "{report}");
    measured(major, "plain Asterisk", platform(&report));
}

on_both!(a_vicidial_is_recognised_by_its_rooms_and_its_users);

/// A VICIdial has no queues; its agents sit in conference rooms that `Local/` channels lead into.
fn a_vicidial_is_recognised_by_its_rooms_and_its_users(major: Major) {
    let mut pbx = configured_pbx(major);
    pbx.edit("queues.conf", |_| "[general]\n".to_owned()).expect("a file");
    pbx.edit("extensions.conf", |text| {
        format!("{text}\n[default]\nexten => _X8600XXX,1,Answer()\n same => n,Wait(0.2)\n")
    })
    .expect("a dial plan");
    pbx.edit("manager.conf", |text| {
        let block = mirante_sources::asterisk::user_block("cron-secret", std::net::Ipv4Addr::LOCALHOST.into());
        format!("{text}\n{}", block.replace("[mirante]", "[listencron]"))
    })
    .expect("a file");
    pbx.boot().expect("a running PBX");
    let idle = check(&pbx, config::MIRANTE);
    assert!(!idle.contains("VICIdial"), "{idle}");
    let by_user = check(&pbx, ("listencron", "cron-secret"));
    assert!(by_user.contains("VICIdial"), "{by_user}");

    let mut ami = pbx.driver().expect("a session");
    let over = AtomicBool::new(false);
    let by_room = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let fields = [
                    ("Channel", "Local/58600051@default"),
                    ("Application", "Wait"),
                    ("Data", "0.1"),
                    ("Async", "true"),
                ];
                ami.send("Originate", &fields).expect("a PBX that listens");
                std::thread::sleep(Duration::from_millis(100));
            }
        });
        let report = check(&pbx, config::MIRANTE);
        over.store(true, Ordering::Relaxed);
        report
    });
    assert!(by_room.contains("VICIdial"), "{by_room}");
    measured(major, "VICIdial recognised", "by its user and, with its own, by its conference rooms");
}

/// What a connection test prints.
fn check(pbx: &Pbx, (user, secret): (&str, &str)) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, kept) = (folder.path().join("mirante.toml"), folder.path().join("secret"));
    fs::write(&kept, secret).expect("a secret");
    let text = following(pbx.address(), None)
        .replace("env:MIRANTE_RIG_SECRET", &format!("file:{}", kept.display()))
        .replace(&format!("username = \"{}\"", config::MIRANTE.0), &format!("username = \"{user}\""));
    fs::write(&file, text).expect("a configuration");
    let output = Hub::ctl(&["check", "--connect", "--config", &file.display().to_string()]).expect("an answer");
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// The line that says what it is.
fn platform(report: &str) -> &str {
    report.lines().find(|line| line.trim_start().starts_with("platform")).unwrap_or_default().trim()
}
