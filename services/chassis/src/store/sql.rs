//! Every SQL text of the store: constants that SQLite and PostgreSQL take alike, each beginning with its user's name.

/// The one table outside the migrations: how many of them are done.
pub(super) const SCHEMA_TABLE: &str = "-- chassis.store.schema_table
CREATE TABLE IF NOT EXISTS store_schema (id BIGINT PRIMARY KEY CHECK (id = 1), version BIGINT NOT NULL)";

pub(super) const PUT_SCHEMA_VERSION: &str = "-- chassis.store.put_schema_version
INSERT INTO store_schema (id, version) VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET version = excluded.version";

pub(super) const SCHEMA_VERSION: &str = "-- chassis.store.schema_version
SELECT version FROM store_schema WHERE id = 1";

/// Takes the row lock that serialises writers, on any engine.
pub(super) const LOCK_HEAD: &str = "-- chassis.store.lock_head
UPDATE head SET revision = revision WHERE id = 1 RETURNING revision, hash, edition,
(SELECT commit_time FROM entries WHERE entries.revision = head.revision)";

pub(super) const HEAD: &str = "-- chassis.store.head
SELECT revision, hash, edition, (SELECT commit_time FROM entries WHERE entries.revision = head.revision)
FROM head WHERE id = 1";

pub(super) const MOVE_HEAD: &str = "-- chassis.store.move_head
UPDATE head SET revision = $1, hash = $2 WHERE id = 1";

pub(super) const PUT_EDITION: &str = "-- chassis.store.put_edition
UPDATE head SET edition = $1 WHERE id = 1";

pub(super) const CLEAR_CELLS: &str = "-- chassis.store.clear_cells
DELETE FROM cells";

pub(super) const REQUESTS: &str = "-- chassis.store.requests
SELECT request_id, revision, caller, request_hash, outcome FROM entries WHERE request_id";

/// A resource in its latest version, with the times that the journal tells; `$of` and `$tail` pick which.
macro_rules! resources {
    ($user:literal, $tail:literal) => {
        resources!($user, "resources", $tail)
    };
    ($user:literal, $of:expr, $tail:literal) => {
        concat!(
            "-- chassis.store.",
            $user,
            "
SELECT r.name, r.revision, r.collection, r.sort_number, r.refers_to, v.create_time, e.commit_time, v.body
FROM ",
            $of,
            " r
JOIN versions v ON v.revision = r.revision AND v.name = r.name
JOIN entries e ON e.revision = r.revision
",
            $tail
        )
    };
}

pub(super) const RESOURCES_BY_NAME: &str = resources!("resources_by_name", "WHERE r.name");
pub(super) const RESOURCES_BY_COLLECTION: &str =
    resources!("resources_by_collection", "WHERE r.deleted = 0 AND r.collection");
pub(super) const RESOURCES_BY_REFERENCE: &str =
    resources!("resources_by_reference", "WHERE r.deleted = 0 AND r.refers_to");

pub(super) const RESOURCE: &str = resources!("resource", "WHERE r.deleted = 0 AND r.name = $1");

pub(super) const PAGE: &str = resources!(
    "page",
    "(SELECT * FROM resources
WHERE deleted = 0 AND collection = $1 AND (sort_number, name) > ($2, $3) AND sort_number >= $4 AND sort_number <= $5
ORDER BY sort_number, name LIMIT $6)",
    "ORDER BY r.sort_number, r.name"
);

/// Part of a collection whose resources are named below it, by name.
pub(super) const PAGE_BY_NAME: &str = resources!(
    "page_by_name",
    "(SELECT * FROM resources
WHERE deleted = 0 AND name > $1 AND name < $2 AND sort_number >= $3 AND sort_number <= $4 ORDER BY name LIMIT $5)",
    "ORDER BY r.name"
);

/// What a column finds over all collections.
macro_rules! found {
    ($user:literal, $column:literal) => {
        resources!(
            $user,
            concat!(
                "(SELECT * FROM resources
WHERE deleted = 0 AND ",
                $column,
                " = $1 AND (collection, sort_number, name) > ($2, $3, $4)
AND sort_number >= $5 AND sort_number <= $6 ORDER BY collection, sort_number, name LIMIT $7)"
            ),
            "ORDER BY r.collection, r.sort_number, r.name"
        )
    };
}

pub(super) const PAGE_BY_TEXT: &str = found!("page_by_text", "found_by");
pub(super) const PAGE_BY_REFERENCE: &str = found!("page_by_reference", "refers_to");

