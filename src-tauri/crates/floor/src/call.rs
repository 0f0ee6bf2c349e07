//! Channels that ended.
