//! What an organization wants to hold when a message is sent, and where people live.

crate::ddl::migration!(
    &[
        "CREATE TABLE sending_policies (
            organization_id {id} PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
            policy TEXT NOT NULL,
            updated_at BIGINT NOT NULL
        )",
        "ALTER TABLE customers ADD COLUMN time_zone TEXT",
        "ALTER TABLE campaigns ADD COLUMN multi_day BOOLEAN NOT NULL DEFAULT false",
    ],
    &[
        "ALTER TABLE campaigns DROP COLUMN multi_day",
        "ALTER TABLE customers DROP COLUMN time_zone",
        "DROP TABLE sending_policies"
    ]
);
