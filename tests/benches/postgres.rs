//! What PostgreSQL itself does with single-row inserts, on a private cluster that is made and removed here.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::time::{Duration, Instant};

use thidua_tests::cluster::{Cluster, run};
use thidua_tests::sample;

/// Inserts a second by 64 clients, each durable.
pub(crate) fn inserts(cluster: &Cluster, span: Duration) -> f64 {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("insert.sql");
    std::fs::write(&script, "INSERT INTO petitions (body) VALUES ('{\"receivedDate\":{\"year\":2023,\"month\":3,\"day\":3},\"kind\":\"PETITION_KIND_COMPLAINT\",\"signerCount\":\"1\"}');\n")
        .expect("a script");
    let table =
        "CREATE TABLE petitions (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body TEXT NOT NULL)";
    run(cluster.client("psql").args(["-c", table, "postgres"]));
    let seconds = span.as_secs().to_string();
    run(std::process::Command::new("chmod").args(["-R", "a+rX"]).arg(folder.path()));
    let output = run(cluster
        .client("pgbench")
        .args(["-n", "-c", "64", "-j", "2", "-M", "prepared", "-T", &seconds, "-f"])
        .arg(&script)
        .arg("postgres"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let rate =
        text.lines().find_map(|line| line.strip_prefix("tps = ")?.split_whitespace().next()?.parse().ok());
    rate.unwrap_or_else(|| panic!("pgbench told no rate:\n{text}"))
}

/// Rows a second of one COPY of petitions into a table with a key.
pub(crate) fn copies(cluster: &Cluster, rows: i64) -> f64 {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.tsv");
    let mut file = BufWriter::new(File::create(&path).expect("a file"));
    for number in 0..rows {
        let body = serde_json::to_string(&sample::petition(number)).expect("JSON");
        writeln!(file, "units/thanh-tra-tinh/petitions/don-{number:08}\t{body}").expect("a row");
    }
    drop(file);
    run(std::process::Command::new("chmod").args(["-R", "a+rX"]).arg(folder.path()));
    let table = "CREATE TABLE copied (name TEXT PRIMARY KEY, body TEXT NOT NULL)";
    run(cluster.client("psql").args(["-c", table, "postgres"]));
    let begin = Instant::now();
    let copy = format!("\\copy copied FROM '{}'", path.display());
    run(cluster.client("psql").args(["-c", &copy, "postgres"]));
    crate::count(rows) / begin.elapsed().as_secs_f64()
}
