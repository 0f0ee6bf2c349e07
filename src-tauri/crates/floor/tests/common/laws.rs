//! What is true of a site at any moment, whatever it was told. Fuzz targets check it too.

use mirante_floor::{Site, Stage};

/// Everything that must be true of a site at any moment.
pub(crate) fn check(site: &Site) {
    for (id, visit) in &site.visits {
        assert_eq!(*id, visit.id);
        let queue = site.queues.get(&visit.queue).expect("an open visit is in a known queue");
        assert_eq!(queue.waiting.contains(id), visit.stage == Stage::Waiting);
        assert!(site.calls[&visit.call].contains(id));
        for agent in &visit.ringing {
            assert_eq!(site.agents[agent].ringing.get(&visit.queue), Some(&visit.call), "rings are told twice alike");
        }
        if let Stage::Talking { agent, wait_ms, .. } = &visit.stage {
            assert!(*wait_ms >= 0);
            // Somebody whose call a colleague picked up may have taken another since.
            let talking = site.agents[agent].talking.as_ref();
            assert!(talking.is_none_or(|(held, queue)| held != id || *queue == visit.queue));
        }
    }
    for (call, ids) in &site.calls {
        assert!(!ids.is_empty());
        assert!(ids.iter().all(|id| site.visits[id].call == *call));
        let waiting = ids.iter().filter(|id| site.visits[id].stage == Stage::Waiting);
        assert!(waiting.count() <= 1, "a call waits in one queue at a time");
    }
    for (name, queue) in &site.queues {
        let open = site.visits.values().filter(|v| v.queue == *name && v.stage == Stage::Waiting).count();
        assert_eq!(queue.waiting.len(), open);
        for tally in queue.totals.waits.values().chain([&queue.totals.talks]) {
            assert_eq!(tally.hist.0.values().sum::<u32>(), tally.count);
        }
    }
    for agent in site.agents.values() {
        if let Some((id, _)) = &agent.talking {
            assert!(matches!(site.visits[id].stage, Stage::Talking { .. }));
        }
        for (queue, call) in &agent.ringing {
            let rung = site.calls.get(call).into_iter().flatten().any(|id| {
                let visit = &site.visits[id];
                visit.queue == *queue && visit.stage == Stage::Waiting
            });
            assert!(rung, "nobody is rung for a call that does not wait");
        }
    }
    for (key, agent) in &site.agents {
        if let Some((on, campaign)) = &agent.attempt {
            let attempt = &site.attempts[on];
            assert_eq!(
                (&attempt.campaign, attempt.agent.as_ref()),
                (campaign, Some(key)),
                "on one attempt, and it knows"
            );
        }
    }
    for attempt in site.attempts.values() {
        assert!(
            attempt.talked_ms.is_none_or(|ms| ms >= 0) && (attempt.talking.is_none() || attempt.talked_ms.is_some())
        );
    }
    for (name, campaign) in &site.campaigns {
        let open = site.attempts.values().filter(|a| a.campaign.as_ref() == Some(name)).count();
        // Attempts that outlast a day's start are counted where they began.
        assert!(u64::from(campaign.attempts) <= u64::from(campaign.ended) + open as u64);
    }
    assert!(site.undecided.len() <= 512);
    for contact in site.contacts.values() {
        assert!(contact.open <= contact.visits);
    }
    let open: u32 = site.contacts.values().map(|c| c.open).sum();
    assert_eq!(open as usize, site.visits.len());
}
