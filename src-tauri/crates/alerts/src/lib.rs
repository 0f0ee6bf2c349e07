//! Rules, the life of an alert, and the steps of its escalation. Pure.
//!
//! A room that is not furnished yet: it stands so that the dependency rule holds for it from its first line. It may know the floor
//! and the metrics, and neither a clock nor a channel: time is an argument, and what to send is an answer.
