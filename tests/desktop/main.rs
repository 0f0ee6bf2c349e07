//! The built window under a virtual screen, driven as a person would: it starts, shows live numbers of a real Asterisk, and
//! survives a restart of it.
#![allow(clippy::print_stdout)]

mod screen;
mod window;

use mirante_tests::hub::following;
use mirante_tests::load::{Driver, Options, Plan, Size};
use mirante_tests::pbx::centre::CENTRE;
use mirante_tests::pbx::{Major, Pbx, config, install};
use screen::Screen;
use std::time::Duration;
use window::Window;

#[test]
#[ignore = "opens a window on a virtual screen and runs a real PBX: cargo xtask test"]
fn window_shows_a_real_pbx_and_survives_its_restart() {
    let tree = install(Major::V22, false, &|words| println!("{words}")).expect("Asterisk 22");
    let mut pbx = Pbx::start(&tree).expect("a running PBX");
    println!("{}", pbx.version());
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("mirante.toml");
    std::fs::write(&file, following(pbx.address(), None)).expect("a configuration");
    let screen = Screen::open().expect("a virtual screen");
    let mut window =
        Window::open(&screen, &file, folder.path(), &[("MIRANTE_RIG_SECRET", config::MIRANTE.1)]).expect("a window");

    let seconds = Duration::from_secs;
    window
        .until(seconds(20), "document.querySelectorAll('tr[id^=\"queue \"]').length === 8")
        .expect("eight queues on screen");
    println!("the window is up and shows eight queues");
    traffic(&pbx);
    // Answered calls of the queue with the most traffic, as the screen says.
    let answered =
        "Number(document.querySelector('tr[id=\"queue 1/sac\"]').cells[4].textContent.match(/\\d+/)?.[0] ?? 0)";
    let before = window.number(&format!("return {answered}")).expect("a number");
    assert!(before >= 3, "only {before} answered calls on screen after the traffic");
    println!("{before} answered calls of sac on screen");

    pbx.kill().expect("a dead PBX");
    window.until(seconds(4), "document.querySelector('.sources .down') !== null").expect("the fault on screen");
    let grey = "document.querySelectorAll('tr.no_data[id^=\"queue \"]').length === 8";
    window.until(seconds(1), grey).expect("grey rows");
    window.picture("desktop-down.png").expect("a picture");
    std::thread::sleep(seconds(5));
    pbx.boot().expect("a PBX");
    let healed = "document.querySelectorAll('tr.no_data[id^=\"queue \"]').length === 0 && document.querySelector('.sources .down') === null";
    window.until(seconds(35), healed).expect("live again");
    let after = window.number(&format!("return {answered}")).expect("a number");
    assert!(after >= before, "answered calls fell from {before} to {after}");
    println!("live again after the restart, {after} answered calls of sac on screen");
    traffic(&pbx);
    window.until(seconds(5), &format!("{answered} > {after}")).expect("new calls on screen");
    window.picture("desktop.png").expect("a picture");
    window.close().expect("a window that closes");
}

/// A quarter of a minute of calls, played to their end.
fn traffic(pbx: &Pbx) {
    let size = Size { seconds: 12, inbound: 3.0, outside: 0.2, talk_s: 2.0 };
    let plan = Plan::new(31, size, &CENTRE);
    let ami = pbx.driver().expect("a session");
    Driver::new(ami, &plan, &CENTRE).run(Options { drain: Duration::from_secs(4) }, |_| {}).expect("a run");
    std::thread::sleep(Duration::from_secs(1));
}
