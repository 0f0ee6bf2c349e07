//! Indexes that an import of millions of rows leaves out. To sort all rows at its end takes less than to find a place for each.
//!
//! Whoever imports may be killed meanwhile, so whoever opens a folder for writing makes again what is missing. Nothing that is kept depends
//! on these indexes; until they are there again, questions take longer.

use crate::{Result, schema};
use rusqlite::{Connection, TransactionBehavior};

/// Those whose rows come in no order, and that no import asks.
const LEFT_OUT: [&str; 3] = ["visit_queue", "agent_span_agent", "party_age"];

/// Takes the indexes away.
pub(crate) fn leave_out(db: &mut Connection) -> Result<()> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for name in LEFT_OUT {
        tx.execute_batch(&format!("DROP INDEX IF EXISTS {name}"))?;
    }
    Ok(tx.commit()?)
}

/// True if some are to be made.
pub(crate) fn are_missing(db: &Connection) -> Result<bool> {
    let there =
        format!("SELECT count(*) FROM sqlite_schema WHERE type = 'index' AND name IN ('{}')", LEFT_OUT.join("', '"));
    Ok(db.query_row(&there, [], |r| r.get::<_, usize>(0))? < LEFT_OUT.len())
}

/// Makes the missing ones, each in a transaction of its own: who is killed at it has lost one.
///
/// # Errors
/// When there is no room, or the database refuses. What is missing then, is made another time.
pub(crate) fn complete(db: &mut Connection) -> Result<()> {
    if !are_missing(db)? {
        return Ok(());
    }
    let layout = Connection::open_in_memory()?;
    schema::lay_out(&layout)?;
    for name in LEFT_OUT {
        let sql: String = layout.query_row("SELECT sql FROM sqlite_schema WHERE name = ?1", [name], |r| r.get(0))?;
        let sql = sql.replacen("CREATE INDEX", "CREATE INDEX IF NOT EXISTS", 1);
        let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute_batch(&sql)?;
        tx.commit()?;
    }
    Ok(())
}
