//! Starts, orders, restarts and stops the parts; the only place with a wall clock.
