//! `mirantectl tail`, in the small static program and in the whole one.

use crate::files::Log;
use crate::identity::Identity;
use crate::server::Server;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;

/// What is asked for.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The log; the files that it was rotated into lie beside it.
    #[arg(long, default_value = "/var/log/asterisk/queue_log")]
    file: PathBuf,
    /// Address and port to listen at.
    #[arg(long, default_value = "0.0.0.0:8730")]
    listen: SocketAddr,
    /// Folder for the certificate and the token, which are made at the first start.
    #[arg(long, default_value = "/var/lib/mirante-tail")]
    state: PathBuf,
    /// Say again what to write into Mirante's configuration, and end.
    #[arg(long)]
    show: bool,
}

/// Serves the log for ever; comes back only with an error, or after showing what was asked for.
///
/// # Errors
/// When the log's folder, the state or the port cannot be used.
pub fn run(arguments: &Arguments) -> io::Result<()> {
    let at = |what: String| move |error: io::Error| io::Error::new(error.kind(), format!("{what}: {error}"));
    let state = || format!("cannot keep the certificate in {} (choose with --state)", arguments.state.display());
    let (identity, made) = Identity::of(&arguments.state).map_err(at(state()))?;
    if made || arguments.show {
        io::stdout().write_all(advice(arguments, &identity).as_bytes())?;
        io::stdout().flush()?;
    }
    if arguments.show {
        return Ok(());
    }
    let log = Log::new(&arguments.file);
    let file = arguments.file.display();
    match log.size() {
        Ok(Some(_)) => log.read(None, 0, 1, &mut Vec::new()).map_err(at(format!("cannot read {file}")))?,
        Ok(None) => note(&format!("{file} is not there yet; waiting for it")),
        Err(error) => return Err(at(format!("cannot read {file}"))(error)),
    }
    let listening = at(format!("cannot listen at {}", arguments.listen));
    let server = Server::bind(arguments.listen, log, &identity, note).map_err(listening)?;
    note(&format!("serving {file} at {}", server.address()?));
    server.run()
}

fn note(words: &str) {
    // Nobody may be there to read it.
    let _ = writeln!(io::stderr(), "mirantectl tail: {words}");
}

/// What to write into Mirante's configuration.
fn advice(arguments: &Arguments, identity: &Identity) -> String {
    let host = match arguments.listen.ip() {
        ip if ip.is_unspecified() => "ADDRESS-OF-THIS-PBX".to_owned(),
        std::net::IpAddr::V6(ip) => format!("[{ip}]"),
        ip => ip.to_string(),
    };
    format!(
        "Write into the [[source]] of this PBX, in Mirante's configuration:\n\n\
         queue_log = \"tail://{host}:{port}\"\n\
         queue_log_fingerprint = \"{fingerprint}\"\n\
         queue_log_token = \"file:queue_log.token\"\n\n\
         and into a file queue_log.token beside it, that only Mirante's user reads:\n\n\
         {token}\n\n\
         The token opens the log: treat it as a password. `mirantectl tail --show` says this again.\n\n",
        port = arguments.listen.port(),
        fingerprint = identity.fingerprint(),
        token = identity.token(),
    )
}
