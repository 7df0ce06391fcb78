//! Get and list: the same for every resource.

use std::fmt::Display;

use thidua_chassis::body;
use thidua_chassis::failure::CommonError;
use thidua_chassis::store::{PageQuery, State, Store, StoredVersion};
use thidua_proto::names::ResourceName;
use thidua_proto::page::{self, Binding, Cursor};
use thidua_proto::parse::Violations;
use thidua_proto::resource::Resource;
use tonic::Response;

use super::Awards;
use crate::error::Error;

/// How many entries a page has if the caller does not say.
const DEFAULT_PAGE: u32 = 100;
/// How many entries a page has at most.
const MOST_PAGE: u32 = 1000;

/// The resource of a name that was asked for.
pub(super) async fn get<N: ResourceName, M: Resource>(
    service: &Awards,
    text: &str,
) -> Result<Response<M>, Error> {
    let name: N = name("name", text)?;
    let found = service.store.get(&name.to_string()).await?.ok_or_else(|| Error::not_found(&name))?;
    Ok(Response::new(body::present(&found)?))
}

/// The one field of a request that is a name and nothing else.
pub(super) fn name<N: ResourceName>(field: &str, text: &str) -> Result<N, Error> {
    let mut violations = Violations::default();
    let name = violations.name(field, text);
    Ok(violations.finish(name)?)
}

/// Refuses a list below a parent that does not exist: an empty page would hide a slip in its name.
pub(super) async fn require(store: &Store, name: &impl Display) -> Result<(), Error> {
    match store.get(&name.to_string()).await? {
        Some(_) => Ok(()),
        None => Err(Error::not_found(name)),
    }
}

/// A resource that a rule needs.
pub(super) fn held<'s>(state: &'s State, name: &impl Display) -> Result<&'s StoredVersion, Error> {
    state.get(&name.to_string()).ok_or_else(|| Error::not_found(name))
}

/// The message of a stored body.
pub(super) fn message<M: Resource>(held: &StoredVersion) -> Result<M, Error> {
    Ok(body::decode(held.body.as_deref().unwrap_or("{}"))?)
}

/// What a stored message holds; this program wrote it, so that nothing is ever wrong with it in a sound store.
pub(super) fn stored<T>(read: impl FnOnce(&mut Violations) -> Option<T>) -> Result<T, Error> {
    let mut violations = Violations::default();
    let value = read(&mut violations);
    violations
        .finish(value)
        .map_err(|violations| Error::corrupt(format!("a body cannot be read: {}", violations.paths())))
}

/// Size and token of a page, taken out of the request: what is left is what a token is bound to.
pub(super) struct ListQuery {
    size: i32,
    token: String,
}

impl ListQuery {
    pub(super) fn take(size: &mut i32, token: &mut String) -> Self {
        Self { size: std::mem::take(size), token: std::mem::take(token) }
    }

    /// The size within its bounds.
    pub(super) fn size(&self, v: &mut Violations) -> Option<u32> {
        page::size(v, self.size, DEFAULT_PAGE, MOST_PAGE)
    }

    /// Where the page begins, once the token has proved to belong to the request.
    pub(super) fn page(&self, size: u32, binding: Binding) -> Result<Page, Error> {
        let after = binding.cursor(&self.token).map_err(CommonError::from)?;
        Ok(Page { size, binding, after })
    }
}

/// A page to read.
pub(super) struct Page {
    size: u32,
    binding: Binding,
    after: Option<Cursor>,
}

impl Page {
    /// The messages of a collection that are wanted, and the token of the next page.
    pub(super) async fn read<M: Resource>(
        self,
        store: &Store,
        collection: &str,
        wanted: impl Fn(&M) -> bool,
    ) -> Result<(Vec<M>, String), Error> {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        // One more than the page, to know whether there is a next one.
        let mut query = PageQuery::all(collection, self.size.saturating_add(1).max(DEFAULT_PAGE));
        query.after = self.after.map_or(query.after, |cursor| (cursor.number, cursor.name));
        let mut found: Vec<M> = Vec::new();
        let mut last = query.after.clone();
        loop {
            let rows = store.page(&query).await?;
            let exhausted = rows.len() < usize::try_from(query.limit).unwrap_or(usize::MAX);
            for row in rows {
                let message: M = body::present(&row)?;
                query.after = (row.held.index.sort_number, row.name.to_string());
                if !wanted(&message) {
                    continue;
                }
                if found.len() == size {
                    let token = self.binding.token(&Cursor { number: last.0, name: last.1 });
                    return Ok((found, token));
                }
                last.clone_from(&query.after);
                found.push(message);
            }
            if exhausted {
                return Ok((found, String::new()));
            }
        }
    }
}
