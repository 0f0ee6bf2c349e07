//! `mirantectl rules`: what is wrong with a file of alert rules, and whether they do what their scenarios say.

use crate::time;
use anyhow::{Context, Result, bail};
use mirante_console::rules::{RuleFile, read_rules};
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Say what is wrong with a file of rules, with the place in each condition.
    Check(File),
    /// Let the rules live through the scenarios of their file, on virtual time.
    Test(File),
}

#[derive(clap::Args)]
struct File {
    /// File of rules, policies and scenarios (TOML).
    file: PathBuf,
    /// Zone of the operation, where the file names none.
    #[arg(long, default_value = mirante_console::DEFAULT_ZONE)]
    zone: String,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match &arguments.what {
        What::Check(File { file, zone }) => {
            let RuleFile { rules, policies, scenarios, .. } = read(file, zone)?;
            let (rules, policies, scenarios) = (rules.all().len(), policies.len(), scenarios.len());
            writeln!(out, "{}: good, {rules} rule(s), {policies} policies, {scenarios} scenario(s)", file.display())?;
        }
        What::Test(File { file, zone }) => {
            let rules = read(file, zone)?;
            if rules.scenarios.is_empty() {
                bail!("{} has no scenarios", file.display());
            }
            let mut failed = 0;
            for scenario in &rules.scenarios {
                let faults = scenario.run(&rules);
                failed += usize::from(!faults.is_empty());
                let mark = if faults.is_empty() { "ok    " } else { "FAILED" };
                writeln!(out, "{mark} {}", scenario.name)?;
                for fault in faults {
                    writeln!(out, "  {fault}")?;
                }
            }
            if failed > 0 {
                bail!("{failed} of {} scenario(s) went otherwise", rules.scenarios.len());
            }
        }
    }
    Ok(())
}

fn read(file: &Path, zone: &str) -> Result<RuleFile> {
    let zone = time::zone(zone)?;
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    read_rules(&text, &zone).with_context(|| file.display().to_string())
}
