//! How a wait ended by the word of a real PBX's manager interface alone, as the documented user hears it, on two versions.

use super::*;
use expect_test::expect;
use mirante_floor::Outcome;

/// A word of QUEUESTATUS about another call: the session is known to hear them.
const STATUS: &str = "Event: VarSet\nUniqueid: 9.9\nVariable: QUEUESTATUS\nValue: CONTINUE\n\n";

/// The ends of waits in a trace and what was said of them later, in short.
fn ends(before: &str, trace: &str) -> String {
    let mut translator = Translator::default();
    run(&mut translator, before, 0);
    let mut out = run(&mut translator, trace, 0);
    translator.tick(60_000, &mut out);
    let mut waiting = std::collections::BTreeSet::new();
    let mut text = String::new();
    for report in &out {
        let Report::Event { kind, .. } = report else { panic!("{report:?}") };
        match kind {
            Kind::Entered { queue, call, .. } => assert!(waiting.insert((queue, call)), "{call} waits twice"),
            Kind::Left { queue, call, outcome, .. } => {
                assert!(waiting.remove(&(queue, call)), "{call} left twice");
                text += &format!("{queue} {outcome:?}");
            }
            Kind::VisitAmended { from, to, .. } => text += &format!(" ({from:?} to {to:?})"),
            _ => {}
        }
        if matches!(kind, Kind::Left { .. } | Kind::VisitAmended { .. }) {
            text.push(' ');
        }
    }
    assert!(waiting.is_empty(), "{waiting:?} wait for ever");
    text.trim_end().to_owned()
}

macro_rules! table {
    ($($name:literal),* $(,)?) => {{
        let mut table = String::new();
        $({
            let one = trace!(concat!($name, "-16"));
            let other = trace!(concat!($name, "-22"));
            for (version, trace) in [(16, one), (22, other)] {
                table += &format!("{:21} {version}  {}\n", $name, ends("", trace));
                let knowing = ends(STATUS, trace);
                if knowing != ends("", trace) {
                    table += &format!("  once QUEUESTATUS was heard: {knowing}\n");
                }
            }
        })*
        table
    }};
}

#[test]
fn every_way_to_leave_a_queue_is_told() {
    expect![[r#"
        timeout               16  qt Unknown  (Unknown to Timeout)
        timeout               22  qt Unknown  (Unknown to Timeout)
        withdrawn             16  qt Unknown  (Unknown to Withdrawn)
        withdrawn             22  qt Unknown  (Unknown to Withdrawn)
        exit-key              16  qk ExitKey
        exit-key              22  qk ExitKey
        exit-key-ringing      16  qr ExitKey
        exit-key-ringing      22  qr ExitKey
        left-empty            16  qe Unknown  (Unknown to Overflow)
        left-empty            22  qe Unknown  (Unknown to Overflow)
        hung-up-by-command    16  qt Unknown  (Unknown to Abandoned)
        hung-up-by-command    22  qt Unknown  (Unknown to Abandoned)
        hung-up-by-command-h  16  qt Unknown
          once QUEUESTATUS was heard: qt Unknown  (Unknown to Abandoned)
        hung-up-by-command-h  22  qt Unknown
          once QUEUESTATUS was heard: qt Unknown  (Unknown to Abandoned)
        redirected-to-queue   16  qt Unknown qt Unknown  (Unknown to Timeout)  (Unknown to Transferred)
          once QUEUESTATUS was heard: qt Unknown  (Unknown to Transferred) qt Unknown  (Unknown to Timeout)
        redirected-to-queue   22  qt Transferred qt Unknown  (Unknown to Timeout)
        redirected-away       16  qt Unknown
          once QUEUESTATUS was heard: qt Unknown  (Unknown to Transferred)
        redirected-away       22  qt Transferred
    "#]]
    .assert_eq(&table!(
        "timeout",
        "withdrawn",
        "exit-key",
        "exit-key-ringing",
        "left-empty",
        "hung-up-by-command",
        "hung-up-by-command-h",
        "redirected-to-queue",
        "redirected-away",
    ));
}

#[test]
fn the_queue_log_without_status_tells_who_was_moved_too() {
    let log = |trace: &str, verb: &str, lag: usize| {
        let mut translator = Translator::default();
        let mut out = Vec::new();
        let messages: Vec<&str> = trace.split_inclusive("\r\n\r\n").filter(|m| !m.contains("QUEUESTATUS")).collect();
        let left = messages.iter().position(|m| m.starts_with("Event: QueueCallerAbandon")).expect("an abandon");
        for (at, message) in messages.iter().enumerate() {
            out.extend(run(&mut translator, message, 0));
            if at == (left + lag).min(messages.len() - 1) {
                let call = message_call(messages[left]);
                let line = format!("1|{call}|qt|NONE|{verb}|1|1|1");
                let verdict = Line::parse(line.as_bytes()).as_ref().and_then(Verdict::of).expect("a verdict");
                translator.logged(&verdict, 0, &mut out);
            }
        }
        let mut outcome = None;
        for report in out {
            match report {
                Report::Event { kind: Kind::Left { outcome: first, .. }, .. } => outcome = outcome.or(Some(first)),
                Report::Event { kind: Kind::VisitAmended { from, to, .. }, .. } if outcome == Some(from) => {
                    outcome = Some(to)
                }
                _ => {}
            }
        }
        outcome
    };
    // Whether the log is read before the channel goes on or long after.
    for lag in [0, 1, 100] {
        for trace in [trace!("redirected-to-queue-16"), trace!("redirected-away-16")] {
            assert_eq!(log(trace, "ABANDON", lag), Some(Outcome::Transferred), "{lag}");
        }
        for trace in [trace!("hung-up-by-command-16"), trace!("hung-up-by-command-h-16")] {
            assert_eq!(log(trace, "ABANDON", lag), Some(Outcome::Abandoned), "{lag}");
        }
        assert_eq!(log(trace!("timeout-16"), "EXITWITHTIMEOUT", lag), Some(Outcome::Timeout), "{lag}");
    }
}

/// The id of the call that a message is about.
fn message_call(message: &str) -> &str {
    message.lines().find_map(|line| line.strip_prefix("Uniqueid: ")).expect("an id")
}
