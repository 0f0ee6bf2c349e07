//! The one door: commands, subscriptions and permissions, and every type that crosses to TypeScript.
//!
//! Window, browser and command line all reach the core through [`Console::command`]; each command carries an [`Actor`].
//! Rows are made in [`rows`], by pure functions of the floor; the live feed merges them into numbered deltas.

mod actor;
mod addresses;
mod alerts;
mod answers;
mod archive;
mod centre;
mod channels;
mod check;
mod connection;
mod console;
mod fault;
mod feed;
mod figures;
mod goals;
mod hourly;
mod imports;
mod it_request;
mod names;
mod private;
mod queues;
mod reconcile;
mod retention;
pub mod rows;
pub mod subject;
pub mod wire;

pub use actor::{Actor, Role};
pub use archive::{Archive, AttemptLine, PastRows, VisitLine, forget_in};
pub use centre::sample_folder;
pub use channels::{ChannelCheck, channels_in, try_channel};
pub use check::{SourceCheck, check_config};
pub use console::{Console, Options, StartError};
pub use feed::EncodedBatch;
pub use figures::{Basis as FiguresBasis, FigureLine, Figures, FiguresError, FiguresOf};
pub use mirante_engine::config::{DEFAULT_ZONE, SimulatorConfig};
pub use mirante_engine::{host, keep_newest, named, stamp};
pub use mirante_engine::{import, rules, sheet};
pub use mirante_history::{
    Backup, BackupError, Forget, History, HistoryError, Imported, Manifest, OpenOptions, Restore, Restored, Stage,
    backup, check_backup, restore_backup,
};
pub use mirante_metrics::{Catalogue, Formula, Good};
pub use names::NamesFile;
pub use private::private_folder;
pub use reconcile::{Configured, ReconcileOf};
pub use retention::{Basis, Retention, RetentionError, RetentionLine, basis, closing};
