//! Which open purchases may still give an output that others want?
//!
//! A row for each purchase of which it is not known yet what came of it, with the fingerprint of what it was made for.

use rusqlite::{Connection, OptionalExtension, Transaction, params};

use crate::name::{Digest, RunId};
use crate::run::event::PurchaseId;

/// Notes what `run` tells of its purchases: open for an output, or closed.
pub(super) fn note(
    transaction: &Transaction,
    run: &RunId,
    purchases: &[(PurchaseId, Option<Digest>)],
) -> rusqlite::Result<()> {
    for (purchase, open_for) in purchases {
        let of = word(*purchase);
        match open_for {
            Some(fingerprint) => transaction
                .prepare_cached(
                    "INSERT OR REPLACE INTO purchase (run, of, fingerprint) VALUES (?1, ?2, ?3)",
                )?
                .execute(params![run.as_str(), of, fingerprint.as_bytes()])?,
            None => transaction
                .prepare_cached("DELETE FROM purchase WHERE run = ?1 AND of = ?2")?
                .execute(params![run.as_str(), of])?,
        };
    }
    Ok(())
}

/// A run other than `except` that may have bought what has this fingerprint.
pub(super) fn of(
    connection: &Connection,
    fingerprint: &Digest,
    except: &RunId,
) -> rusqlite::Result<Option<RunId>> {
    connection
        .prepare_cached(
            "SELECT run FROM purchase WHERE fingerprint = ?1 AND run <> ?2 ORDER BY run LIMIT 1",
        )?
        .query_row(params![fingerprint.as_bytes(), except.as_str()], |row| {
            Ok(RunId::new(&row.get::<_, String>(0)?))
        })
        .optional()
}

fn word(purchase: PurchaseId) -> String {
    let PurchaseId { attempt, slot } = purchase;
    format!("{}.{}.{}.{slot}", attempt.at.scope.0, attempt.at.node.0, attempt.number)
}
