//! What sources and people tell, let happen on the floor.

use super::{Fold, PICTURE_TAKES_MS};
use crate::counters::under_way;
use crate::folded::{Told, party};
use crate::live::State;
use crate::settings;
use crate::writer::Job;
use mirante_floor::{Event, Kind, Link, Moment, Name, Origin, Picture, Setting, SourceId, VisitId};
use mirante_history::CountersAsked;
use mirante_sources::Caller;

impl Fold {
    pub(super) fn event(&mut self, state: &mut State, source: SourceId, seen: i64, at: Option<i64>, kind: Kind) {
        match kind {
            // What a platform says of names and people is Mirante's configuration, except who the platform itself is.
            Kind::Configured(Setting::Source { .. }) => {}
            Kind::Configured(setting) => self.configure(state, seen, setting),
            kind => {
                self.under_way.extend(under_way(source, state.floor.sites.get(&source), &kind, Moment { seen, at }));
                self.freed.hear(state.floor.sites.get(&source), &kind, Moment { seen, at });
                self.emit(state, source, seen, at, Origin::Heard, kind);
            }
        }
    }

    /// What a record of the platform's own tells of the past, unless it was heard then.
    pub(super) fn backfill(&mut self, state: &mut State, source: SourceId, seen: i64, told: Told) {
        let Told { at, entered, kind } = told;
        let Some(kind) = self.memory.news(state.floor.sites.get(&source), source, at, entered, kind) else { return };
        let stay = match &kind {
            Kind::Entered { queue, call, .. } => Some((queue.clone(), call.clone(), at)),
            _ => None,
        };
        self.emit(state, source, seen, Some(at), Origin::Backfilled, kind);
        let visit = VisitId(state.seq);
        let is_new = state.floor.sites.get(&source).is_some_and(|site| site.visits.contains_key(&visit));
        if let Some(stay) = stay.filter(|_| is_new) {
            self.memory.is(source, stay, visit);
        }
    }

    pub(super) fn decide(&mut self, state: &mut State, decided: Vec<Setting<Caller>>) {
        let parties = self.parties.clone();
        let seen = self.now();
        self.advance(state, seen);
        for setting in decided {
            self.configure(state, seen, setting.map_party(|c| party(&parties, &c)));
        }
    }

    pub(super) fn configure(&mut self, state: &mut State, seen: i64, setting: Setting) {
        if settings::is_news(&state.floor.config, &setting) {
            self.emit(state, SourceId::MIRANTE, seen, None, Origin::Heard, Kind::Configured(setting));
        }
    }

    pub(super) fn picture(&mut self, state: &mut State, source: SourceId, seen: i64, picture: Picture) {
        let Some(track) = self.tracks.get_mut(&source) else { return };
        let first = !std::mem::replace(&mut track.pictured, true);
        if let Some(site) = state.floor.sites.get(&source).filter(|_| first) {
            self.memory.told(site, source);
        }
        // The list's own moment by the platform's clock: what lists tell carries no time.
        let ahead = state.floor.sites.get(&source).and_then(|site| site.clock_ahead);
        let asked = CountersAsked { seen_ms: seen, at_ms: ahead.map(|ahead| seen.saturating_add(ahead)) };
        self.newly_freed.extend(self.freed.going_on(seen));
        // A platform that counts otherwise than Asterisk tells no levels, and its counters are not held against ours.
        if picture.queues.iter().any(|queue| queue.levels.is_some()) {
            let rows = self.ledger.take(source, first, asked, &picture.queues);
            let _ = self.writer.send(Job::Counters { source, asked, rows });
        }
        // What this session brought is newer than a picture that may have been taken before it; what an earlier session
        // brought is not.
        let asked = seen.saturating_sub(PICTURE_TAKES_MS).max(track.since.unwrap_or(seen));
        let stamp = |kind| Event { stamp: self.stamper.stamp(source, seen, None), origin: Origin::Inferred, kind };
        let events = track.healer.heal(&state.floor, source, picture, asked, first, stamp);
        let drift = events.iter().filter(|event| !matches!(event.kind, Kind::QueueSeen { .. })).count();
        state.floor.apply_all(&events, &mut state.changes);
        self.happened(state, events);
        // What a first picture shows happened unheard, as was known; later ones show what should have been heard.
        if !first && drift > 0 {
            let count = u32::try_from(drift).unwrap_or(u32::MAX);
            tracing::info!(source = source.0, count, "what the platform shows differs from what it had told; mended");
            self.emit(state, source, seen, None, Origin::Inferred, Kind::Drifted { count });
        }
        state.pictured.insert(source);
    }

    pub(super) fn down(&mut self, state: &mut State, source: SourceId, seen: i64, reason: Name) {
        let track = self.tracks.entry(source).or_default();
        track.since = None;
        let is_said = track.reason.replace(reason.clone()).is_some_and(|said| said == reason);
        let is_down = state.floor.sites.get(&source).is_some_and(|site| matches!(site.link, Link::Down { .. }));
        if !(is_down && is_said) {
            self.emit(state, source, seen, None, Origin::Heard, Kind::LinkDown { reason });
        }
    }
}
