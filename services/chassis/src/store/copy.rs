//! Moving a store to another engine: every revision and every hash stays as it was.

use std::path::Path;
use std::sync::Arc;

use super::cells::CellPages;
use super::engine::{Engine, Row, Transaction, Value};
use super::error::{StoreError, without_password};
use super::head::{Head, HeadRow};
use super::journal::{self, ZERO_HASH, check_entry};
use super::set_up::set_up;
use super::sql;

/// How many entries are copied at once; an import's entry has up to 500 changes.
const ENTRIES_AT_ONCE: i64 = 16;
/// How many resources are copied at once.
const ROWS_AT_ONCE: i64 = 5000;

/// Copies all of a store into an empty one, in one transaction, and recomputes the chain of hashes on the way. `progress`
/// is told the revision reached and the last one.
pub async fn copy(
    from: &str,
    to: &str,
    mut progress: impl FnMut(i64, i64) + Send,
) -> Result<Head, StoreError> {
    // Opening makes what is not there; a slip in the name must not.
    if from.strip_prefix("sqlite:").is_some_and(|path| !Path::new(path).exists()) {
        return Err(StoreError::Missing { address: from.to_owned() });
    }
    let (source, target) = (Engine::open(from).await?, Engine::open(to).await?);
    set_up(&source, None).await?;
    if set_up(&target, None).await?.revision != 0 {
        return Err(StoreError::NotEmpty { address: without_password(to) });
    }
    let mut read = source.snapshot().await?;
    let mut write = target.begin().await?;
    let stands = HeadRow::read(&write.run(sql::LOCK_HEAD, Vec::new()).await?)?;
    if stands.head.revision != 0 {
        return Err(StoreError::NotEmpty { address: without_password(to) });
    }
    let HeadRow { head, edition, .. } = HeadRow::read(&read.run(sql::HEAD, Vec::new()).await?)?;
    copy_journal(&mut read, &mut write, &head, &mut progress).await?;
    copy_clock_falls(&mut read, &mut write).await?;
    copy_resources(&mut read, &mut write).await?;
    copy_cells(&mut read, &mut write).await?;
    write
        .run(sql::MOVE_HEAD, vec![Value::Number(head.revision), Value::Text(Arc::clone(&head.hash))])
        .await?;
    write.run(sql::PUT_EDITION, vec![Value::Number(edition)]).await?;
    write.commit().await?;
    drop(read);
    source.close().await;
    target.close().await;
    Ok(head)
}

async fn copy_journal(
    read: &mut Transaction,
    write: &mut Transaction,
    head: &Head,
    progress: &mut (impl FnMut(i64, i64) + Send),
) -> Result<(), StoreError> {
    let mut previous: Arc<str> = ZERO_HASH.into();
    let mut first = 1;
    while first <= head.revision {
        let last = (first + ENTRIES_AT_ONCE - 1).min(head.revision);
        let entries = journal::entries(read, first, last).await?;
        for revision in first..=last {
            let entry = entries.iter().find(|entry| entry.revision == revision);
            previous = check_entry(entry, &previous).map_err(|problem| StoreError::Corrupt {
                problem: format!("revision {revision} {problem}; nothing was copied"),
            })?;
        }
        let rows = entries.iter().flat_map(journal::row).collect();
        write.write_rows(sql::ADD_ENTRIES, 9, rows).await?;
        let span = vec![Value::Number(first), Value::Number(last)];
        let versions = read.run(sql::VERSIONS_OF_ENTRIES, span).await?;
        let versions = values(&versions, |row| {
            Ok([
                Value::Number(row.number(0)?),
                Value::Text(row.text(1)?),
                Value::OptionalNumber(row.optional_number(4)?),
                Value::Number(row.number(2)?),
                Value::OptionalText(row.optional_text(3)?),
            ])
        })?;
        write.write_rows(sql::ADD_VERSIONS, 5, versions).await?;
        progress(last, head.revision);
        first = last + 1;
    }
    if previous == head.hash {
        return Ok(());
    }
    let problem = "the head does not have the hash of the newest entry; nothing was copied".to_owned();
    Err(StoreError::Corrupt { problem })
}

async fn copy_clock_falls(read: &mut Transaction, write: &mut Transaction) -> Result<(), StoreError> {
    for row in read.run(sql::CLOCK_FALLS, Vec::new()).await? {
        write.run(sql::ADD_CLOCK_FALL, vec![Value::Number(row.number(0)?)]).await?;
    }
    Ok(())
}

async fn copy_resources(read: &mut Transaction, write: &mut Transaction) -> Result<(), StoreError> {
    let mut after: Arc<str> = "".into();
    loop {
        let page = vec![Value::Text(Arc::clone(&after)), Value::Number(ROWS_AT_ONCE)];
        let rows = read.run(sql::RESOURCES_AFTER, page).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.text(0)?;
        let resources = values(&rows, |row| {
            Ok([
                Value::Text(row.text(0)?),
                Value::Number(row.number(1)?),
                Value::Text(row.text(2)?),
                Value::Number(row.number(3)?),
                Value::OptionalText(row.optional_text(4)?),
                Value::Number(row.number(5)?),
                Value::OptionalText(row.optional_text(6)?),
            ])
        })?;
        write.write_rows(sql::PUT_RESOURCES, 7, resources).await?;
    }
}

async fn copy_cells(read: &mut Transaction, write: &mut Transaction) -> Result<(), StoreError> {
    let mut pages = CellPages::default();
    while let Some(rows) = pages.next(read).await? {
        let cells = values(&rows, |row| {
            Ok([
                Value::Text(row.text(0)?),
                Value::Text(row.text(1)?),
                Value::Number(row.number(2)?),
                Value::Number(row.number(3)?),
            ])
        })?;
        write.write_rows(sql::ADD_TO_CELLS, 4, cells).await?;
    }
    Ok(())
}

fn values<const N: usize>(
    rows: &[Row],
    read: impl Fn(&Row) -> Result<[Value; N], StoreError>,
) -> Result<Vec<Value>, StoreError> {
    let mut values = Vec::with_capacity(rows.len() * N);
    for row in rows {
        values.extend(read(row)?);
    }
    Ok(values)
}