/// A collection as it stood at a revision: from each resource's row back over its versions to the one of then. What lists
/// it is of today.
pub(super) const COLLECTION_AT: &str = resources!(
    "collection_at",
    "(WITH RECURSIVE chain AS (
SELECT name, revision, collection, sort_number, refers_to FROM resources WHERE collection = $1
UNION ALL
SELECT c.name, v.previous_revision, c.collection, c.sort_number, c.refers_to
FROM chain c JOIN versions v ON v.revision = c.revision AND v.name = c.name
WHERE c.revision > $2 AND v.previous_revision IS NOT NULL)
SELECT * FROM chain WHERE revision <= $2)",
    "WHERE v.body IS NOT NULL ORDER BY r.sort_number, r.name"
);

pub(super) const VERSIONS_OF_ENTRIES: &str = "-- chassis.store.versions_of_entries
SELECT revision, name, create_time, body, previous_revision FROM versions WHERE revision >= $1 AND revision <= $2 ORDER BY revision";

pub(super) const ENTRIES: &str = "-- chassis.store.entries
SELECT revision, commit_time, caller, method, request_id, request_hash, outcome, previous_hash, hash
FROM entries WHERE revision >= $1 AND revision <= $2 ORDER BY revision";

pub(super) const ADD_ENTRIES: (&str, &str) = (
    "-- chassis.store.add_entries
INSERT INTO entries
(revision, commit_time, caller, method, request_id, request_hash, outcome, previous_hash, hash) ",
    "",
);

pub(super) const ADD_VERSIONS: (&str, &str) = (
    "-- chassis.store.add_versions
INSERT INTO versions (revision, name, previous_revision, create_time, body) ",
    "",
);

pub(super) const PUT_RESOURCES: (&str, &str) = (
    "-- chassis.store.put_resources
INSERT INTO resources (name, revision, collection, sort_number, refers_to, deleted, found_by) ",
    " ON CONFLICT (name) DO UPDATE SET revision = excluded.revision, collection = excluded.collection,
sort_number = excluded.sort_number, refers_to = excluded.refers_to, deleted = excluded.deleted,
found_by = excluded.found_by",
);

pub(super) const ADD_TO_CELLS: (&str, &str) = (
    "-- chassis.store.add_to_cells
INSERT INTO cells (series, measure, day, amount) ",
    " ON CONFLICT (series, measure, day) DO UPDATE SET amount = cells.amount + excluded.amount",
);

/// One measure of a series.
pub(super) const CELLS_OF_MEASURE: &str = "-- chassis.store.cells_of_measure
SELECT day, amount FROM cells WHERE series = $1 AND measure = $2 AND amount <> 0";

/// One row a measure, days and amounts in one text, in no order: rows cost more than what is in them.
pub(super) const CELLS_OF_SERIES: &str = "-- chassis.store.cells_of_series
SELECT measure, string_agg(CAST(day AS TEXT) || ' ' || CAST(amount AS TEXT), ',') FROM cells
WHERE series = $1 AND amount <> 0 GROUP BY measure";

/// Versions of a span of revisions that are newer than what their resource's row points at.
pub(super) const STALE_RESOURCES: &str = "-- chassis.store.stale_resources
SELECT v.name, v.revision FROM versions v LEFT JOIN resources r ON r.name = v.name
WHERE v.revision >= $1 AND v.revision <= $2 AND (r.name IS NULL OR r.revision < v.revision
OR (r.revision = v.revision AND (r.deleted = 1) <> (v.body IS NULL)))
ORDER BY v.revision LIMIT 1";

/// All resources, in pages by name, with the versions that they point at.
pub(super) const STANDING: &str = "-- chassis.store.standing
SELECT r.name, r.revision, v.revision, v.body, r.found_by, r.collection, r.sort_number, r.refers_to
FROM (SELECT name, revision, found_by, collection, sort_number, refers_to FROM resources
WHERE name > $1 ORDER BY name LIMIT 2000) r
LEFT JOIN versions v ON v.name = r.name AND v.revision = r.revision ORDER BY r.name";

/// What the bodies of a span of revisions replaced, and where they are listed.
pub(super) const REPLACED: &str = "-- chassis.store.replaced
SELECT v.name, v.body, p.body, r.collection FROM versions v JOIN resources r ON r.name = v.name
LEFT JOIN versions p ON p.revision = v.previous_revision AND p.name = v.name
WHERE v.revision > $1 AND v.revision <= $2 ORDER BY v.revision LIMIT $3";

/// Gives a resource the text that it is found by.
pub(super) const FIND_BY: &str = "-- chassis.store.find_by
UPDATE resources SET found_by = $1 WHERE name = $2";

pub(super) const RESOURCES_AFTER: &str = "-- chassis.store.resources_after
SELECT name, revision, collection, sort_number, refers_to, deleted, found_by FROM resources
WHERE name > $1 ORDER BY name LIMIT $2";

pub(super) const CELLS_AFTER: &str = "-- chassis.store.cells_after
SELECT series, measure, day, amount FROM cells
WHERE (series, measure, day) > ($1, $2, $3) ORDER BY series, measure, day LIMIT $4";

