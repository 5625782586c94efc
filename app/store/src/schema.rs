//! Numbered migrations, forward only.
//!
//! A migration is SQL and nothing else: it never names a type of the running program,
//! because those move on and it must not.

use rusqlite::{Connection, TransactionBehavior};

/// "MTAP" in ASCII: `application_id` of the database header (SQLite file format §1.3.14).
pub(crate) const APPLICATION_ID: i64 = 0x4D54_4150;

const MIGRATIONS: &[&str] = &[include_str!("schema/v1.sql"), include_str!("schema/v2.sql")];

/// The schema this program writes.
pub const SCHEMA: i64 = MIGRATIONS.len() as i64;

/// Whose database it is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing in it.
    Empty,
    /// Ours, of this schema.
    Schema(i64),
    /// Another program's.
    Foreign,
}

pub(crate) fn find(conn: &Connection) -> rusqlite::Result<Found> {
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))?;
    let id: i64 = conn.query_row("PRAGMA application_id", [], |r| r.get(0))?;
    let version: i64 = conn.query_row("PRAGMA user_version", [], |r| r.get(0))?;
    Ok(match (tables, id, version) {
        (0, 0, 0) => Found::Empty,
        (_, APPLICATION_ID, 1..) => Found::Schema(version),
        _ => Found::Foreign,
    })
}

/// Brings the database to [`SCHEMA`], each step in a transaction of its own.
pub(crate) fn migrate(conn: &mut Connection, from: i64) -> rusqlite::Result<()> {
    run(conn, from, MIGRATIONS)
}

fn run(conn: &mut Connection, from: i64, migrations: &[&str]) -> rusqlite::Result<()> {
    let done = usize::try_from(from).unwrap_or(0);
    for (index, sql) in migrations.iter().enumerate().skip(done) {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute_batch(sql)?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.pragma_update(None, "user_version", index as i64 + 1)?;
        tx.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (7);";
    const TWO: &str = "ALTER TABLE a ADD COLUMN y INTEGER NOT NULL DEFAULT 1;";

    #[test]
    fn each_step_runs_once_and_keeps_what_was_there() {
        let mut conn = Connection::open_in_memory().unwrap();
        assert_eq!(find(&conn).unwrap(), Found::Empty);
        run(&mut conn, 0, &[ONE]).unwrap();
        assert_eq!(find(&conn).unwrap(), Found::Schema(1));
        run(&mut conn, 1, &[ONE, TWO]).unwrap();
        assert_eq!(find(&conn).unwrap(), Found::Schema(2));
        let row: (i64, i64) = conn
            .query_row("SELECT x, y FROM a", [], |r| Ok((r.get(0)?, r.get(1)?)))
            .unwrap();
        assert_eq!(row, (7, 1));
    }

    #[test]
    fn a_step_that_fails_leaves_the_schema_before_it() {
        let mut conn = Connection::open_in_memory().unwrap();
        let broken = "CREATE TABLE b (x INTEGER) STRICT; INSERT INTO nowhere VALUES (1);";
        run(&mut conn, 0, &[ONE, broken]).unwrap_err();
        assert_eq!(find(&conn).unwrap(), Found::Schema(1));
        let tables: i64 = conn
            .query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))
            .unwrap();
        assert_eq!(tables, 1);
    }

    #[test]
    fn another_programs_database_is_seen() {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE a (x)").unwrap();
        assert_eq!(find(&conn).unwrap(), Found::Foreign);
    }
}
