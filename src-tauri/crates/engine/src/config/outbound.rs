//! Calls to the outside: how campaigns are named, and what result codes mean.

use super::raw::{Reader, Text};
use super::{SourceConfig, SourceKind};
use mirante_floor::DispositionFlags;
use mirante_sources::asterisk::Outbound;
use serde::Deserialize;
use std::collections::BTreeSet;

/// What a result code means.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Disposition {
    source: Option<Text>,
    code: Text,
    #[serde(default)]
    flags: Vec<Text>,
}

const FLAGS: [&str; 7] = ["human", "right_party", "sale", "promise", "do_not_call", "completed", "unworkable"];

fn raise(flags: &mut DispositionFlags, word: &str) -> bool {
    let flag = match word {
        "human" => &mut flags.human,
        "right_party" => &mut flags.right_party,
        "sale" => &mut flags.sale,
        "promise" => &mut flags.promise,
        "do_not_call" => &mut flags.do_not_call,
        "completed" => &mut flags.completed,
        "unworkable" => &mut flags.unworkable,
        _ => return false,
    };
    *flag = true;
    true
}

impl Reader<'_> {
    /// How a source names campaigns.
    pub(super) fn outbound(&mut self, variable: Option<&Text>, account: Option<&Text>) -> Outbound {
        let mut outbound = Outbound::default();
        if let Some(variable) = variable {
            let name = variable.get_ref();
            let good = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if name.is_empty() || name.len() > 64 || name.starts_with('_') || !name.chars().all(good) {
                let message =
                    "a channel variable's name is letters, digits and _, without the leading _ that passes it on";
                self.wrong(variable.span().start, message);
            }
            outbound.campaign_variables = vec![name.clone()];
        }
        outbound.campaign_account = account.map(|prefix| prefix.get_ref().clone());
        outbound
    }

    /// Gives each source the meanings of its result codes.
    pub(super) fn dispositions(
        &mut self,
        codes: Vec<Disposition>,
        sources: &mut [SourceConfig],
        names: &BTreeSet<String>,
    ) {
        for Disposition { source, code, flags } in codes {
            let at = code.span().start;
            let mut meaning = DispositionFlags::default();
            for flag in &flags {
                if !raise(&mut meaning, flag.get_ref()) {
                    let message = format!("this flag is not known; write one of {}", FLAGS.join(", "));
                    self.wrong(flag.span().start, message);
                }
            }
            let Some(source) = self.source_of(source, at, names) else { continue };
            let Some(source) = sources.iter_mut().find(|known| known.name == source) else { continue };
            match &mut source.kind {
                SourceKind::Asterisk(asterisk) => {
                    if asterisk.outbound.dispositions.insert(code.into_inner(), meaning).is_some() {
                        self.wrong(at, "another [[disposition]] of this source has this code; each is told once");
                    }
                }
                SourceKind::Simulator(_) => self.wrong(at, "a simulated centre has codes of its own; remove this"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Config, SourceKind};
    use mirante_floor::DispositionFlags;

    const SOURCE: &str =
        "[[source]]\nname = \"m\"\nkind = \"asterisk\"\nhost = \"10.0.0.1\"\nusername = \"u\"\nsecret = \"env:S\"\n";

    fn problems(more: &str) -> Vec<String> {
        let found = Config::parse(&format!("{SOURCE}{more}")).expect_err("wrong");
        found.iter().map(|problem| format!("{}: {}", problem.line, problem.message)).collect()
    }

    #[test]
    fn campaigns_and_codes_are_read() {
        let text = format!(
            "{SOURCE}campaign_variable = \"CAMPANHA_ID\"\ncampaign_account = \"camp-\"\n\
             [[disposition]]\ncode = \"VENDA\"\nflags = [\"human\", \"right_party\", \"sale\", \"completed\"]\n\
             [[disposition]]\nsource = \"m\"\ncode = \"OCUPADO\"\n"
        );
        let config = Config::parse(&text).expect("good");
        let SourceKind::Asterisk(asterisk) = &config.sources[0].kind else { panic!("{config:?}") };
        assert_eq!(asterisk.outbound.campaign_variables, ["CAMPANHA_ID"]);
        assert_eq!(asterisk.outbound.campaign_account.as_deref(), Some("camp-"));
        let sale =
            DispositionFlags { human: true, right_party: true, sale: true, completed: true, ..Default::default() };
        assert_eq!(asterisk.outbound.dispositions["VENDA"], sale);
        assert_eq!(asterisk.outbound.dispositions["OCUPADO"], DispositionFlags::default());
        let config = Config::parse(SOURCE).expect("good");
        let SourceKind::Asterisk(asterisk) = &config.sources[0].kind else { panic!("{config:?}") };
        assert_eq!(asterisk.outbound.campaign_variables, ["CAMPAIGN", "CAMPANHA"]);
    }

    #[test]
    fn what_is_wrong_is_said_by_line() {
        assert_eq!(
            problems("campaign_variable = \"__CAMPAIGN\"\n"),
            ["7: a channel variable's name is letters, digits and _, without the leading _ that passes it on"]
        );
        assert_eq!(
            problems("[[disposition]]\ncode = \"V\"\nflags = [\"venda\"]\n[[disposition]]\ncode = \"V\"\n"),
            [
                "9: this flag is not known; write one of human, right_party, sale, promise, do_not_call, completed, unworkable",
                "11: another [[disposition]] of this source has this code; each is told once"
            ]
        );
        assert_eq!(
            problems("[[disposition]]\nsource = \"x\"\ncode = \"V\"\n"),
            ["8: no [[source]] has this name; correct it"]
        );
    }
}
