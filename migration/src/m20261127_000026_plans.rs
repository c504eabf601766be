//! What an organization may use, and why it may not be worked in.

crate::ddl::migration!(
    &[
        // a limit that is NULL is none
        "CREATE TABLE plans (
            name TEXT PRIMARY KEY,
            title TEXT NOT NULL,
            members BIGINT,
            senders BIGINT,
            api_keys BIGINT,
            products BIGINT,
            storage_bytes BIGINT,
            order_fee_basis_points INTEGER NOT NULL DEFAULT 0,
            created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL
        )",
        "ALTER TABLE organizations ADD COLUMN plan TEXT REFERENCES plans (name)",
        "ALTER TABLE organizations ADD COLUMN trial_ends_at BIGINT",
        "ALTER TABLE organizations ADD COLUMN suspended_at BIGINT",
        "ALTER TABLE organizations ADD COLUMN suspended_reason TEXT",
        // the sum of a shop's files, without reading their rows
        "CREATE INDEX media_storage ON media (organization_id, size) WHERE status = 'stored'",
    ],
    &[
        "DROP INDEX media_storage",
        "ALTER TABLE organizations DROP COLUMN suspended_reason",
        "ALTER TABLE organizations DROP COLUMN suspended_at",
        "ALTER TABLE organizations DROP COLUMN trial_ends_at",
        "ALTER TABLE organizations DROP COLUMN plan",
        "DROP TABLE plans",
    ]
);
