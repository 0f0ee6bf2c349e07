//! Programs that run beside a test and end with it.

use anyhow::{Context, Result};
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

/// A program in a process group of its own: dropping it ends the whole group.
#[derive(Debug)]
pub struct Background {
    child: Child,
}

impl Background {
    /// Starts it.
    pub fn start(command: &mut Command) -> Result<Background> {
        command.process_group(0);
        let child = command.spawn().with_context(|| format!("{} does not start", command.get_program().display()))?;
        Ok(Background { child })
    }

    /// Starts it and gives the lines of its standard output as they come.
    pub fn start_reading(command: &mut Command) -> Result<(Background, Receiver<String>)> {
        let mut background = Background::start(command.stdout(Stdio::piped()))?;
        let output = background.child.stdout.take().context("no standard output")?;
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // Read on even if the test is over, so that the program never waits for a full pipe.
                let _ = sender.send(line);
            }
        });
        Ok((background, lines))
    }

    /// Its process.
    pub fn child(&mut self) -> &mut Child {
        &mut self.child
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // Nothing to do about a failure here. The shell's own `kill` knows groups.
        let _ =
            Command::new("sh").args(["-c", &format!("kill -KILL -{}", self.child.id())]).stderr(Stdio::null()).status();
        let _ = self.child.wait();
    }
}
