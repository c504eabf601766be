//! What the provider tells of a template over its life: applied to the row, the newest word of each matter winning
//! whatever the order they come in. A template that may not be sent any more takes its campaigns along
//! (`campaigns` are paused by whoever applies the news: this slice does not know them).

use super::entity::{Column, Entity, Model};
use super::{TemplateModel, TemplateQuality, TemplateStatus};
use crate::clock::Timestamp;
use crate::consent::Purpose;
use crate::context::Tx;
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::OrganizationId;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, QueryFilter, QueryOrder, Statement, Value};

/// Something new about a template.
#[derive(Debug, Clone, PartialEq)]
pub struct TemplateNews {
    /// The provider's id of it.
    pub provider_id: Option<String>,
    /// Its name.
    pub name: Option<String>,
    /// Its language, as `en_US`.
    pub language: Option<String>,
    /// What is new.
    pub matter: Matter,
}

/// What is new about a template.
#[derive(Debug, Clone, PartialEq)]
pub enum Matter {
    /// Where it stands.
    Status {
        /// Where.
        status: TemplateStatus,
        /// Why, in the provider's words.
        reason: Option<String>,
        /// What it was approved as, where told: the provider may approve it as something else than was asked.
        category: Option<Purpose>,
    },
    /// It may still be sent, but will be disabled if nothing changes.
    Flagged {
        /// Why, in the provider's words.
        reason: Option<String>,
    },
    /// How customers receive it.
    Quality(TemplateQuality),
    /// It is of another category now.
    Category(Purpose),
    /// It will be of another category in a day.
    CategoryAnnounced(Purpose),
    /// Its texts were changed.
    Texts(Texts),
}

/// The texts of a template, as they stand now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    /// Above the text.
    pub header: Option<String>,
    /// The text.
    pub body: Option<String>,
    /// Below it.
    pub footer: Option<String>,
    /// How many buttons, where told.
    pub buttons: Option<usize>,
}

/// What came of news.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Applied {
    /// The row as it stood before; `None` when the template is none of the organization's.
    pub template: Option<Box<Model>>,
    /// It was changed: nothing newer was known.
    pub changed: bool,
    /// Why it may not be sent any more.
    pub stopped: Option<String>,
    /// What was told cannot be taken over: the template has to be read from the provider again.
    pub unread: bool,
}

/// Applies news to a template of the organization's account.
pub async fn apply(
    tx: &Tx,
    organization: OrganizationId,
    waba_id: &str,
    news: &TemplateNews,
    at: Timestamp,
) -> Result<Applied> {
    let Some(row) = find(tx, organization, waba_id, news).await? else { return Ok(Applied::default()) };
    let mut applied = Applied { template: Some(Box::new(row.clone())), ..Applied::default() };
    if row.provider_id.is_none() && news.provider_id.is_some() {
        set(tx, &row, "provider_id = $3", "TRUE", at, [news.provider_id.clone().into()]).await?;
    }
    applied.changed = match &news.matter {
        Matter::Status { status, reason, category } => {
            let set_to = "status = $3, status_reason = $4, category = COALESCE($5, category), status_at = $2";
            let values = [(*status).into(), reason.clone().into(), category.map(|c| c.as_str()).into()];
            let changed = set(tx, &row, set_to, "(status_at IS NULL OR status_at < $2)", at, values).await?;
            if changed && *status != TemplateStatus::Approved {
                let why = reason.as_deref().map(|why| format!(" ({why})")).unwrap_or_default();
                applied.stopped = Some(format!("the template `{}` is {status}{why}", row.name));
            }
            changed
        }
        Matter::Flagged { reason } => {
            let set_to = "quality = 'red', status_reason = COALESCE($3, status_reason), quality_at = $2";
            let newer = "(quality_at IS NULL OR quality_at < $2)";
            set(tx, &row, set_to, newer, at, [reason.clone().into()]).await?
        }
        Matter::Quality(quality) => {
            let newer = "(quality_at IS NULL OR quality_at < $2)";
            set(tx, &row, "quality = $3, quality_at = $2", newer, at, [(*quality).into()]).await?
        }
        Matter::Category(category) => {
            let newer = "(category_at IS NULL OR category_at <= $2)";
            let set_to = "category = $3, next_category = NULL, category_at = $2";
            set(tx, &row, set_to, newer, at, [(*category).into()]).await?
        }
        Matter::CategoryAnnounced(next) => {
            let newer = "(category_at IS NULL OR category_at < $2)";
            set(tx, &row, "next_category = $3, category_at = $2", newer, at, [(*next).into()]).await?
        }
        Matter::Texts(texts) => match rewritten(&row, texts)? {
            None => {
                applied.unread = true;
                set(tx, &row, "synced_at = NULL", "TRUE", at, []).await?
            }
            Some(components) => {
                let cast =
                    if tx.backend() == sea_orm::DbBackend::Postgres { "CAST($3 AS JSONB)" } else { "$3" };
                let newer = "(components_at IS NULL OR components_at < $2)";
                let set_to = format!("components = {cast}, components_at = $2");
                set(tx, &row, &set_to, newer, at, [components.into()]).await?
            }
        },
    };
    Ok(applied)
}

