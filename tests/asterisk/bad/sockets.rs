//! Connections that go bad without ending, and a Mirante that does not read.

use super::calls::Calls;
use super::told::until_equal;
use super::{following, gaps, measured, on_both};
use crate::pbx_of;
use crate::watch::Watch;
use mirante_tests::ami::Ami;
use mirante_tests::pbx::centre::CENTRE;
use mirante_tests::pbx::{Major, Pbx};
use mirante_tests::proxy::{Proxy, Wire};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Within this a fault must be said.
const SAID: Duration = Duration::from_secs(3);

on_both!(a_peer_that_vanishes_without_a_word_is_said_and_found_again);

/// The other end of the connection is gone and nothing says so: no end, no reset, ever.
fn a_peer_that_vanishes_without_a_word_is_said_and_found_again(major: Major) {
    let pbx = pbx_of(major);
    let wire = Proxy::to(pbx.address()).expect("a wire");
    let hub = following(wire.address());
    let mut watch = Watch::new(&hub);
    let mut calls = Calls::of(&pbx);
    calls.pause("sac", true);
    let stays = calls.call("sac");
    let goes = calls.call("sac");
    until_equal(&pbx, &mut watch, Duration::from_secs(5));
    let began = Instant::now();
    wire.set(Wire::Gone);
    watch.until("it is said", SAID, |feed| feed.state.link() == "down");
    let said = began.elapsed();
    calls.hang_up(&goes);
    watch.while_down(Duration::from_secs(5));
    let mended = Instant::now();
    wire.set(Wire::Whole);
    watch.until("it is heard again", Duration::from_secs(35), |feed| feed.state.link() == "up");
    until_equal(&pbx, &mut watch, Duration::from_secs(5));
    let healed = mended.elapsed();
    calls.hang_up(&stays);
    until_empty(&mut watch);
    let gaps = gaps(&hub);
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    let words = format!(
        "said after {:.1} s, healed {:.1} s after its return, {} attempts, gap of {:.1} s",
        said.as_secs_f64(),
        healed.as_secs_f64(),
        wire.attempts() - 1,
        (gaps[0].to_ms - gaps[0].from_ms) as f64 / 1000.0
    );
    measured(major, "half-open socket", &words);
}

on_both!(a_mirante_that_does_not_read_is_cut_off_says_so_and_recovers, always);

/// Stopped like a computer that thrashes, until the PBX loses patience and cuts it off.
fn a_mirante_that_does_not_read_is_cut_off_says_so_and_recovers(major: Major) {
    let pbx = pbx_of(major);
    let hub = following(pbx.address());
    let flood = Flood::over(&pbx);
    std::thread::sleep(Duration::from_secs(1));
    let (began, began_ms) = (Instant::now(), mirante_tests::now_ms());
    hub.signal("-STOP").expect("a stopped hub");
    let cut = cut_off(&pbx, Duration::from_secs(90));
    let stopped = began.elapsed();
    hub.signal("-CONT").expect("a hub that goes on");
    let mut calls = Calls::of(&pbx);
    let mut watch = Watch::new(&hub);
    let again = Instant::now();
    let told = flood.end();
    watch.until("it is heard", Duration::from_secs(35), |feed| {
        feed.state.link() == "up" && feed.state.source()["link_since_ms"].as_i64() > Some(began_ms + 1000)
    });
    calls.pause("sac", false);
    until_equal(&pbx, &mut watch, Duration::from_secs(10));
    let healed = again.elapsed();
    let gaps = gaps(&hub);
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert!(gaps[0].reason.contains("Mirante stood still for"), "{gaps:?}");
    let late = gaps[0].from_ms - began_ms;
    assert!((-3_000..3_000).contains(&late), "the gap begins {late} ms after Mirante stopped: {gaps:?}");
    let words = format!(
        "cut off {:.1} s after it stopped ({told} changes made), healed {:.1} s after it went on, gap of {:.1} s: {}",
        cut.as_secs_f64(),
        healed.as_secs_f64(),
        (gaps[0].to_ms - gaps[0].from_ms) as f64 / 1000.0,
        gaps[0].reason
    );
    assert!(stopped >= cut);
    measured(major, "slow reader (stopped)", &words);
}

on_both!(a_flood_is_taken_without_a_cut);

fn a_flood_is_taken_without_a_cut(major: Major) {
    let pbx = pbx_of(major);
    let hub = following(pbx.address());
    let mut watch = Watch::new(&hub);
    let flood = Flood::over(&pbx);
    let began = Instant::now();
    watch.through(Duration::from_secs(8));
    let told = flood.end();
    let time = began.elapsed();
    let mut calls = Calls::of(&pbx);
    calls.pause("sac", false);
    let healed = until_equal(&pbx, &mut watch, Duration::from_secs(10));
    assert_eq!(watch.feed.state.link(), "up");
    assert!(gaps(&hub).is_empty(), "a flood is no gap");
    let rate = told as f64 / time.as_secs_f64();
    let words = format!("{rate:.0} changes a second taken, equal {:.1} s after it, no gap", healed.as_secs_f64());
    measured(major, "flood", &words);
}

fn until_empty(watch: &mut Watch) {
    watch.until("nobody waits", Duration::from_secs(5), |feed| feed.state.table("callers").is_empty());
}

/// How long until the PBX has no session of Mirante's any more.
fn cut_off(pbx: &Pbx, limit: Duration) -> Duration {
    let began = Instant::now();
    loop {
        let sessions = pbx.order("manager show connected").expect("a list");
        if !sessions.lines().any(|line| line.trim_start().starts_with("mirante ")) {
            return began.elapsed();
        }
        assert!(began.elapsed() < limit, "the PBX still holds Mirante's session: {sessions}");
        std::thread::sleep(Duration::from_millis(500));
    }
}

/// Everybody of a queue is paused and back as fast as the PBX can.
struct Flood {
    over: Arc<AtomicBool>,
    made: Arc<AtomicUsize>,
    thread: JoinHandle<()>,
}

impl Flood {
    fn over(pbx: &Pbx) -> Flood {
        let mut ami: Ami = pbx.driver().expect("a session");
        let (over, made) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (stop, count) = (over.clone(), made.clone());
        let members = CENTRE.agents.iter().filter(|agent| agent.queues.iter().any(|(name, _)| *name == "sac"));
        let interfaces: Vec<String> = members.map(|agent| agent.interface()).collect();
        // A long reason makes an event long, and a slow reader's place full.
        let reason = "r".repeat(400);
        let thread = std::thread::spawn(move || {
            ami.ask("Events", &[("EventMask", "off")]).expect("an answer");
            let mut paused = false;
            while !stop.load(Ordering::Relaxed) {
                paused = !paused;
                let word = if paused { "true" } else { "false" };
                for interface in &interfaces {
                    let fields = [("Interface", interface.as_str()), ("Paused", word), ("Reason", reason.as_str())];
                    ami.ask("QueuePause", &fields).expect("an answer");
                    count.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        Flood { over, made, thread }
    }

    /// Ends it; gives how many changes it made.
    fn end(self) -> usize {
        self.over.store(true, Ordering::Relaxed);
        self.thread.join().expect("a flood that could");
        self.made.load(Ordering::Relaxed)
    }
}
