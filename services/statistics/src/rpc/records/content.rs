//! Tokens of contents in messages.

use thidua_proto::parse::{Problem, Violations};

use crate::domain::records::content::ContentToken;

/// The token of a content, which may be left out: `Some(None)` where it is.
pub(in crate::rpc) fn token(v: &mut Violations, text: &str) -> Option<Option<ContentToken>> {
    if text.is_empty() {
        return Some(None);
    }
    let token = text.parse().ok();
    if token.is_none() {
        v.refuse("content_token", Problem::malformed(ContentToken::FORM, text));
    }
    token.map(Some)
}
