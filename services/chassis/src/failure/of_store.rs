//! What failures of the store are to callers.

use super::CommonError;
use crate::store::StoreError;

/// The text of a store's failure is for the log; callers learn only whether trying again helps.
impl From<StoreError> for CommonError {
    fn from(error: StoreError) -> Self {
        match error {
            error if error.is_damage() => {
                let error: &dyn std::error::Error = &error;
                tracing::error!(error, "the store is damaged");
                Self::StoreDamaged
            }
            StoreError::Full => Self::StoreFull,
            StoreError::Busy => Self::Overloaded,
            StoreError::Closing | StoreError::NotWritten | StoreError::Edition { .. } => {
                Self::StoreUnavailable
            }
            StoreError::Database(_) => {
                let error: &dyn std::error::Error = &error;
                tracing::error!(error, "the store did not answer");
                Self::StoreUnavailable
            }
            StoreError::SumOutOfRange { series, measure } => {
                Self::SumOutOfRange { series: series.to_string(), measure }
            }
            StoreError::ClockUncertain { now, last } => Self::ClockUncertain { now, last },
            StoreError::Fault { .. }
            | StoreError::ClockConfirmation { .. }
            | StoreError::Corrupt { .. }
            | StoreError::Replaced { .. }
            | StoreError::Gone { .. }
            | StoreError::Address { .. }
            | StoreError::DatabaseText { .. }
            | StoreError::InUse { .. }
            | StoreError::Missing { .. }
            | StoreError::NotEmpty { .. }
            | StoreError::Folder { .. }
            | StoreError::Schema { .. } => {
                let error: &dyn std::error::Error = &error;
                tracing::error!(error, "the store is not usable");
                Self::Internal
            }
        }
    }
}
