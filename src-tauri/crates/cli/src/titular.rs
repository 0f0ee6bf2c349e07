//! `mirantectl titular`: what is stored about one person, written out or forgotten.

use crate::{WrongUse, archive, hub, logs, time};
use anyhow::{Context, Result, bail};
use jiff::tz::TimeZone;
use mirante_console::subject::{self, Order};
use mirante_console::wire::{Command as Ask, Receipt, Reply, SubjectAsked, SubjectFound, SubjectOf};
use mirante_console::{DEFAULT_ZONE, HistoryError, forget_in};
use std::fs::File;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

/// What somebody at a terminal types to erase.
const CONFIRM: &str = "APAGAR";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Write what is stored about a person: JSON for programs, CSV for people.
    Export(Export),
    /// Forget a person for ever, in this folder and in every backup put back into it, with a receipt.
    Erase(Erase),
    /// List the erasures that were made; nobody's number or name is in it.
    List {
        /// Data folder.
        #[arg(long)]
        data: PathBuf,
    },
}

#[derive(clap::Args)]
struct Who {
    /// Data folder; a hub may be running on it.
    #[arg(long)]
    data: PathBuf,
    /// Telephone number of a customer, however it is written.
    #[arg(long, required_unless_present = "agent", conflicts_with = "agent")]
    phone: Option<String>,
    /// A number without area code, as the preview shows it, that is this customer's too. May be repeated.
    #[arg(long, requires = "phone")]
    also: Vec<String>,
    /// Code or name of an operator; source and code with a slash between where several have it.
    #[arg(long)]
    agent: Option<String>,
}

#[derive(clap::Args)]
struct Export {
    #[command(flatten)]
    who: Who,
    /// Where to write: FILE.json and FILE.csv, which must not exist.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Language of the table: pt-BR, en or es.
    #[arg(long, default_value = "pt-BR", value_parser = ["pt-BR", "en", "es"])]
    language: String,
    /// Zone of the times written.
    #[arg(long, default_value = DEFAULT_ZONE)]
    zone: String,
}

#[derive(clap::Args)]
struct Erase {
    #[command(flatten)]
    who: Who,
    /// Who erases, for the record.
    #[arg(long, value_name = "NAME")]
    by: String,
    /// Why, for the record: the number of the request. Not the person's number or name.
    #[arg(long)]
    reason: String,
    /// Where to write the receipt, which must not exist. Keep it away from this computer.
    #[arg(long, value_name = "FILE")]
    receipt: PathBuf,
    /// Erase without asking.
    #[arg(long)]
    yes: bool,
    /// Where the token of the running hub is, if it has one: file:PATH or env:NAME.
    #[arg(long)]
    token: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    logs::to_stderr();
    match &arguments.command {
        Command::Export(export) => write_out(export),
        Command::Erase(order) => erase(order),
        Command::List { data } => list(data),
    }
}

impl Who {
    fn asked(&self) -> SubjectAsked {
        match (&self.phone, &self.agent) {
            (Some(number), _) => SubjectAsked::Customer { number: number.clone(), also: self.also.clone() },
            (None, agent) => SubjectAsked::Operator { agent: agent.clone().unwrap_or_default() },
        }
    }
}

fn write_out(export: &Export) -> Result<()> {
    let zone = time::zone(&export.zone)?;
    let archive = archive::open(&export.who.data)?;
    let subject = subject::find(archive.history(), &export.who.asked())?;
    let mut out = std::io::stdout().lock();
    preview(&mut out, &subject.found, &zone)?;
    nobody(&subject.found)?;
    let written = subject::write_out(archive.history(), &subject, &zone, &export.language)?;
    for (end, text) in [("json", &written.json), ("csv", &written.csv)] {
        let mut name = export.out.clone().into_os_string();
        name.push(format!(".{end}"));
        let path = PathBuf::from(name);
        let mut file = new_file(&path)?;
        file.write_all(text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))?;
        writeln!(out, "{}", path.display())?;
    }
    Ok(())
}

