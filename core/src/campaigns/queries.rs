//! Reading campaigns.

use super::entity::{Column, Entity, Model};
use super::state::CampaignStatus;
use crate::context::{Ctx, Services};
use crate::db::Owned;
use crate::error::{Error, Result};
use crate::ids::CampaignId;
use crate::page::{Page, PageRequest};
use crate::templates::{self, TemplateStatus};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

/// One campaign of the organization.
pub async fn get(ctx: &Ctx, id: CampaignId) -> Result<Model> {
    let found = Entity::secure_find(ctx.organization).filter(Column::Id.eq(id)).one(ctx.db.read()).await?;
    found.ok_or_else(|| Error::not_found("campaign", id))
}

/// The organization's campaigns, newest first.
pub async fn list(
    ctx: &Ctx,
    status: Option<CampaignStatus>,
    page: PageRequest<CampaignId>,
) -> Result<Page<Model>> {
    let mut query = Entity::secure_find(ctx.organization);
    if let Some(status) = status {
        query = query.filter(Column::Status.eq(status));
    }
    Page::newest(ctx.db.read(), query, Column::Id, page, |campaign| campaign.id.to_string()).await
}

/// Every organization's campaigns that may be fed now, for the feeder.
pub async fn feedable(services: &Services) -> Result<Vec<Model>> {
    let query = Entity::find()
        .filter(Column::Status.is_in([CampaignStatus::Running, CampaignStatus::Settling]))
        .filter(
            Column::TemplateId.in_subquery(
                // what the claim would refuse is not fed
                Query::select()
                    .column(templates::entity::Column::Id)
                    .from(templates::Entity)
                    .and_where(templates::entity::Column::Status.eq(TemplateStatus::Approved))
                    .to_owned(),
            ),
        )
        .order_by_asc(Column::Id);
    Ok(query.all(services.db.read()).await?)
}
