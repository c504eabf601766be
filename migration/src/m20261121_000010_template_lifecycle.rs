//! What the provider says about a template over its life.

crate::ddl::migration!(
    &[
        "ALTER TABLE templates ADD COLUMN provider_id TEXT",
        "ALTER TABLE templates ADD COLUMN status_reason TEXT",
        "ALTER TABLE templates ADD COLUMN quality TEXT",
        "ALTER TABLE templates ADD COLUMN next_category TEXT",
        "ALTER TABLE templates ADD COLUMN unsupported TEXT",
        "ALTER TABLE templates ADD COLUMN synced_at BIGINT",
        "CREATE INDEX templates_provider ON templates (provider_id) WHERE provider_id IS NOT NULL",
    ],
    &[
        "DROP INDEX templates_provider",
        "ALTER TABLE templates DROP COLUMN synced_at",
        "ALTER TABLE templates DROP COLUMN unsupported",
        "ALTER TABLE templates DROP COLUMN next_category",
        "ALTER TABLE templates DROP COLUMN quality",
        "ALTER TABLE templates DROP COLUMN status_reason",
        "ALTER TABLE templates DROP COLUMN provider_id",
    ]
);