fn erase(order: &Erase) -> Result<()> {
    let who = &order.who;
    let archive = archive::open(&who.data)?;
    let folder = archive.history().folder().to_owned();
    let subject = subject::find(archive.history(), &who.asked())?;
    let asked = Order { by: &order.by, reason: &order.reason, now_ms: time::now() };
    let mut out = std::io::stdout().lock();
    preview(&mut out, &subject.found, &TimeZone::system())?;
    nobody(&subject.found)?;
    // What is wrong with the order is told before anybody is asked.
    let forget = subject.forget(archive.history(), &asked)?;
    told_before(&mut out, &subject.found, &folder)?;
    if !order.yes {
        confirm(&mut out)?;
    }
    let mut file = new_file(&order.receipt)?;
    // Whoever reads holds up the clearing of the log.
    drop(archive);
    let receipt = match forget_in(&folder, &forget) {
        Ok(Some(erased)) => subject::receipt(&erased, &folder)?,
        Ok(None) => bail!("somebody else has just erased them"),
        Err(HistoryError::Busy { pid, .. }) => {
            let (by, reason) = (order.by.clone(), order.reason.clone());
            let command = Ask::EraseSubject { subject: who.asked(), by, reason };
            match hub::ask(&who.data, pid, order.token.as_deref(), &command) {
                Ok(Reply::Erased(receipt)) => receipt,
                Ok(_) => bail!("the hub answered something else"),
                Err(error) => {
                    let _ = std::fs::remove_file(&order.receipt);
                    return Err(error.context("nothing was erased"));
                }
            }
        }
        Err(error) => {
            let _ = std::fs::remove_file(&order.receipt);
            return Err(error.into());
        }
    };
    let Receipt { text, copies_left } = receipt;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).with_context(|| {
        format!("erased, but the receipt cannot be written to {}:\n{text}", order.receipt.display())
    })?;
    writeln!(out, "erased; the receipt is {}", order.receipt.display())?;
    for copy in copies_left {
        writeln!(out, "a copy of the same people is still in {copy}: erase there too, or remove it")?;
    }
    Ok(())
}

fn list(data: &Path) -> Result<()> {
    let archive = archive::open(data)?;
    let mut out = std::io::stdout().lock();
    for erasure in archive.history().erasures()? {
        writeln!(out, "{}", serde_json::to_string(&erasure)?)?;
    }
    Ok(())
}

fn preview(out: &mut impl Write, found: &SubjectFound, zone: &TimeZone) -> Result<()> {
    if let Some(agent) = &found.agent {
        writeln!(out, "operator {agent}")?;
    }
    for form in &found.forms {
        let doubt = if form.sure { "" } else { "  (perhaps: no area code; --also includes it)" };
        writeln!(out, "  {} {}{doubt}", form.number, form.name)?;
    }
    for choice in &found.choices {
        writeln!(out, "  {choice}")?;
    }
    let SubjectFound { people, visits, attempts, spans, from_ms, to_ms, .. } = found;
    writeln!(out, "{people} entries of the table of people, {visits} visits, {attempts} attempts")?;
    if found.of == SubjectOf::Operator {
        writeln!(out, "{spans} stretches of working time and breaks")?;
    }
    if let (Some(from), Some(to)) = (from_ms, to_ms) {
        writeln!(out, "from {} to {}", time::write(*from, zone), time::write(*to, zone))?;
    }
    Ok(())
}

/// What an erasure does and does not do.
fn told_before(out: &mut impl Write, found: &SubjectFound, folder: &Path) -> Result<()> {
    match found.of {
        SubjectOf::Customer => {
            writeln!(out, "goes: number and name, for ever. Stays, of nobody: when, in which queue, how it ended")?;
        }
        SubjectOf::Operator => {
            writeln!(out, "goes: the name, for ever. Stays under the code: calls, and working time and breaks, which")?;
            writeln!(out, "are kept 5 years as evidence of labour; whoever knows whose code it was still knows")?;
        }
    }
    if found.present {
        writeln!(out, "is here now: the platform will tell the same number or name again until that ends")?;
    }
    if found.configured {
        writeln!(out, "the configuration file gives this operator a name: take it out there first")?;
    }
    for other in &found.shared_with {
        writeln!(out, "{other} has the same name, which goes there too")?;
    }
    for copy in subject::copies_beside(folder) {
        writeln!(out, "not touched: the copy in {}", copy.display())?;
    }
    writeln!(out, "not touched: backups (put back into this folder, they forget too), recordings, the PBX")?;
    Ok(())
}

fn nobody(found: &SubjectFound) -> Result<()> {
    if !found.choices.is_empty() {
        bail!("that name is of several operators; say which by source and code");
    }
    if found.people == 0 && found.visits == 0 && found.attempts == 0 && found.spans == 0 {
        bail!("nobody is stored under that number or name");
    }
    Ok(())
}

fn confirm(out: &mut impl Write) -> Result<()> {
    if !std::io::stdin().is_terminal() {
        return Err(WrongUse("nothing was erased; with --yes it is".into()).into());
    }
    write!(out, "this cannot be undone. Type {CONFIRM} to go on: ")?;
    out.flush()?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    if line.trim() == CONFIRM { Ok(()) } else { bail!("nothing was erased") }
}

/// A new file for its owner's eyes only.
fn new_file(path: &Path) -> Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).with_context(|| format!("cannot make {}", path.display()))
}
