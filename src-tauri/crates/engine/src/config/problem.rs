//! What is wrong with a configuration file.

use std::fmt;
use std::path::{Path, PathBuf};

/// One thing wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line, 1 first; 0 when it is about the whole file.
    pub line: usize,
    /// What is wrong and what to do, lower-case, no final full stop. Never repeats a value that could be a secret.
    pub message: String,
}

impl Problem {
    pub(crate) fn at(text: &str, offset: usize, message: impl Into<String>) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        Problem { line: before.matches('\n').count() + 1, message: message.into() }
    }
}

/// Why a configuration file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// The file.
    pub path: PathBuf,
    /// Everything wrong with it, at least one, by line.
    pub problems: Vec<Problem>,
}

impl ConfigError {
    pub(crate) fn whole(path: &Path, message: impl Into<String>) -> Self {
        ConfigError { path: path.to_owned(), problems: vec![Problem { line: 0, message: message.into() }] }
    }

    pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        ConfigError::whole(path, format!("cannot be read: {error}; check the path and its permissions"))
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, problem) in self.problems.iter().enumerate() {
            if n > 0 {
                writeln!(f)?;
            }
            match problem.line {
                0 => write!(f, "{}: {}", self.path.display(), problem.message)?,
                line => write!(f, "{}:{line}: {}", self.path.display(), problem.message)?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}
