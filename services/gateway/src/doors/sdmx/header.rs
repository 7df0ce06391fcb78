//! The header of a message.

/// Which message it is, and when it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageHeader {
    /// The id, which tells the revision that the message stands at.
    pub id: String,
    /// The instant, as `xs:dateTime`.
    pub prepared: String,
}
