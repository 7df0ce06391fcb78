//! Nothing of the contract is without a test: what the tests of a service called, and what came back, held against the
//! descriptors and their comments. The reasons of any method are those of the chassis, which is one code for all programs and
//! has its own tests; each service provokes those that its methods list.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use prost_reflect::{DescriptorPool, FileDescriptor};

use crate::record::{Outcome, outcomes};

/// What the contract says of a package.
#[derive(Default)]
struct Package {
    /// The reasons that each method lists, by its path.
    methods: BTreeMap<String, BTreeSet<String>>,
    /// The reasons that any method can return.
    any: BTreeSet<String>,
    /// All of its reasons.
    known: BTreeSet<String>,
}

/// Holds what the tests of this program called against the packages that it is to serve. Where the record of this build is not
/// whole, because this test runs alone or before others, all others are run in a process of their own first.
///
/// # Panics
/// Where a method was never called, where a reason that methods list never came back, or where a method returned a reason that its comment does
/// not list.
pub fn assert_whole(packages: &[&str], own_test: &str) {
    let mut gaps = gaps(packages, &outcomes());
    if !gaps.is_empty() {
        run_all_others(own_test);
        gaps = self::gaps(packages, &outcomes());
    }
    assert!(gaps.is_empty(), "{}", gaps.join("\n"));
}

fn run_all_others(own_test: &str) {
    let program = std::env::current_exe().unwrap_or_else(|cause| panic!("no program: {cause}"));
    let output = Command::new(program).args(["--skip", own_test]).output();
    let output = output.unwrap_or_else(|cause| panic!("the tests do not run: {cause}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

fn gaps(packages: &[&str], outcomes: &BTreeSet<Outcome>) -> Vec<String> {
    let pool = DescriptorPool::decode(thidua_proto::DESCRIPTOR_SET)
        .unwrap_or_else(|cause| panic!("the contract cannot be read: {cause}"));
    let mut gaps = Vec::new();
    for name in packages {
        let package = Package::read(&pool, name);
        assert!(!package.methods.is_empty(), "{name} has no methods");
        let of_package = || outcomes.iter().filter(|outcome| package.methods.contains_key(&outcome.path));
        let called: BTreeSet<&String> = of_package().map(|outcome| &outcome.path).collect();
        let missing = package.methods.keys().filter(|path| !called.contains(path));
        gaps.extend(missing.map(|path| format!("{path} is never called")));

        // Another service's refusal that is passed on counts for the method that passed it on.
        let returned: BTreeSet<&String> = of_package().map(|outcome| &outcome.reason).collect();
        let listed: BTreeSet<&String> = package.methods.values().flatten().collect();
        let missing = listed.into_iter().filter(|reason| !returned.contains(*reason));
        gaps.extend(missing.map(|reason| format!("{name}: {reason} never comes back")));

        for outcome in outcomes.iter().filter(|outcome| outcome.domain == *name) {
            // A path that is none of its methods: unknown ones, and what a gateway passes on and refuses in its own name.
            let listed = package.methods.get(&outcome.path).unwrap_or(&package.known);
            if !listed.contains(&outcome.reason) && !package.any.contains(&outcome.reason) {
                gaps.push(format!(
                    "{} returns {}, which its comment does not list",
                    outcome.path, outcome.reason
                ));
            }
        }
    }
    gaps
}

impl Package {
    fn read(pool: &DescriptorPool, name: &str) -> Self {
        let mut package = Self::default();
        for service in pool.services().filter(|service| service.package_name() == name) {
            for method in service.methods() {
                let about = comment(&method.parent_file(), method.path());
                let path = format!("/{}/{}", service.full_name(), method.name());
                package.methods.insert(path, listed(&about, "Reasons: "));
            }
        }
        if let Some(reasons) = pool.get_enum_by_name(&format!("{name}.ErrorReason")) {
            package.any = listed(&comment(&reasons.parent_file(), reasons.path()), "Any method: ");
            package.known = reasons.values().map(|value| value.name().to_owned()).collect();
        }
        package
    }
}

/// The full names of the reasons in the paragraph that begins in this way, as `Reasons: A, B.`.
fn listed(about: &str, beginning: &str) -> BTreeSet<String> {
    let lines: Vec<&str> = about.lines().map(str::trim).collect();
    let text = lines.join("\n");
    let paragraph = text.split("\n\n").find_map(|paragraph| paragraph.strip_prefix(beginning));
    let names =
        paragraph.unwrap_or_default().split(|letter: char| !letter.is_ascii_uppercase() && letter != '_');
    let names = names.filter(|name| !name.is_empty());
    names.map(|name| format!("ERROR_REASON_{name}")).collect()
}

/// The comment above what stands at a path of a file.
fn comment(file: &FileDescriptor, path: &[i32]) -> String {
    let proto = file.file_descriptor_proto();
    let info = proto.source_code_info.as_ref();
    let place = info.and_then(|info| info.location.iter().find(|place| place.path == path));
    place.map(|place| place.leading_comments().to_owned()).unwrap_or_default()
}
