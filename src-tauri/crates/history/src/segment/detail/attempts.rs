//! What is told of attempts to reach someone.

use super::super::core::Row;
use super::super::flow::Flow;
use super::super::refs::NONE;
use super::{
    CAMPAIGN, CAMPAIGN_FRESH, CAMPAIGN_OWN, CODE, CODE_FRESH, COUNTER, Detail, END, END_FRESH, End, MEMBER_BITS, TEXT,
    WORD,
};
use mirante_floor::{DialEnd, DispositionFlags, EndedBy, Name};

impl Detail {
    /// A campaign, or none: the call's own, or one of those named lately. With it, its number.
    pub(super) fn campaign<F: Flow>(
        &mut self,
        f: &mut F,
        row: &Row,
        given: Option<Option<Name>>,
    ) -> (u32, Option<Name>) {
        let known = self.calls.get(row.call as usize).map_or(NONE, |call| call.campaign);
        let own = self.campaigns.0.get(known as usize).cloned();
        let is_own = own.is_some() && f.flag(CAMPAIGN_OWN, given == own);
        let (number, name) = match own.filter(|_| is_own) {
            Some(own) => (known, own),
            None => {
                let words = &mut self.words;
                let tell = |f: &mut F, given: Option<&Option<Name>>| {
                    words.maybe(f, WORD, TEXT, given.and_then(|given| given.as_ref()))
                };
                self.campaigns.code(f, &mut self.campaign, (CAMPAIGN, CAMPAIGN_FRESH), given, tell)
            }
        };
        if let Some(call) = self.calls.get_mut(row.call as usize) {
            call.campaign = number;
        }
        (number, name)
    }

    pub(super) fn dial_end<F: Flow>(&mut self, f: &mut F, row: &Row, given: Option<&DialEnd>) -> DialEnd {
        let given = given.map(|DialEnd { dropped, by, cause, status }| {
            let by = EndedBy::ALL.iter().position(|other| other == by).unwrap_or(0) as u8;
            (by, *dropped, *cause, status.clone())
        });
        let words = &mut self.words;
        let tell = |f: &mut F, given: Option<&End>| {
            let (by, dropped, cause, status) = given.cloned().unwrap_or_default();
            let by = f.byte(MEMBER_BITS, by);
            let dropped = f.flag(MEMBER_BITS, dropped);
            let cause = f.maybe(COUNTER, cause.map(u64::from)).map(|cause| cause as u16);
            (by, dropped, cause, words.maybe(f, WORD, TEXT, status.as_ref()))
        };
        let answered = self.calls.get(row.call as usize).map_or(0, |call| call.answered);
        let ranks = &mut self.end[usize::from(answered & 7)];
        let (number, (by, dropped, cause, status)) = self.ends.code(f, ranks, (END, END_FRESH), given, tell);
        if let Some(call) = self.calls.get_mut(row.call as usize) {
            call.end = number;
        }
        let by = EndedBy::ALL.get(usize::from(by)).copied().unwrap_or(EndedBy::Unknown);
        DialEnd { dropped, by, cause, status }
    }

    pub(super) fn disposition<F: Flow>(
        &mut self,
        f: &mut F,
        row: &Row,
        given: Option<(&Name, DispositionFlags)>,
    ) -> (Name, DispositionFlags) {
        let given = given.map(|(code, flags)| (code.clone(), crate::keyframe::bits(flags)));
        let words = &mut self.words;
        let tell = |f: &mut F, given: Option<&(Name, u8)>| {
            let code = words.code(f, WORD, TEXT, given.map(|given| &given.0));
            (code, f.byte(MEMBER_BITS, given.map_or(0, |given| given.1)))
        };
        let (answered, end) = self.calls.get(row.call as usize).map_or((0, NONE), |call| (call.answered, call.end));
        let context = u32::from(answered) | end.wrapping_add(1) << 3;
        let ranks = self.code.entry(context).or_default();
        let (_, (code, flags)) = self.codes.code(f, ranks, (CODE, CODE_FRESH), given, tell);
        (code, crate::keyframe::flags_of(flags))
    }
}
