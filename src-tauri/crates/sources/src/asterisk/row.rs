//! What one message tells about a queue member.

use super::message::{Message, means, word};
use std::str::FromStr;

/// The words of a message about a member, under any of the names that versions give them: the first of each, as they came.
///
/// Found in one walk over the keys, and a value is only looked at when it is asked for. A list brings thousands of these messages at
/// once, and to look for each word by itself would take more time than all that is then done with them.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    message: Message<'a>,
    /// By word: in which field it came, from 1; 0 for not at all.
    fields: [u16; KEYS.len()],
}

/// Where the words stand in messages of one shape.
#[derive(Debug, Default)]
pub(crate) struct Known {
    shape: u64,
    fields: [u16; KEYS.len()],
}

/// The keys. Where one thing has several, the surest comes first.
const KEYS: [u128; 18] = [
    word("ActionID"),
    word("Queue"),
    word("Interface"),
    word("Location"),
    word("Member"),
    word("AgentCalled"),
    word("StateInterface"),
    word("MemberName"),
    word("Name"),
    word("AgentName"),
    word("Status"),
    word("Paused"),
    word("PausedReason"),
    word("Reason"),
    word("LastPause"),
    word("Penalty"),
    word("LoginTime"),
    word("InCall"),
];
const ACTION_ID: usize = 0;
const QUEUE: usize = 1;
const INTERFACES: std::ops::Range<usize> = 2..6;
const STATE_INTERFACE: usize = 6;
const NAMES: std::ops::Range<usize> = 7..10;
const STATUS: usize = 10;
const PAUSED: usize = 11;
const REASONS: std::ops::Range<usize> = 12..14;
const LAST_PAUSE: usize = 14;
const PENALTY: usize = 15;
const LOGIN_TIME: usize = 16;
const IN_CALL: usize = 17;

/// By [`place`]: the key that falls there.
const PLACES: [u8; 1 << BITS] = {
    let mut places = [0; 1 << BITS];
    let (mut taken, mut key) = (0_u64, 0);
    while key < KEYS.len() {
        let at = place(KEYS[key]);
        assert!(taken & (1 << at) == 0, "two keys fall in one place: another factor is needed");
        taken |= 1 << at;
        places[at] = key as u8;
        key += 1;
    }
    places
};
const BITS: u32 = 6;

/// Where a key would stand: a hash that was tried until no two of [`KEYS`] fell together, so that one look tells each.
const fn place(key: u128) -> usize {
    ((key as u64 ^ (key >> 64) as u64).wrapping_mul(0x9f7a_7daf_b43a_dc4f) >> (64 - BITS)) as usize
}

/// A number of plain digits, as nearly all are, of which no more than these can be too many.
fn plain(text: &str) -> Option<i64> {
    let digit = |sum: i64, byte: u8| {
        let digit = byte.wrapping_sub(b'0');
        (digit < 10).then(|| 10 * sum + i64::from(digit))
    };
    if matches!(text.len(), 1..=18) { text.bytes().try_fold(0, digit) } else { None }
}

impl<'a> Row<'a> {
    /// The same for a message of a list: its words stand where they stood in the one before.
    pub(crate) fn listed(message: &Message<'a>, known: &mut Known) -> Row<'a> {
        if message.shape() == 0 || message.shape() != known.shape {
            *known = Known { shape: message.shape(), fields: Row::of(message).fields };
        }
        Row { message: *message, fields: known.fields }
    }

    pub(crate) fn of(message: &Message<'a>) -> Row<'a> {
        let mut fields = [0; KEYS.len()];
        for (key, nth) in message.words().zip(1..) {
            let word = usize::from(PLACES[place(key)]);
            if KEYS[word] == key && fields[word] == 0 {
                fields[word] = nth;
            }
        }
        Row { message: *message, fields }
    }

    fn get(&self, word: usize) -> Option<&'a str> {
        self.message.value(usize::from(self.fields[word]).checked_sub(1)?)
    }

    fn said(&self, mut words: std::ops::Range<usize>) -> Option<&'a str> {
        words.find_map(|word| means(self.get(word)))
    }

    fn number<T: FromStr + TryFrom<i64>>(&self, word: usize) -> Option<T> {
        let text = self.get(word)?;
        match plain(text) {
            Some(value) => T::try_from(value).ok(),
            None => text.trim().parse().ok(),
        }
    }

