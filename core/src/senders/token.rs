//! A new access token for a sender whose old one expired, leaked or was made with too few permissions.

use super::connect::{self, refused};
use super::entity::{Column, Entity, Model};
use super::port::SenderAccess;
use crate::context::{Ctx, Services, Tx};
use crate::error::{Error, Result};
use crate::ids::SenderId;
use crate::secret::{ExposeSecret, SecretString};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// Asks the provider whether the new token may use the number. Done before the transaction: it takes as long as it takes.
///
/// # Errors
/// `NotFound`; `Invalid` with the provider's reason in words; `Unavailable` when the provider cannot be asked.
pub async fn prove(ctx: &Ctx, id: SenderId, token: &SecretString) -> Result<()> {
    let Model { phone_number_id, waba_id, .. } = connect::get(ctx, id).await?;
    let access = SenderAccess { phone_number_id, waba_id, token: token.clone() };
    ctx.provider.prove(&access).await.map(|_| ()).map_err(refused)
}

/// True when the sender has another token now. The token itself is compared: the same one is sealed anew when its data
/// key is rotated.
pub async fn is_replaced(services: &Services, id: SenderId, token: &SecretString) -> Result<bool> {
    let Some(sender) = Entity::find_by_id(id).one(services.db.read()).await? else { return Ok(false) };
    let now = sender.token(&services.cipher).await?;
    Ok(now.expose_secret() != token.expose_secret())
}

/// Writes a token that was proved. A paused sender stays paused: whoever paused it may have had another reason.
///
/// # Errors
/// `NotFound`.
pub async fn replace(tx: &Tx, ctx: &Ctx, id: SenderId, token: &SecretString) -> Result<Model> {
    let place = Model::token_place(ctx.organization, id);
    let sealed = ctx.cipher.seal(tx.conn(), &place, token).await?;
    let done = Entity::update_many()
        .col_expr(Column::AccessToken, Expr::value(sealed))
        .col_expr(Column::UpdatedAt, Expr::value(tx.now()))
        .filter(Column::Id.eq(id))
        .filter(Column::OrganizationId.eq(ctx.organization))
        .exec(tx.conn())
        .await?;
    let found = match done.rows_affected {
        1 => Entity::find_by_id(id).one(tx.conn()).await?,
        _ => None,
    };
    found.ok_or_else(|| Error::not_found("sender", id))
}
