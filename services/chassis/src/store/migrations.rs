//! The schema of the store, step by step. A text is the same for both engines unless one does better with its own.

/// A step of the schema; one idea each. A step never changes once released; see "Change it" in the README.
pub(super) struct Migration {
    pub(super) sqlite: &'static str,
    pub(super) postgres: &'static str,
    /// Whether the cells are counted anew after it.
    pub(super) recounts: bool,
}

impl Migration {
    const fn same(text: &'static str) -> Self {
        Self { sqlite: text, postgres: text, recounts: false }
    }
}

/// The schema.
pub(super) const MIGRATIONS: &[Migration] = &[
    Migration::same(
        "-- chassis.store.migrate 1: the store
CREATE TABLE head (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    revision BIGINT NOT NULL CHECK (revision >= 0),
    hash TEXT NOT NULL CHECK (length(hash) = 64)
);
INSERT INTO head (id, revision, hash)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');
CREATE TABLE entries (
    revision BIGINT PRIMARY KEY CHECK (revision > 0),
    commit_time BIGINT NOT NULL,
    caller TEXT NOT NULL,
    method TEXT NOT NULL,
    request_id TEXT,
    request_hash TEXT NOT NULL CHECK (length(request_hash) = 64),
    outcome TEXT,
    previous_hash TEXT NOT NULL CHECK (length(previous_hash) = 64),
    hash TEXT NOT NULL CHECK (length(hash) = 64)
);
CREATE UNIQUE INDEX entries_request_id ON entries (request_id) WHERE request_id IS NOT NULL;
CREATE TABLE versions (
    revision BIGINT NOT NULL,
    name TEXT NOT NULL,
    previous_revision BIGINT,
    create_time BIGINT NOT NULL,
    body TEXT,
    PRIMARY KEY (revision, name)
);
CREATE TABLE resources (
    name TEXT PRIMARY KEY,
    revision BIGINT NOT NULL,
    collection TEXT NOT NULL,
    sort_number BIGINT NOT NULL,
    refers_to TEXT,
    deleted BIGINT NOT NULL CHECK (deleted IN (0, 1))
);
CREATE INDEX resources_listed ON resources (collection, sort_number, name);
CREATE INDEX resources_refers_to ON resources (refers_to) WHERE refers_to IS NOT NULL;
CREATE TABLE cells (
    series TEXT NOT NULL,
    measure TEXT NOT NULL,
    day BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (series, measure, day)
);
",
    ),
    Migration::same(
        "-- chassis.store.migrate 2: which edition of the contributions the cells were written by
ALTER TABLE head ADD COLUMN edition BIGINT NOT NULL DEFAULT 1 CHECK (edition > 0);
",
    ),
    Migration::same(
        "-- chassis.store.migrate 3: what resources of any collection are found by
ALTER TABLE resources ADD COLUMN found_by TEXT;
CREATE INDEX resources_found_by ON resources (found_by) WHERE found_by IS NOT NULL;
",
    ),
    // SQLite keeps whatever it is given unless a table is strict: a sum that overflowed became a fraction.
    Migration {
        sqlite: STRICT_TABLES,
        postgres: "-- chassis.store.migrate 4: types are strict here\nSELECT 1",
        recounts: true,
    },
    Migration { sqlite: CLOCK_AND_PROBE, postgres: CLOCK_AND_PROBE_OF_POSTGRES, recounts: false },
];

