//! Meta apps: adding one, and finding the one a webhook was posted to.

use super::app_entity::{Column, Entity, Model};
use crate::context::{Ctx, Services, Tx};
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::AppId;
use crate::page::{Page, PageRequest};
use crate::secret::columns::{APP_SECRET, APP_VERIFY_TOKEN};
use crate::secret::{Cipher, ExposeSecret, SecretString, random_token};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

/// What is needed to add an app.
#[derive(Debug)]
pub struct NewApp {
    /// What people call it.
    pub name: String,
    /// Meta's app secret.
    pub secret: SecretString,
    /// The token typed into Meta's webhook form; made up when not given.
    pub verify_token: Option<SecretString>,
}

/// Adds an app. The answer holds the verify token in the clear, once.
pub async fn add(tx: &Tx, ctx: &Ctx, new: NewApp) -> Result<(Model, SecretString)> {
    if new.secret.expose_secret().trim().is_empty() {
        return Err(Error::invalid(
            "app_secret",
            "missing_secret",
            "the app secret stands in Meta's app settings under Basic",
        ));
    }
    if new.name.trim().is_empty() {
        return Err(Error::invalid("name", "invalid_name", "give the app a name"));
    }
    let id = AppId::new(tx.clock());
    let verify_token = new.verify_token.unwrap_or_else(|| SecretString::from(random_token()));
    let organization = ctx.organization;
    let app = Model {
        id,
        organization_id: organization,
        key: random_token(),
        name: new.name.trim().to_string(),
        secret: ctx.cipher.seal(tx.conn(), &APP_SECRET.place(organization, id), &new.secret).await?,
        verify_token: ctx
            .cipher
            .seal(tx.conn(), &APP_VERIFY_TOKEN.place(organization, id), &verify_token)
            .await?,
        created_at: tx.now(),
    };
    Entity::insert(app.clone().into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok((app, verify_token))
}

/// One app of the organization.
pub async fn get(ctx: &Ctx, id: AppId) -> Result<Model> {
    let found = Entity::secure_find(ctx.organization).filter(Column::Id.eq(id)).one(ctx.db.read()).await?;
    found.ok_or_else(|| Error::not_found("app", id))
}

/// The organization's apps, newest first.
pub async fn list(ctx: &Ctx, page: PageRequest<AppId>) -> Result<Page<Model>> {
    let query = Entity::secure_find(ctx.organization);
    Page::newest(ctx.db.read(), query, Column::Id, page, |app| app.id.to_string()).await
}

/// An app as the webhook endpoint needs it.
#[derive(Debug, Clone)]
pub struct WebhookApp {
    /// `None`: the installation's default app, from the settings.
    pub id: Option<AppId>,
    /// Signs the bodies.
    pub secret: SecretString,
    /// Proves the address in the challenge.
    pub verify_token: SecretString,
}

/// The app behind a webhook address; `None` key: the installation's default app.
pub async fn for_webhook(services: &Services, key: Option<&str>) -> Result<Option<WebhookApp>> {
    let Some(key) = key else {
        let meta = &services.config.meta;
        let set = !meta.app_secret.expose_secret().is_empty();
        return Ok(set.then(|| WebhookApp {
            id: None,
            secret: meta.app_secret.clone(),
            verify_token: meta.verify_token.clone(),
        }));
    };
    let Some(app) = Entity::find().filter(Column::Key.eq(key)).one(services.db.read()).await? else {
        return Ok(None);
    };
    Ok(Some(WebhookApp {
        id: Some(app.id),
        secret: services.cipher.open(&APP_SECRET.place(app.organization_id, app.id), &app.secret).await?,
        verify_token: verify_token(&services.cipher, &app).await?,
    }))
}

/// The token that proves the app's webhook address.
///
/// # Errors
/// When the key is another one than it was written with.
pub async fn verify_token(cipher: &Cipher, app: &Model) -> Result<SecretString> {
    cipher.open(&APP_VERIFY_TOKEN.place(app.organization_id, app.id), &app.verify_token).await
}
