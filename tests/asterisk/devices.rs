//! Agents whose queue watches no phone: a `Local/` member without a state interface, with a real phone behind it that also takes
//! other calls. Nobody who talks may ever be shown as free, not even before the phone's first word.

use crate::pbx_of;
use mirante_tests::hub::{Hub, following};
use mirante_tests::pbx::{Major, Pbx, free_port};
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// What phones over SIP need beside the rig's modules, in the order in which they load.
const MODULES: &str = "res_sorcery_config res_sorcery_memory res_sorcery_astdb res_pjproject res_pjsip \
    res_pjsip_session res_pjsip_pubsub res_pjsip_endpoint_identifier_ip res_rtp_asterisk res_pjsip_sdp_rtp chan_pjsip";
/// Phones, by extension. The PBX itself answers for them.
const PHONES: [&str; 3] = ["2101", "2102", "2103"];
const QUEUE: &str = "sac";
/// Within this the screen must show a change.
const SHOWN: Duration = Duration::from_secs(5);

#[test]
#[ignore = "runs a real PBX for half a minute: cargo xtask test"]
fn a_busy_phone_that_no_queue_watches_is_never_free_on_22() {
    never_free(Major::V22);
}

#[test]
#[ignore = "runs a real PBX for half a minute: cargo xtask test"]
fn a_busy_phone_that_no_queue_watches_is_never_free_on_16() {
    never_free(Major::V16);
}

fn never_free(major: Major) {
    let pbx = pbx_of(major);
    let mut desk = Desk::new(&pbx);
    desk.serve("2101");
    desk.serve("2102");
    // On another call before anybody looks: the queue says that the address is free.
    desk.call("2101");

    let plain = Hub::follow(pbx.address(), None).expect("a hub");
    let config = following(pbx.address(), None).replace("\"mirante\"", "\"lister\"");
    let lister = Hub::start(&config, &[("MIRANTE_RIG_SECRET", "rig-lister")]).expect("a hub");
    for hub in [&plain, &lister] {
        hub.wait_up(Duration::from_secs(10)).expect("a hub that hears the PBX");
    }
    // Without the right to list devices nobody can know: it is said so. With it, all is known at once.
    shows(&plain, "2101", "unknown", &[]);
    shows(&plain, "2102", "unknown", &[]);
    shows(&lister, "2101", "talking", &["unknown"]);
    shows(&lister, "2102", "ready", &["unknown"]);

    // The first word of each phone, and every later one, is believed by both.
    desk.hang_up("2101");
    desk.call("2102");
    for hub in [&plain, &lister] {
        shows(hub, "2101", "ready", &["talking", "unknown"]);
        shows(hub, "2102", "talking", &["ready", "unknown"]);
    }
    // Somebody who begins to serve now: what is known of the phone stays known, what is not is asked for or not claimed.
    desk.call("2103");
    desk.serve("2103");
    for hub in [&plain, &lister] {
        shows(hub, "2103", "talking", &["nobody", "unknown"]);
    }
    println!("{major}: nobody who talked was shown as free");
}

/// Waits until a hub shows the agent so; nothing but one of `meanwhile` may show before.
fn shows(hub: &Hub, login: &str, state: &str, meanwhile: &[&str]) {
    let mut feed = hub.client().feed().expect("a feed");
    let until = Instant::now() + SHOWN;
    loop {
        feed.take_next().expect("a feed that goes on");
        let agents = feed.state.table("agents");
        let row = agents.into_iter().find(|row| row["login"] == login);
        let shown = row.map_or("nobody", |row| row["state"].as_str().unwrap_or_default()).to_owned();
        if shown == state {
            // None of these calls is a queue's.
            let place = row.map_or(String::new(), |row| row["place"].to_string());
            assert!(state != "talking" || place.contains("other"), "{login} talks in {place}");
            return;
        }
        assert!(meanwhile.contains(&&*shown), "{login} is shown as {shown} before {state}");
        assert!(Instant::now() < until, "{login} is shown as {shown}, not {state}\n{}", hub.words());
    }
}

