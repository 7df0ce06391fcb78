//! Setting a store up: its schema, migrated, and its cells, counted anew where they must be.

use super::cells::recount;
use super::contribution::Contributions;
use super::engine::{Engine, Value};
use super::error::StoreError;
use super::head::{Head, HeadRow};
use super::migrations::MIGRATIONS;
use super::sql;

/// How often set-up is tried again that met another process's.
const MOST_ATTEMPTS: usize = 5;

/// Makes or migrates the schema, counts the cells anew where another edition of the contributions wrote them, and tells
/// where the journal stands. All of it is one transaction: what is interrupted begins again.
pub(super) async fn set_up(
    engine: &Engine,
    contributions: Option<&Contributions>,
) -> Result<Head, StoreError> {
    let mut attempts = 1;
    let head = loop {
        match migrate(engine, contributions).await {
            // Another process made the same tables at the same time.
            Err(error) if error.is_conflict() && attempts < MOST_ATTEMPTS => attempts += 1,
            outcome => break outcome?,
        }
    };
    engine.mark_begun()?;
    Ok(head)
}

async fn migrate(engine: &Engine, contributions: Option<&Contributions>) -> Result<Head, StoreError> {
    let mut transaction = engine.begin().await?;
    transaction.script(sql::SCHEMA_TABLE).await?;
    let rows = transaction.run(sql::SCHEMA_VERSION, Vec::new()).await?;
    let found = rows.first().map_or(Ok(0), |row| row.number(0))?;
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    if found > known || found < 0 {
        return Err(StoreError::Schema { found, known });
    }
    let mut recounts = false;
    for (step, migration) in (1..).zip(MIGRATIONS) {
        if step > found {
            transaction.script(engine.pick(migration.sqlite, migration.postgres)).await?;
            transaction.run(sql::PUT_SCHEMA_VERSION, vec![Value::Number(step)]).await?;
            recounts |= migration.recounts;
        }
    }
    // Under the lock: another process may write, or count anew, at this moment.
    let stands = HeadRow::read(&transaction.run(sql::LOCK_HEAD, Vec::new()).await?)?;
    if let Some(contributions) = contributions {
        stands.check_edition(contributions)?;
        if recounts || stands.edition < contributions.edition {
            if stands.head.revision > 0 {
                tracing::info!(
                    from = stands.edition,
                    to = contributions.edition,
                    "the sums are counted anew"
                );
            }
            recount(&mut transaction, contributions).await?;
        }
    }
    transaction.commit().await?;
    Ok(stands.head)
}
