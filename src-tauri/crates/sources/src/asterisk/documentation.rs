//! What whoever runs the PBX has to add to it. The one place that names it: pages, checks and the test rig take it from here.

use std::fmt::Write;
use std::net::IpAddr;

/// Events that Mirante reads, one expression a line, in words that Asterisk 16 to 22 understand alike: each is searched in the
/// text of an event, which begins with its name. Answers to Mirante's own questions never pass a filter.
const FILTERS: [&str; 8] = [
    // Callers and members of queues; agents rung, connected and done.
    "^Event: Queue(Caller|Member)",
    "^Event: Agent(Called|Connect|Complete|RingNoAnswer|Dump)",
    // Tells an abandonment from a timeout, and a call's end; two calls of an agent that became one.
    "^Event: ((Soft)?Hangup|AttendedTransfer)",
    // An agent's ringing that ended because another answered.
    "^Event: DialEnd.*DialStatus: CANCEL",
    // Phones of members whose queue does not watch them.
    "^Event: DeviceStateChange.*Device: (PJSIP|SIP|IAX2|SCCP|DAHDI)/",
    // The PBX starts, stops and reloads.
    "^Event: (FullyBooted|Shutdown|Reload|Load|Unload)",
    // How a caller left a queue, and where a key led whom: the only two kinds of the class `dialplan` that pass.
    "^Event: VarSet.*Variable: QUEUESTATUS",
    "^Event: Newexten.*Exten: [0-9*#]..Priority: 1..Uniqueid",
];

/// What calls to the outside need besides. A block of their own: every ring of a queue is a dialling too, so they are not free.
const OUTBOUND: [&str; 3] = [
    // Who is dialled, whether it rings, and how that ended.
    "^Event: Dial(Begin|State|End)",
    // Their campaign, and what an answering machine detector heard. Put your variable's name here if it is another.
    "^Event: VarSet.*Variable: _*(CAMPAIGN|CAMPANHA|AMDSTATUS)",
    // Their coded results, as your dial plan tells them.
    "^Event: UserEvent.*UserEvent: MiranteDisposition",
];

/// The lines to add to the user block for calls to the outside to be followed too.
pub fn outbound_block() -> String {
    let mut text = String::from("; calls to the outside: these lines too, under [mirante]\n");
    for filter in OUTBOUND {
        _ = writeln!(text, "eventfilter = {filter}");
    }
    text
}

/// The `eventfilter` lines of the user block, without their key.
pub fn event_filters() -> &'static [&'static str] {
    &FILTERS
}

/// The block for `manager.conf`: user `mirante`, who may connect from `permit` only, hears what Mirante uses and may change
/// nothing. Line ends are taken out of `secret`, and what would begin a comment is escaped.
pub fn user_block(secret: &str, permit: IpAddr) -> String {
    block(secret, permit, "/etc/asterisk/manager.conf", "asterisk -rx \"manager reload\"")
}

/// The same block for FreePBX and Issabel, whose own pages rewrite `manager.conf`: it goes into `manager_custom.conf`, which
/// they include and leave alone.
pub fn freepbx_block(secret: &str, permit: IpAddr) -> String {
    block(secret, permit, "/etc/asterisk/manager_custom.conf (FreePBX, Issabel)", "asterisk -rx \"manager reload\"")
}

fn block(secret: &str, permit: IpAddr, file: &str, reload: &str) -> String {
    let secret: String = secret.chars().filter(|c| !c.is_control()).collect();
    let secret = secret.replace(';', "\\;");
    let permit = match permit.to_canonical() {
        IpAddr::V4(v4) => format!("{v4}/255.255.255.255"),
        IpAddr::V6(v6) => format!("{v6}/128"),
    };
    let mut text = format!(
        "; {file}\n; then: {reload}\n; exact times, not required: timestampevents = yes under [general]\n[mirante]\nsecret = {secret}\ndeny = 0.0.0.0/0.0.0.0\ndeny = ::/0\npermit = {permit}\n\
         read = system,agent,user,cdr,call,dialplan\nwrite =\nwritetimeout = 5000\n"
    );
    for filter in FILTERS {
        // Writing to a String cannot fail.
        _ = writeln!(text, "eventfilter = {filter}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_to_the_outside_are_a_block_of_their_own() {
        expect_test::expect![[r#"
            ; calls to the outside: these lines too, under [mirante]
            eventfilter = ^Event: Dial(Begin|State|End)
            eventfilter = ^Event: VarSet.*Variable: _*(CAMPAIGN|CAMPANHA|AMDSTATUS)
            eventfilter = ^Event: UserEvent.*UserEvent: MiranteDisposition
        "#]]
        .assert_eq(&outbound_block());
    }

    #[test]
    fn the_block_is_what_the_page_shows() {
        expect_test::expect![[r#"
            ; /etc/asterisk/manager.conf
            ; then: asterisk -rx "manager reload"
            ; exact times, not required: timestampevents = yes under [general]
            [mirante]
            secret = a\;b[x]
            deny = 0.0.0.0/0.0.0.0
            deny = ::/0
            permit = 10.0.0.15/255.255.255.255
            read = system,agent,user,cdr,call,dialplan
            write =
            writetimeout = 5000
            eventfilter = ^Event: Queue(Caller|Member)
            eventfilter = ^Event: Agent(Called|Connect|Complete|RingNoAnswer|Dump)
            eventfilter = ^Event: ((Soft)?Hangup|AttendedTransfer)
            eventfilter = ^Event: DialEnd.*DialStatus: CANCEL
            eventfilter = ^Event: DeviceStateChange.*Device: (PJSIP|SIP|IAX2|SCCP|DAHDI)/
            eventfilter = ^Event: (FullyBooted|Shutdown|Reload|Load|Unload)
            eventfilter = ^Event: VarSet.*Variable: QUEUESTATUS
            eventfilter = ^Event: Newexten.*Exten: [0-9*#]..Priority: 1..Uniqueid
        "#]]
        .assert_eq(&user_block("a;b\n[x]", "10.0.0.15".parse().expect("address")));
        let custom = freepbx_block("s", "::1".parse().expect("address"));
        assert!(custom.starts_with("; /etc/asterisk/manager_custom.conf") && custom.contains("permit = ::1/128"));
    }
}
