//! What a verification found.

use super::error::StoreError;
use super::head::Head;

/// What a verification found.
#[derive(Debug, Clone)]
pub struct Verification {
    /// The newest entry, as stored.
    pub head: Head,
    /// The first revision that does not verify.
    pub first_bad_revision: Option<i64>,
    /// What is wrong, one sentence each.
    pub findings: Vec<String>,
}

impl Verification {
    pub(super) fn bad(&mut self, revision: i64, finding: String) {
        self.first_bad_revision.get_or_insert(revision);
        self.findings.push(finding);
    }

    /// What cannot be read is a finding too; only a database that does not answer ends the verification.
    pub(super) fn note(&mut self, outcome: Result<(), StoreError>) -> Result<(), StoreError> {
        match outcome {
            Err(StoreError::Corrupt { problem }) => {
                self.findings.push(problem);
                Ok(())
            }
            other => other,
        }
    }
}
