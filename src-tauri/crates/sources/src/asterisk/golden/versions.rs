//! What other versions call the same things.

use super::check;
use expect_test::expect;

#[test]
fn older_names() {
    check(
        trace!("older-names"),
        &expect![[r#"
        0 Entered { queue: "sac", call: "1400000000.10", contact: "1400000000.10", caller: Some(Caller { number: "11999990000", name: "unknown" }), position: Some(1), waited_ms: 0 }
        0 Ringing { queue: "sac", call: "1400000000.10", agent: "2101" }
        Member sac 2101 "Ana Souza" Ringing paused=false None penalty=0 None
        0 Answered { queue: "sac", call: "1400000000.10", agent: "2101", leg: Some("1400000004.11") }
        Member sac 2101 "Ana Souza" Ringing paused=true Some("almoco") penalty=0 None
        0 Completed { queue: "sac", call: Some("1400000000.10"), leg: None, agent: "2101", transferred: true }
    "#]],
    );
}
