//! Sending alerts: by which channels, how they stand, and trying one.

use super::{Engine, EngineError};
use crate::send::{Outbox, Outlets, Report, Request, Sender, Standing, Standings};
use crate::writer::Job;
use mirante_floor::Name;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use tokio::sync::{mpsc, oneshot};

/// The running sender.
pub(super) struct Post {
    requests: mpsc::UnboundedSender<Request>,
    standings: Standings,
}

impl Engine {
    /// Sends what waits in the outbox by these channels from now on, in place of those before.
    ///
    /// # Errors
    /// When history cannot be read, or the engine has ended.
    pub fn send_through(&self, outlets: Outlets) -> Result<(), EngineError> {
        let mut post = self.post.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(post) = post.as_ref() {
            return post.requests.send(Request::Outlets(outlets)).map_err(|_| EngineError::Ended);
        }
        let jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or(EngineError::Ended)?;
        let keep = move |attempts| {
            let (reply, answer) = std::sync::mpsc::channel();
            let (tell, kept) = oneshot::channel();
            // A writer that has ended drops the answer, which is no.
            let _ = jobs.send(Job::Sent { attempts, reply });
            tokio::task::spawn_blocking(move || tell.send(matches!(answer.recv(), Ok(Ok(())))));
            kept
        };
        let outbox = Outbox { reader: self.reader()?, keep: Arc::new(keep) };
        let clock = self.clock.clone();
        let chance = Box::new(rand::random::<f64>);
        let sender = Sender::new(outbox, outlets, self.zone.clone(), Box::new(move || clock.now()), chance);
        let standings = sender.standings();
        let (requests, list) = mpsc::unbounded_channel();
        let wake = self.progress.outbox.subscribe();
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(EngineError::Thread)?;
        let thread = super::spawn("post", move || runtime.block_on(sender.serve(wake, list)))?;
        self.running().threads.push(thread);
        *post = Some(Post { requests, standings });
        Ok(())
    }

    /// How channels stand that something was sent by.
    pub fn channels(&self) -> BTreeMap<Name, Standing> {
        let post = self.post.lock().unwrap_or_else(PoisonError::into_inner);
        let standings = post.as_ref().map(|post| post.standings.clone());
        drop(post);
        standings
            .map_or_else(BTreeMap::new, |standings| standings.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    /// Sends a report by a channel, as soon as that may send, in place of one about the same that still waits. False if nothing sends.
    pub fn report(&self, channel: &str, report: Report) -> bool {
        let post = self.post.lock().unwrap_or_else(PoisonError::into_inner);
        let request = Request::Report { channel: Name::from(channel), report: Box::new(report) };
        post.as_ref().is_some_and(|post| post.requests.send(request).is_ok())
    }

    /// Sends a notice that is marked as a test by a channel, to a person's own address if they have one there. One that arrives
    /// mends a channel that was out of order.
    ///
    /// # Errors
    /// [`EngineError::Ended`]; the inner error says in words what went wrong.
    pub async fn try_channel(&self, channel: &str, person: &str) -> Result<Result<(), String>, EngineError> {
        let (reply, tried) = oneshot::channel();
        let request = Request::Test { channel: channel.to_owned(), person: person.to_owned(), reply };
        let sent = {
            let post = self.post.lock().unwrap_or_else(PoisonError::into_inner);
            post.as_ref().is_some_and(|post| post.requests.send(request).is_ok())
        };
        if !sent {
            return Err(EngineError::Ended);
        }
        tried.await.map_err(|_| EngineError::Ended)
    }
}
