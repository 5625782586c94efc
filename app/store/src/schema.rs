//! Numbered migrations, forward only.
//!
//! A migration is SQL and nothing else: it never names a type of the running program,
//! because those move on and it must not.
//!
//! An update may be gone back from, so each step leaves what the programs of the step before can
//! work with: it adds tables, and columns with a default. What they needed goes in a later step, when
//! they are no longer anywhere. Each step says how far back it can be read, and the database does.

use rusqlite::{Connection, TransactionBehavior};

/// "MTAP" in ASCII: `application_id` of the database header (SQLite file format §1.3.14).
pub(crate) const APPLICATION_ID: i64 = 0x4D54_4150;

/// A step to the next schema.
struct Step {
    sql: &'static str,
    /// The earliest schema whose programs can work with what it leaves.
    readable_from: i64,
}

const MIGRATIONS: &[Step] = &[
    Step {
        sql: include_str!("schema/v1.sql"),
        readable_from: 1,
    },
    Step {
        sql: include_str!("schema/v2.sql"),
        readable_from: 2,
    },
];

/// The schema this program writes.
pub const SCHEMA: i64 = MIGRATIONS.len() as i64;

/// Which schema a database has, and which programs can work with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) schema: i64,
    pub(crate) readable_from: i64,
}

/// `user_version` holds both: the schema in its lower half, how far back it can be read in the upper
/// one, where 0 is "by its own programs only" (all there was up to schema 2).
const HALF: i64 = 1 << 16;

impl Version {
    const fn read(user_version: i64) -> Self {
        let schema = user_version % HALF;
        let readable_from = match user_version / HALF {
            0 => schema,
            earlier => earlier,
        };
        Self {
            schema,
            readable_from,
        }
    }

    const fn user_version(self) -> i64 {
        if self.readable_from == self.schema {
            self.schema
        } else {
            self.readable_from * HALF + self.schema
        }
    }
}

/// Whose database it is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// Nothing in it.
    Empty,
    /// Ours, of this schema.
    Schema(Version),
    /// Another program's.
    Foreign,
}

pub(crate) fn find(conn: &Connection) -> rusqlite::Result<Found> {
    let tables: i64 = conn.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))?;
    let id: i64 = conn.query_row("PRAGMA application_id", [], |r| r.get(0))?;
    let version: i64 = conn.query_row("PRAGMA user_version", [], |r| r.get(0))?;
    Ok(match (tables, id, version) {
        (0, 0, 0) => Found::Empty,
        (_, APPLICATION_ID, 1..) => Found::Schema(Version::read(version)),
        _ => Found::Foreign,
    })
}

/// Brings the database to [`SCHEMA`], each step in a transaction of its own. One that is further
/// stays as it is.
pub(crate) fn migrate(conn: &mut Connection, from: i64) -> rusqlite::Result<()> {
    run(conn, from, MIGRATIONS)
}

fn run(conn: &mut Connection, from: i64, migrations: &[Step]) -> rusqlite::Result<()> {
    for (schema, step) in (1..).zip(migrations) {
        if schema <= from {
            continue;
        }
        let version = Version {
            schema,
            readable_from: step.readable_from,
        };
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        tx.execute_batch(step.sql)?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.pragma_update(None, "user_version", version.user_version())?;
        tx.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Step = Step {
        sql: "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (7);",
        readable_from: 1,
    };
    const TWO: Step = Step {
        sql: "ALTER TABLE a ADD COLUMN y INTEGER NOT NULL DEFAULT 1;",
        readable_from: 1,
    };

    fn found(schema: i64, readable_from: i64) -> Found {
        Found::Schema(Version {
            schema,
            readable_from,
        })
    }

    #[test]
    fn each_step_runs_once_and_keeps_what_was_there() {
        let mut conn = Connection::open_in_memory().unwrap();
        assert_eq!(find(&conn).unwrap(), Found::Empty);
        run(&mut conn, 0, &[ONE]).unwrap();
        assert_eq!(find(&conn).unwrap(), found(1, 1));
        run(&mut conn, 1, &[ONE, TWO]).unwrap();
        assert_eq!(find(&conn).unwrap(), found(2, 1));
        // The program that was gone back to has nothing to do.
        run(&mut conn, 2, &[ONE]).unwrap();
        assert_eq!(find(&conn).unwrap(), found(2, 1));
        let row: (i64, i64) = conn
            .query_row("SELECT x, y FROM a", [], |r| Ok((r.get(0)?, r.get(1)?)))
            .unwrap();
        assert_eq!(row, (7, 1));
    }

    #[test]
    fn a_step_that_fails_leaves_the_schema_before_it() {
        let mut conn = Connection::open_in_memory().unwrap();
        let broken = Step {
            sql: "CREATE TABLE b (x INTEGER) STRICT; INSERT INTO nowhere VALUES (1);",
            readable_from: 1,
        };
        run(&mut conn, 0, &[ONE, broken]).unwrap_err();
        assert_eq!(find(&conn).unwrap(), found(1, 1));
        let tables: i64 = conn
            .query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))
            .unwrap();
        assert_eq!(tables, 1);
    }

    #[test]
    fn what_was_released_is_told_as_it_was_and_a_later_one_is_told_whole() {
        for schema in [1, 2] {
            let version = Version::read(schema);
            assert_eq!((version.schema, version.readable_from), (schema, schema));
            assert_eq!(version.user_version(), schema);
        }
        let version = Version {
            schema: 9,
            readable_from: 8,
        };
        assert_eq!(Version::read(version.user_version()), version);
    }

    /// Whoever writes a step that its forerunner's programs cannot work with takes the way back
    /// from every kiosk that tries the update, and learns it here.
    #[test]
    fn an_update_with_a_migration_can_be_gone_back_from() {
        for (schema, step) in (1..).zip(MIGRATIONS) {
            assert!((1..=schema).contains(&step.readable_from));
            assert!(
                schema <= 2 || step.readable_from < schema,
                "the program of schema {} cannot read schema {schema}",
                schema - 1
            );
        }
    }

    #[test]
    fn another_programs_database_is_seen() {
        let conn = Connection::open_in_memory().unwrap();
        conn.execute_batch("CREATE TABLE a (x)").unwrap();
        assert_eq!(find(&conn).unwrap(), Found::Foreign);
    }
}
