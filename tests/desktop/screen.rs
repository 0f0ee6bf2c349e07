//! A virtual screen and a message bus of the test's own.

use anyhow::{Context, Result};
use mirante_tests::background::Background;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Ends with the test.
pub(crate) struct Screen {
    /// Value of `DISPLAY`.
    pub(crate) display: String,
    /// Value of `DBUS_SESSION_BUS_ADDRESS`.
    pub(crate) bus: String,
    _programs: [Background; 2],
}

impl Screen {
    /// A screen of 1920 by 1080 on the first free number.
    pub(crate) fn open() -> Result<Screen> {
        let mut xvfb = Command::new("Xvfb");
        xvfb.args(["-displayfd", "1", "-screen", "0", "1920x1080x24", "-nolisten", "tcp"]).stderr(Stdio::null());
        let (xvfb, lines) = Background::start_reading(&mut xvfb)?;
        let number = lines.recv_timeout(Duration::from_secs(10)).context("Xvfb named no screen in 10 s")?;
        let mut dbus = Command::new("dbus-daemon");
        dbus.args(["--session", "--nofork", "--print-address"]);
        let (dbus, lines) = Background::start_reading(&mut dbus)?;
        let bus = lines.recv_timeout(Duration::from_secs(10)).context("dbus-daemon named no address in 10 s")?;
        Ok(Screen { display: format!(":{number}"), bus, _programs: [xvfb, dbus] })
    }
}
