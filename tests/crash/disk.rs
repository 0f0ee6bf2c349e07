//! Disks that are full, stall, break or are no disks: the screen goes on and says so, and nothing that was kept is lost.

use mirante_history::{History, HistoryError, OpenOptions};
use mirante_tests::disk::{self, Disk, Posing};
use mirante_tests::hub::{Feed, Hub};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The longest that the screen may be without a word, as everywhere.
const SILENCE: Duration = Duration::from_secs(5);

#[test]
#[ignore = "mounts file systems, for which it must be root: cargo xtask prove disk"]
fn the_screen_goes_on_whatever_the_disk_does() {
    disk::in_own_mounts("disk::inside_").expect("bad disks");
}

/// A hub on a simulated centre in a hurry, its history on the disk to be tried.
struct Site {
    hub: Hub,
    feed: Feed,
    data: PathBuf,
}

impl Site {
    fn new(root: &Path) -> Site {
        let data = root.join("mirante");
        fs::create_dir(&data).expect("a folder");
        let hub = Hub::simulate_at(&data, &["--days", "0", "--warp", "600", "--seed", "9"]).expect("a hub");
        let mut feed = hub.client().feed().expect("a feed");
        feed.take_next().expect("a snapshot");
        Site { hub, feed, data: data.join("amostra") }
    }

    /// Watches until the hub says that this is in the way (nothing: `None`); events must go on meanwhile.
    fn until(&mut self, obstacle: Option<&str>, limit: Duration) -> Duration {
        let begun = Instant::now();
        loop {
            self.step();
            let said = self.feed.state.health["not_saving"].as_str().map(str::to_owned);
            if said.as_deref() == obstacle {
                return begun.elapsed();
            }
            assert!(begun.elapsed() < limit, "never {obstacle:?}: {}", self.feed.state.health);
        }
    }

    /// Lets time pass; the screen goes on, and with it what happens.
    fn through(&mut self, time: Duration) {
        let (begun, seq) = (Instant::now(), self.feed.state.seq);
        while begun.elapsed() < time {
            self.step();
        }
        assert!(self.feed.state.seq > seq, "nothing happened on the screen in {time:?}");
    }

    fn step(&mut self) {
        let begun = Instant::now();
        self.feed.take_next().expect("a feed that goes on");
        assert!(begun.elapsed() < SILENCE, "the screen stood still for {:?}", begun.elapsed());
    }

    /// Everything up to what the screen shows now reaches the disk, whole.
    fn keeps_all(mut self, faults: &[&str]) -> u64 {
        let shown = self.feed.state.seq;
        self.until(None, Duration::from_secs(60));
        let until = Instant::now() + Duration::from_secs(60);
        let reader = History::open(&self.data, &OpenOptions::reader()).expect("open for reading");
        while reader.newest_seq().expect("newest") < shown {
            assert!(Instant::now() < until, "event {shown} was shown, {:?} is kept", reader.newest_seq());
            self.step();
        }
        let mut count = 0;
        let each = |event: &mirante_floor::Event| {
            count += 1;
            assert_eq!(event.stamp.seq, count, "no holes");
            true
        };
        reader.events(1..=shown, each).expect("events");
        let found = reader.faults().expect("faults");
        assert_eq!(found.iter().map(|fault| &*fault.what).collect::<Vec<_>>(), faults);
        drop(reader);
        self.hub.kill().expect("kill -9");
        let data = self.data.display().to_string();
        let verified = Hub::ctl(&["verify", "--data", &data]).expect("mirantectl");
        let words = [verified.stdout, verified.stderr].concat();
        assert!(verified.status.success(), "{}", String::from_utf8_lossy(&words));
        shown
    }
}

