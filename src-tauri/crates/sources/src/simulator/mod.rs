//! A seeded centre that exists only here: "dados de exemplo".
