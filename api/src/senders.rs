//! Senders: the WhatsApp numbers messages leave from.

use crate::Time;
use crate::auth::Auth;
use crate::body::Body;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, idempotent, prepared};
use crate::openapi::Tag;
use crate::page::{self, List};
use bellbird_core::clock::Timestamp;
use bellbird_core::ids::{AppId, SenderId};
use bellbird_core::secret::SecretString;
use bellbird_core::senders::connect::{self, NewSender};
use bellbird_core::senders::port::Quality;
use bellbird_core::senders::{self, SenderStatus, pause, token};
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

/// A number to connect.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct CreateSender {
    /// The app whose webhooks speak for the number; the installation's default app when not given.
    pub app_id: Option<AppId>,
    /// Meta's id of the number (not the number).
    pub phone_number_id: String,
    /// Meta's id of the WhatsApp business account that owns the number.
    pub waba_id: String,
    /// Meta's id of the business portfolio that owns the account.
    pub portfolio_id: Option<String>,
    /// A permanent access token that may send from the number. Never shown again.
    #[oai(write_only, validator(min_length = 1, max_length = 2000))]
    pub access_token: String,
    /// Messages per second, 1 to 1,000 (or what the installation allows); what Meta grants the number when not given.
    pub mps: Option<u32>,
}

impl From<CreateSender> for NewSender {
    fn from(new: CreateSender) -> Self {
        Self {
            app_id: new.app_id,
            phone_number_id: new.phone_number_id,
            waba_id: new.waba_id,
            portfolio_id: new.portfolio_id,
            access_token: SecretString::from(new.access_token),
            mps: new.mps,
        }
    }
}

/// A new access token.
#[derive(Object)]
#[oai(deny_unknown_fields)]
pub struct ReplaceAccessToken {
    /// A permanent access token that may send from the number. Never shown again.
    #[oai(write_only, validator(min_length = 1, max_length = 2000))]
    pub access_token: String,
}

/// A number messages leave from. Its token is not shown.
#[derive(Object)]
pub struct Sender {
    /// Its id.
    pub id: SenderId,
    /// The app whose webhooks speak for it; absent: the installation's default app.
    #[oai(skip_serializing_if_is_none)]
    pub app_id: Option<AppId>,
    /// Meta's id of the number.
    pub phone_number_id: String,
    /// Meta's id of the account that owns it.
    pub waba_id: String,
    /// Meta's id of the portfolio.
    #[oai(skip_serializing_if_is_none)]
    pub portfolio_id: Option<String>,
    /// The number as people dial it.
    pub phone: String,
    /// The name customers see.
    pub name: String,
    /// Messages per second it may send.
    pub mps: i32,
    /// Messages per second it sends now: fewer than `mps` while WhatsApp finds it too fast. They rise by themselves.
    pub effective_mps: i32,
    /// Since when they are fewer; absent while it sends at `mps`.
    #[oai(skip_serializing_if_is_none)]
    pub effective_since: Option<Time>,
    /// Messages per second WhatsApp grants it, if it said.
    #[oai(skip_serializing_if_is_none)]
    pub granted_mps: Option<i32>,
    /// How customers have received its messages lately.
    #[oai(skip_serializing_if_is_none)]
    pub quality: Option<Quality>,
    /// What became of the name last asked for, in WhatsApp's word.
    #[oai(skip_serializing_if_is_none)]
    pub name_status: Option<String>,
    /// The name people find it by, without the `@`.
    #[oai(skip_serializing_if_is_none)]
    pub username: Option<String>,
    /// What became of that name, in WhatsApp's word.
    #[oai(skip_serializing_if_is_none)]
    pub username_status: Option<String>,
    /// Whether it may send.
    pub status: SenderStatus,
    /// Why it is paused.
    #[oai(skip_serializing_if_is_none)]
    pub paused_reason: Option<String>,
    /// When it was connected.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

impl From<senders::Sender> for Sender {
    fn from(row: senders::Sender) -> Self {
        Self {
            effective_mps: row.effective_mps(),
            effective_since: row.learned_mps.and(row.learned_at).map(Timestamp::to_utc),
            id: row.id,
            app_id: row.app_id,
            phone_number_id: row.phone_number_id,
            waba_id: row.waba_id,
            portfolio_id: row.portfolio_id,
            phone: row.phone,
            name: row.name,
            mps: row.mps,
            granted_mps: row.granted_mps,
            quality: row.quality,
            name_status: row.name_status,
            username: row.username,
            username_status: row.username_status,
            status: row.status,
            paused_reason: row.paused_reason,
            created_at: row.created_at.to_utc(),
            updated_at: row.updated_at.to_utc(),
        }
    }
}

/// The operations on senders.
pub struct SendersApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Senders")]
impl SendersApi {
    /// Connect a sender
    ///
    /// Meta is asked whether the token may use the number, and the account owns it, before anything is written.
    #[oai(path = "/senders", method = "post", operation_id = "createSender")]
    async fn create(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<CreateSender>,
    ) -> ApiResult<Answer<Sender, 201>> {
        let guard = key.over(&body);
        let new = NewSender::from(body.value);
        let prove = async {
            let facts = connect::prove(&auth, &new).await?;
            Ok((new, facts))
        };
        prepared(&auth, guard, prove, |tx, ctx, (new, facts)| {
            Box::pin(async move { Ok(connect::connect(tx, ctx, new, facts).await?.into()) })
        })
        .await
    }

