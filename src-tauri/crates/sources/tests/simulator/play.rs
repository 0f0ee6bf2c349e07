//! The simulation as a source: real sessions, warped time.

use crate::common::*;
use mirante_sources::simulator::SimulatorSource;
use mirante_sources::{Phase, Report, Session, Source};
use std::time::{Duration, Instant};

/// Listens for a while, giving up and asking again all the time: a wait that is dropped must lose nothing.
async fn listen(session: &mut dyn Session, real: Duration) -> Vec<Report> {
    let (mut reports, began) = (Vec::new(), Instant::now());
    while began.elapsed() < real {
        if let Ok(heard) = tokio::time::timeout(Duration::from_millis(3), session.next(&mut reports)).await {
            heard.expect("a simulated session does not fail");
        }
    }
    reports
}

fn split(reports: Vec<Report>) -> (Events, usize) {
    let mut pictures = 0;
    let events = reports.into_iter().filter_map(|report| match report {
        Report::Event { at, kind } => Some((at.expect("simulated time"), kind)),
        Report::Backfill { .. } | Report::Clock { .. } | Report::Picture(_) => {
            pictures += 1;
            None
        }
    });
    (events.collect(), pictures)
}

#[tokio::test]
async fn history_and_sessions_follow_one_another_without_a_gap() {
    let now = MONDAY + 10 * HOUR;
    let mut simulation = centre(11, MONDAY);
    let mut heard = run(&mut simulation, now);
    let source = SimulatorSource::new(simulation, 3_600.0).unwrap();

    let mut session = source.connect(None).await.unwrap();
    assert!(session.platform().contains("dados de exemplo"));
    let Err(error) = source.connect(None).await else { panic!("two at once") };
    assert_eq!(error.phase, Phase::Permit);
    assert!(source.clock_ms() >= now);
    let mut first = Vec::new();
    session.next(&mut first).await.unwrap();
    assert!(matches!(first.last(), Some(Report::Picture(picture)) if picture.queues.len() == 6), "a picture first");
    heard.extend(split(first).0);
    let (events, pictures) = split(listen(session.as_mut(), Duration::from_millis(400)).await);
    assert!(pictures >= 5, "one each simulated minute, {pictures}");
    heard.extend(events);
    drop(session);

    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut session = source.connect(None).await.unwrap();
    heard.extend(split(listen(session.as_mut(), Duration::from_millis(300)).await).0);

    let last = heard.last().unwrap().0;
    assert!(last > now + 5 * 60_000, "0.8 s at this warp are 48 minutes");
    let mut whole = run(&mut centre(11, MONDAY), last);
    // The last instant may have been cut in the middle only by the end of listening, never by a session.
    whole.truncate(heard.len());
    assert!(heard == whole);
}

#[tokio::test]
async fn events_come_when_they_are_due() {
    let mut simulation = centre(12, MONDAY);
    run(&mut simulation, MONDAY + 10 * HOUR);
    let began = Instant::now();
    let source = SimulatorSource::new(simulation, 10.0).unwrap();
    let mut session = source.connect(None).await.unwrap();
    let mut heard = 0;
    while began.elapsed() < Duration::from_millis(3_000) {
        let mut reports = Vec::new();
        if tokio::time::timeout(Duration::from_millis(200), session.next(&mut reports)).await.is_err() {
            continue;
        }
        let late = began.elapsed().as_millis() as i64;
        for (at, _) in split(reports).0 {
            let due = (at - (MONDAY + 10 * HOUR)) / 10;
            assert!(due <= late, "never early");
            assert!(late - due < 1_500, "{} ms late", late - due);
            heard += 1;
        }
    }
    assert!(heard > 0);
}

#[test]
fn a_senseless_warp_is_refused() {
    for warp in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let refused = SimulatorSource::new(centre(1, MONDAY), warp).err().map(|error| error.phase);
        assert_eq!(refused, Some(Phase::Config));
    }
}
