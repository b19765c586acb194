//! Where does it stand what runs took of the project's wallet, and what they were billed?
//!
//! A row for each run, line and month: the line is empty for the whole wallet, else a provider's name. What is set aside
//! counts while the run has not ended, in the latest of its months.

use std::collections::BTreeMap;

use rusqlite::{Connection, Transaction, params};

use crate::host::wallet::{Block, Line, Share, Sums, Weighed};
use crate::money::Usd;
use crate::name::RunId;

/// The whole wallet's line.
pub(super) const ALL: &str = "";

/// The wallet's lines in `month`, without what `except` has of them.
pub(super) fn lines(
    connection: &Connection,
    month: &str,
    except: &RunId,
) -> rusqlite::Result<BTreeMap<Box<str>, Line>> {
    let sql = "
SELECT b.line, b.run, b.provider, b.price_table, b.assumed, b.doubtful,
    CASE WHEN r.finished IS NULL AND b.month = (SELECT max(month) FROM block WHERE run = b.run)
        THEN b.granted ELSE 0 END
FROM block b JOIN run r ON r.run = b.run
WHERE b.month = ?1 AND b.run <> ?2
ORDER BY b.line, b.run";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![month, except.as_str()], |row| {
        let amount = |at| row.get(at).map(Usd::from_micros);
        let sums = Sums {
            provider: amount(2)?,
            table: amount(3)?,
            assumed: amount(4)?,
            doubtful: amount(5)?,
        };
        let run = RunId::new(&row.get::<_, String>(1)?);
        Ok((row.get::<_, Box<str>>(0)?, Share { run, sums, block: amount(6)? }))
    })?;
    let mut lines = BTreeMap::<_, Line>::new();
    for row in rows {
        let (line, share) = row?;
        lines.entry(line).or_default().0.push(share);
    }
    Ok(lines)
}

/// What `run` was billed in other months than `month`, by line.
pub(super) fn before(
    connection: &Connection,
    run: &RunId,
    month: &str,
) -> rusqlite::Result<BTreeMap<Box<str>, Usd>> {
    let sql = "SELECT line, sum(provider + price_table + assumed) FROM block
        WHERE run = ?1 AND month <> ?2 GROUP BY line";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(params![run.as_str(), month], |row| {
        Ok((row.get(0)?, Usd::from_micros(row.get(1)?)))
    })?;
    rows.collect()
}

/// Sets `block` aside for `run`; false, if that would pass a limit: then nothing is changed.
pub(super) fn take(
    transaction: &Transaction,
    run: &RunId,
    block: &Block,
) -> rusqlite::Result<bool> {
    let lines = lines(transaction, &block.month, run)?;
    let whole = (ALL.into(), block.all, block.wallet.month);
    let at = block.granted.iter().map(|(provider, amount)| {
        (provider.clone(), *amount, block.wallet.providers.get(provider).copied())
    });
    let mut taken = Vec::new();
    let before = before(transaction, run, &block.month)?;
    for (line, amount, limit) in std::iter::once(whole).chain(at) {
        let amount = (amount - before.get(&line).copied().unwrap_or_default()).max(Usd::ZERO);
        let weighed =
            limit.map(|limit| lines.get(&line).cloned().unwrap_or_default().weigh(limit, amount));
        if weighed.is_some_and(|weighed| weighed != Weighed::Fits) {
            return Ok(false);
        }
        taken.push((line, amount));
    }
    for (line, amount) in taken {
        transaction
            .prepare_cached(
                "INSERT INTO block (run, line, month, granted) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (run, line, month) DO UPDATE SET granted = excluded.granted",
            )?
            .execute(params![run.as_str(), line, block.month, amount.micros()])?;
    }
    Ok(true)
}

/// Books what `run` was billed in all, in the latest of its months: what the earlier ones had stays theirs.
pub(super) fn book(
    transaction: &Transaction,
    run: &RunId,
    bills: &BTreeMap<Box<str>, Sums>,
) -> rusqlite::Result<()> {
    let whole: Sums = bills.values().copied().sum();
    let at = bills.iter().filter(|(seller, _)| !seller.is_empty());
    let at = at.map(|(seller, sums)| (&**seller, *sums));
    for (line, sums) in std::iter::once((ALL, whole)).chain(at) {
        transaction
            .prepare_cached(
                "
INSERT INTO block (run, line, month, granted, provider, price_table, assumed, doubtful)
SELECT ?1, ?2, latest, 0,
    ?3 - coalesce(sum(provider), 0), ?4 - coalesce(sum(price_table), 0), ?5 - coalesce(sum(assumed), 0), ?6
FROM (SELECT max(month) AS latest FROM block WHERE run = ?1)
    LEFT JOIN block b ON b.run = ?1 AND b.line = ?2 AND b.month <> latest
WHERE true
ON CONFLICT (run, line, month) DO UPDATE SET provider = excluded.provider,
    price_table = excluded.price_table, assumed = excluded.assumed, doubtful = excluded.doubtful",
            )?
            .execute(params![
                run.as_str(),
                line,
                sums.provider.micros(),
                sums.table.micros(),
                sums.assumed.micros(),
                sums.doubtful.micros(),
            ])?;
    }
    transaction
        .prepare_cached("UPDATE run SET spent = ?2 WHERE run = ?1")?
        .execute(params![run.as_str(), whole.spent().micros()])?;
    Ok(())
}
