//! Whose a task is: its body holds ids, and ids say by their prefix what they are.

use crate::context::Ctx;
use crate::db::Owned;
use crate::error::Result;
use crate::ids::{CampaignId, ImportId, MessageId, WebhookEventId};
use crate::{campaigns, imports, messages, senders, webhooks};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::Value;
use std::collections::HashSet;

/// The rows a task is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// The message it sends.
    pub messages: Vec<MessageId>,
    /// The campaign it belongs to or works on.
    pub campaigns: Vec<CampaignId>,
    /// The import it runs.
    pub imports: Vec<ImportId>,
    /// The webhooks it applies.
    pub webhook_events: Vec<WebhookEventId>,
}

impl Subject {
    /// Reads a task's body; an unreadable one is about nothing.
    fn of(body: &str) -> Self {
        let mut subject = Self::default();
        subject.gather(&serde_json::from_str(body).unwrap_or_default());
        subject
    }

    fn gather(&mut self, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.gather(item)),
            Value::Object(fields) => fields.values().for_each(|field| self.gather(field)),
            Value::String(text) => {
                self.messages.extend(text.parse::<MessageId>());
                self.campaigns.extend(text.parse::<CampaignId>());
                self.imports.extend(text.parse::<ImportId>());
                self.webhook_events.extend(text.parse::<WebhookEventId>());
            }
            _ => {}
        }
    }

    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// The subjects of those tasks that are about rows of the organization and of nobody else, in order; `None` for others.
pub(super) async fn own(ctx: &Ctx, bodies: &[&str]) -> Result<Vec<Option<Subject>>> {
    let subjects: Vec<Subject> = bodies.iter().map(|body| Subject::of(body)).collect();
    let messages: HashSet<MessageId> = {
        use messages::entity::{Column, Entity};
        let ids = subjects.iter().flat_map(|s| s.messages.iter().copied());
        let own = Entity::secure_find(ctx.organization).select_only().column(Column::Id);
        own.filter(Column::Id.is_in(ids)).into_tuple().all(ctx.db.read()).await?.into_iter().collect()
    };
    let campaigns: HashSet<CampaignId> = {
        use campaigns::entity::{Column, Entity};
        let ids = subjects.iter().flat_map(|s| s.campaigns.iter().copied());
        let own = Entity::secure_find(ctx.organization).select_only().column(Column::Id);
        own.filter(Column::Id.is_in(ids)).into_tuple().all(ctx.db.read()).await?.into_iter().collect()
    };
    let imports: HashSet<ImportId> = {
        use imports::entity::{Column, Entity};
        let ids = subjects.iter().flat_map(|s| s.imports.iter().copied());
        let own = Entity::secure_find(ctx.organization).select_only().column(Column::Id);
        own.filter(Column::Id.is_in(ids)).into_tuple().all(ctx.db.read()).await?.into_iter().collect()
    };
    let events = own_events(ctx, subjects.iter().flat_map(|s| s.webhook_events.iter().copied())).await?;
    let is_own = |subject: &Subject| {
        !subject.is_nothing()
            && subject.messages.iter().all(|id| messages.contains(id))
            && subject.campaigns.iter().all(|id| campaigns.contains(id))
            && subject.imports.iter().all(|id| imports.contains(id))
            && subject.webhook_events.iter().all(|id| events.contains(id))
    };
    Ok(subjects.into_iter().map(|subject| is_own(&subject).then_some(subject)).collect())
}

/// A webhook is whose app signed it.
async fn own_events(ctx: &Ctx, ids: impl Iterator<Item = WebhookEventId>) -> Result<HashSet<WebhookEventId>> {
    use senders::app_entity::Column as AppColumn;
    use webhooks::entity::{Column, Entity};
    let ids: Vec<WebhookEventId> = ids.collect();
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let apps = senders::AppEntity::secure_find(ctx.organization).select_only().column(AppColumn::Id);
    let apps: Vec<crate::ids::AppId> = apps.into_tuple().all(ctx.db.read()).await?;
    let mut own = HashSet::new();
    // a task may hold 200, a page as many tasks: below what the databases bind
    for chunk in ids.chunks(10_000) {
        let events = Entity::find().select_only().column(Column::Id);
        let events = events.filter(Column::Id.is_in(chunk.iter().copied()));
        let events = events.filter(Column::AppId.is_in(apps.iter().copied()));
        own.extend(events.into_tuple::<WebhookEventId>().all(ctx.db.read()).await?);
    }
    Ok(own)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    #[test]
    fn a_body_names_its_rows_wherever_they_stand() {
        let (message, campaign) = (MessageId::new(&SystemClock), CampaignId::new(&SystemClock));
        let event = WebhookEventId::new(&SystemClock);
        let body =
            format!(r#"{{"message":"{message}","job":{{"campaign":"{campaign}"}},"events":["{event}"]}}"#);
        let subject = Subject::of(&body);
        assert_eq!(
            (subject.messages, subject.campaigns, subject.webhook_events),
            (vec![message], vec![campaign], vec![event])
        );
        for nothing in ["", "{nope", "[1, null]", r#"{"sender":"snd_01kawz1m4cf0tr2v6x8yab3c5d"}"#] {
            assert!(Subject::of(nothing).is_nothing(), "{nothing}");
        }
    }
}