/// Every body of a span of revisions, and of names between two, with the one that it replaced, in pages.
pub(super) const REPLACED_IN_PAGES: &str = "-- chassis.store.replaced_in_pages
SELECT v.name, v.body, p.body, v.revision
FROM (SELECT revision, name, body, previous_revision FROM versions
WHERE (revision, name) > ($1, $2) AND revision <= $3 AND name >= $4 AND name < $5 ORDER BY revision, name LIMIT 2000) v
LEFT JOIN versions p ON p.revision = v.previous_revision AND p.name = v.name ORDER BY v.revision, v.name";

/// Versions of a span of revisions whose previous version is not there or not before them, or whose time of creation does
/// not follow from it: that of the body before, or else of the entry.
pub(super) const BROKEN_LINEAGE: &str = "-- chassis.store.broken_lineage
SELECT v.name, v.revision FROM versions v JOIN entries e ON e.revision = v.revision
LEFT JOIN versions p ON p.revision = v.previous_revision AND p.name = v.name
WHERE v.revision >= $1 AND v.revision <= $2 AND ((v.previous_revision IS NOT NULL AND p.name IS NULL)
OR v.previous_revision >= v.revision
OR v.create_time <> CASE WHEN p.body IS NULL THEN e.commit_time ELSE p.create_time END)
ORDER BY v.revision LIMIT 1";

/// Which version of its name each version of a span of revisions names as the one before it.
pub(super) const LINKS: &str = "-- chassis.store.links
SELECT revision, name, previous_revision FROM versions WHERE revision >= $1 AND revision <= $2";

/// The revisions whose commit times are before those of the entries before them, the newest first.
pub(super) const CLOCK_FALLS: &str = "-- chassis.store.clock_falls
SELECT revision FROM clock_falls ORDER BY revision DESC";

pub(super) const ADD_CLOCK_FALL: &str = "-- chassis.store.add_clock_fall
INSERT INTO clock_falls (revision) VALUES ($1)";

/// Changes nothing but a number that is there to be changed.
pub(super) const TRY_WRITING: &str = "-- chassis.store.try_writing
UPDATE probe SET written = written + 1 WHERE id = 1";

/// When an entry was made.
pub(super) const ENTRY_TIME: &str = "-- chassis.store.entry_time
SELECT commit_time FROM entries WHERE revision = $1";

/// The first entry after a revision.
pub(super) const ENTRY_AFTER: &str = "-- chassis.store.entry_after
SELECT revision FROM entries WHERE revision > $1 ORDER BY revision LIMIT 1";

/// How a PostgreSQL database keeps text; the one statement for one engine.
pub(super) const DATABASE_TEXT: &str = "-- chassis.store.database_text
SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = current_database()";

/// The statements that end where a list begins, for the test that prepares each.
#[cfg(test)]
pub(super) const LISTS: &[&str] =
    &[REQUESTS, RESOURCES_BY_NAME, RESOURCES_BY_COLLECTION, RESOURCES_BY_REFERENCE];

/// The statements that write rows, with the types of their columns.
#[cfg(test)]
pub(super) const ROWS: &[((&str, &str), &[&str])] = &[
    (ADD_ENTRIES, &["BIGINT", "BIGINT", "TEXT", "TEXT", "TEXT", "TEXT", "TEXT", "TEXT", "TEXT"]),
    (ADD_VERSIONS, &["BIGINT", "TEXT", "BIGINT", "BIGINT", "TEXT"]),
    (PUT_RESOURCES, &["TEXT", "BIGINT", "TEXT", "BIGINT", "TEXT", "BIGINT", "TEXT"]),
    (ADD_TO_CELLS, &["TEXT", "TEXT", "BIGINT", "BIGINT"]),
];

/// Every other text, for the test that prepares each.
#[cfg(test)]
pub(super) const ALL: &[&str] = &[
    SCHEMA_TABLE,
    PUT_SCHEMA_VERSION,
    SCHEMA_VERSION,
    LOCK_HEAD,
    HEAD,
    MOVE_HEAD,
    RESOURCE,
    PAGE,
    PAGE_BY_NAME,
    PAGE_BY_TEXT,
    PAGE_BY_REFERENCE,
    COLLECTION_AT,
    FIND_BY,
    VERSIONS_OF_ENTRIES,
    ENTRIES,
    CELLS_OF_SERIES,
    PUT_EDITION,
    CLEAR_CELLS,
    STALE_RESOURCES,
    STANDING,
    REPLACED,
    REPLACED_IN_PAGES,
    ENTRY_TIME,
    CELLS_OF_MEASURE,
    BROKEN_LINEAGE,
    LINKS,
    CLOCK_FALLS,
    ADD_CLOCK_FALL,
    TRY_WRITING,
    RESOURCES_AFTER,
    CELLS_AFTER,
    ENTRY_AFTER,
];
