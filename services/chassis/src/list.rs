//! Pages of lists: the size and token of a request, and a page as it fills.

use thidua_proto::page::{self, Binding, Cursor};
use thidua_proto::parse::Violations;
use thidua_proto::resource::Resource as Message;

use crate::body;
use crate::failure::CommonError;
use crate::store::{PageQuery, Resource, Store};

/// How many entries a page has if the caller does not say.
pub const DEFAULT_PAGE: u32 = 100;
/// How many entries a page has at most.
pub const MOST_PAGE: u32 = 1000;

/// How many resources are looked at for one page. A filter that wants few of many ends its page there, with a token: the
/// caller goes on, and no call reads until its deadline.
const SCAN_BUDGET: usize = 20_000;

/// How many resources are looked at after the last entry of a page, to know whether another page follows.
const LOOK_AHEAD: usize = 100;

/// Size and token of a page, taken out of the request: what is left is what a token is bound to.
#[derive(Debug, Clone)]
pub struct ListQuery {
    size: i32,
    token: String,
}

impl ListQuery {
    /// Takes both out of the request.
    pub fn take(size: &mut i32, token: &mut String) -> Self {
        Self { size: std::mem::take(size), token: std::mem::take(token) }
    }

    /// Whether the first page is asked for.
    #[must_use]
    pub fn is_first(&self) -> bool {
        self.token.is_empty()
    }

    /// The size within its bounds.
    pub fn size(&self, v: &mut Violations) -> Option<usize> {
        let size = page::size(v, self.size, DEFAULT_PAGE, MOST_PAGE)?;
        Some(usize::try_from(size).unwrap_or(usize::MAX))
    }

    /// Where the page begins, once the token has proved to belong to the request; `None` for the first page.
    pub fn cursor(&self, binding: &Binding) -> Result<Option<Cursor>, CommonError> {
        Ok(binding.cursor(&self.token)?)
    }

    /// A page of one collection: the messages that are wanted, and the token of the next page.
    pub async fn page<M: Message>(
        &self,
        store: &Store,
        collection: &str,
        (size, binding): (usize, Binding),
        is_wanted: impl Fn(&M) -> bool,
    ) -> Result<(Vec<M>, String), CommonError> {
        let mut page = Page::new(size, self.cursor(&binding)?);
        let keep = |message: M| is_wanted(&message).then_some(message);
        // One more than the page, to know whether there is a next one.
        let limit = u32::try_from(size.saturating_add(1)).unwrap_or(u32::MAX).max(DEFAULT_PAGE);
        page.read(store, PageQuery::all(collection, limit), keep).await?;
        Ok(page.finish(&binding))
    }
}

/// A page as it fills: resources are offered to it in the order of the list.
#[derive(Debug)]
pub struct Page<M> {
    entries: Vec<M>,
    size: usize,
    /// The last resource that was looked at, whether it is an entry or not wanted.
    cursor: Option<Cursor>,
    /// How many more resources may be looked at.
    budget: usize,
    is_full: bool,
}

impl<M> Page<M> {
    /// A page of at most `size` entries that begins after a cursor.
    #[must_use]
    pub fn new(size: usize, after: Option<Cursor>) -> Self {
        Self { entries: Vec::new(), size, cursor: after, budget: SCAN_BUDGET, is_full: false }
    }

    /// The last resource that was looked at; before any was, the one that the page begins after.
    #[must_use]
    pub fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }

    /// Whether the page has ended, though there are more resources.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.is_full
    }

    /// Takes the resource at a place of the list in, unless the page has ended; `keep` makes an entry of it where it is wanted.
    pub fn offer(
        &mut self,
        place: Cursor,
        keep: impl FnOnce() -> Result<Option<M>, CommonError>,
    ) -> Result<(), CommonError> {
        if self.budget == 0 {
            self.is_full = true;
            return Ok(());
        }
        self.budget -= 1;
        let entry = keep()?;
        if entry.is_some() && self.entries.len() == self.size {
            self.is_full = true;
            return Ok(());
        }
        self.cursor = Some(place);
        self.entries.extend(entry);
        if self.entries.len() == self.size {
            self.budget = self.budget.min(LOOK_AHEAD);
        }
        Ok(())
    }

    /// The entries, and the token of the next page; an empty one where nothing follows.
    #[must_use]
    pub fn finish(self, binding: &Binding) -> (Vec<M>, String) {
        let next = self.cursor.filter(|_| self.is_full);
        (self.entries, next.map(|cursor| binding.token(&cursor)).unwrap_or_default())
    }
}

