//! Where a queue_log lies.

use mirante_tail::OldFile;
use std::fmt;
use std::io;

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

    /// The older files beside it, in any order: those for whose name [`is_older`](mirante_tail::is_older) holds. Asked after a connection and a rotation.
    fn older(&mut self) -> io::Result<Vec<OldFile>>;

    /// Appends to `into` what `file` holds from byte `offset` on, at most `most` bytes: nothing at its end, and fewer than `most`
    /// only there. `None` is the file that the log's name means now. A file that is gone is [`io::ErrorKind::NotFound`].
    fn read(&mut self, file: Option<&str>, offset: u64, most: usize, into: &mut Vec<u8>) -> io::Result<()>;
}