    pub(crate) fn action_id(&self) -> Option<&'a str> {
        self.get(ACTION_ID)
    }

    /// Queue and address of the member.
    pub(crate) fn place(&self) -> Option<(&'a str, &'a str)> {
        Some((means(self.get(QUEUE))?, self.said(INTERFACES)?))
    }

    /// Whose state the queue watches for it.
    pub(crate) fn state_interface(&self) -> Option<&'a str> {
        means(self.get(STATE_INTERFACE))
    }

    /// What the platform calls the member.
    pub(crate) fn name(&self) -> Option<&'a str> {
        NAMES.into_iter().find_map(|name| self.get(name))
    }

    /// The device's state as a number.
    pub(crate) fn status(&self) -> Option<i32> {
        self.number(STATUS)
    }

    /// Not 0: paused.
    pub(crate) fn paused(&self) -> Option<i32> {
        self.number(PAUSED)
    }

    /// Why the member is paused.
    pub(crate) fn reason(&self) -> Option<&'a str> {
        self.said(REASONS)
    }

    /// When the member last paused, in the platform's seconds.
    pub(crate) fn last_pause(&self) -> Option<i64> {
        self.number(LAST_PAUSE)
    }

    pub(crate) fn penalty(&self) -> Option<i32> {
        self.number(PENALTY)
    }

    /// When the member joined the queue, in the platform's seconds.
    pub(crate) fn login_time(&self) -> Option<i64> {
        self.number(LOGIN_TIME)
    }

    /// Not 0: a call of this queue is with the member.
    pub(crate) fn in_call(&self) -> Option<i32> {
        self.number(IN_CALL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asterisk::decoder::Decoder;

    fn with<T>(text: &str, look: impl Fn(&Row<'_>) -> T) -> T {
        let mut found = None;
        Decoder::default().push(text.as_bytes(), |message| found = Some(look(&Row::of(&message))));
        found.expect("a message")
    }

    #[test]
    fn the_first_word_counts_under_the_surest_name_and_in_any_case() {
        let text = "Event: QueueMember\r\nMember: PJSIP/3\r\nLOCATION: PJSIP/2\r\nQueue: sac\r\nqueue: n1\r\nStatus:  2 \r\n\
                    AgentName: C\r\nName: \r\nPausedReason: <null>\r\nReason: almoço\r\nActionID: mirante-1\r\nX: y\r\n\r\n";
        with(text, |row| {
            assert_eq!(row.place(), Some(("sac", "PJSIP/2")));
            assert_eq!((row.status(), row.paused(), row.name()), (Some(2), None, Some("")));
            assert_eq!((row.reason(), row.action_id()), (Some("almoço"), Some("mirante-1")));
        });
        with("Event: X\r\nQueue: <unknown>\r\nInterface: PJSIP/1\r\n\r\n", |row| assert_eq!(row.place(), None));
        with(
            "Event: X\r\nPenalty: 2147483648\r\nStatus: +3\r\nPaused: 00000000000000000001\r\nInCall: x\r\n\r\n",
            |row| {
                assert_eq!((row.penalty(), row.status(), row.paused(), row.in_call()), (None, Some(3), Some(1), None));
            },
        );
    }

    #[test]
    fn it_reads_as_looking_for_each_word_does() {
        let text = "Event: QueueMemberStatus\r\nQueue: sac\r\nMemberName: Ana\r\nInterface: Local/1@x/n\r\nStateInterface: \r\n\
                    Penalty: -3\r\nLastPause: 17\r\nLoginTime: x\r\nInCall: 1\r\nStatus: 1\r\nPaused: 0\r\n\r\n";
        Decoder::default().push(text.as_bytes(), |message| {
            let row = Row::of(&message);
            assert_eq!(row.place(), message.said("Queue").zip(message.said("Interface")));
            assert_eq!(row.state_interface(), message.said("StateInterface"));
            assert_eq!(row.penalty(), message.number("Penalty"));
            assert_eq!(
                (row.last_pause(), row.login_time()),
                (message.number("LastPause"), message.number("LoginTime"))
            );
            assert_eq!((row.in_call(), row.paused()), (message.number("InCall"), message.number("Paused")));
        });
    }
}
