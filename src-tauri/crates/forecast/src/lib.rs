//! Erlang C and A, reforecast of the day, staffing. Pure.
//!
//! A room that is not furnished yet: it stands so that the dependency rule holds for it from its first line. It may know the floor
//! and the metrics, and nothing that has a clock.
