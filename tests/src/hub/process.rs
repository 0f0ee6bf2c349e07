//! One running hub.

use super::client::Client;
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

/// The built program: `$MIRANTECTL`, else the one beside this test.
pub fn mirantectl() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("MIRANTECTL") {
        return Ok(path.into());
    }
    let here = std::env::current_exe()?;
    let name = format!("mirantectl{}", std::env::consts::EXE_SUFFIX);
    let found = here.ancestors().skip(1).take(2).map(|folder| folder.join(&name)).find(|path| path.exists());
    found.context("mirantectl is not built: cargo build -p mirante-cli")
}

/// A configuration that follows one PBX as the documented user, whose secret is in `MIRANTE_RIG_SECRET`.
pub fn following(pbx: SocketAddr, queue_log: Option<&Path>) -> String {
    following_as(crate::pbx::config::MIRANTE.0, pbx, queue_log)
}

fn following_as(user: &str, pbx: SocketAddr, queue_log: Option<&Path>) -> String {
    let mut text = format!(
        "[[source]]\nname = \"rig\"\nlabel = \"PABX de teste\"\nkind = \"asterisk\"\nhost = \"127.0.0.1\"\nport = {}\n\
         tls = false\nusername = \"{user}\"\nsecret = \"env:MIRANTE_RIG_SECRET\"\n",
        pbx.port(),
    );
    if let Some(path) = queue_log {
        text.push_str(&format!("queue_log = \"{}\"\n", path.display()));
    }
    text
}

/// A hub of the test's own. Dropping it ends the process; its folder goes too unless `$MIRANTE_RIG_KEEP` is set.
#[derive(Debug)]
pub struct Hub {
    child: Child,
    address: SocketAddr,
    folder: tempfile::TempDir,
    arguments: Vec<String>,
    secrets: Vec<(String, String)>,
}

impl Hub {
    /// Follows one PBX as the documented user. `queue_log` is the PBX's own record, if the hub may read it.
    pub fn follow(pbx: SocketAddr, queue_log: Option<&Path>) -> Result<Hub> {
        let secret = crate::pbx::config::MIRANTE.1;
        Hub::start(&following(pbx, queue_log), &[("MIRANTE_RIG_SECRET", secret)])
    }

    /// Follows one PBX as the user who may not hear the dial plan.
    pub fn follow_narrowly(pbx: SocketAddr, queue_log: Option<&Path>) -> Result<Hub> {
        let (user, secret) = crate::pbx::config::NARROW;
        Hub::start(&following_as(user, pbx, queue_log), &[("MIRANTE_RIG_SECRET", secret)])
    }

    /// Follows one PBX as the user who also hears calls to the outside; any account code names a campaign.
    pub fn follow_outbound(pbx: SocketAddr) -> Result<Hub> {
        let (user, secret) = crate::pbx::config::OUTBOUND;
        let config = following_as(user, pbx, None) + "campaign_account = \"\"\n";
        Hub::start(&config, &[("MIRANTE_RIG_SECRET", secret)])
    }

    /// Serves a configuration on a free port of loopback, ready when it says so.
    pub fn start(config: &str, secrets: &[(&str, &str)]) -> Result<Hub> {
        let folder = folder()?;
        let file = folder.path().join("mirante.toml");
        fs::write(&file, config)?;
        Hub::run(folder, &["serve", "--config", &file.display().to_string()], secrets)
    }

    /// Serves a simulated centre, with more arguments of `mirantectl simulate`.
    pub fn simulate(arguments: &[&str]) -> Result<Hub> {
        Hub::run(folder()?, &[&["simulate", "--serve"], arguments].concat(), &[])
    }

    /// The same with its data folder elsewhere.
    #[cfg(unix)]
    pub fn simulate_at(data: &Path, arguments: &[&str]) -> Result<Hub> {
        let folder = folder()?;
        std::os::unix::fs::symlink(data, folder.path().join("data"))?;
        Hub::run(folder, &[&["simulate", "--serve"], arguments].concat(), &[])
    }

    fn run(folder: tempfile::TempDir, arguments: &[&str], secrets: &[(&str, &str)]) -> Result<Hub> {
        let arguments: Vec<String> = arguments.iter().map(|text| (*text).to_owned()).collect();
        let secrets: Vec<_> = secrets.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let (child, address) = spawn(folder.path(), &arguments, &secrets)?;
        Ok(Hub { child, address, folder, arguments, secrets })
    }

