//! What PostgreSQL itself does with single-row inserts, on a private cluster that is made and removed here.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

/// Inserts a second by 64 clients, each durable; `None` where PostgreSQL or pgbench is not installed.
pub(crate) fn inserts(span: Duration) -> Option<f64> {
    let tools = tools()?;
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    let user = if is_root() { Some("nobody") } else { None };
    if user.is_some() {
        run(Command::new("chown").arg("nobody").arg(folder.path()));
    }
    let tool = |name: &str| command(user, &tools.join(name));
    run(tool("initdb").args(["-A", "trust", "-U", "postgres", "-D"]).arg(&data));
    let options = format!("-k {} -c listen_addresses='' -c max_connections=100", folder.path().display());
    run(tool("pg_ctl")
        .args(["-w", "-D"])
        .arg(&data)
        .args(["-l"])
        .arg(folder.path().join("log"))
        .args(["-o", &options, "start"]));
    let rate = bench(&tool, folder.path(), span);
    run(tool("pg_ctl").args(["-w", "-m", "fast", "-D"]).arg(&data).arg("stop"));
    Some(rate)
}

fn bench(tool: &dyn Fn(&str) -> Command, folder: &Path, span: Duration) -> f64 {
    let script = folder.join("insert.sql");
    std::fs::write(&script, "INSERT INTO petitions (body) VALUES ('{\"receivedDate\":{\"year\":2023,\"month\":3,\"day\":3},\"kind\":\"PETITION_KIND_COMPLAINT\",\"signerCount\":\"1\"}');\n")
        .expect("a script");
    let table =
        "CREATE TABLE petitions (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body TEXT NOT NULL)";
    run(tool("psql").arg("-h").arg(folder).args(["-U", "postgres", "-c", table]));
    let seconds = span.as_secs().to_string();
    let output = run(tool("pgbench")
        .arg("-h")
        .arg(folder)
        .args(["-U", "postgres", "-n", "-c", "64", "-j", "2", "-M", "prepared", "-T", &seconds, "-f"])
        .arg(&script)
        .arg("postgres"));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let rate =
        text.lines().find_map(|line| line.strip_prefix("tps = ")?.split_whitespace().next()?.parse().ok());
    rate.unwrap_or_else(|| panic!("pgbench told no rate:\n{text}"))
}

/// The folder of Debian's newest PostgreSQL with pgbench.
fn tools() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut folders: Vec<PathBuf> =
        versions.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect();
    folders.sort();
    folders.into_iter().rev().find(|folder| folder.join("initdb").exists() && folder.join("pgbench").exists())
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// PostgreSQL refuses to run as root.
fn command(user: Option<&str>, program: &Path) -> Command {
    match user {
        Some(user) => {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", user, "--regid", "nogroup", "--clear-groups"]).arg(program);
            command
        }
        None => Command::new(program),
    }
}

fn run(command: &mut Command) -> Output {
    let output = command.current_dir("/").output().unwrap_or_else(|cause| panic!("{command:?}: {cause}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}
