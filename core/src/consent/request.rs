//! Double opt-in, as far as it is no message: which questions are open, how they end, and what becomes of a person who
//! does not answer. Sending them is `messages::confirm`.

use super::record::note;
use super::request_entity::{Column, Entity, Model, RequestStatus};
use super::{ConsentMethod, ConsentPurpose, ConsentState, Said, event_entity};
use crate::bulk::{Kind, Rows};
use crate::clock::Timestamp;
use crate::context::{Services, Tx};
use crate::error::Result;
use crate::ids::{ConsentRequestId, CustomerId, OrganizationId};
use sea_orm::sea_query::{Expr, LockBehavior, LockType};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    Statement,
};
use std::collections::HashSet;

/// Questions dealt with in one transaction.
const AT_A_TIME: u64 = 100;

/// Opens a question for whoever is pending now, and closes those of whoever said something definite.
pub(super) async fn follow(
    tx: &Tx,
    organization: OrganizationId,
    purpose: ConsentPurpose,
    said: &[Said],
) -> Result<()> {
    let mut asked = Rows::new(&[("id", Kind::Text), ("customer_id", Kind::Text)]);
    let mut settled = Rows::new(&[("customer_id", Kind::Text), ("status", Kind::Text)]);
    for word in said {
        let status = match (word.state, word.method) {
            (ConsentState::Pending, _) => {
                let id = ConsentRequestId::new(tx.clock());
                asked.push(vec![id.to_string().into(), word.customer.to_string().into()]);
                continue;
            }
            (ConsentState::OptedIn, ConsentMethod::Confirmation) => RequestStatus::Confirmed,
            (ConsentState::OptedOut, _) => RequestStatus::Declined,
            _ => RequestStatus::Overtaken,
        };
        settled.push(vec![word.customer.to_string().into(), status.as_str().into()]);
    }
    if !asked.is_empty() {
        let insert = asked.statement(
            tx.backend(),
            "INSERT INTO consent_requests (id, organization_id, customer_id, purpose, status, due_at, created_at)
             SELECT v.id, $1, v.customer_id, $3, 'waiting', CAST($2 AS BIGINT), CAST($2 AS BIGINT)
             FROM {rows} WHERE true
             ON CONFLICT (customer_id, purpose) WHERE status IN ('waiting', 'asked') DO NOTHING",
            [organization.into(), tx.now().into(), purpose.into()],
        );
        tx.conn().execute_raw(insert).await?;
    }
    if !settled.is_empty() {
        let close = settled.statement(
            tx.backend(),
            "UPDATE consent_requests SET status = v.status, closed_at = $2 FROM {rows}
             WHERE consent_requests.customer_id = v.customer_id AND consent_requests.organization_id = $1
               AND consent_requests.purpose = $3 AND consent_requests.status IN ('waiting', 'asked')",
            [organization.into(), tx.now().into(), purpose.into()],
        );
        tx.conn().execute_raw(close).await?;
    }
    Ok(())
}

/// The questions a person has not answered.
pub async fn open_of(tx: &Tx, organization: OrganizationId, customer: CustomerId) -> Result<Vec<Model>> {
    let query = Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::CustomerId.eq(customer))
        .filter(Column::Status.is_in([RequestStatus::Waiting, RequestStatus::Asked]));
    Ok(query.all(tx.conn()).await?)
}

/// True when a question in this state is due: asked without a lock, so that looking costs a writer nothing.
pub(crate) async fn is_due(services: &Services, status: RequestStatus) -> Result<bool> {
    let due = Entity::find()
        .filter(Column::Status.eq(status))
        .filter(Column::DueAt.lte(services.now()))
        .limit(1)
        .one(services.db.read());
    Ok(due.await?.is_some())
}

/// Takes some questions that are due, oldest first; what another worker has is left to it.
pub(crate) async fn take_due(tx: &Tx, status: RequestStatus) -> Result<Vec<Model>> {
    let mut query = Entity::find()
        .filter(Column::Status.eq(status))
        .filter(Column::DueAt.lte(tx.now()))
        .order_by_asc(Column::DueAt)
        .limit(AT_A_TIME);
    if tx.backend() == DbBackend::Postgres {
        query = query.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    Ok(query.all(tx.conn()).await?)
}

/// Ends the questions nobody answered in time; returns how many.
pub async fn expire(services: &Services) -> Result<usize> {
    if !is_due(services, RequestStatus::Asked).await? {
        return Ok(0);
    }
    let tx = services.begin().await?;
    let due = take_due(&tx, RequestStatus::Asked).await?;
    for request in &due {
        lapse(&tx, request, RequestStatus::Expired, "no answer in time").await?;
    }
    tx.commit().await?;
    Ok(due.len())
}

/// Ends a question without an answer: the person stands where they stood before it.
pub(crate) async fn lapse(tx: &Tx, request: &Model, status: RequestStatus, why: &str) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Status, Expr::value(status))
        .col_expr(Column::Note, Expr::value(why))
        .col_expr(Column::ClosedAt, Expr::value(tx.now()))
        .filter(Column::Id.eq(request.id))
        .exec(tx.conn())
        .await?;
    let before = word_before(tx, request).await?;
    let column = request.purpose.column();
    let stand = Statement::from_sql_and_values(
        tx.backend(),
        format!(
            "UPDATE customers SET {column} = $2, {column}_at = $3, {column}_source = $4, {column}_method = $5,
                updated_at = $6
             WHERE id = $1 AND {column} = 'pending'"
        ),
        [
            request.customer_id.into(),
            before.as_ref().map_or(ConsentState::Unasked, |word| word.state).into(),
            before.as_ref().map(|word| word.occurred_at).into(),
            before.as_ref().map(|word| word.source.clone()).into(),
            before.as_ref().map(|word| word.method).into(),
            tx.now().into(),
        ],
    );
    let moved = tx.conn().execute_raw(stand).await?.rows_affected() == 1;
    let step = Said {
        customer: request.customer_id,
        purpose: request.purpose,
        state: before.map_or(ConsentState::Unasked, |word| word.state),
        method: ConsentMethod::ConfirmationLapse,
        source: Some(why.to_string()),
        evidence: request.message_id.map(|id| id.to_string()),
        actor: "worker".into(),
        at: tx.now(),
        dated: true,
    };
    let counted = if moved { HashSet::from([request.customer_id]) } else { HashSet::new() };
    note(tx, request.organization_id, request.purpose, &[step], &counted).await
}

/// The word that stands without the one that was not confirmed: a "no" that was told late counts, too.
async fn word_before(tx: &Tx, request: &Model) -> Result<Option<event_entity::Model>> {
    use event_entity::{Column, Entity};
    let yes = Condition::all().add(Column::State.eq(ConsentState::OptedIn)).add(Column::Counted.eq(true));
    let definite = Condition::any().add(Column::State.eq(ConsentState::OptedOut)).add(yes);
    let words = Entity::find()
        .filter(Column::CustomerId.eq(request.customer_id))
        .filter(Column::Purpose.eq(request.purpose))
        .filter(Column::Method.ne(ConsentMethod::ConfirmationLapse))
        .filter(definite)
        .all(tx.conn())
        .await?;
    let second = |at: Timestamp| at.0 / 1_000;
    let rank = |word: &event_entity::Model| {
        (second(word.occurred_at), word.state == ConsentState::OptedOut, word.occurred_at)
    };
    Ok(words.into_iter().max_by_key(rank))
}
