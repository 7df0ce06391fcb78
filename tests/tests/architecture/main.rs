//! The direction of dependencies: contract and chassis know no service, services do not know each other, a domain knows
//! neither transport nor store, and no two modules import each other. Read from the imports, as the compiler would.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test stops where it cannot go on")]
#![expect(clippy::wildcard_enum_match_arm, reason = "of syntax, most kinds are alike here")]

mod modules;

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use self::modules::Modules;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// What each crate of the workspace depends on within it, apart from what only its tests need.
fn dependencies() -> Vec<(String, Vec<String>)> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .expect("cargo metadata");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let own = |name: &str| packages.iter().any(|package| package["name"] == name);
    packages
        .iter()
        .map(|package| {
            let needed = package["dependencies"].as_array().expect("dependencies").iter();
            let names = needed
                .filter(|dependency| dependency["kind"] != "dev")
                .map(|dependency| dependency["name"].as_str().expect("a name").to_owned());
            (package["name"].as_str().expect("a name").to_owned(), names.filter(|name| own(name)).collect())
        })
        .collect()
}

#[test]
fn dependencies_point_one_way() {
    let allowed: &[(&str, &[&str])] = &[
        ("thidua-proto", &[]),
        ("thidua-chassis", &["thidua-proto"]),
        ("thidua-statistics", &["thidua-chassis", "thidua-proto"]),
        ("thidua-awards", &["thidua-chassis", "thidua-proto"]),
        ("thidua-gateway", &["thidua-chassis", "thidua-proto"]),
        (
            "thidua",
            &["thidua-awards", "thidua-chassis", "thidua-gateway", "thidua-proto", "thidua-statistics"],
        ),
        ("thidua-tests", &["thidua-chassis", "thidua-proto"]),
    ];
    let found = dependencies();
    assert_eq!(found.len(), allowed.len(), "a crate came or went: {found:?}");
    for (name, needed) in found {
        let (_, may) =
            allowed.iter().find(|(allowed, _)| *allowed == name).unwrap_or_else(|| panic!("{name} is new"));
        for dependency in needed {
            assert!(may.contains(&dependency.as_str()), "{name} must not depend on {dependency}");
        }
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// What the domains of the services may not import: transport, storage, the runtime.
const BANNED_IN_DOMAINS: [&str; 7] = [
    "tonic",
    "prost",
    "sqlx",
    "tokio",
    "thidua_chassis::store",
    "thidua_chassis::edge",
    "thidua_chassis::serve",
];

/// A crate that holds code of the programs.
struct Crate {
    name: &'static str,
    /// The file that it begins with.
    root: &'static str,
    /// Whether it is held to have no circles, nor errors of the whole service in its domain; else they are only printed.
    is_held: bool,
}

const CRATES: [Crate; 6] = [
    Crate { name: "thidua-proto", root: "proto/src/lib.rs", is_held: true },
    Crate { name: "thidua-chassis", root: "services/chassis/src/lib.rs", is_held: true },
    Crate { name: "thidua-statistics", root: "services/statistics/src/lib.rs", is_held: true },
    Crate { name: "thidua-awards", root: "services/awards/src/lib.rs", is_held: true },
    Crate { name: "thidua-gateway", root: "services/gateway/src/lib.rs", is_held: true },
    Crate { name: "thidua", root: "services/thidua/src/main.rs", is_held: true },
];

fn is_or_lies_in(import: &str, module: &str) -> bool {
    import.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

#[test]
fn a_domain_knows_neither_transport_nor_store() {
    let mut count = 0;
    for held in &CRATES {
        let modules = Modules::read(&root().join(held.root));
        let is_domain = |path: &[String]| path.first().is_some_and(|first| first == "domain");
        for (path, module) in modules.0.iter().filter(|(path, _)| is_domain(path)) {
            count += 1;
            for import in modules.imports_of(path) {
                let banned = BANNED_IN_DOMAINS.iter().any(|banned| is_or_lies_in(&import, banned));
                let above = held.is_held
                    && ["crate::error", "crate::rpc"].iter().any(|above| is_or_lies_in(&import, above));
                assert!(!banned && !above, "{}: {} uses {import}", held.name, module.file.display());
            }
        }
    }
    assert!(count > 15, "the domains have moved: {count} modules");
}

#[test]
fn no_modules_use_one_another_in_a_circle() {
    let mut found = Vec::new();
    for held in &CRATES {
        let modules = Modules::read(&root().join(held.root));
        let uses = modules.uses();
        for circle in modules::circles(&uses) {
            println!("{}: a circle of {}", held.name, circle.len());
            for path in &circle {
                let others: Vec<String> =
                    uses[path].intersection(&circle).map(|other| other.join("::")).collect();
                println!("  {} -> {}", path.join("::"), others.join(", "));
            }
            if held.is_held {
                found.push(format!("{}: {circle:?}", held.name));
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn files_stay_short() {
    let mut files = Vec::new();
    for folder in ["proto/src", "services", "tests/src"] {
        sources(&root().join(folder), &mut files);
    }
    for file in files {
        let lines = std::fs::read_to_string(&file).expect("a source").lines().count();
        let test = file.components().any(|part| part.as_os_str() == "tests") || file.ends_with("tests.rs");
        let most = if test { 600 } else { 500 };
        assert!(lines <= most, "{} has {lines} lines", file.display());
    }
}
