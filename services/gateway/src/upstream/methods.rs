//! The methods of the contract by their paths: which of them stream, and to which service they belong.

use std::collections::HashMap;
use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, MethodDescriptor};

/// How the messages of a method come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MethodKind {
    /// One request, one answer.
    Unary,
    /// One request, many answers.
    ServerStream,
    /// Many requests: each is passed on before the next has come.
    ClientStream,
}

/// The methods of all packages.
pub static METHODS: LazyLock<Methods> = LazyLock::new(Methods::of_contract);

/// Methods by path.
#[derive(Debug)]
pub struct Methods {
    kinds: HashMap<String, MethodKind>,
    services: Vec<String>,
}

impl Methods {
    #[expect(
        clippy::expect_used,
        reason = "the descriptors are compiled in; every test that calls a method reads them"
    )]
    fn of_contract() -> Self {
        let pool =
            DescriptorPool::decode(thidua_proto::DESCRIPTOR_SET).expect("the descriptors of the contract");
        let methods = pool.services().flat_map(|service| service.methods().collect::<Vec<_>>());
        let kinds = methods.map(|method| (path(&method), kind(&method))).collect();
        let services = pool.services().map(|service| service.full_name().to_owned()).collect();
        Self { kinds, services }
    }

    /// How the messages of the method at a path come; unary where there is no such method.
    #[must_use]
    pub fn kind(&self, path: &str) -> MethodKind {
        self.kinds.get(path).copied().unwrap_or(MethodKind::Unary)
    }

    /// The paths of all methods that stream.
    pub fn streaming(&self) -> impl Iterator<Item = &str> {
        self.kinds.iter().filter(|(_, kind)| **kind != MethodKind::Unary).map(|(path, _)| path.as_str())
    }

    /// The full names of the services of a package.
    pub fn services_of(&self, package: &str) -> impl Iterator<Item = &str> {
        let is_in = move |name: &&str| name.rsplit_once('.').is_some_and(|(found, _)| found == package);
        self.services.iter().map(String::as_str).filter(is_in)
    }
}

fn path(method: &MethodDescriptor) -> String {
    format!("/{}/{}", method.parent_service().full_name(), method.name())
}

fn kind(method: &MethodDescriptor) -> MethodKind {
    if method.is_client_streaming() {
        MethodKind::ClientStream
    } else if method.is_server_streaming() {
        MethodKind::ServerStream
    } else {
        MethodKind::Unary
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_known_by_their_paths() {
        for (path, kind) in [
            ("/thidua.statistics.v1.TransferService/ImportRecords", MethodKind::ClientStream),
            ("/thidua.statistics.v1.TransferService/ExportRecords", MethodKind::ServerStream),
            ("/thidua.journal.v1.JournalService/WatchEntries", MethodKind::ServerStream),
            ("/thidua.statistics.v1.DirectoryService/GetUnit", MethodKind::Unary),
            ("/thidua.statistics.v1.DirectoryService/Frobnicate", MethodKind::Unary),
        ] {
            assert_eq!(METHODS.kind(path), kind, "{path}");
        }
        assert!(METHODS.services_of("thidua.awards.v1").any(|name| name == "thidua.awards.v1.BlocService"));
        assert!(METHODS.services_of("thidua.awards.v1").all(|name| name.starts_with("thidua.awards.v1.")));
    }
}
