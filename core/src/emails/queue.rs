//! Writing an email down, in the transaction that causes it.

use super::entity::{Entity, Model, place};
use super::jobs::EmailJob;
use crate::context::{Services, Tx};
use crate::error::Result;
use crate::ids::EmailId;
use crate::outbox;
use crate::queue::LaneName;
use crate::secret::SecretString;
use sea_orm::{EntityTrait, IntoActiveModel};

/// Has an email sent once the transaction is committed. Without a mail server nothing is written: whoever depends on
/// the email asks `Services::mailer` first.
pub async fn queue(tx: &Tx, services: &Services, to: &str, subject: &str, text: String) -> Result<()> {
    if services.mailer.is_none() {
        return Ok(());
    }
    let id = EmailId::new(tx.clock());
    let row = Model {
        id,
        recipient: to.to_string(),
        subject: subject.to_string(),
        body: services.cipher.seal(tx.conn(), &place(id), &SecretString::from(text)).await?,
        attempts: 0,
        next_attempt_at: tx.now(),
        created_at: tx.now(),
    };
    Entity::insert(row.into_active_model()).exec_without_returning(tx.conn()).await?;
    outbox::enqueue(tx, LaneName::Maintenance, &EmailJob::SendEmail { email: id }).await?;
    Ok(())
}
