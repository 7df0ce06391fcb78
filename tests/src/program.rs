//! Programs as processes.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader, Lines};
use tokio::process::{Child, Command};
use tokio::time::timeout;
use tonic::transport::{Channel, Endpoint};

/// How long a program may take to come up or to end before that is a failure.
const PATIENCE: Duration = Duration::from_mins(1);

/// A program's file, beside the one that is running: `cargo` builds all of a workspace's programs into one folder.
///
/// # Panics
/// Where it is not built.
#[must_use]
pub fn binary(name: &str) -> PathBuf {
    let own = std::env::current_exe().unwrap_or_default();
    // target/{profile}/deps/{test} -> target/{profile}/{name}
    let folder = own.parent().and_then(Path::parent).unwrap_or(Path::new("."));
    let file = folder.join(name);
    assert!(
        file.exists(),
        "{} is not built; run `cargo build --workspace` with the same profile",
        file.display()
    );
    file
}

/// A running program. Killed when dropped.
pub struct Program {
    child: Child,
    /// Where it serves.
    pub address: SocketAddr,
    faults: Faults,
}

/// Lines of a log that tell of a panic or an error.
type Faults = Arc<Mutex<Vec<String>>>;

impl Program {
    /// Starts a program that logs JSON with the address that it listens on.
    ///
    /// # Panics
    /// Where it does not come up.
    pub async fn start(name: &str, arguments: &[&str]) -> Self {
        Self::start_command(name, command(name, arguments)).await
    }

    /// Starts a program that may open so many files and connections.
    ///
    /// # Panics
    /// Where it does not come up.
    pub async fn start_with_handles(handles: u32, name: &str, arguments: &[&str]) -> Self {
        let mut command = Command::new("prlimit");
        command.arg(format!("--nofile={handles}:{handles}")).arg(binary(name)).args(arguments);
        command.stdin(Stdio::null()).kill_on_drop(true);
        Self::start_command(name, command).await
    }

    async fn start_command(name: &str, mut command: Command) -> Self {
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|cause| panic!("{name} does not start: {cause}"));
        let log = child.stderr.take().unwrap_or_else(|| panic!("{name} has no log"));
        let faults = Faults::default();
        let address = read_until(name, log, &faults, |line| {
            let after = line.split_once("\"address\":\"")?.1;
            after.split_once('"')?.0.parse().ok()
        })
        .await;
        Self { child, address, faults }
    }

    /// Starts all three in one on a folder, and waits until the report has been printed. Returns what was printed.
    ///
    /// # Panics
    /// Where it does not come up.
    pub async fn office(data: &Path, more: &[&str]) -> (Self, String) {
        let folder = data.display().to_string();
        let ports =
            ["--listen=127.0.0.1:0", "--statistics-listen=127.0.0.1:0", "--awards-listen=127.0.0.1:0"];
        let mut arguments = vec!["--data", &folder];
        arguments.extend(ports);
        arguments.extend(more);
        let mut command = command("thidua", &arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().unwrap_or_else(|cause| panic!("thidua does not start: {cause}"));
        let output = child.stdout.take().unwrap_or_else(|| panic!("thidua has no output"));
        let mut printed = String::new();
        let faults = Faults::default();
        let address = read_until("thidua", output, &faults, |line| {
            printed.push_str(line);
            printed.push('\n');
            line.strip_prefix("Serving at http://")?.split_whitespace().next()?.parse().ok()
        })
        .await;
        (Self { child, address, faults }, printed)
    }

    /// What it logged so far of panics and errors.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A connection to it.
    #[must_use]
    pub fn channel(&self) -> Channel {
        channel(self.address)
    }

    /// Its process id, while it runs.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// The memory that it holds, in KiB.
    ///
    /// # Panics
    /// Where it does not run.
    #[must_use]
    pub fn resident_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id().unwrap_or_default()));
        let status = status.unwrap_or_else(|cause| panic!("no program: {cause}"));
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        let number = line.trim().trim_end_matches(" kB").parse();
        number.unwrap_or_else(|cause| panic!("`{line}`: {cause}"))
    }

    /// How many files and connections it has open.
    ///
    /// # Panics
    /// Where it does not run.
    #[must_use]
    pub fn open_files(&self) -> usize {
        let files = std::fs::read_dir(format!("/proc/{}/fd", self.id().unwrap_or_default()));
        files.unwrap_or_else(|cause| panic!("no program: {cause}")).count()
    }

    /// Ends it at once, as a power cut would (SIGKILL).
    ///
    /// # Panics
    /// Where the system refuses.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap_or_else(|cause| panic!("cannot kill: {cause}"));
    }

    /// Asks it to stop (SIGTERM).
    ///
    /// # Panics
    /// Where the system refuses.
    pub async fn ask_to_stop(&self) {
        let id = self.id().unwrap_or_default().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().await;
        assert!(asked.is_ok_and(|status| status.success()), "cannot signal {id}");
    }

    /// Asks it to stop (SIGTERM) and tells whether it ended well.
    ///
    /// # Panics
    /// Where the system refuses.
    pub async fn stop(mut self) -> bool {
        self.ask_to_stop().await;
        let ended = timeout(PATIENCE, self.child.wait()).await;
        ended.is_ok_and(|status| status.is_ok_and(|status| status.success()))
    }
}

