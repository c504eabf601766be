//! Wrapping every data key anew under the wrapping key that is current now. No secret is touched, and whoever has
//! unwrapped a data key goes on; whoever has not needs both wrapping keys until this is done (docs/operations.md).

use super::entity::{Column, Entity};
use super::{KeyWrapper, WrappedKey};
use crate::context::Services;
use crate::error::Result;
use crate::ids::DataKeyId;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

/// What a batch came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rewrapped {
    /// How many were wrapped anew.
    pub keys: u64,
    /// Where the next batch begins; `None`: this was the last.
    pub next: Option<DataKeyId>,
}

/// Wraps up to `limit` data keys after `after` anew, each by compare-and-set: stopped anywhere, done twice, or by two
/// at once, nothing is lost.
///
/// # Errors
/// When a data key was wrapped by a key this process was not given.
pub async fn batch(services: &Services, after: Option<DataKeyId>, limit: u64) -> Result<Rewrapped> {
    let wrapper: &dyn KeyWrapper = services.cipher.wrapper();
    let mut find = Entity::find().filter(Column::WrappedBy.ne(wrapper.current()));
    if let Some(after) = after {
        find = find.filter(Column::Id.gt(after));
    }
    let rows = find.order_by_asc(Column::Id).limit(limit).all(services.db.read()).await?;
    let mut keys = 0;
    for row in &rows {
        let bytes = wrapper.unwrap(&row.context(), &row.key()).await?;
        let WrappedKey { by, text } = wrapper.wrap(&row.context(), &bytes).await?;
        let done = Entity::update_many()
            .col_expr(Column::Wrapped, Expr::value(text))
            .col_expr(Column::WrappedBy, Expr::value(by))
            .filter(Column::Id.eq(row.id))
            .filter(Column::Wrapped.eq(row.wrapped.as_str()))
            .exec(services.db.write())
            .await?;
        keys += done.rows_affected;
    }
    Ok(Rewrapped { keys, next: rows.last().map(|row| row.id) })
}
