//! A locale that the interface can use.
//!
//! Under `LANG=C` (or none) WebKit calls its language "C", which `Intl` refuses, and a page that formats a number dies.

#[cfg(unix)]
use std::{
    env,
    ffi::{OsStr, OsString},
};

/// What stands in for C: the interface's first language.
#[cfg(unix)]
const DEFAULT: &str = "pt_BR.UTF-8";

/// Starts this program again, in the same process, with a locale that has a language, if the present one has none.
///
/// It replaces the process because changing one's own environment is unsafe once threads may run.
#[cfg(unix)]
pub(crate) fn settle() {
    use std::os::unix::process::CommandExt;
    if speaks(env::var_os) {
        return;
    }
    let Ok(program) = env::current_exe() else { return };
    let error = std::process::Command::new(program)
        .args(env::args_os().skip(1))
        .env("LANG", DEFAULT)
        .env_remove("LC_ALL")
        .env_remove("LC_MESSAGES")
        .env_remove("LC_CTYPE")
        .exec();
    // Only reached when the program could not be replaced; the window may still work.
    tracing::warn!(%error, "could not set a locale");
}

/// Windows and macOS always have a language.
#[cfg(not(unix))]
pub(crate) fn settle() {}

/// True if the environment names a language. The first of the variables that is set and not empty decides, as in POSIX.
#[cfg(unix)]
fn speaks(variable: impl Fn(&'static str) -> Option<OsString>) -> bool {
    ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(|name| variable(name).filter(|v| !v.is_empty())).is_some_and(
        |value| {
            let language = value.to_string_lossy();
            let language = language.split(['.', '@']).next().unwrap_or_default();
            ![OsStr::new("C"), OsStr::new("POSIX")].contains(&OsStr::new(language))
        },
    )
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn with(pairs: &[(&'static str, &str)]) -> bool {
        speaks(|name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| OsString::from(v)))
    }

    #[test]
    fn c_and_nothing_do_not_speak() {
        assert!(!with(&[]));
        assert!(!with(&[("LANG", "")]));
        assert!(!with(&[("LANG", "C")]));
        assert!(!with(&[("LANG", "C.UTF-8")]));
        assert!(!with(&[("LANG", "POSIX")]));
    }

    #[test]
    fn the_first_variable_that_is_set_decides() {
        assert!(with(&[("LANG", "en_US.UTF-8")]));
        assert!(with(&[("LC_ALL", ""), ("LANG", "es_AR.UTF-8@euro")]));
        assert!(!with(&[("LC_ALL", "C"), ("LANG", "pt_BR.UTF-8")]));
        assert!(with(&[("LC_MESSAGES", "pt_BR.UTF-8"), ("LANG", "C")]));
    }

    #[test]
    fn the_default_speaks() {
        assert!(with(&[("LANG", DEFAULT)]), "the program would start itself for ever");
    }
}
