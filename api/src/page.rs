//! Lists come in pages: `limit` and an opaque `cursor` in, `items` and `next_cursor` out.

use crate::error::{ApiResult, bad_parameter};
use bellbird_core::Result;
use bellbird_core::page::{MAX_PAGE, Page, PageRequest};
use poem_openapi::Object;
use poem_openapi::types::{ParseFromJSON, ToJSON, Type};
use std::str::FromStr;

/// Things in a page when the caller does not say.
pub const DEFAULT_PAGE: u64 = 50;

/// One page of a list, newest things first.
#[derive(Object, Debug)]
pub struct List<T: ParseFromJSON + ToJSON + Type> {
    /// The things.
    pub items: Vec<T>,
    /// Give it as `cursor` to get the next page; absent on the last one.
    #[oai(skip_serializing_if_is_none)]
    pub next_cursor: Option<String>,
}

impl<T: ParseFromJSON + ToJSON + Type> List<T> {
    /// A page of the domain as the wire has it.
    pub fn of<M>(page: Page<M>, item: impl FnMut(M) -> T) -> Self {
        let Page { items, next } = page.map(item);
        Self { items, next_cursor: next }
    }
    /// The same for items that may turn out unreadable.
    ///
    /// # Errors
    /// The first item's own.
    pub fn all<M>(page: Page<M>, item: impl FnMut(M) -> Result<T>) -> Result<Self> {
        let items = page.items.into_iter().map(item).collect::<Result<Vec<T>>>()?;
        Ok(Self { items, next_cursor: page.next })
    }
}

/// Reads the two query parameters every list has.
///
/// # Errors
/// 400 for a limit out of bounds or a cursor that is none of ours.
pub fn request<Id: FromStr>(cursor: Option<&str>, limit: Option<u64>) -> ApiResult<PageRequest<Id>> {
    let limit = limit.unwrap_or(DEFAULT_PAGE);
    if !(1..=MAX_PAGE).contains(&limit) {
        return Err(bad_parameter("limit", &format!("must be between 1 and {MAX_PAGE}")));
    }
    let after =
        match cursor {
            None => None,
            Some(cursor) => Some(cursor.parse().map_err(|_| {
                bad_parameter("cursor", "use the `next_cursor` of the page before, unchanged")
            })?),
        };
    Ok(PageRequest { after, limit })
}

#[cfg(test)]
mod tests {
    use super::*;
    use bellbird_core::ids::AppId;

    #[test]
    fn limits_and_cursors_are_checked() {
        assert_eq!(request::<AppId>(None, None).unwrap().limit, 50);
        assert_eq!(request::<AppId>(None, Some(200)).unwrap().limit, 200);
        for (cursor, limit) in [(None, Some(0)), (None, Some(201)), (Some("cmp_x"), None)] {
            assert_eq!(request::<AppId>(cursor, limit).unwrap_err().problem().status, 400);
        }
    }
}
