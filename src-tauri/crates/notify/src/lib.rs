//! How a warning leaves the house: one small file a channel.
//!
//! A room that is not furnished yet: it stands so that the dependency rule holds for it from its first line. It receives what to
//! send and to whom, and knows neither rules nor history.