/// The three programs, each its own process, as they are deployed.
pub struct System {
    /// Its replicas.
    pub statistics: Vec<Program>,
    /// Its replicas.
    pub awards: Vec<Program>,
    /// The one door.
    pub gateway: Program,
}

impl System {
    /// Starts the services over the stores of these addresses, `replicas` times each, and a gateway before them.
    ///
    /// # Panics
    /// Where one does not come up.
    pub async fn start(statistics: &str, awards: &str, gateway: &str, replicas: usize) -> Self {
        let many = async |name: &str, store: &str| {
            let mut programs = Vec::new();
            for _ in 0..replicas {
                programs.push(Program::start(name, &["--listen=127.0.0.1:0", "--store", store]).await);
            }
            programs
        };
        let (statistics, awards) = (many("statistics", statistics).await, many("awards", awards).await);
        let addresses = |programs: &[Program]| {
            let each: Vec<String> = programs.iter().map(|one| format!("http://{}", one.address)).collect();
            each.join(",")
        };
        let (to_statistics, to_awards) = (addresses(&statistics), addresses(&awards));
        let arguments = ["--listen=127.0.0.1:0", "--store", gateway, "--statistics", &to_statistics];
        let gateway = Program::start("gateway", &[&arguments[..], &["--awards", &to_awards]].concat()).await;
        Self { statistics, awards, gateway }
    }

    /// Loads the example year through the gateway.
    ///
    /// # Panics
    /// Where it cannot be loaded.
    pub async fn load_example(&self) {
        let address = format!("http://{}", self.gateway.address);
        let output = command("thidua", &["load-example", "--address", &address]).output().await;
        let output = output.unwrap_or_else(|cause| panic!("thidua does not run: {cause}"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Stops all.
    ///
    /// # Panics
    /// Where one does not end well.
    pub async fn stop(self) {
        for program in [self.gateway].into_iter().chain(self.statistics).chain(self.awards) {
            assert!(program.stop().await, "a program does not end well");
        }
    }
}

/// A connection to an address, made when it is first used.
///
/// # Panics
/// Never: a socket address makes a URI.
#[must_use]
pub fn channel(address: SocketAddr) -> Channel {
    let endpoint: Endpoint =
        format!("http://{address}").parse().unwrap_or_else(|cause| panic!("{address}: {cause}"));
    endpoint.tcp_nodelay(true).connect_lazy()
}

/// A program with its arguments, which dies with the test.
///
/// # Panics
/// Where it is not built.
#[must_use]
pub fn command(name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(binary(name));
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// Reads lines until one holds what is looked for; then goes on emptying the pipe, so that the program never waits on it.
async fn read_until<T>(
    name: &str,
    pipe: impl AsyncRead + Unpin + Send + 'static,
    faults: &Faults,
    mut find: impl FnMut(&str) -> Option<T>,
) -> T {
    let mut lines = BufReader::new(pipe).lines();
    let mut seen = String::new();
    let found = timeout(PATIENCE, async {
        while let Ok(Some(line)) = lines.next_line().await {
            if let Some(found) = find(&line) {
                return Some(found);
            }
            seen.push_str(&line);
            seen.push('\n');
        }
        None
    });
    let found = found.await.ok().flatten();
    tokio::spawn(empty(lines, Arc::clone(faults)));
    found.unwrap_or_else(|| panic!("{name} did not come up; it said:\n{seen}"))
}

async fn empty<R: AsyncRead + Unpin>(mut lines: Lines<BufReader<R>>, faults: Faults) {
    while let Ok(Some(line)) = lines.next_line().await {
        if line.contains("panicked at") || line.contains("\"level\":\"ERROR\"") {
            faults.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    }
}

/// Has `thidua` do something on a running system.
///
/// # Panics
/// Where it cannot be started.
#[expect(clippy::expect_used, reason = "a test stops where it cannot go on")]
pub async fn thidua(office: &Program, arguments: &[&str]) -> Output {
    let address = format!("http://{}", office.address);
    let all = [arguments, &["--address", &address]].concat();
    command("thidua", &all).output().await.expect("thidua runs")
}

/// What it printed.
///
/// # Panics
/// Where it does not end well.
#[expect(clippy::expect_used, reason = "a test stops where it cannot go on")]
pub async fn printed(office: &Program, arguments: &[&str]) -> String {
    let output = thidua(office, arguments).await;
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}