/// The tables once more, each strict, with what they held. `INT` as a primary key is stored as it was.
const STRICT_TABLES: &str = "-- chassis.store.migrate 4: tables that keep whole numbers and texts, and nothing else
CREATE TABLE strict_store_schema (id INT PRIMARY KEY CHECK (id = 1), version INT NOT NULL) STRICT;
INSERT INTO strict_store_schema SELECT id, version FROM store_schema;
DROP TABLE store_schema;
ALTER TABLE strict_store_schema RENAME TO store_schema;
CREATE TABLE strict_head (
    id INT PRIMARY KEY CHECK (id = 1),
    revision INT NOT NULL CHECK (revision >= 0),
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    edition INT NOT NULL DEFAULT 1 CHECK (edition > 0)
) STRICT;
INSERT INTO strict_head SELECT id, revision, hash, edition FROM head;
DROP TABLE head;
ALTER TABLE strict_head RENAME TO head;
CREATE TABLE strict_entries (
    revision INT PRIMARY KEY CHECK (revision > 0),
    commit_time INT NOT NULL,
    caller TEXT NOT NULL,
    method TEXT NOT NULL,
    request_id TEXT,
    request_hash TEXT NOT NULL CHECK (length(request_hash) = 64),
    outcome TEXT,
    previous_hash TEXT NOT NULL CHECK (length(previous_hash) = 64),
    hash TEXT NOT NULL CHECK (length(hash) = 64)
) STRICT;
INSERT INTO strict_entries
SELECT revision, commit_time, caller, method, request_id, request_hash, outcome, previous_hash, hash
FROM entries ORDER BY revision;
DROP TABLE entries;
ALTER TABLE strict_entries RENAME TO entries;
CREATE UNIQUE INDEX entries_request_id ON entries (request_id) WHERE request_id IS NOT NULL;
CREATE TABLE strict_versions (
    revision INT NOT NULL,
    name TEXT NOT NULL,
    previous_revision INT,
    create_time INT NOT NULL,
    body TEXT,
    PRIMARY KEY (revision, name)
) STRICT;
INSERT INTO strict_versions
SELECT revision, name, previous_revision, create_time, body FROM versions ORDER BY revision, name;
DROP TABLE versions;
ALTER TABLE strict_versions RENAME TO versions;
CREATE TABLE strict_resources (
    name TEXT PRIMARY KEY,
    revision INT NOT NULL,
    collection TEXT NOT NULL,
    sort_number INT NOT NULL,
    refers_to TEXT,
    deleted INT NOT NULL CHECK (deleted IN (0, 1)),
    found_by TEXT
) STRICT;
INSERT INTO strict_resources
SELECT name, revision, collection, sort_number, refers_to, deleted, found_by FROM resources ORDER BY name;
DROP TABLE resources;
ALTER TABLE strict_resources RENAME TO resources;
CREATE INDEX resources_listed ON resources (collection, sort_number, name);
CREATE INDEX resources_refers_to ON resources (refers_to) WHERE refers_to IS NOT NULL;
CREATE INDEX resources_found_by ON resources (found_by) WHERE found_by IS NOT NULL;
CREATE TABLE strict_cells (
    series TEXT NOT NULL,
    measure TEXT NOT NULL,
    day INT NOT NULL,
    amount INT NOT NULL,
    PRIMARY KEY (series, measure, day)
) STRICT;
INSERT INTO strict_cells SELECT series, measure, day, CAST(amount AS INT) FROM cells ORDER BY series, measure, day;
DROP TABLE cells;
ALTER TABLE strict_cells RENAME TO cells;
";

/// Where commit times fall, and a row to try writing with.
const CLOCK_AND_PROBE: &str =
    "-- chassis.store.migrate 5: where commit times fall, and a row to try writing with
CREATE TABLE clock_falls (revision INT PRIMARY KEY) STRICT;
INSERT INTO clock_falls (revision) SELECT e.revision FROM entries e
JOIN entries before ON before.revision = e.revision - 1 WHERE e.commit_time < before.commit_time;
CREATE TABLE probe (id INT PRIMARY KEY CHECK (id = 1), written INT NOT NULL) STRICT;
INSERT INTO probe (id, written) VALUES (1, 0);
";
const CLOCK_AND_PROBE_OF_POSTGRES: &str =
    "-- chassis.store.migrate 5: where commit times fall, and a row to try writing with
CREATE TABLE clock_falls (revision BIGINT PRIMARY KEY);
INSERT INTO clock_falls (revision) SELECT e.revision FROM entries e
JOIN entries before ON before.revision = e.revision - 1 WHERE e.commit_time < before.commit_time;
CREATE TABLE probe (id BIGINT PRIMARY KEY CHECK (id = 1), written BIGINT NOT NULL);
INSERT INTO probe (id, written) VALUES (1, 0);
";
