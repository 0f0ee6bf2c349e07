//! The PBX's own record, `queue_log`: whole seconds, one line an event, as a third opinion about each stay.

use crate::load::Outcome;
use std::collections::HashMap;

/// One stay as the PBX recorded it.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// The queue.
    pub queue: String,
    /// Uniqueid of the caller.
    pub call: String,
    /// Unix s of entry.
    pub entered: i64,
    /// How it ended.
    pub outcome: Outcome,
    /// Seconds waited.
    pub wait: i64,
    /// Name of the member who answered.
    pub agent: Option<String>,
    /// Seconds of conversation, once over.
    pub talk: Option<i64>,
}

/// Reads a whole file. Lines about anything but stays are passed over.
pub fn read(text: &str) -> Vec<Line> {
    let mut stays: Vec<Line> = Vec::new();
    // A call may come back to a queue before the PBX has written how its first conversation there ended.
    let mut open: HashMap<(String, String), Vec<usize>> = HashMap::new();
    for line in text.lines() {
        let fields: Vec<&str> = line.split('|').collect();
        let [time, call, queue, agent, event, rest @ ..] = fields.as_slice() else { continue };
        let key = ((*call).to_owned(), (*queue).to_owned());
        let field = |index: usize| rest.get(index).and_then(|value| value.parse::<i64>().ok());
        if *event == "ENTERQUEUE" {
            open.entry(key).or_default().push(stays.len());
            stays.push(Line {
                queue: (*queue).to_owned(),
                call: (*call).to_owned(),
                entered: time.parse().unwrap_or(0),
                outcome: Outcome::Waiting,
                wait: 0,
                agent: None,
                talk: None,
            });
            continue;
        }
        let talked = matches!(*event, "COMPLETEAGENT" | "COMPLETECALLER" | "BLINDTRANSFER" | "ATTENDEDTRANSFER");
        let is_it = |stay: &Line| match stay.outcome {
            Outcome::Waiting => !talked,
            _ => talked && stay.outcome == Outcome::Answered && stay.talk.is_none(),
        };
        let mine = open.get(&key).and_then(|all| all.iter().find(|index| is_it(&stays[**index])).copied());
        let Some(stay) = mine.map(|index| &mut stays[index]) else { continue };
        // Meaning and place of each figure: "Queue Logs" of Asterisk's documentation.
        let (outcome, wait, talk) = match *event {
            "CONNECT" => (Outcome::Answered, field(0), None),
            "COMPLETEAGENT" | "COMPLETECALLER" => (Outcome::Answered, field(0), field(1)),
            "BLINDTRANSFER" => (Outcome::Answered, field(2), field(3)),
            "ATTENDEDTRANSFER" => (
                Outcome::Answered,
                rest.len().checked_sub(3).and_then(field),
                rest.len().checked_sub(2).and_then(field),
            ),
            "ABANDON" => (Outcome::Abandoned, field(2), None),
            "EXITWITHTIMEOUT" => (Outcome::Timeout, field(2), None),
            "EXITWITHKEY" => (Outcome::ExitKey, field(3), None),
            "EXITEMPTY" => (Outcome::Overflow, field(2), None),
            "WITHDRAW" => (Outcome::Withdrawn, field(2), None),
            _ => continue,
        };
        stay.outcome = outcome;
        stay.wait = wait.unwrap_or(stay.wait);
        stay.talk = talk;
        if outcome == Outcome::Answered {
            stay.agent = Some((*agent).to_owned());
        }
    }
    stays
}

/// How far from the truth Mirante may be, ms.
const NEAR_MS: i64 = 1000;
/// The PBX reads its clock for a line and for the event of the same moment one after the other, ms.
const APART_MS: i64 = 50;

/// True if an instant, Unix ms, is within a second of the one that a line tells. A line's second is any instant in it.
pub fn is_instant(second: i64, ms: i64) -> bool {
    let first = second * 1000;
    (first - NEAR_MS - APART_MS..first + 1000 + NEAR_MS + APART_MS).contains(&ms)
}

/// True if a time, ms, is within a second of the one that a line tells, which is the difference of two whole seconds.
pub fn is_time(seconds: i64, ms: i64) -> bool {
    (seconds * 1000 - ms).abs() <= NEAR_MS + APART_MS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_is_any_instant_in_it() {
        assert!(is_instant(599, 600_001), "the line of 599.999 and the event of 600.001");
        assert!(is_instant(599, 598_100) && !is_instant(599, 597_900) && !is_instant(599, 601_100));
        assert!(is_time(3, 2000) && is_time(3, 4040) && !is_time(3, 4100) && !is_time(3, 1900));
    }

    #[test]
    fn a_late_word_is_of_the_first_conversation() {
        let stays = read(
            "10|9.1|n1|NONE|ENTERQUEUE||5511|1\n\
             12|9.1|n1|Ana|CONNECT|2|9.4|2\n\
             15|9.1|n1|NONE|ENTERQUEUE||5511|1\n\
             15|9.1|n1|Ana|COMPLETEAGENT|2|3|1\n\
             16|9.1|n1|Bia|CONNECT|1|9.6|1\n\
             20|9.1|n1|Bia|COMPLETECALLER|1|4|1\n",
        );
        let told: Vec<_> = stays.iter().map(|stay| (stay.agent.as_deref(), stay.wait, stay.talk)).collect();
        assert_eq!(told, [(Some("Ana"), 2, Some(3)), (Some("Bia"), 1, Some(4))]);
    }

    #[test]
    fn reads_an_answered_and_transferred_call() {
        let stays = read(
            "1|NONE|NONE|NONE|QUEUESTART|\n\
             10|9.1|n1|NONE|ENTERQUEUE||5511|1\n\
             12|9.1|n1|João|CONNECT|2|9.4|2\n\
             15|9.1|n1|João|BLINDTRANSFER|4004|transfer|2|3|1\n\
             15|9.1|n2|NONE|ENTERQUEUE||5511|1\n\
             19|9.1|n2|NONE|ABANDON|1|1|4\n\
             broken line\n",
        );
        assert_eq!(stays.len(), 2);
        assert_eq!((stays[0].outcome, stays[0].wait, stays[0].talk), (Outcome::Answered, 2, Some(3)));
        assert_eq!(stays[0].agent.as_deref(), Some("João"));
        assert_eq!((stays[1].outcome, stays[1].wait, stays[1].talk), (Outcome::Abandoned, 4, None));
    }
}
