//! scratch: measure the workload
use mirante_floor::*;
use mirante_sources::simulator::*;
use std::collections::BTreeMap;
use std::time::Instant;

fn main() {
    let zone = jiff::tz::TimeZone::get("America/Sao_Paulo").unwrap();
    let start: jiff::Timestamp = "2026-03-10T00:00:00-03:00".parse().unwrap();
    let start = start.as_millisecond();
    let t0 = Instant::now();
    let mut sim = Simulation::new(Setup { seed: 7, queues: 200, agents: 2000, start_ms: start, zone, keep_truth: false }).unwrap();
    let mut floor = Floor::default();
    let mut changes = Changes::default();
    let (mut seq, mut fold) = (0u64, 0.0f64);
    let mut parties: std::collections::HashMap<String, u64> = Default::default();
    let mut out = Vec::new(); let mut prev: Vec<u8> = vec![]; let mut base: Vec<u8> = vec![];
    for hour in 0..24i64 {
        out.clear();
        sim.run_until(start + (hour + 1) * 3_600_000 - 1, &mut out);
        let mut kinds: BTreeMap<String, u32> = BTreeMap::new();
        let mut events = Vec::new();
        let mut minute = start + hour * 3_600_000;
        for (at, kind) in out.drain(..) {
            let word = format!("{kind:?}");
            *kinds.entry(word.split([' ', '(']).next().unwrap().to_owned()).or_default() += 1;
            let kind = kind.map_party(|c| { let n = parties.len() as u64 + 1; PartyId(*parties.entry(c.number).or_insert(n)) });
            while at >= minute {
                seq += 1;
                events.push(Event { stamp: Stamp { source: SourceId(1), epoch: 1, seq, seen: minute, at: None }, origin: Origin::Heard, kind: if seq == 1 { Kind::LinkUp { platform: "x".into() } } else { Kind::Tick } });
                minute += 60_000;
            }
            seq += 1;
            events.push(Event { stamp: Stamp { source: SourceId(1), epoch: 1, seq, seen: at, at: Some(at) }, origin: Origin::Heard, kind });
        }
        let t = Instant::now();
        let mut edge = start + hour * 3_600_000 + 900_000;
        for e in &events { 
            if hour >= 10 && hour < 13 && e.stamp.seen >= edge {
                edge += 900_000;
                let blob = mirante_history::keyframe(&floor).unwrap();
                let plain = zstd::decode_all(&blob[1..]).unwrap();
                let alone: Vec<usize> = [3, 9, 19].iter().map(|l| zstd::bulk::compress(&plain, *l).unwrap().len()).collect();
                let with = |dict: &[u8]| -> Vec<usize> { [9, 19].iter().map(|l| zstd::bulk::Compressor::with_dictionary(*l, dict).unwrap().compress(&plain).unwrap().len()).collect() };
                println!("  keyframe plain {} alone {alone:?} vs prev {:?} vs base {:?}", plain.len(), with(&prev), with(&base));
                if base.is_empty() { base = plain.clone(); }
                prev = plain;
            }
            floor.apply(e, &mut changes); changes.clear(); }
        let secs = t.elapsed().as_secs_f64();
        fold += secs;
        let t = Instant::now();
        let frame = mirante_history::keyframe(&floor).unwrap();
        let tk = t.elapsed().as_secs_f64() * 1e3;
        let t = Instant::now();
        let back = mirante_history::restore(&frame).unwrap();
        let tr = t.elapsed().as_secs_f64() * 1e3;
        let t = Instant::now();
        let c = back.clone();
        let tc = t.elapsed().as_secs_f64() * 1e3;
        drop(c);
        let site = &floor.sites[&SourceId(1)];
        println!("hour {hour}: {} events, fold {:.2} us each, keyframe {} B {tk:.1} ms, restore {tr:.1} ms, clone {tc:.1} ms; visits {} contacts {} attempts {} bins {} minute agents {}",
            events.len(), secs * 1e6 / events.len() as f64, frame.len(), site.visits.len(), site.contacts.len(), site.attempts.len(),
            site.queues.values().flat_map(|q| q.totals.waits.values().chain([&q.totals.talks])).map(|t| t.hist.0.len()).sum::<usize>(), site.minute.agents.len());
        if hour == 0 || hour == 10 || hour == 15 { println!("{kinds:?}"); }
    }
    println!("{} events, fold {fold:.2} s, all {:.1} s", seq, t0.elapsed().as_secs_f64());
}
