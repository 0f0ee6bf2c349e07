//! Whoever calls, and whoever once typed a name into the PBX, chooses the text: it may only ever be shown as text.

use crate::page::Page;
use mirante_tests::load::HOSTILE_NAME;
use mirante_tests::pbx::Pbx;
use mirante_tests::pbx::centre::HOSTILE_QUEUE;
use std::time::{Duration, Instant};

/// A number as no telephone sends it and any SIP client can.
const HOSTILE_NUMBER: &str = "<script>window.mirante_ran=1</script>";
/// Row of the queue in question, by the PBX's name of it.
const QUEUE_ROW: &str =
    "[...document.querySelectorAll('tr[id^=\"queue \"]')].find((row) => row.id.endsWith('/<script>fila</script>'))";

/// A caller with a script for a number and for a name waits in a queue named like a script; an agent is named like an image
/// that fails to load, and gives reasons in bold. All are on screen as text, none as an element, and nothing ran.
pub(crate) fn names_stay_text(pbx: &Pbx, page: &mut Page) {
    let scripts = page.ask("document.scripts.length");
    let mut ami = pbx.driver().expect("a session");
    let (name, number) = (format!("__RIG_NAME={HOSTILE_NAME}"), format!("__RIG_NUMBER={HOSTILE_NUMBER}"));
    let channel = format!("Local/{}@inbound/n", HOSTILE_QUEUE.number);
    let fields = [
        ("Channel", channel.as_str()),
        ("Context", "caller"),
        ("Exten", "s"),
        ("Priority", "1"),
        ("Async", "true"),
        ("Variable", "__RIG_CALL=hostile"),
        ("Variable", &name),
        ("Variable", &number),
    ];
    ami.send("Originate", &fields).expect("a call");
    // What the PBX tells everybody is the script itself: else this would prove nothing.
    let mut joined = None;
    while joined.is_none() {
        let message = ami.receive(Duration::from_secs(5)).expect("a session").expect("the caller enters");
        joined = (message.get("Event") == "QueueCallerJoin" && message.get("Queue") == HOSTILE_QUEUE.name)
            .then_some(message);
    }
    let joined = joined.expect("just set");
    assert_eq!((joined.get("CallerIDNum"), joined.get("CallerIDName")), (HOSTILE_NUMBER, HOSTILE_NAME));

    let row = "[...document.querySelectorAll('tr[id^=\"caller \"]')].filter((row) => row.textContent.includes('<script>fila</script>'))";
    let shown = until(page, &format!("{row}.map((row) => row.innerText.replace(/\\s+/g, ' ')).join('|')"), |text| {
        !text.is_empty()
    });
    println!("the caller named {HOSTILE_NAME} with the number {HOSTILE_NUMBER} is on screen as {shown:?}");
    let waiting =
        until(page, &format!("({QUEUE_ROW})?.innerText.replace(/\\s+/g, ' ') ?? ''"), |text| !text.is_empty());
    assert!(waiting.contains(HOSTILE_QUEUE.name), "the queue's name is not shown as text: {waiting:?}");
    let agents = "[...document.querySelectorAll('.person b')].map((name) => name.textContent).join('|')";
    let agents = page.ask(agents);
    assert!(agents.contains("<img src=x onerror=alert(1)>"), "the agent's name is not shown as text: {agents}");

    // Time for anything that would run.
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(page.ask("typeof window.mirante_ran"), "undefined", "a number ran as a script");
    assert_eq!(page.ask("document.scripts.length"), scripts, "a name became a script");
    let made = "document.querySelectorAll('img[src=x], table script, table img, .person b b, .person b img').length";
    assert_eq!(page.ask(made), "0", "a name became an element");
    assert!(page.dialogs().is_empty(), "a name ran as a script: {:?}", page.dialogs());

    let call = joined.get("Channel").replace(";2", ";1");
    ami.send("Hangup", &[("Channel", &call)]).expect("a hangup");
    until(page, &format!("String({row}.length)"), |count| count == "0");
}

/// Asks until the answer is good, for three seconds.
fn until(page: &mut Page, expression: &str, is: impl Fn(&str) -> bool) -> String {
    let began = Instant::now();
    loop {
        let text = page.ask(expression);
        if is(&text) {
            return text;
        }
        assert!(began.elapsed() < Duration::from_secs(3), "not on screen in 3 s, last {text:?}: {expression}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