    /// Get a sender
    ///
    /// Whether it may send, and why not.
    #[oai(path = "/senders/:sender_id", method = "get", operation_id = "getSender")]
    async fn get(&self, auth: Auth, sender_id: Path<SenderId>) -> ApiResult<Json<Sender>> {
        Ok(Json(connect::get(&auth, sender_id.0).await?.into()))
    }

    /// List senders
    ///
    /// Newest first.
    #[oai(path = "/senders", method = "get", operation_id = "listSenders")]
    async fn list(
        &self,
        auth: Auth,
        /// `next_cursor` of the page before.
        cursor: Query<Option<String>>,
        /// Things in a page, 1 to 200; 50 when not given.
        limit: Query<Option<u64>>,
    ) -> ApiResult<Json<List<Sender>>> {
        let page = connect::list(&auth, page::request(cursor.as_deref(), limit.0)?).await?;
        Ok(Json(List::of(page, Sender::from)))
    }

    /// Replace a sender's access token
    ///
    /// Meta is asked whether the new token may use the number before it is written. A paused sender stays paused until it
    /// is resumed.
    #[oai(path = "/senders/:sender_id/access-token", method = "put", operation_id = "replaceAccessToken")]
    async fn replace_token(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        sender_id: Path<SenderId>,
        body: Body<ReplaceAccessToken>,
    ) -> ApiResult<Answer<Sender>> {
        let guard = key.over(&body);
        let (id, new) = (sender_id.0, SecretString::from(body.value.access_token));
        let prove = async { token::prove(&auth, id, &new).await.map(|()| new.clone()) };
        prepared(&auth, guard, prove, |tx, ctx, new| {
            Box::pin(async move { Ok(token::replace(tx, ctx, id, &new).await?.into()) })
        })
        .await
    }

    /// Let a paused sender send again
    ///
    /// Its waiting messages go on.
    #[oai(path = "/senders/:sender_id/resume", method = "post", operation_id = "resumeSender")]
    async fn resume(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        sender_id: Path<SenderId>,
    ) -> ApiResult<Answer<Sender>> {
        idempotent(&auth, key.alone(), |tx, ctx| {
            Box::pin(async move { Ok(pause::resume(tx, ctx, sender_id.0).await?.into()) })
        })
        .await
    }
}
