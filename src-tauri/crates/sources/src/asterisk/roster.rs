//! Who the agents of a queue_log are: it names a member by name or by interface, as the PBX is set.

use super::agent;
use super::remote::{Remote, masked};
use crate::Caller;
use mirante_floor::{MemberPicture, Name};
use std::collections::HashMap;

/// The members of a picture, by every name that the log may give them.
#[derive(Debug, Default)]
pub(crate) struct Roster {
    members: Vec<MemberPicture<Caller>>,
    /// By queue and name or interface. `None`: two go by that name, and which of them is meant nobody tells.
    of_queue: HashMap<(Name, Name), Option<usize>>,
    /// The same whatever the queue: a member may have left the one that the log speaks of.
    of_all: HashMap<Name, Option<Name>>,
    remote: Remote,
}

impl Roster {
    /// Everybody in `members`; `remote` makes the keys of agents at a telephone.
    pub(crate) fn new(members: Vec<MemberPicture<Caller>>, remote: Remote) -> Roster {
        let mut roster = Roster { remote, ..Roster::default() };
        for (nth, member) in members.iter().enumerate() {
            let name = member.name.as_ref().map(|caller| caller.name.clone()).filter(|name| !name.is_empty());
            for word in name.into_iter().chain([member.interface.clone()]) {
                let same = |known: &mut Option<usize>| {
                    *known = known.filter(|known| members[*known].agent == member.agent);
                };
                roster.of_queue.entry((member.queue.clone(), word.clone())).and_modify(same).or_insert(Some(nth));
                let same = |known: &mut Option<Name>| *known = known.take().filter(|known| *known == member.agent);
                roster.of_all.entry(word).and_modify(same).or_insert_with(|| Some(member.agent.clone()));
            }
        }
        roster.members = members;
        roster
    }

    /// The member of `queue` that the log calls `word`.
    pub(crate) fn member(&self, queue: &Name, word: &Name) -> Option<&MemberPicture<Caller>> {
        let found = |word: Name| self.of_queue.get(&(queue.clone(), word)).copied().flatten();
        found(word.clone()).or_else(|| found(masked(word))).and_then(|nth| self.members.get(nth))
    }

    /// The key of the agent that the log calls `word` in `queue`. Of one whom no member's name tells, the key that the word would
    /// have as an interface: two people must never become one.
    pub(crate) fn key(&self, queue: &Name, word: &Name) -> Name {
        if let Some(member) = self.member(queue, word) {
            return member.agent.clone();
        }
        if self.of_queue.contains_key(&(queue.clone(), word.clone())) {
            return agent::key(word, None, &self.remote);
        }
        let anywhere = self.of_all.get(word).or_else(|| self.of_all.get(&masked(word)));
        anywhere.cloned().flatten().unwrap_or_else(|| agent::key(word, None, &self.remote))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mirante_floor::Device;

    fn member(queue: &str, agent: &str, interface: &str, name: &str) -> MemberPicture<Caller> {
        MemberPicture {
            queue: queue.into(),
            agent: agent.into(),
            interface: interface.into(),
            name: (!name.is_empty()).then(|| Caller { number: Name::default(), name: name.into() }),
            device: Device::Idle,
            paused: false,
            reason: None,
            penalty: 0,
            in_call: None,
            paused_at: None,
        }
    }

    #[test]
    fn an_agent_is_found_by_name_or_interface_and_never_confused() {
        let members = [
            member("sac", "2101", "Local/2101@from-queue/n", "Ana Souza"),
            member("sac", "2102", "PJSIP/2102", ""),
            member("sac", "2103", "PJSIP/2103", "José"),
            member("sac", "2104", "PJSIP/2104", "José"),
            member("n1", "2104", "PJSIP/2104", "José"),
            member("n1", "2105", "PJSIP/2105", "Bia"),
        ];
        let roster = Roster::new(members.to_vec(), Remote::default());
        let key = |queue: &str, word: &str| roster.key(&queue.into(), &word.into()).to_string();
        assert_eq!(key("sac", "Ana Souza"), "2101");
        assert_eq!(key("sac", "Local/2101@from-queue/n"), "2101");
        assert_eq!(key("sac", "PJSIP/2102"), "2102");
        assert_eq!(key("sac", "José"), "José", "two of that name");
        assert_eq!(key("n1", "José"), "2104", "one of that name here");
        assert_eq!(key("sac", "Bia"), "2105", "no longer a member of this one");
        assert_eq!(key("gone", "José"), "José");
        assert_eq!(key("gone", "PJSIP/2199"), "2199");
        assert!(key("sac", "Local/5511999990000@out/n").starts_with("tel-"));
        assert!(roster.member(&"sac".into(), &"José".into()).is_none());
        assert_eq!(roster.member(&"n1".into(), &"Bia".into()).map(|member| &*member.agent), Some("2105"));
    }
}
