//! Connecting a sender: its token proves that it may be used before anything is written.

use super::entity::{Column, Entity, Model};
use super::port::{NumberFacts, ProveError, SenderAccess};
use super::{SenderStatus, apps, portfolios};
use crate::context::{Ctx, Tx};
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::{AppId, SenderId};
use crate::page::{Page, PageRequest};
use crate::plans::{Limit, limits};
use crate::secret::SecretString;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

/// Messages per second when the provider does not say: Meta's default for a number.
const DEFAULT_MPS: u32 = 80;

const TAKEN: &str = "this phone number is connected to this installation already";

/// What is needed to connect a sender.
#[derive(Debug)]
pub struct NewSender {
    /// The app whose webhooks speak for it; `None`: the installation's default app.
    pub app_id: Option<AppId>,
    /// Meta's id of the number.
    pub phone_number_id: String,
    /// Meta's account that owns it.
    pub waba_id: String,
    /// Meta's owner of several accounts.
    pub portfolio_id: Option<String>,
    /// A permanent access token.
    pub access_token: SecretString,
    /// Messages per second; `None`: what the provider grants, or 80.
    pub mps: Option<u32>,
}

/// Asks the provider whether the token may use the number. Done before the transaction: it takes as long as it takes.
///
/// # Errors
/// `Invalid` with the provider's reason in words; `Unavailable` when the provider cannot be asked.
pub async fn prove(ctx: &Ctx, new: &NewSender) -> Result<NumberFacts> {
    if let Some(app) = new.app_id {
        apps::get(ctx, app).await?;
    }
    let most = ctx.config.sending.max_mps;
    if let Some(mps) = new.mps.filter(|mps| !(1..=most).contains(mps)) {
        return Err(Error::invalid("mps", "invalid_mps", format!("{mps} is not between 1 and {most}")));
    }
    for (field, code, id) in [
        ("phone_number_id", "invalid_phone_number_id", Some(&new.phone_number_id)),
        ("waba_id", "invalid_waba_id", Some(&new.waba_id)),
        ("portfolio_id", "invalid_portfolio_id", new.portfolio_id.as_ref()),
    ] {
        // they become part of the provider's addresses
        let plain = |id: &String| {
            (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        };
        if !id.is_none_or(plain) {
            return Err(Error::invalid(
                field,
                code,
                "give the id as Meta's console shows it: digits, no spaces",
            ));
        }
    }
    let access = SenderAccess {
        phone_number_id: new.phone_number_id.clone(),
        waba_id: new.waba_id.clone(),
        token: new.access_token.clone(),
    };
    ctx.provider.prove(&access).await.map_err(refused)
}

/// The provider's refusal as the caller's mistake, by field.
pub(super) fn refused(error: ProveError) -> Error {
    match error {
        ProveError::Token(_) => Error::invalid("access_token", "token_refused", error.to_string()),
        ProveError::NoSuchNumber(_) => {
            Error::invalid("phone_number_id", "number_not_found", error.to_string())
        }
        ProveError::OtherAccount => Error::invalid("waba_id", "number_of_other_account", error.to_string()),
        ProveError::Refused(_) => Error::invalid("phone_number_id", "number_refused", error.to_string()),
        other => Error::Unavailable { what: "the provider", source: other.into() },
    }
}

/// Writes a sender whose token was proved.
///
/// # Errors
/// `Conflict` when the number is connected already, here or in another organization; `OverPlan`.
pub async fn connect(tx: &Tx, ctx: &Ctx, new: NewSender, facts: NumberFacts) -> Result<Model> {
    let taken = Entity::find().filter(Column::PhoneNumberId.eq(&new.phone_number_id)).one(tx.conn()).await?;
    if taken.is_some() {
        return Err(Error::conflict("sender_exists", TAKEN));
    }
    limits::room(tx, ctx, Limit::Senders, 1).await?;
    let id = SenderId::new(tx.clock());
    let place = Model::token_place(ctx.organization, id);
    let mps = new.mps.or(facts.messages_per_second).unwrap_or(DEFAULT_MPS);
    let mps = mps.min(ctx.config.sending.max_mps);
    let sender = Model {
        id,
        organization_id: ctx.organization,
        app_id: new.app_id,
        phone_number_id: new.phone_number_id,
        waba_id: new.waba_id,
        portfolio_id: new.portfolio_id,
        name: facts.verified_name.unwrap_or_else(|| facts.display_phone_number.clone()),
        phone: facts.display_phone_number,
        access_token: ctx.cipher.seal(tx.conn(), &place, &new.access_token).await?,
        mps_chosen: new.mps.is_some(),
        mps: i32::try_from(mps).unwrap_or(i32::MAX),
        granted_mps: facts.messages_per_second.and_then(|granted| i32::try_from(granted).ok()),
        granted_at: facts.messages_per_second.map(|_| tx.now()),
        learned_mps: None,
        learned_at: None,
        throttled_at: None,
        quality: Some(facts.quality),
        quality_at: Some(tx.now()),
        name_status: None,
        name_at: None,
        username: None,
        username_status: None,
        username_at: None,
        status: SenderStatus::Active,
        paused_reason: None,
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    let inserted = Entity::insert(sender.clone().into_active_model()).exec_without_returning(tx.conn()).await;
    inserted.map_err(|error| Error::unless_taken(error, "sender_exists", TAKEN))?;
    let portfolio = portfolios::of(&sender);
    portfolios::learn(tx, ctx.organization, portfolio, facts.daily_people, "connected", tx.now()).await?;
    Ok(sender)
}

/// One sender of the organization.
pub async fn get(ctx: &Ctx, id: SenderId) -> Result<Model> {
    let found = Entity::secure_find(ctx.organization).filter(Column::Id.eq(id)).one(ctx.db.read()).await?;
    found.ok_or_else(|| Error::not_found("sender", id))
}

/// The organization's senders, newest first.
pub async fn list(ctx: &Ctx, page: PageRequest<SenderId>) -> Result<Page<Model>> {
    let query = Entity::secure_find(ctx.organization);
    Page::newest(ctx.db.read(), query, Column::Id, page, |sender| sender.id.to_string()).await
}
