//! How many contacts are to be expected, from days like this one.

/// The median of counts; of an even number the mean of the two in the middle, rounded down. Absent of none.
pub fn median(mut counts: Vec<u64>) -> Option<u64> {
    counts.sort_unstable();
    let (low, high) = (counts.len().checked_sub(1)? / 2, counts.len() / 2);
    Some(counts[low].midpoint(counts[high]))
}
