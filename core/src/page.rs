//! Cursor pagination: a page is asked for by the id of the last thing seen.

use crate::error::Result;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select, Value,
};

/// At most this many things in one page.
pub const MAX_PAGE: u64 = 200;

/// Which part of a list is wanted; newest things come first.
#[derive(Debug, Clone)]
pub struct PageRequest<Id> {
    /// Only things older than this one.
    pub after: Option<Id>,
    /// At most so many, 1 to [`MAX_PAGE`].
    pub limit: u64,
}

impl<Id> Default for PageRequest<Id> {
    fn default() -> Self {
        Self { after: None, limit: 50 }
    }
}

/// One page of a list.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The things, newest first.
    pub items: Vec<T>,
    /// Where the next page begins; `None` on the last page.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Reads the page of what `query` finds. `column`: where its ids, which sort by age, stand; `id`: the id of a row.
    pub async fn newest<E: EntityTrait<Model = T>, Id: Into<Value>>(
        conn: &impl ConnectionTrait,
        query: Select<E>,
        column: E::Column,
        page: PageRequest<Id>,
        id: impl Fn(&T) -> String,
    ) -> Result<Self>
    where
        T: sea_orm::FromQueryResult + Send + Sync,
    {
        let mut query = query.order_by_desc(column).limit(page.limit + 1);
        if let Some(after) = page.after {
            query = query.filter(column.lt(after));
        }
        Ok(Self::cut(query.all(conn).await?, page.limit, id))
    }

    /// Cuts `limit + 1` found things into a page and the cursor of the next one.
    pub fn cut(mut found: Vec<T>, limit: u64, id: impl Fn(&T) -> String) -> Self {
        let more = found.len() as u64 > limit;
        found.truncate(limit as usize);
        let next = more.then(|| found.last().map(id)).flatten();
        Self { items: found, next }
    }

    /// The same page of other things.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next }
    }
}
