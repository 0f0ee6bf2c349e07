//! Where a queue_log lies.

use std::fmt;
use std::io;

/// A file beside the log that was the log once: `queue_log.1`, `queue_log-20261121.gz`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OldFile {
    /// Its name, without a folder; what [`LogPlace::read`] takes.
    pub name: String,
    /// Bytes, as they lie there.
    pub size: u64,
    /// When it was last written to, Unix ms by the clock of that computer, if told.
    pub modified: Option<i64>,
}

/// A place where a queue_log and its older files lie: this computer, or another behind SFTP or `mirantectl tail`.
///
/// A place only gives bytes. What they mean, whether the log was rotated, cut or packed in between, and where to read on is found
/// out once for all places, by comparing the bytes a file begins with ([`Tail`](super::Tail), [`Past`](super::Past)); so a place
/// keeps no state that matters and may connect again by itself whenever it likes.
///
/// Every call blocks for as long as the place needs (a few seconds at most: it has its own time limits), and runs on a thread made for
/// that. A failure is passing: the caller tries again half a second later or more, and says it once.
pub trait LogPlace: fmt::Debug + Send {
    /// The place in words, for logs and screens. Holds no password.
    fn words(&self) -> String;

    /// Size in bytes of the file that the log's name means now; `None` if there is none at the moment. Asked twice a second.
    fn size(&mut self) -> io::Result<Option<u64>>;

    /// The older files beside it, in any order: those for whose name [`is_older`] holds. Asked after a connection and a rotation.
    fn older(&mut self) -> io::Result<Vec<OldFile>>;

    /// Appends to `into` what `file` holds from byte `offset` on, at most `most` bytes: nothing at its end, and fewer than `most`
    /// only there. `None` is the file that the log's name means now. A file that is gone is [`io::ErrorKind::NotFound`].
    fn read(&mut self, file: Option<&str>, offset: u64, most: usize, into: &mut Vec<u8>) -> io::Result<()>;
}

/// True if a file of this name, in the folder of a log of the name `log`, was that log once.
pub fn is_older(log: &str, name: &str) -> bool {
    name.strip_prefix(log).is_some_and(|rest| {
        // `queue_log.1`, `queue_log.1795290492`, `queue_log-20261121.gz`; not `queue_log.bak`, and no other packing.
        let rest = rest.strip_suffix(".gz").unwrap_or(rest);
        let mut digits = rest.bytes().skip(1).filter(|byte| !matches!(byte, b'-' | b'.' | b'_')).peekable();
        rest.starts_with(['.', '-']) && digits.peek().is_some() && digits.all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_file_has_the_logs_name_and_a_number() {
        for name in
            ["queue_log.1", "queue_log.0", "queue_log.12.gz", "queue_log-20261121", "queue_log-20261121-1795290492.gz"]
        {
            assert!(is_older("queue_log", name), "{name}");
        }
        for name in [
            "queue_log",
            "queue_log.gz",
            "queue_log.bak",
            "queue_log.1.xz",
            "queue_logs.1",
            "full.1",
            "queue_log.",
            "queue_log1",
        ] {
            assert!(!is_older("queue_log", name), "{name}");
        }
    }
}
