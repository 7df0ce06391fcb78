//! The direction of dependencies: contract and chassis know no service, services do not know each other, and a domain knows
//! neither transport nor store.

#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a test stops where it cannot go on")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

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

#[test]
fn a_domain_knows_neither_transport_nor_store() {
    let mut files = Vec::new();
    for service in ["statistics", "awards", "gateway"] {
        sources(&root().join("services").join(service).join("src/domain"), &mut files);
    }
    assert!(files.len() > 15, "the domains have moved: {files:?}");
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a source");
        for banned in ["tonic", "prost::", "sqlx", "tokio", "chassis::store", "chassis::edge"] {
            let found =
                text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(banned));
            assert!(!found, "{} uses {banned}", file.display());
        }
    }
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
