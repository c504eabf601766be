//! The statements about `portfolio_people`, and about the row of their portfolio that is locked meanwhile.

use super::super::portfolios::entity::Model;
use super::Key;
use crate::bulk::{Cell, Kind, Rows};
use crate::clock::Timestamp;
use crate::error::Result;
use crate::ids::{CustomerId, OrganizationId};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};
use std::collections::HashSet;

#[derive(FromQueryResult)]
struct Count {
    n: i64,
}

#[derive(FromQueryResult)]
struct Stale {
    organization_id: OrganizationId,
    portfolio: String,
}

#[derive(FromQueryResult)]
struct Person {
    customer_id: CustomerId,
}

#[derive(FromQueryResult)]
struct Last {
    last_at: Timestamp,
}

/// Keeps everybody else from this portfolio until the transaction ends. SQLite has one writer anyway.
pub(super) async fn lock(
    conn: &impl ConnectionTrait,
    (organization, portfolio): &Key,
) -> Result<Option<Model>> {
    let backend = conn.get_database_backend();
    let lock = if backend == DbBackend::Postgres { "FOR UPDATE" } else { "" };
    let select = Statement::from_sql_and_values(
        backend,
        format!("SELECT * FROM portfolios WHERE organization_id = $1 AND portfolio = $2 {lock}"),
        [(*organization).into(), portfolio.clone().into()],
    );
    Ok(Model::find_by_statement(select).one(conn).await?)
}

/// Drops whom was written to last until then; gives how many.
pub(super) async fn expire(
    conn: &impl ConnectionTrait,
    (organization, portfolio): &Key,
    until: Timestamp,
) -> Result<i64> {
    let delete = Statement::from_sql_and_values(
        conn.get_database_backend(),
        "DELETE FROM portfolio_people WHERE organization_id = $1 AND portfolio = $2 AND last_at <= $3",
        [(*organization).into(), portfolio.clone().into(), until.into()],
    );
    Ok(count(conn.execute_raw(delete).await?.rows_affected()))
}

/// Whoever counts already counts from now on, and costs nothing. Gives who that is.
pub(super) async fn renew(
    conn: &impl ConnectionTrait,
    (organization, portfolio): &Key,
    asked: impl IntoIterator<Item = CustomerId>,
    now: Timestamp,
) -> Result<HashSet<CustomerId>> {
    let update = Rows::ids(asked).statement(
        conn.get_database_backend(),
        "UPDATE portfolio_people SET last_at = CASE WHEN last_at < $1 THEN $1 ELSE last_at END
         WHERE organization_id = $2 AND portfolio = $3 AND customer_id IN (SELECT v.id FROM {rows})
         RETURNING customer_id",
        [now.into(), (*organization).into(), portfolio.clone().into()],
    );
    let found = Person::find_by_statement(update).all(conn).await?;
    Ok(found.into_iter().map(|person| person.customer_id).collect())
}

/// Counts people who do not count yet; gives how many.
pub(super) async fn add(
    conn: &impl ConnectionTrait,
    (organization, portfolio): &Key,
    new: &[CustomerId],
    now: Timestamp,
) -> Result<i64> {
    if new.is_empty() {
        return Ok(0);
    }
    let mut rows = Rows::new(&[
        ("organization_id", Kind::Text),
        ("portfolio", Kind::Text),
        ("customer_id", Kind::Text),
        ("last_at", Kind::Int),
    ]);
    for who in new {
        let whose = [organization.to_string(), portfolio.clone(), who.to_string()];
        rows.push(whose.into_iter().map(Cell::from).chain([now.into()]).collect());
    }
    let insert = rows.statement(
        conn.get_database_backend(),
        "INSERT INTO portfolio_people (organization_id, portfolio, customer_id, last_at)
         SELECT v.organization_id, v.portfolio, v.customer_id, v.last_at FROM {rows} WHERE true
         ON CONFLICT DO NOTHING",
        [],
    );
    Ok(count(conn.execute_raw(insert).await?.rows_affected()))
}

pub(super) async fn write_used(
    conn: &impl ConnectionTrait,
    (organization, portfolio): &Key,
    used: i64,
) -> Result<()> {
    let update = Statement::from_sql_and_values(
        conn.get_database_backend(),
        "UPDATE portfolios SET used = $1 WHERE organization_id = $2 AND portfolio = $3",
        [used.max(0).into(), (*organization).into(), portfolio.clone().into()],
    );
    conn.execute_raw(update).await?;
    Ok(())
}

/// When the oldest were last written to, at most so many.
pub(super) async fn oldest(
    conn: &impl ConnectionTrait,
    (organization, portfolio): &Key,
    most: usize,
) -> Result<Vec<Timestamp>> {
    let select = Statement::from_sql_and_values(
        conn.get_database_backend(),
        "SELECT last_at FROM portfolio_people WHERE organization_id = $1 AND portfolio = $2
         ORDER BY last_at LIMIT $3",
        [(*organization).into(), portfolio.clone().into(), i64::try_from(most).unwrap_or(i64::MAX).into()],
    );
    let found = Last::find_by_statement(select).all(conn).await?;
    Ok(found.into_iter().map(|last| last.last_at).collect())
}

/// How many of those who are in it were written to last until then.
pub(super) async fn count_over(
    conn: &impl ConnectionTrait,
    (organization, portfolio): &Key,
    until: Timestamp,
) -> Result<i64> {
    let select = Statement::from_sql_and_values(
        conn.get_database_backend(),
        "SELECT COUNT(*) AS n FROM portfolio_people
         WHERE organization_id = $1 AND portfolio = $2 AND last_at <= $3",
        [(*organization).into(), portfolio.clone().into(), until.into()],
    );
    Ok(Count::find_by_statement(select).one(conn).await?.map_or(0, |count| count.n))
}

/// How many messages wait for a place already, counted up to `most`.
pub(super) async fn waiting(
    conn: &impl ConnectionTrait,
    (organization, portfolio): &Key,
    most: i64,
) -> Result<usize> {
    let select = Statement::from_sql_and_values(
        conn.get_database_backend(),
        "SELECT COUNT(*) AS n FROM (SELECT id FROM messages WHERE status = 'held' AND reason = 'portfolio_limit'
            AND sender_id IN (SELECT id FROM senders
                WHERE organization_id = $1 AND COALESCE(portfolio_id, waba_id) = $2) LIMIT $3) AS waiting",
        [(*organization).into(), portfolio.clone().into(), most.into()],
    );
    let found = Count::find_by_statement(select).one(conn).await?.map_or(0, |count| count.n);
    Ok(usize::try_from(found).unwrap_or(0))
}

/// The portfolios with somebody who was written to last until then.
pub(super) async fn stale(conn: &impl ConnectionTrait, until: Timestamp) -> Result<Vec<Key>> {
    let select = Statement::from_sql_and_values(
        conn.get_database_backend(),
        "SELECT DISTINCT organization_id, portfolio FROM portfolio_people WHERE last_at <= $1",
        [until.into()],
    );
    let found = Stale::find_by_statement(select).all(conn).await?;
    Ok(found.into_iter().map(|found| (found.organization_id, found.portfolio)).collect())
}

fn count(rows: u64) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
