//! Secrets and signatures, as the specification of Standard Webhooks has them: HMAC-SHA256 over `id.timestamp.body`, with
//! the bytes behind `whsec_`.

use super::entity::{Column, Entity, Model};
use super::queries;
use crate::clock::Timestamp;
use crate::context::{Ctx, Tx};
use crate::error::{Error, Result};
use crate::ids::{EventId, SubscriptionId};
use crate::secret::columns::{SUBSCRIPTION_PREVIOUS, SUBSCRIPTION_SECRET};
use crate::secret::{Cipher, ExposeSecret, SecretString};
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use sha2::Sha256;
use std::time::Duration;

/// What a secret begins with.
const PREFIX: &str = "whsec_";
/// The old secret signs, too, for at most so long.
pub const LONGEST_OVERLAP: Duration = Duration::from_secs(7 * 24 * 3_600);

/// A new secret: 32 random bytes.
pub(super) fn generate() -> SecretString {
    SecretString::from(format!("{PREFIX}{}", STANDARD.encode(rand::random::<[u8; 32]>())))
}

/// Gives a subscription a new secret. For `overlap` what is posted is signed with the old one, too, so that receivers
/// can be changed one after the other. Returns the secret in the clear, once.
///
/// # Errors
/// `NotFound`; `Invalid` for an overlap that is too long.
pub async fn rotate(
    tx: &Tx,
    ctx: &Ctx,
    id: SubscriptionId,
    overlap: Duration,
) -> Result<(Model, SecretString)> {
    if overlap > LONGEST_OVERLAP {
        let message = "the old secret may stay valid for at most 168 hours";
        return Err(Error::invalid("overlap_hours", "too_large", message));
    }
    let found = queries::lock(tx, ctx.organization, id).await?;
    let (secret, whose) = (generate(), ctx.organization);
    let (now, until) = (tx.now(), tx.now().plus(overlap));
    let (previous, expires) = match overlap.is_zero() {
        true => (None, None),
        false => {
            let place = SUBSCRIPTION_SECRET.place(whose, id);
            let old = ctx.cipher.open_within(tx.conn(), &place, &found.secret).await?;
            let place = SUBSCRIPTION_PREVIOUS.place(whose, id);
            (Some(ctx.cipher.seal(tx.conn(), &place, &old).await?), Some(until))
        }
    };
    let next = Model {
        secret: ctx.cipher.seal(tx.conn(), &SUBSCRIPTION_SECRET.place(whose, id), &secret).await?,
        previous_secret: previous,
        previous_expires_at: expires,
        rotated_at: Some(now),
        updated_at: now,
        ..found
    };
    Entity::update_many()
        .col_expr(Column::Secret, Expr::value(next.secret.clone()))
        .col_expr(Column::PreviousSecret, Expr::value(next.previous_secret.clone()))
        .col_expr(Column::PreviousExpiresAt, Expr::value(next.previous_expires_at))
        .col_expr(Column::RotatedAt, Expr::value(next.rotated_at))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(id))
        .exec(tx.conn())
        .await?;
    Ok((next, secret))
}

/// The secrets that sign what is posted at this moment, the newest first.
pub(super) async fn valid(
    cipher: &Cipher,
    subscription: &Model,
    now: Timestamp,
) -> Result<Vec<SecretString>> {
    let (id, whose) = (subscription.id, subscription.organization_id);
    let place = SUBSCRIPTION_SECRET.place(whose, id);
    let mut valid = vec![cipher.open(&place, &subscription.secret).await?];
    if let (Some(previous), Some(until)) = (&subscription.previous_secret, subscription.previous_expires_at)
        && now < until
    {
        valid.push(cipher.open(&SUBSCRIPTION_PREVIOUS.place(whose, id), previous).await?);
    }
    Ok(valid)
}

/// The header `webhook-signature`: one signature for each secret.
pub(super) fn sign(secrets: &[SecretString], id: EventId, seconds: i64, body: &str) -> Result<String> {
    let signed = format!("{id}.{seconds}.{body}");
    let all = secrets.iter().map(|secret| signature(secret, &signed)).collect::<Result<Vec<_>>>()?;
    Ok(all.join(" "))
}

fn signature(secret: &SecretString, signed: &str) -> Result<String> {
    let bad = || Error::internal("a subscription's secret cannot be read");
    let key = secret.expose_secret().strip_prefix(PREFIX).ok_or_else(bad)?;
    let key = STANDARD.decode(key).map_err(|_| bad())?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(|_| bad())?;
    mac.update(signed.as_bytes());
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors of the specification's own libraries, and one of ours made with another implementation.
    #[test]
    fn signatures_are_those_of_the_specification() {
        let secret = SecretString::from("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD");
        let body = r#"{"email":"test@example.com","username":"test_user"}"#;
        let signed = format!("msg_27UH4WbU6Z5A5EzD8u03UvzRbpk.1649367553.{body}");
        assert_eq!(signature(&secret, &signed).unwrap(), "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=");
        let body = r#"{"type":"message.delivered","timestamp":"2026-11-21T05:01:45.344522Z","data":{"id":"msg_01","contact_id":"ct_123"}}"#;
        let signed = format!("msg_2KWPBgLlAfxdpx2AI54pPJ85f4W.1795000000.{body}");
        assert_eq!(signature(&secret, &signed).unwrap(), "v1,V1+sQwCIN4uZh49NF5eN2zUdKwMZ200WF4qsaxdd998=");
    }

    #[test]
    fn every_secret_signs_and_a_broken_one_is_an_error() {
        let id = EventId::new(&crate::clock::SystemClock);
        let (one, other) = (generate(), generate());
        assert_ne!(one.expose_secret(), other.expose_secret());
        let both = sign(&[one.clone(), other], id, 1_795_000_000, "{}").unwrap();
        let alone = sign(&[one], id, 1_795_000_000, "{}").unwrap();
        assert_eq!(both.split(' ').next(), Some(alone.as_str()));
        assert_eq!(both.matches("v1,").count(), 2);
        assert!(sign(&[SecretString::from("whsec_%")], id, 0, "").is_err());
    }
}
