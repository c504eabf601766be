//! The schema, one feature per file, on Postgres and SQLite alike.
//!
//! Migrations name tables and columns as literals and depend on nothing of ours, so an old migration means the same
//! next year. `README.md` beside the sources tells how to change a table under running code.

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::MigrationTrait;

mod ddl;
mod m20261121_000001_organizations;
mod m20261121_000002_senders;
mod m20261121_000003_templates;
mod m20261121_000004_customers;
mod m20261121_000005_campaigns;
mod m20261121_000006_messages;
mod m20261121_000007_webhook_events;
mod m20261121_000008_outbox;
mod m20261121_000009_idempotency_keys;
mod m20261121_000010_template_lifecycle;
mod m20261121_000011_news;
mod m20261121_000012_template_changes;
mod m20261121_000013_imports;
mod m20261121_000014_media;
mod m20261121_000015_failed_webhooks;
mod m20261127_000016_people;
mod m20261127_000017_authority;
mod m20261127_000018_files_in_use;
mod m20261127_000019_data_keys;
mod m20261127_000020_consent;
mod m20261127_000022_subscriptions;
mod m20261127_000023_privacy;
mod m20261127_000024_approvals;
mod m20261127_000025_invitations;
mod m20261127_000026_plans;
mod m20261127_000027_unknowns;
mod m20261127_000028_sending_policies;
mod m20261127_000029_costs;
mod m20261127_000030_schedules;
mod m20261127_000031_limits;
mod m20261127_000032_pools;

/// All migrations, oldest first.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_organizations::Migration),
            Box::new(m20261121_000002_senders::Migration),
            Box::new(m20261121_000003_templates::Migration),
            Box::new(m20261121_000004_customers::Migration),
            Box::new(m20261121_000005_campaigns::Migration),
            Box::new(m20261121_000006_messages::Migration),
            Box::new(m20261121_000007_webhook_events::Migration),
            Box::new(m20261121_000008_outbox::Migration),
            Box::new(m20261121_000009_idempotency_keys::Migration),
            Box::new(m20261121_000010_template_lifecycle::Migration),
            Box::new(m20261121_000011_news::Migration),
            Box::new(m20261121_000012_template_changes::Migration),
            Box::new(m20261121_000013_imports::Migration),
            Box::new(m20261121_000014_media::Migration),
            Box::new(m20261121_000015_failed_webhooks::Migration),
            Box::new(m20261127_000016_people::Migration),
            Box::new(m20261127_000017_authority::Migration),
            Box::new(m20261127_000018_files_in_use::Migration),
            Box::new(m20261127_000019_data_keys::Migration),
            Box::new(m20261127_000020_consent::Migration),
            Box::new(m20261127_000022_subscriptions::Migration),
            Box::new(m20261127_000023_privacy::Migration),
            Box::new(m20261127_000024_approvals::Migration),
            Box::new(m20261127_000025_invitations::Migration),
            Box::new(m20261127_000026_plans::Migration),
            Box::new(m20261127_000027_unknowns::Migration),
            Box::new(m20261127_000028_sending_policies::Migration),
            Box::new(m20261127_000029_costs::Migration),
            Box::new(m20261127_000031_limits::Migration),
            Box::new(m20261127_000032_pools::Migration),
            Box::new(m20261127_000030_schedules::Migration),
        ]
    }
}