/// Phones on the PBX and what their owners do with them.
struct Desk {
    ami: mirante_tests::ami::Ami,
}

impl Desk {
    /// Adds the phones, the addresses through which the queue calls them, and an AMI user who may list devices.
    fn new(pbx: &Pbx) -> Desk {
        let log = pbx.queue_log();
        let etc: PathBuf = log.ancestors().nth(2).expect("a folder").join("etc");
        let port = free_port().expect("a port");
        let mut phones = format!("[udp]\ntype = transport\nprotocol = udp\nbind = 127.0.0.1:{port}\n");
        // Calls to a phone come back to the PBX, which answers them in its place.
        phones.push_str("[far]\ntype = endpoint\ncontext = phones\ndisallow = all\nallow = ulaw\n[far]\ntype = identify\nendpoint = far\nmatch = 127.0.0.1\n");
        for phone in PHONES {
            write!(
                phones,
                "[{phone}]\ntype = endpoint\ncontext = phones\naors = {phone}\ndisallow = all\nallow = ulaw\n\
                 [{phone}]\ntype = aor\ncontact = sip:{phone}@127.0.0.1:{port}\n"
            )
            .expect("text");
        }
        fs::write(etc.join("pjsip.conf"), phones).expect("a file");
        let user = fs::read_to_string(etc.join("manager.conf")).expect("a file");
        let (start, block) = user.split_once("[mirante]").expect("the documented user");
        let lister = block.replace("rig-mirante", "rig-lister").replace("write =\n", "write = reporting\n");
        fs::write(etc.join("manager.conf"), format!("{start}[mirante]{block}\n[lister]{lister}")).expect("a file");

        let mut ami = pbx.driver().expect("a session");
        let mut order = |action: &str, fields: &[(&str, &str)]| {
            let answer = ami.ask(action, fields).expect("an answer");
            assert_eq!(answer.get("Response"), "Success", "{action} {fields:?}: {answer:?}");
        };
        order("Command", &[("Command", "manager reload")]);
        for module in MODULES.split_whitespace() {
            order("ModuleLoad", &[("Module", &format!("{module}.so")), ("LoadType", "load")]);
        }
        let mut extend = |line: &str| order("Command", &[("Command", &format!("dialplan add extension {line}"))]);
        extend("_X.,1,Answer() into phones");
        extend("_X.,2,Wait(600) into phones");
        for phone in PHONES {
            extend(&format!("{phone},1,Dial(PJSIP/{phone}) into from-queue"));
        }
        Desk { ami }
    }

    /// Joins the queue through an address that tells nothing about the phone.
    fn serve(&mut self, phone: &str) {
        let interface = format!("Local/{phone}@from-queue/n");
        let answer = self.ami.ask("QueueAdd", &[("Queue", QUEUE), ("Interface", &interface), ("MemberName", phone)]);
        assert_eq!(answer.expect("an answer").get("Response"), "Success");
    }

    /// Talks on the phone, outside any queue.
    fn call(&mut self, phone: &str) {
        let channel = format!("PJSIP/{phone}");
        let fields = [("Channel", &*channel), ("Application", "Wait"), ("Data", "600"), ("Async", "true")];
        assert_eq!(self.ami.ask("Originate", &fields).expect("an answer").get("Response"), "Success");
        self.device(phone, "INUSE");
    }

    fn hang_up(&mut self, phone: &str) {
        let channel = format!("/^PJSIP/{phone}-.*$/");
        assert_eq!(self.ami.ask("Hangup", &[("Channel", &channel)]).expect("an answer").get("Response"), "Success");
        self.device(phone, "NOT_INUSE");
    }

    /// Waits until the PBX itself says so of the phone.
    fn device(&mut self, phone: &str, state: &str) {
        let variable = format!("DEVICE_STATE(PJSIP/{phone})");
        for _ in 0..100 {
            let told = self.ami.ask("Getvar", &[("Variable", &variable)]).expect("an answer");
            if told.get("Value") == state {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("{phone} is not {state} after 5 s");
    }
}
