//! Page sizes and page tokens. A token is opaque, versioned, and bound to a hash of the request that it belongs to.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use prost::Message;
use sha2::{Digest, Sha256};

use crate::parse::{Problem, Violations};

/// How many entries a page has, where `default` is meant by 0.
pub fn size(violations: &mut Violations, asked: i32, default: u32, most: u32) -> Option<u32> {
    match u32::try_from(asked) {
        Ok(0) => Some(default),
        Ok(size) => Some(size.min(most)),
        Err(_) => {
            let problem = Problem::OutOfRange { min: 0, max: i32::MAX.into(), found: asked.into() };
            violations.refuse("page_size", problem);
            None
        }
    }
}

/// A page of a list by code that comes from data files. Of those there are so few that one page has them all, unless a caller asks
/// for smaller ones.
#[derive(Debug)]
pub struct CodePage {
    size: i32,
    token: String,
}

impl CodePage {
    /// The most entries of a page, and how many it has where the caller does not say.
    pub const MOST: u32 = 1000;

    /// Takes size and token out of a request: what is left is what a token is bound to.
    pub fn take(size: &mut i32, token: &mut String) -> Self {
        Self { size: std::mem::take(size), token: std::mem::take(token) }
    }

    /// The size within its bounds.
    pub fn size(&self, violations: &mut Violations) -> Option<u32> {
        size(violations, self.size, Self::MOST, Self::MOST)
    }

    /// The entries of the page, out of all by code, and the token of the next one. The list has one order: an entry's code is its
    /// place in it.
    pub fn of<T>(
        &self,
        all: impl Iterator<Item = (String, T)>,
        size: u32,
        binding: &Binding,
    ) -> Result<(Vec<T>, String), BadToken> {
        let after = binding.cursor(&self.token)?;
        let mut left: Vec<(String, T)> = all.collect();
        if let Some(cursor) = after {
            let at = left.iter().position(|(code, _)| *code == cursor.name).ok_or(BadToken)?;
            left.drain(..=at);
        }
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let has_more = left.len() > size;
        left.truncate(size);
        let last = left.last().filter(|_| has_more).map(|(code, _)| Cursor { number: 0, name: code.clone() });
        let token = last.map(|cursor| binding.token(&cursor)).unwrap_or_default();
        Ok((left.into_iter().map(|(_, entry)| entry).collect(), token))
    }
}

/// Where a page begins: after the entry of this sort number and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The sort number, such as a day or a revision.
    pub number: i64,
    /// The name, among entries of one sort number.
    pub name: String,
}

/// The token is not one that this list gave for these arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadToken;

/// The longest token: names have at most some hundred characters.
const MOST_TOKEN: usize = 1000;

/// What a token is bound to: the method and all arguments but page size and token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding(String);

impl Binding {
    /// Of a request whose page size and token have been cleared.
    #[must_use]
    pub fn of(method: &str, cleared: &impl Message) -> Self {
        let digest = Sha256::new_with_prefix(method).chain_update(cleared.encode_to_vec()).finalize();
        Self(URL_SAFE_NO_PAD.encode(digest.get(..9).unwrap_or_default()))
    }

    /// The token of a cursor.
    #[must_use]
    pub fn token(&self, cursor: &Cursor) -> String {
        URL_SAFE_NO_PAD.encode(format!("1 {} {} {}", self.0, cursor.number, cursor.name))
    }

    /// The cursor of a token; `None` for the empty token, which means the first page.
    pub fn cursor(&self, token: &str) -> Result<Option<Cursor>, BadToken> {
        if token.is_empty() {
            return Ok(None);
        }
        if token.len() > MOST_TOKEN {
            return Err(BadToken);
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| BadToken)?;
        let text = String::from_utf8(bytes).map_err(|_| BadToken)?;
        let mut parts = text.splitn(4, ' ');
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some("1"), Some(binding), Some(number), Some(name)) if binding == self.0 => {
                Ok(Some(Cursor { number: number.parse().map_err(|_| BadToken)?, name: name.to_owned() }))
            }
            _ => Err(BadToken),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::statistics::ListPetitionsRequest;

    fn request(parent: &str) -> ListPetitionsRequest {
        ListPetitionsRequest { parent: parent.to_owned(), ..Default::default() }
    }

    proptest! {
        #[test]
        fn a_token_leads_back_to_its_cursor(number in any::<i64>(), name in ".{0,30}") {
            let binding = Binding::of("List", &request("units/a"));
            let cursor = Cursor { number, name };
            prop_assert_eq!(binding.cursor(&binding.token(&cursor)), Ok(Some(cursor.clone())));
            prop_assert_eq!(Binding::of("List", &request("units/b")).cursor(&binding.token(&cursor)), Err(BadToken));
            prop_assert_eq!(Binding::of("Other", &request("units/a")).cursor(&binding.token(&cursor)), Err(BadToken));
        }

        #[test]
        fn any_text_is_a_token_or_refused(text in ".{0,30}") {
            let found = Binding::of("List", &request("units/a")).cursor(&text);
            prop_assert_eq!(found, if text.is_empty() { Ok(None) } else { Err(BadToken) });
        }
    }

    #[test]
    fn pages_by_code_lead_through_all_entries_once() {
        let binding = Binding::of("List", &request("units/a"));
        let all = || ["a", "b", "c", "d", "e"].into_iter().map(|code| (code.to_owned(), code));
        let mut found = Vec::new();
        let mut token = String::new();
        loop {
            let page = CodePage { size: 0, token };
            let (entries, next) = page.of(all(), 2, &binding).unwrap();
            found.push(entries);
            if next.is_empty() {
                break;
            }
            token = next;
        }
        assert_eq!(found, [vec!["a", "b"], vec!["c", "d"], vec!["e"]]);
        let gone = binding.token(&Cursor { number: 0, name: "x".to_owned() });
        assert_eq!(CodePage { size: 0, token: gone }.of(all(), 2, &binding), Err(BadToken));
    }

    #[test]
    fn sizes_have_a_default_and_a_most() {
        let mut violations = Violations::default();
        assert_eq!(size(&mut violations, 0, 100, 1000), Some(100));
        assert_eq!(size(&mut violations, 5000, 100, 1000), Some(1000));
        assert_eq!(size(&mut violations, -1, 100, 1000), None);
        assert_eq!(violations.paths(), "page_size");
    }
}
