//! A quick Erlang C, to give each hour about the calls its people can answer.

/// Share of contacts answered within the target, by Erlang C. `target` is target seconds over mean handling time.
/// A fractional number of people lies between its neighbours.
pub(super) fn service_level(people: f64, load: f64, target: f64) -> f64 {
    let whole = people.floor();
    let low = exact(whole as u32, load, target);
    let high = exact(whole as u32 + 1, load, target);
    low + (high - low) * (people - whole)
}

fn exact(people: u32, load: f64, target: f64) -> f64 {
    if load <= 0.0 {
        return 1.0;
    }
    let spare = f64::from(people) - load;
    if spare <= 0.0 {
        return 0.0;
    }
    1.0 - wait_probability(people, load) * (-spare * target).exp()
}

/// Erlang C: the chance that a caller has to wait. 1 when `people` do not exceed `load`.
fn wait_probability(people: u32, load: f64) -> f64 {
    if f64::from(people) <= load {
        return 1.0;
    }
    let inverse = (1..=people).fold(1.0, |inverse, k| 1.0 + inverse * f64::from(k) / load);
    let blocked = 1.0 / inverse;
    f64::from(people) * blocked / (f64::from(people) - load * (1.0 - blocked))
}

/// The largest load, in Erlangs, that `people` carry with at least this service level.
pub(super) fn carried(people: f64, target: f64, level: f64) -> f64 {
    let (mut low, mut high) = (0.0, people.max(0.0));
    for _ in 0..30 {
        let middle = (low + high) / 2.0;
        if service_level(people, middle, target) >= level { low = middle } else { high = middle }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_values_come_out() {
        for (load, people, expected) in [(2.0, 3, 0.444_444_44), (10.0, 14, 0.174_131_93), (100.0, 110, 0.237_007_5)] {
            assert!((wait_probability(people, load) - expected).abs() < 1e-6);
        }
        // 100 calls in 30 min of 180 s each, answered in 20 s.
        assert!((service_level(14.0, 10.0, 20.0 / 180.0) - 0.888_35).abs() < 1e-4);
        assert!((service_level(12.0, 10.0, 20.0 / 180.0) - 0.640_158).abs() < 1e-4);
    }

    #[test]
    fn what_is_carried_reaches_the_level_and_no_more() {
        let load = carried(14.0, 20.0 / 180.0, 0.80);
        assert!(service_level(14.0, load, 20.0 / 180.0) >= 0.80);
        assert!(service_level(14.0, load + 0.01, 20.0 / 180.0) < 0.80);
        assert_eq!(carried(0.0, 0.1, 0.8), 0.0);
    }
}