/// The place of a resource in the lists that it is in.
#[must_use]
pub fn place(resource: &Resource) -> Cursor {
    Cursor { number: resource.held.index.sort_number, name: resource.name.to_string() }
}

impl<M: Message> Page<M> {
    /// Reads on in one collection until it ends or the page does, from the cursor where that lies in the collection.
    pub async fn read(
        &mut self,
        store: &Store,
        mut query: PageQuery,
        keep: impl Fn(M) -> Option<M>,
    ) -> Result<(), CommonError> {
        // In another collection, every name begins with another parent's.
        let lies_within = |cursor: &&Cursor| {
            cursor.name.strip_prefix(&query.collection).is_some_and(|rest| rest.starts_with('/'))
        };
        if let Some(cursor) = self.cursor.as_ref().filter(lies_within) {
            query.after = (cursor.number, cursor.name.clone());
        }
        loop {
            let resources = store.page(&query).await?;
            let was_last = resources.len() < usize::try_from(query.limit).unwrap_or(usize::MAX);
            for resource in resources {
                self.offer(place(&resource), || Ok(keep(body::present(&resource)?)))?;
                if self.is_full {
                    return Ok(());
                }
                query.after = (resource.held.index.sort_number, resource.name.to_string());
            }
            if was_last {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use thidua_proto::Empty;

    use super::*;

    fn binding() -> Binding {
        Binding::of("List", &Empty {})
    }

    fn fill(page: &mut Page<usize>, numbers: std::ops::Range<usize>, is_wanted: impl Fn(usize) -> bool) {
        for number in numbers {
            let place = Cursor { number: 0, name: format!("blocs/{number}") };
            page.offer(place, || Ok(is_wanted(number).then_some(number))).unwrap();
        }
    }

    #[test]
    fn a_page_ends_when_it_is_full_and_more_follows() {
        for (resources, entries, last) in
            [(1, vec![0], None), (2, vec![0, 1], None), (3, vec![0, 1], Some("blocs/1"))]
        {
            let mut page = Page::new(2, None);
            fill(&mut page, 0..resources, |_| true);
            let (found, token) = page.finish(&binding());
            assert_eq!(found, entries);
            let cursor = binding().cursor(&token).unwrap();
            assert_eq!(cursor.map(|cursor| cursor.name).as_deref(), last);
        }
    }

    #[test]
    fn a_full_page_has_no_token_where_nothing_wanted_follows() {
        let mut page = Page::new(2, None);
        fill(&mut page, 0..50, |number| number < 2);
        assert_eq!(page.finish(&binding()), (vec![0, 1], String::new()));
        let mut page = Page::new(2, None);
        fill(&mut page, 0..500, |number| number < 2);
        let (found, token) = page.finish(&binding());
        assert_eq!((found, token.is_empty()), (vec![0, 1], false), "only so many are looked at");
    }

    #[test]
    fn a_page_that_finds_little_ends_with_a_token() {
        let is_wanted = |number| number == SCAN_BUDGET;
        let mut page = Page::new(2, None);
        fill(&mut page, 0..SCAN_BUDGET + 1, is_wanted);
        let (found, token) = page.finish(&binding());
        assert_eq!(found, Vec::<usize>::new());
        let cursor = binding().cursor(&token).unwrap().unwrap();
        assert_eq!(cursor.name, format!("blocs/{}", SCAN_BUDGET - 1));
        let mut page = Page::new(2, Some(cursor));
        fill(&mut page, SCAN_BUDGET..SCAN_BUDGET + 1, is_wanted);
        assert_eq!(page.finish(&binding()), (vec![SCAN_BUDGET], String::new()));
    }
}
