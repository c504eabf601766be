//! How much an organization uses.

use super::{Entity, Limit, Plan};
use crate::clock::Timestamp;
use crate::context::Ctx;
use crate::error::{Error, Result};
use crate::ids::OrganizationId;
use crate::organizations;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Statement};

/// What an organization may use, and what it uses.
#[derive(Debug, Clone)]
pub struct Usage {
    /// Its plan; `None`: everything may be used.
    pub plan: Option<Plan>,
    /// When its trial ends or has ended.
    pub trial_ends_at: Option<Timestamp>,
    /// What it uses of each thing.
    pub used: Vec<(Limit, i64)>,
}

/// What the organization that asks may use, and what it uses.
pub async fn of(ctx: &Ctx) -> Result<Usage> {
    let read = ctx.db.read();
    let row = organizations::queries::get(ctx).await?;
    let plan = match row.plan {
        Some(name) => Entity::find_by_id(name).one(read).await?,
        None => None,
    };
    let mut used = Vec::new();
    for limit in Limit::ALL {
        used.push((*limit, count(read, ctx.db.backend(), ctx.organization, *limit, ctx.now()).await?));
    }
    Ok(Usage { plan, trial_ends_at: row.trial_ends_at, used })
}

/// How much of one thing an organization uses now.
pub(super) async fn count(
    conn: &impl ConnectionTrait,
    backend: DbBackend,
    organization: OrganizationId,
    limit: Limit,
    now: Timestamp,
) -> Result<i64> {
    let sql = match limit {
        Limit::Members => {
            "SELECT (SELECT COUNT(*) FROM members WHERE organization_id = $1)
                + (SELECT COUNT(*) FROM invitations WHERE organization_id = $1
                    AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > $2) AS n"
        }
        Limit::Senders => {
            "SELECT COUNT(*) AS n FROM senders WHERE organization_id = $1 AND CAST($2 AS BIGINT) IS NOT NULL"
        }
        Limit::ApiKeys => {
            "SELECT COUNT(*) AS n FROM api_keys WHERE organization_id = $1
                AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)"
        }
        // the catalog is not built yet, so nobody has products
        Limit::Products => return Ok(0),
        Limit::StorageBytes => {
            "SELECT CAST(COALESCE(SUM(size), 0) AS BIGINT) AS n FROM media
                WHERE organization_id = $1 AND status = 'stored' AND CAST($2 AS BIGINT) IS NOT NULL"
        }
    };
    let asked = Statement::from_sql_and_values(backend, sql, [organization.into(), now.into()]);
    let row = conn.query_one_raw(asked).await?;
    row.ok_or_else(|| Error::internal("a count without a row"))?.try_get("", "n").map_err(Error::from)
}
