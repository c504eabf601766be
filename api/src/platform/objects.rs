//! What administrators of the installation say and are told.

use crate::Time;
use bellbird_core::ids::{OrganizationId, UserId};
use bellbird_core::organizations::{self, OrganizationStatus};
use bellbird_core::plans::{self, Limit, catalog};
use poem_openapi::Object;

/// How much may be used; what is left out has no limit.
#[derive(Object, Debug, Clone, Copy, Default)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct PlanLimits {
    /// People, those invited included.
    pub members: Option<i64>,
    /// WhatsApp numbers.
    pub senders: Option<i64>,
    /// Working API keys; 0: no access by programs.
    pub api_keys: Option<i64>,
    /// Products of the catalog.
    pub products: Option<i64>,
    /// Bytes of files kept. What customers send is kept in any case, and counts.
    pub storage_bytes: Option<i64>,
}

impl From<PlanLimits> for Vec<(Limit, i64)> {
    fn from(said: PlanLimits) -> Self {
        let all = [
            (Limit::Members, said.members),
            (Limit::Senders, said.senders),
            (Limit::ApiKeys, said.api_keys),
            (Limit::Products, said.products),
            (Limit::StorageBytes, said.storage_bytes),
        ];
        all.into_iter().filter_map(|(limit, most)| Some((limit, most?))).collect()
    }
}

/// What a plan is to be, whole.
#[derive(Object, Debug)]
#[oai(deny_unknown_fields)]
pub struct PutPlan {
    /// Its name for people.
    #[oai(validator(max_length = 100))]
    pub title: String,
    /// How much may be used; left out: as much as one likes.
    pub limits: Option<PlanLimits>,
    /// What every order costs, in hundredths of a percent of its sum, 0 to 1000.
    #[oai(default)]
    pub order_fee_basis_points: i32,
}

impl From<PutPlan> for catalog::Wanted {
    fn from(said: PutPlan) -> Self {
        Self {
            title: said.title,
            limits: said.limits.unwrap_or_default().into(),
            order_fee_basis_points: said.order_fee_basis_points,
        }
    }
}

/// What organizations of one kind may use.
#[derive(Object, Debug)]
pub struct Plan {
    /// Its name for programs.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// How much may be used.
    pub limits: PlanLimits,
    /// What every order costs, in hundredths of a percent of its sum.
    pub order_fee_basis_points: i32,
    /// When it was made.
    pub created_at: Time,
    /// When it last changed.
    pub updated_at: Time,
}

impl From<plans::Plan> for Plan {
    fn from(row: plans::Plan) -> Self {
        let limits = PlanLimits {
            members: row.members,
            senders: row.senders,
            api_keys: row.api_keys,
            products: row.products,
            storage_bytes: row.storage_bytes,
        };
        Self {
            name: row.name,
            title: row.title,
            limits,
            order_fee_basis_points: row.order_fee_basis_points,
            created_at: row.created_at.to_utc(),
            updated_at: row.updated_at.to_utc(),
        }
    }
}

/// All plans.
#[derive(Object, Debug)]
pub struct Plans {
    /// The plans by name.
    pub items: Vec<Plan>,
}

/// An organization as administrators of the installation see it: nothing of its customers or messages.
#[derive(Object, Debug)]
#[oai(skip_serializing_if_is_none)]
pub struct PlatformOrganization {
    /// Its id.
    pub id: OrganizationId,
    /// What people call it.
    pub name: String,
    /// Its name in addresses.
    pub slug: Option<String>,
    /// Where it is written to.
    pub email: Option<String>,
    /// Where it is called.
    pub phone: Option<String>,
    /// Whether it may be worked in.
    pub status: OrganizationStatus,
    /// Since when it may not.
    pub suspended_at: Option<Time>,
    /// Why it may not.
    pub suspended_reason: Option<String>,
    /// Its plan; absent: it may use everything.
    pub plan: Option<String>,
    /// When its trial ends or has ended.
    pub trial_ends_at: Option<Time>,
    /// When it was created.
    pub created_at: Time,
}

impl From<organizations::Organization> for PlatformOrganization {
    fn from(row: organizations::Organization) -> Self {
        Self {
            id: row.id,
            name: row.name,
            slug: row.slug,
            email: row.email,
            phone: row.phone,
            status: row.status,
            suspended_at: row.suspended_at.map(|at| at.to_utc()),
            suspended_reason: row.suspended_reason,
            plan: row.plan,
            trial_ends_at: row.trial_ends_at.map(|at| at.to_utc()),
            created_at: row.created_at.to_utc(),
        }
    }
}

/// Why.
#[derive(Object, Debug)]
#[oai(deny_unknown_fields)]
pub struct SuspendOrganization {
    /// In a sentence; administrators and the organization's audit log show it.
    #[oai(validator(max_length = 500))]
    pub reason: String,
}

/// The plan an organization is to have.
#[derive(Object, Debug)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct SetOrganizationPlan {
    /// Its name; left out: the organization may use everything.
    pub plan: Option<String>,
    /// When its trial ends; left out: it is no trial.
    pub trial_ends_at: Option<Time>,
}

/// In whose name, and why.
#[derive(Object, Debug)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct ImpersonateMember {
    /// The member; the oldest owner when left out.
    pub user_id: Option<UserId>,
    /// In a sentence; the organization's audit log shows it.
    #[oai(validator(max_length = 500))]
    pub reason: String,
}

/// How much of one thing is used.
#[derive(Object, Debug)]
pub struct LimitUsage {
    /// What is counted.
    pub limit: Limit,
    /// How much is used.
    pub used: i64,
    /// How much may be used; absent: as much as one likes.
    #[oai(skip_serializing_if_is_none)]
    pub most: Option<i64>,
}

/// What an organization may use, and what it uses.
#[derive(Object, Debug)]
pub struct Usage {
    /// The plan's name; absent: everything may be used.
    #[oai(skip_serializing_if_is_none)]
    pub plan: Option<String>,
    /// The plan's name for people.
    #[oai(skip_serializing_if_is_none)]
    pub plan_title: Option<String>,
    /// When the trial ends or has ended. After it everything can be read and nothing started (402 `trial_over`).
    #[oai(skip_serializing_if_is_none)]
    pub trial_ends_at: Option<Time>,
    /// What every order costs, in hundredths of a percent of its sum.
    pub order_fee_basis_points: i32,
    /// Each thing that is counted.
    pub limits: Vec<LimitUsage>,
}

impl From<plans::usage::Usage> for Usage {
    fn from(found: plans::usage::Usage) -> Self {
        let most = |limit| found.plan.as_ref().and_then(|plan| plan.most(limit));
        let limits = found.used.iter().map(|(limit, used)| LimitUsage {
            limit: *limit,
            used: *used,
            most: most(*limit),
        });
        Self {
            limits: limits.collect(),
            plan: found.plan.as_ref().map(|plan| plan.name.clone()),
            trial_ends_at: found.trial_ends_at.map(|at| at.to_utc()),
            order_fee_basis_points: found.plan.as_ref().map_or(0, |plan| plan.order_fee_basis_points),
            plan_title: found.plan.map(|plan| plan.title),
        }
    }
}
