//! What kind of call a path is, from the descriptors of all packages: no program lists its streaming methods by hand.

use std::collections::HashMap;

use prost_reflect::{DescriptorPool, MethodDescriptor};

/// The method that may take as long as the journal is long.
const VERIFY: &str = "/thidua.journal.v1.JournalService/VerifyJournal";

/// A kind of call: what it may cost, and how long it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// One message, one answer.
    Unary,
    /// One message, one answer, after as long as the journal is long.
    Long,
    /// The caller sends messages one after the other.
    Import,
    /// The answer comes in parts, and ends.
    Export,
    /// The answer has no end.
    Watch,
    /// Health and reflection.
    Standard,
}

/// The kinds of all methods.
#[derive(Debug)]
pub struct Methods(HashMap<String, Kind>);

impl Methods {
    /// Those of all packages of this API.
    pub fn of_all_packages() -> Result<Self, String> {
        let pool = DescriptorPool::decode(thidua_proto::DESCRIPTOR_SET);
        let pool = pool.map_err(|cause| format!("the descriptors cannot be read: {cause}"))?;
        let mut kinds = HashMap::new();
        for service in pool.services() {
            for method in service.methods() {
                let path = format!("/{}/{}", service.full_name(), method.name());
                let kind = kind(&path, &method);
                kinds.insert(path, kind);
            }
        }
        kinds.insert("/grpc.health.v1.Health/Watch".to_owned(), Kind::Watch);
        Ok(Self(kinds))
    }

    /// The kind of a path; of one that nobody knows, the kind that may do least.
    #[must_use]
    pub fn kind(&self, path: &str) -> Kind {
        let known = self.0.get(path).copied();
        known.unwrap_or(if path.starts_with("/grpc.") { Kind::Standard } else { Kind::Unary })
    }
}

fn kind(path: &str, method: &MethodDescriptor) -> Kind {
    if method.is_client_streaming() {
        Kind::Import
    } else if method.is_server_streaming() {
        // Streams without an end are named so throughout.
        if method.name().starts_with("Watch") { Kind::Watch } else { Kind::Export }
    } else if path == VERIFY {
        Kind::Long
    } else {
        Kind::Unary
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_follow_from_descriptors() {
        let methods = Methods::of_all_packages().unwrap();
        for (path, kind) in [
            ("/thidua.statistics.v1.DirectoryService/GetUnit", Kind::Unary),
            ("/thidua.statistics.v1.TransferService/ImportRecords", Kind::Import),
            ("/thidua.statistics.v1.TransferService/ExportRecords", Kind::Export),
            ("/thidua.statistics.v1.FigureService/ExplainFigure", Kind::Export),
            ("/thidua.journal.v1.JournalService/WatchEntries", Kind::Watch),
            ("/thidua.journal.v1.JournalService/VerifyJournal", Kind::Long),
            ("/grpc.health.v1.Health/Watch", Kind::Watch),
            ("/grpc.health.v1.Health/Check", Kind::Standard),
            ("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Kind::Standard),
            ("/nowhere", Kind::Unary),
        ] {
            assert_eq!(methods.kind(path), kind, "{path}");
        }
    }
}