#[test]
#[ignore = "run by the test above"]
fn inside_a_full_disk() {
    if !disk::has_own_mounts() {
        return;
    }
    let folder = tempfile::tempdir().expect("tempdir");
    let root = folder.path().display().to_string();
    disk::run("mount", &["-t", "tmpfs", "-o", "size=40m", "none", &root]).expect("a small disk");
    let mut site = Site::new(folder.path());
    site.through(Duration::from_secs(3));
    let filler = folder.path().join("filler");
    let mut file = fs::File::create(&filler).expect("a file");
    while file.write_all(&[0x55; 4096]).is_ok() {}
    drop(file);
    let said = site.until(Some("full"), Duration::from_secs(60));
    site.through(Duration::from_secs(8));
    // The reserve paid for the row that says so, while there is no room for anything else.
    let reader = History::open(&site.data, &OpenOptions::reader()).expect("open for reading");
    let faults = reader.faults().expect("faults");
    assert_eq!(faults.iter().map(|fault| &*fault.what).collect::<Vec<_>>(), ["disk_full"]);
    let kept = reader.newest_seq().expect("newest");
    assert!(kept < site.feed.state.seq, "the disk takes it all: it is not full");
    drop(reader);
    fs::remove_file(&filler).expect("room");
    let shown = site.keeps_all(&["disk_full"]);
    println!("full disk: said after {said:.1?}, with {kept} events kept; with room again all {shown} are");
}

#[test]
#[ignore = "run by the test above"]
fn inside_a_disk_that_stalls() {
    if !disk::has_own_mounts() {
        return;
    }
    let disk = Disk::new(96).expect("a disk");
    let mut site = Site::new(&disk.root());
    // Slow: every write and flush takes a tenth of a second.
    disk.slow(Duration::from_millis(100));
    site.through(Duration::from_secs(8));
    disk.slow(Duration::ZERO);
    site.through(Duration::from_secs(3));
    // And standing still.
    disk.stand_still();
    let said = site.until(Some("stalls"), Duration::from_secs(15));
    site.through(Duration::from_secs(15));
    disk.go_on();
    let healed = site.until(None, Duration::from_secs(30));
    let shown = site.keeps_all(&[]);
    println!(
        "stalled disk: said after {said:.1?}, the screen went on for 15 s more, healed {healed:.1?} after it answered; all {shown} events are kept"
    );
}

#[test]
#[ignore = "run by the test above"]
fn inside_a_disk_that_breaks() {
    if !disk::has_own_mounts() {
        return;
    }
    let disk = Disk::new(96).expect("a disk");
    let mut site = Site::new(&disk.root());
    site.through(Duration::from_secs(5));
    disk.break_down();
    let begun = Instant::now();
    // What the system makes of it differs; that history is not kept is said.
    while site.feed.state.health["not_saving"].is_null() {
        site.step();
        assert!(begun.elapsed() < Duration::from_secs(60), "never said");
    }
    let first = site.feed.state.health.clone();
    site.through(Duration::from_secs(10));
    println!("broken disk: said after {:.1?}: {}; later {}", begun.elapsed(), first, site.feed.state.health);
    site.hub.kill().expect("kill -9");
}

#[test]
#[ignore = "run by the test above"]
fn inside_a_file_system_that_may_only_be_read() {
    if !disk::has_own_mounts() {
        return;
    }
    let folder = tempfile::tempdir().expect("tempdir");
    let root = folder.path().display().to_string();
    disk::run("mount", &["-t", "tmpfs", "-o", "size=40m", "none", &root]).expect("a disk");
    let data = folder.path().join("data");
    drop(History::open(&data, &OpenOptions::writer()).expect("a history"));
    disk::run("mount", &["-o", "remount,ro", &root]).expect("only to be read");
    let error = History::open(&data, &OpenOptions::writer()).err().expect("nothing can be written");
    println!("read-only: writing: {error}");
    assert!(matches!(error, HistoryError::ReadOnlyFolder { .. }), "{error:?}");
    let words = format!("{} may only be read", data.display());
    assert!(error.to_string().contains(&words), "{error}");
    // What is there can be read all the same.
    let reader = History::open(&data, &OpenOptions::reader()).unwrap_or_else(|error| panic!("reading: {error}"));
    assert_eq!(reader.newest_seq().expect("newest"), 0);
}

#[test]
#[ignore = "run by the test above"]
fn inside_a_network() {
    if !disk::has_own_mounts() {
        return;
    }
    for (program, refused) in [("sshfs", true), ("rclone", true), ("ntfs-3g", false)] {
        let posing = Posing::new(program).expect("a file system");
        let opened = History::open(posing.root(), &OpenOptions::writer());
        let words = opened.err().map_or_else(|| "opened".to_owned(), |error| error.to_string());
        println!("fuse.{program}: {words}");
        assert_eq!(words.contains(&format!("on a network file system ({program})")), refused, "{words}");
    }
}
