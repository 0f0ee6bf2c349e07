//! Metric definitions and the figures they give over facts. Pure.
//!
//! A [`Definition`] is data with an id and a version, so that a figure on screen can name what it is: `sl.f4@1`. All of them are in
//! the [`Catalogue`]. What they are made of are [`Measure`]s of [`Facts`]: of a floor's totals as they run, or of [`Sums`], which
//! merge, of the visits, attempts and minutes that history keeps.

mod behind;
mod calls;
mod campaign;
mod definition;
mod family;
mod figure;
pub mod goals;
mod journeys;
mod measure;
mod people;
mod profile;
mod queues;
pub mod reconcile;
mod sums;
mod visits;
mod window;

pub use behind::{Sized, Stay};
pub use calls::Calls;
pub use campaign::campaign_results;
pub use definition::{Catalogue, CatalogueError, Day, Definition, Formula, Good, Signed, Unit, Words};
pub use family::Family;
pub use figure::{Absent, Figure, Flags, Lasting, Looked, Nearest, percentile};
pub use journeys::{Journeys, Level};
pub use measure::{Facts, Measure, Terms};
pub use people::{Presence, Told, Where, Work, add_minute};
pub use profile::{Hidden, Profile, Profiles, Stands, Why};
pub use queues::{Judged, common, on_target, pooled};
pub use sums::Sums;
pub use visits::{Ends, Waiting};
pub use window::{Span, Window};
