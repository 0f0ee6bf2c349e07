//! The configuration file, as people write it: understood, or refused with the line and without repeating a secret.

use mirante_engine::config::{Config, Problem, with_queues};

pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Config::parse(text) {
        Err(problems) => refused(text, &problems),
        Ok(config) => {
            // Writing back what is in force changes nothing, and a queue more is one queue more.
            let again = with_queues(text, &config.queues);
            match again {
                Err(problems) => refused(text, &problems),
                Ok((new, read)) => {
                    assert_eq!(read.sources, config.sources, "{new}");
                    assert_eq!((&read.teams, &read.persons), (&config.teams, &config.persons), "{new}");
                    assert_eq!(read.queues, config.queues, "{new}");
                }
            }
        }
    }
}

/// Every refusal says where and why, in one line.
fn refused(text: &str, problems: &[Problem]) {
    assert!(!problems.is_empty(), "refused without a word");
    let lines = text.matches('\n').count() + 1;
    for problem in problems {
        assert!(problem.line <= lines, "line {} of {lines}: {}", problem.line, problem.message);
        assert!(!problem.message.trim().is_empty() && !problem.message.contains(['\r', '\n']), "{problem:?}");
    }
}
