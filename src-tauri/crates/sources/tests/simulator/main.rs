//! The simulated centre against its own books, its own promises, and the fold.

mod common;
mod fold;
mod laws;
mod life;
mod play;
