//! Commands to kiosks, until the broker has them.

use machitap_domain::KioskId;
use machitap_wire::command::{Command, Order};
use rusqlite::{OptionalExtension, params};

use super::{Db, DbError};

impl Db {
    /// Keeps a command for `serve` to send. Its number is the time, or one more than the last.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn put_command(
        &mut self,
        kiosk: &KioskId,
        order: Order,
        now_ms: i64,
        until_ms: i64,
    ) -> Result<Command, DbError> {
        self.transaction(|db| {
            let last: Option<i64> = db
                .conn
                .prepare_cached("SELECT max(number) FROM command WHERE kiosk = ?1")?
                .query_row([kiosk.as_str()], |r| r.get(0))
                .optional()?
                .flatten();
            let number = last.map_or(now_ms, |last| now_ms.max(last + 1));
            let text = serde_json::to_string(&order).expect("an order has a JSON form");
            db.conn.execute(
                "INSERT INTO command (kiosk, number, what, until_ms) VALUES (?1, ?2, ?3, ?4)",
                params![kiosk.as_str(), number, text, until_ms],
            )?;
            Ok(Command {
                number,
                kiosk: kiosk.clone(),
                until_ms,
                order,
            })
        })
    }

    /// Commands the broker has not acknowledged, the oldest first. Those whose time is over are
    /// left out.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn unsent_commands(&self, now_ms: i64) -> Result<Vec<Command>, DbError> {
        let mut statement = self.conn.prepare_cached(
            "SELECT kiosk, number, what, until_ms FROM command \
             WHERE sent = 0 AND until_ms > ?1 ORDER BY number",
        )?;
        let rows = statement.query_map([now_ms], |r| {
            Ok((
                r.get::<_, String>(0)?,
                r.get::<_, i64>(1)?,
                r.get::<_, String>(2)?,
                r.get::<_, i64>(3)?,
            ))
        })?;
        rows.map(|row| {
            let (kiosk, number, what, until_ms) = row?;
            Ok(Command {
                number,
                kiosk: kiosk.parse().map_err(damaged)?,
                until_ms,
                order: serde_json::from_str(&what).map_err(damaged)?,
            })
        })
        .collect()
    }

    /// The broker has it.
    ///
    /// # Errors
    /// [`DbError`].
    pub fn command_sent(&self, command: &Command) -> Result<(), DbError> {
        self.conn.execute(
            "UPDATE command SET sent = 1 WHERE kiosk = ?1 AND number = ?2",
            params![command.kiosk.as_str(), command.number],
        )?;
        Ok(())
    }
}

fn damaged(why: impl ToString) -> DbError {
    DbError::Damaged(why.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_grow_whatever_the_clock_does_and_what_is_late_is_not_sent() {
        let mut db = Db::in_memory().unwrap();
        let kiosk: KioskId = "hall-1".parse().unwrap();
        let mut give = |now, until| {
            db.put_command(&kiosk, Order::Restart, now, until)
                .unwrap()
                .number
        };
        assert_eq!((give(50, 100), give(50, 100), give(7, 90)), (50, 51, 52));
        let waiting = db.unsent_commands(95).unwrap();
        assert_eq!(waiting.len(), 2);
        db.command_sent(&waiting[0]).unwrap();
        assert_eq!(db.unsent_commands(0).unwrap().len(), 2);
        assert!(db.unsent_commands(100).unwrap().is_empty());
    }
}
