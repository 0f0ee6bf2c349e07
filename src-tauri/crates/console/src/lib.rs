//! The one door: commands, subscriptions and permissions, and every type that crosses to TypeScript.

pub mod wire;
