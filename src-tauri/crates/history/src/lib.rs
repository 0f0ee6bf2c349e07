//! What happened, kept in SQLite: journal, segments, visits, spans, gaps and the encrypted parties.
