//! A private PostgreSQL cluster of Debian's binaries: made in a folder of its own, on a free loopback port, gone with the
//! process that made it, however that ends.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A running cluster.
pub struct Cluster {
    tools: PathBuf,
    folder: PathBuf,
    port: u16,
    settings: String,
    databases: AtomicUsize,
    /// Stops the server and removes the folder once its standard input ends, which is when this process ends.
    guard: Child,
}

impl Cluster {
    /// The cluster of this process for tests of behaviour, which do without flushes of the disk; `None`, with a line on
    /// standard error, where PostgreSQL is not installed.
    ///
    /// # Panics
    /// Where `THIDUA_POSTGRES` is `required` and PostgreSQL is not installed, or where it does not start.
    #[must_use]
    pub fn shared() -> Option<&'static Self> {
        static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(&["fsync=off"])).as_ref()
    }

    /// Starts a cluster with settings such as `fsync=off`; `None`, with a line on standard error, where PostgreSQL is not
    /// installed.
    ///
    /// # Panics
    /// Where `THIDUA_POSTGRES` is `required` and PostgreSQL is not installed, or where it does not start.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "whether to do without is the tester's choice")]
    pub fn start(settings: &[&str]) -> Option<Self> {
        let Some(tools) = tools() else {
            assert!(
                std::env::var("THIDUA_POSTGRES").as_deref() != Ok("required"),
                "PostgreSQL is required and not installed; on Debian: apt-get install postgresql"
            );
            say("PostgreSQL is not installed: what follows runs on SQLite alone");
            return None;
        };
        let folder = tempfile::Builder::new().prefix("thidua-postgres-").tempdir();
        let folder = folder.unwrap_or_else(|cause| panic!("no folder for PostgreSQL: {cause}")).keep();
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = free.unwrap_or_else(|cause| panic!("no free port: {cause}")).port();
        let settings = settings.iter().flat_map(|setting| [" -c ", setting]).collect();
        let guard = guard(&folder);
        let cluster = Self { tools, folder, port, settings, databases: AtomicUsize::new(0), guard };
        if is_root() {
            run(Command::new("chown").arg("nobody").arg(&cluster.folder));
        }
        let data = cluster.data();
        run(cluster
            .tool("initdb")
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C"])
            .arg("-D")
            .arg(&data));
        cluster.restart();
        let version = run(cluster.tool("postgres").arg("--version"));
        say(&format!(
            "{} runs on 127.0.0.1:{port}: what follows runs on it too",
            String::from_utf8_lossy(&version.stdout).trim()
        ));
        Some(cluster)
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Starts the server, after a [`kill`](Self::kill).
    ///
    /// # Panics
    /// Where it does not start.
    pub fn restart(&self) {
        let options = format!(
            "-p {} -k {} -c listen_addresses=127.0.0.1 -c max_connections=200{}",
            self.port,
            self.folder.display(),
            self.settings
        );
        let mut start = self.tool("pg_ctl");
        start.args(["-w", "-D"]).arg(self.data()).arg("-l").arg(self.folder.join("log"));
        start.args(["-o", &options, "start"]);
        // The processes of a server that was killed let go of its memory one after the other.
        for _ in 0..100 {
            if start.output().is_ok_and(|output| output.status.success()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        run(&mut start);
    }

    /// Ends the server with all its processes at once, as a power cut would (SIGKILL).
    ///
    /// # Panics
    /// Where the system refuses.
    pub fn kill(&self) {
        let file = std::fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
        let server = file.lines().next().unwrap_or_default().to_owned();
        let children = run(Command::new("pgrep").args(["-P", &server]));
        let children = String::from_utf8_lossy(&children.stdout).into_owned();
        run(Command::new("kill").args(["-KILL", &server]));
        // Some are gone by themselves by then.
        let _ = Command::new("kill").arg("-KILL").args(children.split_whitespace()).output();
    }

    /// Makes an empty database and returns its address.
    ///
    /// # Panics
    /// Where the server refuses.
    pub fn database(&self) -> String {
        let name = format!("d{}", self.databases.fetch_add(1, Ordering::Relaxed));
        run(self.client("createdb").arg(&name));
        self.address(&name)
    }

    /// The address of a database.
    #[must_use]
    pub fn address(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// A program of PostgreSQL that connects to this server.
    #[must_use]
    pub fn client(&self, name: &str) -> Command {
        let mut command = self.tool(name);
        command.args(["-h", "127.0.0.1", "-U", "postgres", "-p", &self.port.to_string()]);
        command
    }

    /// A program of PostgreSQL, as the user that may run it: PostgreSQL refuses to run as root.
    fn tool(&self, name: &str) -> Command {
        let program = self.tools.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", "nobody", "--regid", "nogroup", "--clear-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir("/");
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        // Its work is done, or it was ended from outside.
        let _ = self.guard.wait();
    }
}

/// Runs a program to its end.
///
/// # Panics
/// Where it fails.
pub fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|cause| panic!("{command:?}: {cause}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// Past the test harness, which keeps what tests print.
fn say(line: &str) {
    // Nobody reads it then.
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn guard(folder: &Path) -> Child {
    const SCRIPT: &str = r#"
        cat > /dev/null
        pid=$(head -n 1 "$1/data/postmaster.pid" 2> /dev/null)
        if [ -n "$pid" ] && kill -INT "$pid" 2> /dev/null; then
            while kill -0 "$pid" 2> /dev/null; do sleep 0.05; done
        fi
        rm -rf "$1"
    "#;
    let mut command = Command::new("setsid");
    command.args(["sh", "-c", SCRIPT, "guard"]).arg(folder).stdin(Stdio::piped()).stdout(Stdio::null());
    command.stderr(Stdio::null()).spawn().unwrap_or_else(|cause| panic!("no guard for PostgreSQL: {cause}"))
}

/// The folder of Debian's newest PostgreSQL.
fn tools() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut folders: Vec<PathBuf> =
        versions.filter_map(|entry| Some(entry.ok()?.path().join("bin"))).collect();
    folders.sort();
    folders.into_iter().rev().find(|folder| folder.join("initdb").exists())
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
