//! A configuration file, looked at before it is used.

use crate::connection;
use crate::wire::ConnectionReport;
use mirante_engine::config::{Config, ConfigError, SourceKind};
use std::path::Path;

/// What is known of one source of a configuration file.
#[derive(Debug)]
pub struct SourceCheck {
    /// Its name.
    pub name: String,
    /// What it is and where, in words.
    pub what: String,
    /// Why it cannot be used, if it cannot: a secret that is not there.
    pub fault: Option<String>,
    /// What a connection found, if one was asked for and could be tried.
    pub connection: Option<ConnectionReport>,
}

/// Reads a configuration file and finds its secrets. `connect`: also enters each PBX and looks at each layer on the way,
/// changing nothing there.
///
/// # Errors
/// [`ConfigError`] with the lines that are wrong.
pub async fn check_config(path: &Path, connect: bool) -> Result<Vec<SourceCheck>, ConfigError> {
    let config = Config::read(path)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut checks = Vec::new();
    for source in config.sources {
        let mut check = SourceCheck { name: source.name, what: String::new(), fault: None, connection: None };
        match &source.kind {
            SourceKind::Simulator(s) => {
                check.what = format!("simulated centre, {} queues and {} agents", s.queues, s.agents);
            }
            SourceKind::Asterisk(a) => {
                let tls = if a.tls.is_some() { ", TLS" } else { "" };
                check.what = format!("Asterisk at {}:{}{tls}", a.host, a.port);
                match mirante_engine::asterisk(a, folder) {
                    Err(error) => check.fault = Some(error.to_string()),
                    Ok(found) if connect => check.connection = Some(connection::look(&found).await),
                    Ok(_) => {}
                }
            }
        }
        checks.push(check);
    }
    Ok(checks)
}