    /// Ends it as a power cut would, and starts it again on the same folder.
    pub fn kill_and_restart(&mut self) -> Result<()> {
        self.kill()?;
        self.restart()
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Starts it again on the same folder after [`Hub::kill`].
    pub fn restart(&mut self) -> Result<()> {
        (self.child, self.address) = spawn(self.folder.path(), &self.arguments, &self.secrets)?;
        Ok(())
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Waits until the past of its simulated centre is told and in the history in `data`.
    pub fn wait_for_past(&self, data: &Path) -> Result<()> {
        let mut feed = self.client().feed()?;
        while feed.state.seen == 0 || !feed.state.health["sample_percent"].is_null() {
            feed.take_next()?;
        }
        // That batch may have been gathered before; the second after it was not.
        feed.take_next()?;
        feed.take_next()?;
        let (told, late) = (feed.state.seq, Instant::now() + Duration::from_secs(60));
        while Instant::now() < late {
            let place = ["floor", "--data", &data.display().to_string(), "--seq", &told.to_string(), "--json"];
            let output = Hub::ctl(&place)?;
            if serde_json::from_slice::<Value>(&output.stdout).is_ok_and(|floor| floor["seq"] == told) {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        bail!("event {told} was told and is not on the disk")
    }

    /// The file of its history.
    pub fn database(&self) -> PathBuf {
        let files = fs::read_dir(self.data()).into_iter().flatten().flatten().map(|entry| entry.path());
        let found =
            files.into_iter().find(|path| path.extension().is_some_and(|kind| kind == "db" || kind == "sqlite"));
        found.unwrap_or_else(|| self.data().join("history.db"))
    }

    /// Lets it stand still, or go on: `-STOP` and `-CONT`.
    pub fn signal(&self, name: &str) -> Result<()> {
        crate::signal(self.id(), name)
    }

    /// The folder that its configuration lies in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// How it ended, if it did: nobody asked it to.
    pub fn ended(&mut self) -> Option<String> {
        let status = self.child.try_wait().ok().flatten()?;
        Some(format!("{status}: {}", self.words()))
    }

    /// What it said on standard error so far.
    pub fn words(&self) -> String {
        fs::read_to_string(self.folder.path().join("stderr")).unwrap_or_default()
    }

    /// A client of its HTTP door.
    pub fn client(&self) -> Client {
        Client::new(self.address)
    }

    /// Waits until the only source is heard.
    pub fn wait_up(&self, limit: Duration) -> Result<()> {
        let until = Instant::now() + limit;
        let mut last = Value::Null;
        while Instant::now() < until {
            let rows = self.client().snapshot()?;
            if rows.link() == "up" && !rows.table("queues").is_empty() {
                return Ok(());
            }
            last = rows.source().clone();
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("the hub does not hear the PBX after {limit:?}: {last}\n{}", self.words())
    }

    /// Runs `mirantectl` with more arguments, to its end.
    pub fn ctl(arguments: &[&str]) -> Result<Output> {
        Command::new(mirantectl()?).args(arguments).stdin(Stdio::null()).output().context("mirantectl does not start")
    }
}

impl Drop for Hub {
    #[allow(clippy::print_stderr)]
    fn drop(&mut self) {
        // A test that fails because the hub is gone must say so.
        if let Some(words) = self.ended() {
            eprintln!("the hub had ended by itself, {words}");
        }
        // Nothing to do about a failure here.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn folder() -> Result<tempfile::TempDir> {
    let mut folder = tempfile::Builder::new().prefix("mirante-hub-").tempdir()?;
    folder.disable_cleanup(std::env::var_os("MIRANTE_RIG_KEEP").is_some());
    Ok(folder)
}

fn spawn(folder: &Path, arguments: &[String], secrets: &[(String, String)]) -> Result<(Child, SocketAddr)> {
    let mut command = Command::new(mirantectl()?);
    command.args(arguments).arg("--data").arg(folder.join("data")).args(["--listen", "127.0.0.1:0"]);
    command.envs(secrets.iter().map(|(name, value)| (name, value)));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(fs::File::create(folder.join("stderr"))?);
    let mut child = command.spawn().context("mirantectl does not start")?;
    let output = child.stdout.take().context("no standard output")?;
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            // The test may be over: read on, so that the hub never waits for a full pipe.
            let _ = sender.send(line);
        }
    });
    let line = lines.recv_timeout(Duration::from_secs(20));
    let address = line.as_deref().ok().and_then(|line| line.strip_prefix("listening on http://")?.parse().ok());
    if let Some(address) = address {
        return Ok((child, address));
    }
    child.kill()?;
    child.wait()?;
    let words = fs::read_to_string(folder.join("stderr")).unwrap_or_default();
    bail!("mirantectl {} said {line:?} instead of its address in 20 s\n{words}", arguments.join(" "))
}

/// One line of `mirantectl visits --csv`.
#[derive(Debug, Clone, PartialEq)]
pub struct Visit {
    /// Root Linkedid.
    pub contact: String,
    /// The queue.
    pub queue: String,
    /// Unix ms of entry.
    pub entered_ms: i64,
    /// How it ended.
    pub outcome: String,
    /// Ms waited.
    pub wait_ms: i64,
    /// Who answered.
    pub agent: Option<String>,
    /// Ms of conversation.
    pub talk_ms: Option<i64>,
    /// Uniqueid at entry.
    pub platform_id: String,
}

/// What the outside checks read: `mirantectl visits --csv` of the last `minutes`.
pub fn visits(data: &Path, minutes: i64) -> Result<Vec<Visit>> {
    visits_between(data, -minutes, 1)
}

/// The same between two times, minutes from now.
pub fn visits_between(data: &Path, from: i64, to: i64) -> Result<Vec<Visit>> {
    let now = jiff::Timestamp::now();
    let zone = jiff::tz::TimeZone::get("America/Sao_Paulo")?;
    let time = |offset: i64| {
        let time = now + jiff::SignedDuration::from_mins(offset);
        time.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    };
    let (from, to) = (time(from), time(to));
    let data = data.display().to_string();
    let output = Hub::ctl(&["visits", "--data", &data, "--from", &from, "--to", &to, "--csv"])?;
    ensure!(output.status.success(), "mirantectl visits failed: {}", String::from_utf8_lossy(&output.stderr));
    let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
    let columns = ["contact", "queue", "entered", "outcome", "wait_ms", "agent", "talk_ms", "platform_id"];
    ensure!(reader.headers()?.iter().eq(columns), "columns are {:?}", reader.headers()?);
    let mut visits = Vec::new();
    for record in reader.records() {
        let record = record?;
        let text = |index: usize| record.get(index).unwrap_or_default().to_owned();
        let filled = |index: usize| Some(text(index)).filter(|text| !text.is_empty());
        let entered: jiff::Timestamp = text(2).parse().with_context(|| format!("entered is {}", text(2)))?;
        visits.push(Visit {
            contact: text(0),
            queue: text(1),
            entered_ms: entered.as_millisecond(),
            outcome: text(3),
            wait_ms: text(4).parse().with_context(|| format!("wait_ms is {}", text(4)))?,
            agent: filled(5),
            talk_ms: filled(6).map(|text| text.parse()).transpose()?,
            platform_id: text(7),
        });
    }
    Ok(visits)
}

/// A row of `mirantectl attempts --csv`, by column.
pub type AttemptRow = std::collections::HashMap<String, String>;

/// `mirantectl attempts --csv` of the last `minutes`.
pub fn attempts(data: &Path, minutes: i64) -> Result<Vec<AttemptRow>> {
    let now = jiff::Timestamp::now();
    let time = |offset: i64| (now + jiff::SignedDuration::from_mins(offset)).to_string();
    let (from, to, data) = (time(-minutes), time(1), data.display().to_string());
    let output = Hub::ctl(&["attempts", "--data", &data, "--from", &from, "--to", &to, "--csv"])?;
    ensure!(output.status.success(), "mirantectl attempts failed: {}", String::from_utf8_lossy(&output.stderr));
    let mut reader = csv::Reader::from_reader(output.stdout.as_slice());
    let columns = reader.headers()?.clone();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        rows.push(columns.iter().zip(&record).map(|(key, value)| (key.to_owned(), value.to_owned())).collect());
    }
    Ok(rows)
}
