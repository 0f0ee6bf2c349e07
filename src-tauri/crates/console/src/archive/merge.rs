//! What has ended, as it is read, and what goes on, each at its place and told once.

use mirante_history::HistoryError;
use std::collections::BTreeSet;

/// When something began, Unix ms, and the number of the event that began it.
pub(super) type Place = (i64, u64);

/// Gives lines in order of their places, without holding more of what has ended than a look of it. `open` is what went on before
/// `read` gives what has ended: what ends between the two is in both. `each` says false to stop.
pub(super) fn merge<T, L>(
    mut open: Vec<(Place, L)>,
    read: impl FnOnce(&mut dyn FnMut(T) -> bool) -> Result<(), HistoryError>,
    line: impl Fn(T) -> Result<(Place, L), HistoryError>,
    mut each: impl FnMut(L) -> bool,
) -> Result<(), HistoryError> {
    open.sort_by_key(|(place, _)| *place);
    // Of those that went on, what is not told yet: its time may have moved since, with a clock that was set.
    let mut untold: BTreeSet<u64> = open.iter().map(|((_, id), _)| *id).collect();
    let went_on = untold.clone();
    let mut open = open.into_iter().peekable();
    let (mut failed, mut goes_on) = (None, true);
    read(&mut |ended| {
        let (place, ended) = match line(ended) {
            Ok(line) => line,
            Err(error) => {
                failed = Some(error);
                return false;
            }
        };
        // Where both are at one place it is told as ended.
        while goes_on && let Some(((_, id), line)) = open.next_if(|(at, _)| *at < place) {
            goes_on = !untold.remove(&id) || each(line);
        }
        if goes_on && (!went_on.contains(&place.1) || untold.remove(&place.1)) {
            goes_on = each(ended);
        }
        goes_on
    })?;
    if let Some(error) = failed {
        return Err(error);
    }
    for ((_, id), line) in open {
        if !goes_on {
            break;
        }
        goes_on = !untold.remove(&id) || each(line);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(open: &[Place], ended: &[Place], most: usize) -> Vec<(Place, &'static str)> {
        let open = open.iter().map(|place| (*place, (*place, "open"))).collect();
        let read = |each: &mut dyn FnMut(Place) -> bool| {
            ended.iter().copied().all(each);
            Ok(())
        };
        let mut told = Vec::new();
        merge(
            open,
            read,
            |place| Ok((place, (place, "ended"))),
            |line| {
                told.push(line);
                told.len() < most
            },
        )
        .unwrap();
        told
    }

    #[test]
    fn each_is_told_once_at_its_place() {
        let all = merged(&[(9, 7), (2, 2), (1, 1)], &[(1, 3), (2, 2), (5, 4)], 99);
        assert_eq!(all, [((1, 1), "open"), ((1, 3), "ended"), ((2, 2), "ended"), ((5, 4), "ended"), ((9, 7), "open")]);
        // A clock was set in between: later, and earlier, than where it went on.
        assert_eq!(merged(&[(1, 1)], &[(4, 4), (5, 1)], 99), [((1, 1), "open"), ((4, 4), "ended")]);
        assert_eq!(merged(&[(9, 1)], &[(3, 1), (4, 4)], 99), [((3, 1), "ended"), ((4, 4), "ended")]);
    }

    #[test]
    fn whoever_listens_may_stop() {
        for most in 1..=4 {
            assert_eq!(merged(&[(2, 2), (9, 7)], &[(1, 1), (5, 4)], most).len(), most);
        }
    }
}
