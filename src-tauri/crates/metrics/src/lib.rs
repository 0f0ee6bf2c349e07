//! Metric definitions and the figures they give over floors and rollups. Pure.
