//! A phone that stays busy with another line when its queue call ends: it says nothing then, and is not free.

use crate::{Major, pbx_of};
use anyhow::Result;
use mirante_tests::ami::Ami;
use mirante_tests::hub::Hub;
use mirante_tests::pbx::centre::HOSTILE_QUEUE;
use std::time::{Duration, Instant};

/// An extension that the centre gives nobody.
const AGENT: &str = "1099";
/// The phone is believed busy with the call that ended for two seconds; a little more reaches the screen.
const SHOWN: Duration = Duration::from_secs(3);

#[test]
#[ignore = "runs a real PBX for half a minute: cargo xtask test"]
fn a_phone_still_busy_after_a_queue_call_is_shown_on_another_call() {
    for major in [Major::V22, Major::V16] {
        shown(major).expect("a whole story");
    }
}

fn shown(major: Major) -> Result<()> {
    let pbx = pbx_of(major);
    let mut ami = pbx.driver()?;
    phone(&mut ami, "NOT_INUSE")?;
    // The dial plan looks at this one before it rings.
    let free = format!("DEVICE_STATE(Custom:agent{AGENT})");
    ami.ask("Setvar", &[("Variable", &free), ("Value", "NOT_INUSE")])?;
    let interface = format!("Local/{AGENT}@agents/n");
    let member = [
        ("Queue", HOSTILE_QUEUE.name),
        ("Interface", &interface),
        ("MemberName", "Zélia Duas-Linhas"),
        ("StateInterface", "Custom:two-lines"),
    ];
    ami.ask("QueueAdd", &member)?;
    let hub = Hub::follow(pbx.address(), None)?;
    hub.wait_up(Duration::from_secs(10))?;
    let mut feed = hub.client().feed()?;
    let mut until = |wanted: &str, limit: Duration| -> Result<Duration> {
        let began = Instant::now();
        loop {
            feed.take_next()?;
            let row = feed.state.table("agents").into_iter().find(|row| row["name"] == "Zélia Duas-Linhas");
            let state = row.map_or("", |row| row["state"].as_str().unwrap_or_default());
            let place = row.map_or("", |row| row["place"]["kind"].as_str().unwrap_or_default());
            let is = if state == "talking" { format!("{state} {place}") } else { state.to_owned() };
            if is == wanted {
                return Ok(began.elapsed());
            }
            anyhow::ensure!(began.elapsed() < limit, "{is:?} and not {wanted:?} after {limit:?}: {row:?}");
        }
    };
    until("ready", Duration::from_secs(5))?;

    let channel = format!("Local/{}@inbound/n", HOSTILE_QUEUE.number);
    let call = [
        ("Channel", channel.as_str()),
        ("Context", "caller"),
        ("Exten", "s"),
        ("Priority", "1"),
        ("Async", "true"),
        ("CallerID", "<5511988887777>"),
        ("Variable", "__RIG_CALL=two-lines"),
        ("Variable", "__RIG_RING=0.5"),
    ];
    ami.send("Originate", &call)?;
    until("talking queue", Duration::from_secs(10))?;
    // A second call comes to the same phone, and the first one ends: the device was in use and is, so the PBX says nothing.
    phone(&mut ami, "INUSE")?;
    std::thread::sleep(Duration::from_secs(1));
    ami.send("Hangup", &[("Channel", &format!("/^Local/{AGENT}@agents-.*/")), ("Cause", "16")])?;
    let shown = until("talking other", Duration::from_secs(1) + SHOWN)?;
    println!("{major:?}: on another call {shown:?} after the queue call was told to end");
    phone(&mut ami, "NOT_INUSE")?;
    until("ready", SHOWN)?;
    Ok(())
}

fn phone(ami: &mut Ami, state: &str) -> Result<()> {
    ami.ask("Setvar", &[("Variable", "DEVICE_STATE(Custom:two-lines)"), ("Value", state)]).map(drop)
}
