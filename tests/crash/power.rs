//! The power goes while history is written: whatever the disk then holds, what was acknowledged is there.

use crate::count;
use crate::judge::{judge, reopened};
use crate::story::Starts;
use crate::victim::{self, Word, Work};
use mirante_tests::disk::{self, Disk, Mounted};
use rand::RngExt;
use std::time::{Duration, Instant};

/// Lives of the writer; each after the first begins on what a cut left.
const LIVES: usize = 4;
/// Room of the disk, MiB.
const MIB: u64 = 96;

/// A hundred and twenty cuts, or as many as `MIRANTE_CUTS` says.
#[test]
#[ignore = "mounts file systems, for which it must be root: cargo xtask prove power"]
fn nothing_acknowledged_is_lost() {
    disk::in_own_mounts("power::inside").expect("cuts of the power");
}

#[test]
#[ignore = "run by the test above"]
fn inside() {
    if !disk::has_own_mounts() {
        return;
    }
    let cuts = count("MIRANTE_CUTS", 120);
    let mut dice = rand::rng();
    let (mut times, mut cut_count, mut lost, mut sealing) = (Vec::new(), 0, 0, 0);
    let (mut image, mut starts) = (None, Starts::new());
    for life in 0..LIVES {
        let disk = match image.take() {
            None => Disk::new(MIB).expect("a disk"),
            Some(image) => Disk::of(image).expect("a disk"),
        };
        let lived = live(&disk, if life % 2 == 0 { Work::Seal } else { Work::Write }, &mut starts);
        println!(
            "life {}: {} writes and flushes, of these {} flushes; {} words kept, {} seals",
            life + 1,
            disk.moment(),
            disk.flushes(),
            lived.acks.len(),
            lived.seals.len()
        );
        let mut left = None;
        for cut in 0..cuts.div_ceil(LIVES) {
            // At any moment; right after a word was kept; while a stretch is being sealed. The first life's first cuts come while
            // the folder is being made.
            let moment = match cut % 3 {
                0 if life == 0 && cut < 30 => dice.random_range(0..lived.acks[1].0),
                0 => dice.random_range(0..=lived.until),
                1 => lived.acks[dice.random_range(0..lived.acks.len())].0,
                _ => {
                    let (from, to) = lived.seals[dice.random_range(0..lived.seals.len())];
                    dice.random_range(from..=to)
                }
            };
            let loses = !cut.is_multiple_of(4);
            let said = lived.acks.iter().take_while(|(at, _)| *at <= moment).last().map_or(0, |(_, seq)| *seq);
            sealing += usize::from(lived.seals.iter().any(|(from, to)| (*from..=*to).contains(&moment)));
            lost += usize::from(loses);
            let what = format!("life {}, cut {} after step {moment}", life + 1, cut + 1);
            let mounted = Mounted::new(&disk.cut(moment, loses, &mut dice)).unwrap_or_else(|e| panic!("{what}: {e}"));
            let judged = judge(&mounted.root().join("data"), said, &starts, cut % 10 == 9, false, &what);
            println!("{what}: said {said}, stored {}, reopened in {:?}", judged.stored, judged.reopened);
            cut_count += 1;
            // Before anything was kept, a folder is made, not opened again.
            if judged.stored > 0 {
                times.push(judged.reopened);
                left = Some((mounted.image().expect("unmounted"), judged.stored));
            }
        }
        let (next, stored) = left.expect("a cut after something was kept");
        image = Some(next);
        // What came after that cut never was.
        starts.retain(|start| *start < stored);
    }
    println!(
        "{cut_count} cuts of the power, nothing acknowledged was lost; {sealing} within a seal; {lost} with the disk's own memory lost; {}",
        reopened(times)
    );
}

/// What the writer said, by the disk's writes and flushes at that time.
struct Lived {
    acks: Vec<(usize, u64)>,
    seals: Vec<(usize, usize)>,
    until: usize,
}

fn live(disk: &Disk, work: Work, starts: &mut Starts) -> Lived {
    let (mut child, words) = victim::start(&disk.root().join("data"), work);
    let mut lived = Lived { acks: Vec::new(), seals: Vec::new(), until: 0 };
    let (mut begun, until) = (None, Instant::now() + Duration::from_secs(4));
    for word in words {
        // Heard a little after it was said: later cuts only.
        let moment = disk.moment();
        match word {
            Word::Opened(seq) => {
                starts.insert(seq);
            }
            Word::Kept(seq) => lived.acks.push((moment, seq)),
            Word::Begins(_) => begun = Some(moment),
            Word::Done(_) => lived.seals.extend(begun.take().map(|from| (from, moment))),
        }
        if Instant::now() > until && lived.seals.len() > 3 {
            break;
        }
    }
    lived.until = disk.moment();
    disk.forget();
    child.kill().expect("kill -9");
    child.wait().expect("gone");
    lived
}
