//! Configuration that changes while calls wait and talk, counters that go back to nothing, a queue module that goes away.

use super::calls::Calls;
use super::told::{Told, talking, until_equal};
use super::{following, kept, measured, on_both};
use crate::pbx_of;
use crate::watch::Watch;
use mirante_tests::pbx::Major;
use std::time::{Duration, Instant};

/// What a reload announces is healed within this.
const HEALED: Duration = Duration::from_secs(12);
/// What nothing announces is healed by the pictures of every minute.
const SILENT: Duration = Duration::from_secs(80);

on_both!(a_core_reload_with_new_members_and_queues_is_followed, always);

fn a_core_reload_with_new_members_and_queues_is_followed(major: Major) {
    reload(major, "core reload", "core reload", HEALED);
}

on_both!(long_a_queue_reload_that_nothing_announces_is_followed);

fn long_a_queue_reload_that_nothing_announces_is_followed(major: Major) {
    reload(major, "queue reload all", "queue reload (no event)", SILENT);
}

/// A member more, a member less, a queue more, a queue less, with a caller waiting and a caller talking who must stay.
fn reload(major: Major, order: &str, day: &str, limit: Duration) {
    let pbx = pbx_of(major);
    let hub = following(pbx.address());
    let mut watch = Watch::new(&hub);
    let mut calls = Calls::of(&pbx);
    let conversation = calls.call("sac");
    calls.answered(&conversation);
    calls.pause("retencao", false);
    calls.pause("suporte-n1", true);
    let waiting = calls.call("suporte-n1");
    until_equal(&pbx, &mut watch, Duration::from_secs(5));
    let people = talking(&watch);
    assert_eq!(people.len(), 1, "{people:?}");
    pbx.edit("queues.conf", |text| {
        let mut text = text.replace("member => Local/1016@agents/n,0,Paulo Vieira,Custom:agent1016\n", "");
        let end = text.find("[cobranca]").expect("a queue to remove");
        let next = end + text[end..].find("\n[").expect("a queue after it");
        text.replace_range(end..next, "");
        text + "member => Local/1019@agents/n,3,Tânia Queiroz,Custom:agent1019\n\n[nova]\nstrategy = ringall\n\
                member => Local/1001@agents/n,0,Ana Souza,Custom:agent1001\n"
    })
    .expect("a changed file");
    watch.may_vanish("1/cobranca");
    let began = Instant::now();
    pbx.order(order).expect("a reload");
    let told = Told::by(&pbx);
    assert!(told.queues.contains_key("nova") && !told.queues.contains_key("cobranca"), "{:?}", told.queues.keys());
    until_equal(&pbx, &mut watch, limit);
    measured(major, day, &format!("floor equal to the PBX after {:.1} s", began.elapsed().as_secs_f64()));
    assert_eq!(watch.feed.state.link(), "up", "a reload is no cut");
    // Long enough for two more pictures: the PBX forgets at a reload who is in a call.
    watch.through(Duration::from_secs(8));
    assert_eq!(talking(&watch), people, "a conversation goes on through a reload");
    calls.hang_up(&conversation);
    calls.hang_up(&waiting);
    let visits = kept(&hub);
    let mut ends: Vec<_> = visits.iter().map(|visit| (visit.platform_id.as_str(), visit.outcome.as_str())).collect();
    ends.sort_unstable();
    let mut wanted = [(conversation.as_str(), "answered"), (waiting.as_str(), "abandoned")];
    wanted.sort_unstable();
    assert_eq!(ends, wanted, "nothing doubled, nothing lost");
    assert!(visits.iter().any(|visit| visit.talk_ms.is_some()), "the length of the conversation is known: {visits:?}");
}

on_both!(a_queue_reset_zeroes_only_the_pbx_counters);

fn a_queue_reset_zeroes_only_the_pbx_counters(major: Major) {
    let pbx = pbx_of(major);
    let hub = following(pbx.address());
    let mut watch = Watch::new(&hub);
    let mut calls = Calls::of(&pbx);
    calls.pause("sac", true);
    for _ in 0..3 {
        let call = calls.call("sac");
        calls.hang_up(&call);
    }
    // The PBX's counters come with a picture, once a minute; a reload asks for one.
    pbx.order("module reload app_queue.so").expect("a reload");
    until_equal(&pbx, &mut watch, HEALED);
    let before = watch.totals();
    assert_eq!(before["1/sac"].0, 3, "{before:?}");
    pbx.order("queue reset stats").expect("a reset");
    assert_eq!(Told::by(&pbx).queues["sac"], (0, 0));
    let healed = until_equal(&pbx, &mut watch, SILENT);
    measured(major, "queue reset", &format!("PBX counters followed after {:.1} s, ours stand", healed.as_secs_f64()));
    assert_eq!(watch.totals(), before, "Mirante's own totals are the day's, whatever the PBX forgets");
}

on_both!(a_queue_module_that_goes_away_is_said_and_comes_back);

fn a_queue_module_that_goes_away_is_said_and_comes_back(major: Major) {
    let pbx = pbx_of(major);
    let hub = following(pbx.address());
    let mut watch = Watch::new(&hub);
    let began = Instant::now();
    pbx.order("module unload app_queue.so").expect("an answer");
    watch.until("it is said", Duration::from_secs(70), |feed| feed.state.link() == "down");
    let said = began.elapsed();
    let words = watch.feed.state.source()["words"].as_str().unwrap_or_default().to_owned();
    assert!(words.contains("queue module"), "{words}");
    let began = Instant::now();
    pbx.order("module load app_queue.so").expect("an answer");
    watch.until("it is heard again", Duration::from_secs(40), |feed| feed.state.link() == "up");
    until_equal(&pbx, &mut watch, HEALED);
    let back = began.elapsed();
    let words = format!(
        "said after {:.1} s ({words}), healed {:.1} s after its return",
        said.as_secs_f64(),
        back.as_secs_f64()
    );
    measured(major, "module unload app_queue", &words);
}
