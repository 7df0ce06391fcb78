//! Whether the state follows from the versions, and the cells from the state.

use std::hash::BuildHasher as _;
use std::sync::Arc;

use super::cells::CellPages;
use super::contribution::{Cell, Contributions};
use super::engine::{Row, Transaction, Value};
use super::error::StoreError;
use super::index::Index;
use super::map::Map;
use super::sql;
use super::verification::Verification;

/// One walk over all resources: each stands at a version that is there, is listed and found where its body says, and
/// together they add to the cells.
pub(super) async fn check_resources(
    snapshot: &mut Transaction,
    contributions: &Contributions,
    found: &mut Verification,
) -> Result<(), StoreError> {
    let (mut sums, mut links) = (Sums::default(), Links::default());
    let mut after: Arc<str> = "".into();
    loop {
        let rows = snapshot.run(sql::STANDING, vec![Value::Text(Arc::clone(&after))]).await?;
        let Some(last) = rows.last() else { break };
        after = last.text(0)?;
        for row in rows {
            links.follow(&row.text(0)?, row.number(1)?);
            check_resource(&row, contributions, &mut sums, found)?;
        }
    }
    check_links(snapshot, links, found).await?;
    sums.retain(|_, amount| *amount != 0);
    compare_cells(snapshot, sums, found).await
}

fn check_resource(
    row: &Row,
    contributions: &Contributions,
    sums: &mut Sums,
    found: &mut Verification,
) -> Result<(), StoreError> {
    let name = row.text(0)?;
    if row.optional_number(2)?.is_none() {
        let revision = row.number(1)?;
        found.findings.push(format!("{name} stands at a version that is not there (revision {revision})"));
    }
    let Some(body) = row.optional_text(3)? else { return Ok(()) };
    let found_by = row.optional_text(4)?;
    if found_by.as_deref() != (contributions.found_by)(&name, &body).as_deref() {
        found.findings.push(format!("{name} is not found by what its body says ({found_by:?})"));
    }
    let listed =
        Index { collection: row.text(5)?, sort_number: row.number(6)?, refers_to: row.optional_text(7)? };
    if let Some(expected) = (contributions.index)(&name, &body).filter(|expected| *expected != listed) {
        let (place, right) = (describe(&listed), describe(&expected));
        found.findings.push(format!("{name} is listed {place}, its body says {right}"));
    }
    match (contributions.of)(&name, &body) {
        Ok(cells) => add(sums, cells),
        Err(cause) => found.findings.push(format!("the body of {name} cannot be read: {cause}")),
    }
    Ok(())
}

fn describe(index: &Index) -> String {
    let Index { collection, sort_number, refers_to } = index;
    let refers_to = refers_to.as_deref().unwrap_or("nothing");
    format!("in {collection} under {sort_number}, referring to {refers_to}")
}

/// The sums that bodies add to, wide enough for any number of them.
type Sums = Map<(Arc<str>, Arc<str>, i64), i128>;

fn add(sums: &mut Sums, cells: Vec<Cell>) {
    for cell in cells {
        *sums.entry((cell.series, cell.measure.into(), cell.day)).or_default() += i128::from(cell.amount);
    }
}

async fn compare_cells(
    snapshot: &mut Transaction,
    mut sums: Sums,
    found: &mut Verification,
) -> Result<(), StoreError> {
    let mut pages = CellPages::default();
    while let Some(rows) = pages.next(snapshot).await? {
        for row in rows {
            let key = (row.text(0)?, row.text(1)?, row.number(2)?);
            let (stored, computed) = (row.number(3)?, sums.remove(&key).unwrap_or_default());
            if i128::from(stored) != computed {
                found.findings.push(cell_finding(&key, stored, computed));
            }
        }
    }
    found.findings.extend(sums.iter().map(|(key, computed)| cell_finding(key, 0, *computed)));
    Ok(())
}

fn cell_finding((series, measure, day): &(Arc<str>, Arc<str>, i64), stored: i64, computed: i128) -> String {
    format!("the cell {series} {measure} on day {day} holds {stored}, its records add to {computed}")
}

/// How many revisions are compared with their resources at once: no statement may take long.
const REVISIONS_AT_ONCE: i64 = 2000;

/// No version is newer than what its resource's row points at, and each has the time of creation that follows from the
/// version before it.
pub(super) async fn check_versions(
    snapshot: &mut Transaction,
    found: &mut Verification,
) -> Result<(), StoreError> {
    let mut next = 1;
    while next <= found.head.revision {
        let last = next + REVISIONS_AT_ONCE - 1;
        let span = || vec![Value::Number(next), Value::Number(last)];
        if let Some(row) = snapshot.run(sql::STALE_RESOURCES, span()).await?.first() {
            let (name, revision) = (row.text(0)?, row.number(1)?);
            found.findings.push(format!("{name} does not stand at its newest version (revision {revision})"));
            return Ok(());
        }
        if let Some(row) = snapshot.run(sql::BROKEN_LINEAGE, span()).await?.first() {
            let (name, revision) = (row.text(0)?, row.number(1)?);
            found.findings.push(format!(
                "the version of {name} at revision {revision} does not follow from the one before it: its time of creation \
                 or its previous revision is not right"
            ));
            return Ok(());
        }
        next = last + 1;
    }
    Ok(())
}

/// Whether each version is followed exactly once: by the next version of its name, or by the resource that stands at it.
/// The two sides are compared as sums of hashes, which take no memory.
#[derive(Default)]
struct Links {
    hashes: foldhash::quality::RandomState,
    difference: u64,
}

impl Links {
    fn hash(&self, name: &str, revision: i64) -> u64 {
        self.hashes.hash_one((name, revision))
    }

    fn version(&mut self, name: &str, revision: i64) {
        self.difference = self.difference.wrapping_add(self.hash(name, revision));
    }

    fn follow(&mut self, name: &str, revision: i64) {
        self.difference = self.difference.wrapping_sub(self.hash(name, revision));
    }
}

/// How many revisions' versions are read at once; an import's has up to 500.
const LINKED_AT_ONCE: i64 = 100;

async fn check_links(
    snapshot: &mut Transaction,
    mut links: Links,
    found: &mut Verification,
) -> Result<(), StoreError> {
    let mut next = 1;
    while next <= found.head.revision {
        let last = next + LINKED_AT_ONCE - 1;
        for row in snapshot.run(sql::LINKS, vec![Value::Number(next), Value::Number(last)]).await? {
            let name = row.text(1)?;
            links.version(&name, row.number(0)?);
            if let Some(previous) = row.optional_number(2)? {
                links.follow(&name, previous);
            }
        }
        next = last + 1;
    }
    if links.difference != 0 {
        found.findings.push(
            "some versions are not the previous revision of the next version of their name, or are so twice"
                .to_owned(),
        );
    }
    Ok(())
}
