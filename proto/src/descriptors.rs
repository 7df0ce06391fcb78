//! The contract at run time: its messages, services and methods.

use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, MessageDescriptor};

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    // The build has compiled these bytes from the contract.
    DescriptorPool::decode(crate::DESCRIPTOR_SET).unwrap_or_default()
});

/// A message by its full name, such as `thidua.statistics.v1.Petition`.
#[must_use]
pub fn message(full_name: &str) -> Option<MessageDescriptor> {
    POOL.get_message_by_name(full_name)
}
