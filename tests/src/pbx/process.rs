//! One running Asterisk: start, stop, kill, freeze, restart.

use super::centre::{CENTRE, Centre};
use super::change::Clock;
use super::config;
use super::install::Tree;
use crate::ami::Ami;
use anyhow::{Context, Result, bail, ensure};
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A port of loopback that nothing listens on just now.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// A PBX of the rig's. Dropping it kills the process and removes its folder.
#[derive(Debug)]
pub struct Pbx {
    tree: Tree,
    instance: PathBuf,
    port: u16,
    centre: Centre,
    child: Option<Child>,
    clock: Option<Clock>,
    keep: bool,
}

impl Pbx {
    /// Writes the configuration into a new folder and starts Asterisk on a free port of loopback.
    pub fn start(tree: &Tree) -> Result<Pbx> {
        Pbx::start_in(tree, &fresh_folder()?, free_port()?, &CENTRE, true)
    }

    /// The same with events that carry no time of their own, which is Asterisk's default (`timestampevents`).
    pub fn start_unstamped(tree: &Tree) -> Result<Pbx> {
        Pbx::start_in(tree, &fresh_folder()?, free_port()?, &CENTRE, false)
    }

    /// The same in a folder and on a port of the caller's choice.
    pub fn start_in(tree: &Tree, instance: &Path, port: u16, centre: &Centre, stamped: bool) -> Result<Pbx> {
        let mut pbx = Pbx::configured_in(tree, instance, port, centre, stamped)?;
        pbx.boot()?;
        Ok(pbx)
    }

    /// A PBX whose files are written and that does not run yet: change what is to be different, then [`Pbx::boot`] it.
    pub fn configured(tree: &Tree) -> Result<Pbx> {
        Pbx::configured_in(tree, &fresh_folder()?, free_port()?, &CENTRE, true)
    }

    fn configured_in(tree: &Tree, instance: &Path, port: u16, centre: &Centre, stamped: bool) -> Result<Pbx> {
        config::write(tree, instance, port, centre, stamped)?;
        let keep = std::env::var_os("MIRANTE_RIG_KEEP").is_some();
        let (tree, instance) = (tree.clone(), instance.to_owned());
        Ok(Pbx { tree, instance, port, centre: *centre, child: None, clock: None, keep })
    }

    /// Gives it, before it boots, a clock that the test can set.
    pub fn own_clock(&mut self) -> Result<Clock> {
        let clock = Clock::with(self.tree.clock_library()?, &self.instance)?;
        self.clock = Some(clock.clone());
        Ok(clock)
    }

    /// Starts the process again after [`Pbx::stop`] or [`Pbx::kill`], with the same files and port.
    pub fn boot(&mut self) -> Result<()> {
        ensure!(self.child.is_none(), "it runs already");
        let console = fs::File::create(self.instance.join("log/console"))?;
        let (program, arguments) = self.tree.argv();
        // The kernel ends Asterisk with whoever started it, however that ends.
        let mut command = if Path::new("/usr/bin/setpriv").exists() {
            let mut command = Command::new("/usr/bin/setpriv");
            command.args(["--pdeathsig", "KILL"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        if let Some(clock) = &self.clock {
            command.envs(clock.place()).arg("--preload").arg(clock.library());
        }
        command.args(arguments).arg("-f").arg("-C").arg(self.instance.join("etc/asterisk.conf"));
        command.stdin(Stdio::null()).stdout(console.try_clone()?).stderr(console);
        self.child = Some(command.spawn().context("Asterisk does not start")?);
        let until = Instant::now() + Duration::from_secs(30);
        while Instant::now() < until {
            if let Some(status) = self.child.as_mut().and_then(|child| child.try_wait().ok().flatten()) {
                self.child = None;
                let words = fs::read_to_string(self.instance.join("log/console")).unwrap_or_default();
                bail!("Asterisk ended at once ({status}): {}", words.trim());
            }
            // Logins are accepted before the queues are loaded.
            if let Ok(mut ami) = self.driver()
                && ami.ask("QueueStatus", &[]).is_ok_and(|answer| answer.get("Response") == "Success")
            {
                // States of Custom devices outlive a killed Asterisk in its database, and start as UNKNOWN in a new one.
                for agent in self.centre.agents {
                    let device = format!("DEVICE_STATE(Custom:agent{})", agent.number);
                    ami.ask("Setvar", &[("Variable", &device), ("Value", "NOT_INUSE")])?;
                }
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("Asterisk did not become ready in 30 s")
    }

    /// A manager session that may do everything.
    pub fn driver(&self) -> Result<Ami> {
        Ami::login(self.address(), config::DRIVER.0, config::DRIVER.1)
    }

    /// A manager session that hears every event.
    pub fn everything(&self) -> Result<Ami> {
        Ami::login(self.address(), config::EVERYTHING.0, config::EVERYTHING.1)
    }

    /// Where the manager interface is.
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    /// The Asterisk that it runs.
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// Where its files of configuration are.
    pub fn etc(&self) -> PathBuf {
        self.instance.join("etc")
    }

    /// What it noted about itself.
    pub fn messages(&self) -> String {
        fs::read_to_string(self.instance.join("log/messages")).unwrap_or_default()
    }

    /// The PBX's own record of queue events.
    pub fn queue_log(&self) -> PathBuf {
        self.instance.join("log/queue_log")
    }

    /// What it says it is.
    pub fn version(&self) -> &str {
        &self.tree.version
    }

    /// Ends it in an orderly way; callers are cut off.
    pub fn stop(&mut self) -> Result<()> {
        if let Ok(mut ami) = self.driver() {
            ami.send("Command", &[("Command", "core stop now")])?;
        }
        let Some(mut child) = self.child.take() else { return Ok(()) };
        for _ in 0..100 {
            if child.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        child.kill()?;
        child.wait()?;
        Ok(())
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    /// Stops it from running without closing anything; the kernel still accepts connections for it.
    pub fn freeze(&self) -> Result<()> {
        self.signal("-STOP")
    }

    /// Lets it run again.
    pub fn thaw(&self) -> Result<()> {
        self.signal("-CONT")
    }

    fn signal(&self, name: &str) -> Result<()> {
        let child = self.child.as_ref().context("it does not run")?;
        crate::signal(child.id(), name)
    }
}

impl Drop for Pbx {
    fn drop(&mut self) {
        // Nothing to do about a failure here: the kernel ends the process with this one.
        let _ = self.kill();
        if !self.keep {
            let _ = fs::remove_dir_all(&self.instance);
        }
    }
}

/// A new folder for one instance. Short, because a Unix socket's path in it may have 107 bytes.
fn fresh_folder() -> Result<PathBuf> {
    for attempt in 0..1000 {
        let path = std::env::temp_dir().join(format!("mirante-rig-{}-{attempt}", std::process::id()));
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error).with_context(|| format!("cannot make {}", path.display())),
        }
    }
    bail!("no free folder under {}", std::env::temp_dir().display())
}
