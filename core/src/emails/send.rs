//! Giving an email to the mail server: again with growing gaps while it is away, and never for longer than a day.

use super::entity::{Column, Entity, Model};
use super::port::{Mail, MailError};
use crate::clock::Timestamp;
use crate::context::Services;
use crate::error::Result;
use crate::ids::{EmailId, OutboxId};
use crate::outbox::{self, Progress};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter};
use std::time::Duration;

/// The first gap after a failure; it doubles.
const FIRST_GAP: Duration = Duration::from_secs(5);
/// The longest gap.
const LONGEST_GAP: Duration = Duration::from_secs(3_600);
/// An email nobody took for this long is given up: what it asks for has expired.
const GIVEN_UP_AFTER: Duration = Duration::from_secs(24 * 3_600);

/// Carries out one job. The row goes with the sending, and so does the job.
pub async fn carry_out(services: &Services, job: OutboxId, id: EmailId) -> Result<Progress> {
    let Some(row) = Entity::find_by_id(id).one(services.db.read()).await? else {
        return done(services, job, id).await;
    };
    let now = services.now();
    if row.next_attempt_at > now {
        return Ok(Progress::More { after: row.next_attempt_at.since(now) });
    }
    let Some(mailer) = &services.mailer else {
        tracing::error!(email = %id, "an email was dropped: this process has no mail server (email.smtp_url)");
        return done(services, job, id).await;
    };
    let (id_of_mail, text) = (row.id.to_string(), row.text(&services.cipher).await?);
    let mail = Mail {
        id: id_of_mail,
        to: row.recipient.clone(),
        subject: row.subject.clone(),
        text,
        at: row.created_at,
    };
    match mailer.send(&mail).await {
        Ok(()) => done(services, job, id).await,
        Err(MailError::Refused(why)) => {
            tracing::error!(email = %id, why, "an email was refused for good");
            done(services, job, id).await
        }
        Err(MailError::Away(why)) if now.since(row.created_at) > GIVEN_UP_AFTER => {
            tracing::error!(email = %id, why, "an email was given up after a day");
            done(services, job, id).await
        }
        Err(MailError::Away(why)) => later(services, &row, now, &why).await,
    }
}

async fn later(services: &Services, row: &Model, now: Timestamp, why: &str) -> Result<Progress> {
    let doubled = FIRST_GAP.saturating_mul(1 << row.attempts.clamp(0, 10));
    let after = doubled.min(LONGEST_GAP);
    tracing::warn!(email = %row.id, why, attempt = row.attempts + 1, "an email could not be sent yet");
    Entity::update_many()
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .col_expr(Column::NextAttemptAt, Expr::value(now.plus(after)))
        .filter(Column::Id.eq(row.id))
        .exec(services.db.write())
        .await?;
    Ok(Progress::More { after })
}

/// The email is gone, and so is its job.
async fn done(services: &Services, job: OutboxId, id: EmailId) -> Result<Progress> {
    let tx = services.begin().await?;
    Entity::delete_by_id(id).exec(tx.conn()).await?;
    outbox::settle(tx.conn(), job).await?;
    tx.commit().await?;
    Ok(Progress::Done)
}
