//! A real Asterisk on loopback: [`mod@install`] fetches it, [`centre`] says who works there, [`config`] writes its files and
//! [`Pbx`] runs it.

mod apt;
pub mod centre;
mod change;
pub mod config;
mod dialplan;
pub mod install;
mod process;

pub use centre::{Agent, Centre, Queue};
pub use change::{Clock, until};
pub use install::{Major, Tree, install};
pub use process::{Pbx, free_port};