/// By the provider's id, else by name and language among those whose id we do not know yet.
async fn find(
    tx: &Tx,
    organization: OrganizationId,
    waba_id: &str,
    news: &TemplateNews,
) -> Result<Option<Model>> {
    let mut either = Condition::any();
    if let Some(id) = &news.provider_id {
        either = either.add(Column::ProviderId.eq(id));
    }
    if let (Some(name), Some(language)) = (&news.name, &news.language) {
        let named = Condition::all()
            .add(Column::Name.eq(name))
            .add(Column::Language.is_in([language.clone(), language.replace('_', "-")]));
        let named = match &news.provider_id {
            Some(_) => named.add(Column::ProviderId.is_null()),
            None => named,
        };
        either = either.add(named);
    }
    if either.is_empty() {
        return Ok(None);
    }
    let query = Entity::secure_find(organization)
        .filter(Column::WabaId.eq(waba_id))
        .filter(either)
        .order_by_desc(Column::ProviderId);
    let found = query.all(tx.conn()).await?;
    let by_id = found.iter().position(|row| row.provider_id.is_some() && row.provider_id == news.provider_id);
    Ok(found.into_iter().nth(by_id.unwrap_or(0)))
}

/// One matter of one row, if `newer` holds; `$1` is the row, `$2` the moment, `$3`… the values.
async fn set(
    tx: &Tx,
    row: &Model,
    set_to: &str,
    newer: &str,
    at: Timestamp,
    values: impl IntoIterator<Item = Value>,
) -> Result<bool> {
    let mut all: Vec<Value> = vec![row.id.into(), at.into()];
    all.extend(values);
    all.push(tx.now().into());
    let (now, sql) = (all.len(), "UPDATE templates SET");
    let sql =
        format!("{sql} {set_to}, updated_at = ${now} WHERE id = $1 AND CAST($2 AS BIGINT) > 0 AND {newer}");
    let update = Statement::from_sql_and_values(tx.backend(), sql, all);
    Ok(tx.conn().execute_raw(update).await?.rows_affected() == 1)
}

/// The template with its new texts. `None` when it then has other gaps or buttons: what campaigns and callers fill in
/// would not fit, so nothing is guessed.
fn rewritten(row: &Model, texts: &Texts) -> Result<Option<String>> {
    let before = row.model()?;
    let mut components = row.components.clone();
    let put = |place: &mut serde_json::Value, text: &Option<String>| match text {
        Some(text) if place.is_string() => *place = text.as_str().into(),
        _ => {}
    };
    if let Some(body) = components.get_mut("body") {
        put(body, &texts.body);
    }
    if let Some(footer) = components.get_mut("footer") {
        *footer = texts.footer.as_deref().map_or(serde_json::Value::Null, Into::into);
    }
    if let Some(header) = components.pointer_mut("/header/text") {
        put(header, &texts.header);
    }
    let Ok(after) = serde_json::from_value::<TemplateModel>(components.clone()) else { return Ok(None) };
    let same_buttons = texts.buttons.is_none_or(|told| told == before.buttons.len());
    let taken = texts.body.is_none()
        || components.get("body").and_then(|body| body.as_str()) == texts.body.as_deref();
    if after.variables() != before.variables() || !same_buttons || !taken {
        return Ok(None);
    }
    serde_json::to_string(&components).map(Some).map_err(Error::internal)
}
