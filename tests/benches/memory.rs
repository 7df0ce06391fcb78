//! How much memory a program holds, as Linux tells it.

use thidua_tests::program::Program;

/// What a program holds now, in MiB; its peak is counted from here on.
pub(crate) fn watch(program: &Program) -> u64 {
    let id = program.id().expect("a running program");
    // `5` resets the peak (proc(5)).
    std::fs::write(format!("/proc/{id}/clear_refs"), "5").expect("the peak is reset");
    read(program, "VmRSS:")
}

/// The most that it held since it is watched, in MiB.
pub(crate) fn peak(program: &Program) -> u64 {
    read(program, "VmHWM:")
}

fn read(program: &Program, what: &str) -> u64 {
    let id = program.id().expect("a running program");
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).expect("a status");
    let kibibytes = status.lines().find_map(|line| line.strip_prefix(what)?.split_whitespace().next());
    kibibytes.and_then(|number| number.parse::<u64>().ok()).expect("a number") / 1024
}
