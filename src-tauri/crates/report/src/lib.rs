//! Charts and documents: PDF, XLSX, CSV, Parquet.
//!
//! A room that is not furnished yet: it stands so that the dependency rule holds for it from its first line. It receives rows and
//! figures through traits of its own, and knows neither history nor sources.
