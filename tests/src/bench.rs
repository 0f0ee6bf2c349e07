//! What the hub costs and how late it is, on a real Asterisk; how fast a past is imported.

mod import;

pub use import::import;

use crate::ami::Ami;
use crate::hub::Hub;
use crate::load::{Driver, Options, Plan, Size};
use crate::pbx::centre::CENTRE;
use crate::pbx::{Pbx, config};
use anyhow::{Context, Result, ensure};
use serde_json::json;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Lets the PBX and the hub settle before anything is measured.
const WARM: u32 = 10;
/// Ticks a second in `/proc`: fixed by Linux's interface to programs.
const TICKS: f64 = 100.0;

/// CPU, memory and latency of the hub under so many calls a second, with one client on its feed.
///
/// Gives a table for people and, as its last line, the same figures as one JSON object.
pub fn feed(pbx: &Pbx, seconds: u32, inbound: f64) -> Result<String> {
    let hub = Hub::follow(pbx.address(), None)?;
    hub.wait_up(Duration::from_secs(10))?;
    let size =
        Size { seconds: seconds + WARM, inbound, outside: inbound / 8.0, talk_s: (15.0 / inbound).clamp(1.2, 6.0) };
    let plan = Plan::new(41, size, &CENTRE);
    let over = AtomicBool::new(false);
    let (all, ours) = (AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| -> Result<String> {
        let stop = StopOnDrop(&over);
        scope.spawn(|| count(pbx.everything(), &all, &over));
        scope.spawn(|| count(Ami::login(pbx.address(), config::MIRANTE.0, config::MIRANTE.1), &ours, &over));
        let watcher = scope.spawn(|| watch(&hub, &over));
        let driver = scope.spawn(|| drive(pbx, &plan));
        std::thread::sleep(Duration::from_secs(WARM.into()));
        let (began, cpu) = (Instant::now(), cpu_s(hub.id())?);
        let counted = (all.load(Ordering::Relaxed), ours.load(Ordering::Relaxed));
        std::thread::sleep(Duration::from_secs(seconds.into()));
        let time = began.elapsed().as_secs_f64();
        let share = 100.0 * (cpu_s(hub.id())? - cpu) / time;
        let rate = |counter: &AtomicU64, before: u64| (counter.load(Ordering::Relaxed) - before) as f64 / time;
        let (all, ours) = (rate(&all, counted.0), rate(&ours, counted.1));
        let memory = memory_mb(hub.id())?;
        let entered = driver.join().map_err(|_| anyhow::anyhow!("the driver failed"))??;
        drop(stop);
        let shown = watcher.join().map_err(|_| anyhow::anyhow!("the watcher failed"))??;
        let mut times: Vec<i64> = entered
            .iter()
            .filter(|(_, at)| at.len() == 1)
            .filter_map(|(number, at)| Some(shown.get(number)? - at[0]))
            .collect();
        ensure!(!times.is_empty(), "no call was seen on the feed");
        times.sort_unstable();
        let at = |share: f64| times[((times.len() - 1) as f64 * share).round() as usize];
        let (p50, p99, worst, calls) = (at(0.5), at(0.99), at(1.0), times.len());
        let mut text = String::new();
        for (what, value, goal) in [
            ("PBX", pbx.version().to_owned(), ""),
            ("events of the PBX a second", format!("{all:.0}"), ""),
            ("past the documented user's filters", format!("{ours:.0}"), ""),
            ("hub, share of a core", format!("{share:.1} %"), "at most 3 % at 200 events/s"),
            ("hub, resident memory", format!("{memory:.0} MB"), "at most 60 MB"),
            ("AMI event to feed, p50", format!("{p50} ms"), "at most 60 ms, to the page"),
            ("AMI event to feed, p99", format!("{p99} ms"), "at most 150 ms, to the page"),
            ("AMI event to feed, worst", format!("{worst} ms of {calls} calls"), ""),
        ] {
            writeln!(text, "{what:<36}  {value:<36}  {goal}")?;
        }
        let tenth = |value: f64| (value * 10.0).round() / 10.0;
        let figures = json!({
            "version": pbx.version(), "events_per_s": tenth(all), "filtered_per_s": tenth(ours), "cpu_percent": tenth(share),
            "rss_mb": tenth(memory), "p50_ms": p50, "p99_ms": p99,
        });
        write!(text, "{figures}")?;
        Ok(text)
    })
}

/// Threads of a scope must end even when the measurement fails.
struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// When each caller entered by the PBX's clock, by the last four digits.
fn drive(pbx: &Pbx, plan: &Plan) -> Result<HashMap<String, Vec<i64>>> {
    let mut entered: HashMap<String, Vec<i64>> = HashMap::new();
    Driver::new(pbx.driver()?, plan, &CENTRE).run(Options { drain: Duration::from_secs(2) }, |message| {
        if message.get("Event") == "QueueCallerJoin" {
            entered.entry(ending(message.get("CallerIDNum"))).or_default().push(message.at_ms());
        }
    })?;
    Ok(entered)
}

/// When each caller's row came on the feed, by the last four digits.
fn watch(hub: &Hub, over: &AtomicBool) -> Result<HashMap<String, i64>> {
    let mut feed = hub.client().feed()?;
    let mut shown = HashMap::new();
    while !over.load(Ordering::Relaxed) {
        feed.take_next()?;
        let now = crate::now_ms();
        for row in feed.state.table("callers") {
            shown.entry(ending(row["number"].as_str().unwrap_or_default())).or_insert(now);
        }
    }
    Ok(shown)
}

fn count(ami: Result<Ami>, counter: &AtomicU64, over: &AtomicBool) -> Result<()> {
    let mut ami = ami?;
    while !over.load(Ordering::Relaxed) {
        if ami.receive(Duration::from_millis(100))?.is_some_and(|message| message.is_event()) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }
    Ok(())
}

/// The last four digits: all that a masked number keeps.
pub fn ending(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    digits[digits.len().saturating_sub(4)..].iter().collect()
}

/// Seconds of CPU that a process used so far.
fn cpu_s(process: u32) -> Result<f64> {
    let text = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The program's name may hold blanks: figures are counted after its bracket. utime and stime are fields 14 and 15.
    let figures: Vec<&str> = text.rsplit_once(')').context("no stat")?.1.split_whitespace().collect();
    let field = |number: usize| figures.get(number - 3).and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();
    Ok((field(14) + field(15)) / TICKS)
}

/// Resident memory of a process.
fn memory_mb(process: u32) -> Result<f64> {
    let text = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(line.split_whitespace().next().and_then(|text| text.parse::<f64>().ok()).context("no figure")? / 1024.0)
}
