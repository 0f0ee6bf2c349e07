//! Mirante on a real Asterisk 22. Slow, so ignored by a plain `cargo test`; `cargo xtask test` runs it.

mod rig;
