//! The HTTP face of the console.
