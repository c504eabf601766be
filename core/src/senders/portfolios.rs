//! How many people a portfolio may write to first within 24 hours: the provider's last word, with its source and time.
//!
//! The limit belongs to the portfolio, not to a number. Where a sender's portfolio is not known, its account stands for
//! it: an account belongs to one portfolio.

use super::entity::Model as Sender;
use super::port::DailyPeople;
use crate::clock::Timestamp;
use crate::context::{Ctx, Tx};
use crate::db::Owned;
use crate::error::Result;
use crate::ids::OrganizationId;
use sea_orm::{ConnectionTrait, QueryOrder, QuerySelect, Statement};

/// Rows of `portfolios`.
pub mod entity {
    use crate::clock::Timestamp;
    use crate::ids::OrganizationId;
    use sea_orm::entity::prelude::*;

    /// What is known of one portfolio's limit.
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "portfolios")]
    pub struct Model {
        /// Whose.
        #[sea_orm(primary_key, auto_increment = false)]
        pub organization_id: OrganizationId,
        /// The provider's id of the portfolio, or of the account that stands for it.
        #[sea_orm(primary_key, auto_increment = false)]
        pub portfolio: String,
        /// So many people within 24 hours; nothing when unlimited.
        pub daily_people: Option<i64>,
        /// As many as one likes.
        pub unlimited: bool,
        /// How we know: `connected`, or the provider's name of the news.
        pub source: String,
        /// Since when.
        pub known_at: Timestamp,
        /// When the row last changed.
        pub updated_at: Timestamp,
    }

    /// None.
    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}

    impl crate::db::Owned for Entity {
        fn organization() -> Column {
            Column::OrganizationId
        }
    }
}

/// At most so many are listed.
const MOST: u64 = 1_000;

/// Which portfolio a sender counts towards.
pub fn of(sender: &Sender) -> &str {
    sender.portfolio_id.as_deref().unwrap_or(&sender.waba_id)
}

/// Keeps a limit, unless something newer is known.
pub async fn learn(
    tx: &Tx,
    organization: OrganizationId,
    portfolio: &str,
    people: DailyPeople,
    source: &str,
    at: Timestamp,
) -> Result<()> {
    let (people, unlimited) = match people {
        DailyPeople::Limited(people) => (Some(i64::from(people)), false),
        DailyPeople::Unlimited => (None, true),
        DailyPeople::Unknown => return Ok(()),
    };
    let upsert = Statement::from_sql_and_values(
        tx.backend(),
        "INSERT INTO portfolios (organization_id, portfolio, daily_people, unlimited, source, known_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (organization_id, portfolio) DO UPDATE SET daily_people = excluded.daily_people,
            unlimited = excluded.unlimited, source = excluded.source, known_at = excluded.known_at,
            updated_at = excluded.updated_at
         WHERE portfolios.known_at < excluded.known_at",
        [
            organization.into(),
            portfolio.into(),
            people.into(),
            unlimited.into(),
            source.into(),
            at.into(),
            tx.now().into(),
        ],
    );
    tx.conn().execute_raw(upsert).await?;
    Ok(())
}

/// What is known of the organization's portfolios.
pub async fn list(ctx: &Ctx) -> Result<Vec<entity::Model>> {
    let query =
        entity::Entity::secure_find(ctx.organization).order_by_asc(entity::Column::Portfolio).limit(MOST);
    Ok(query.all(ctx.db.read()).await?)
}
