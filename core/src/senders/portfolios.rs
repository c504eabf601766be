//! How many people a portfolio may write to first within 24 hours: the provider's last word, or a person's, with its source
//! and time. Who they are, and who fits: `portfolio_room`.
//!
//! The limit belongs to the portfolio, not to a number. Where a sender's portfolio is not known, its account stands for
//! it: an account belongs to one portfolio.

use super::entity::{self as sender_entity, Model as Sender};
use super::port::DailyPeople;
use super::portfolio_room::{Room, room_of};
use crate::clock::Timestamp;
use crate::context::{Ctx, Tx};
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::OrganizationId;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter};
use sea_orm::{QueryOrder, QuerySelect, Statement};

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
        /// How many people count towards it, some of whom may be over by now (`portfolio_room::room`).
        pub used: i64,
        /// How we know: `connected`, `set`, or the provider's name of the news.
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

/// A portfolio, and how much of its limit is left.
#[derive(Debug, Clone)]
pub struct Known {
    /// What is known of it.
    pub portfolio: entity::Model,
    /// Nothing where there is no limit.
    pub room: Option<Room>,
}

/// What is known of the organization's portfolios.
pub async fn list(ctx: &Ctx) -> Result<Vec<Known>> {
    let query =
        entity::Entity::secure_find(ctx.organization).order_by_asc(entity::Column::Portfolio).limit(MOST);
    let mut known = Vec::new();
    for portfolio in query.all(ctx.db.read()).await? {
        let room = room_of(ctx.db.read(), &portfolio, ctx.now()).await?;
        known.push(Known { portfolio, room });
    }
    Ok(known)
}

/// Sets the limit by hand, for what the provider does not tell. `people`: so many; nothing when there is no limit, or when
/// none is to be kept. What the provider tells later counts again.
///
/// # Errors
/// `NotFound` when no sender of the organization belongs to it; `Invalid` when it contradicts itself.
pub async fn set(tx: &Tx, ctx: &Ctx, portfolio: &str, people: Option<i64>, unlimited: bool) -> Result<Known> {
    let account = Condition::all()
        .add(sender_entity::Column::PortfolioId.is_null())
        .add(sender_entity::Column::WabaId.eq(portfolio));
    let ours = Condition::any().add(sender_entity::Column::PortfolioId.eq(portfolio)).add(account);
    let senders = sender_entity::Entity::secure_find(ctx.organization).filter(ours);
    senders.one(tx.conn()).await?.ok_or_else(|| Error::not_found("portfolio", portfolio))?;
    if let Some(people) = people.filter(|people| !(1..=1_000_000_000).contains(people)) {
        let message = format!("{people} is not between 1 and 1,000,000,000");
        return Err(Error::invalid("daily_people", "invalid_daily_people", message));
    }
    if unlimited && people.is_some() {
        let message = "leave `daily_people` out where the portfolio is unlimited";
        return Err(Error::invalid("unlimited", "contradictory_limit", message));
    }
    let find = entity::Entity::find_by_id((ctx.organization, portfolio.to_string()));
    let before = find.clone().one(tx.conn()).await?;
    let upsert = Statement::from_sql_and_values(
        tx.backend(),
        "INSERT INTO portfolios (organization_id, portfolio, daily_people, unlimited, source, known_at, updated_at)
         VALUES ($1, $2, $3, $4, 'set', $5, $5)
         ON CONFLICT (organization_id, portfolio) DO UPDATE SET daily_people = excluded.daily_people,
            unlimited = excluded.unlimited, source = excluded.source, known_at = excluded.known_at,
            updated_at = excluded.updated_at",
        [ctx.organization.into(), portfolio.into(), people.into(), unlimited.into(), tx.now().into()],
    );
    tx.conn().execute_raw(upsert).await?;
    tx.changed("daily_people", before.as_ref().and_then(|before| before.daily_people), people);
    tx.changed("unlimited", before.map(|before| before.unlimited), unlimited);
    let portfolio = find.one(tx.conn()).await?.ok_or_else(|| Error::not_found("portfolio", portfolio))?;
    let room = room_of(tx.conn(), &portfolio, tx.now()).await?;
    Ok(Known { portfolio, room })
}
