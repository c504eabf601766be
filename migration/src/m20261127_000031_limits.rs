//! A sender's rate as it was learned, and whom a portfolio wrote to first within 24 hours.

crate::ddl::migration!(
    &[
        // NULL: nothing was learned, the sender sends at `mps`
        "ALTER TABLE senders ADD COLUMN learned_mps INTEGER",
        "ALTER TABLE senders ADD COLUMN learned_at BIGINT",
        "ALTER TABLE senders ADD COLUMN throttled_at BIGINT",
        "ALTER TABLE portfolios ADD COLUMN used BIGINT NOT NULL DEFAULT 0",
        // no reference to customers: who was erased or merged still counts at the provider until their day is over
        "CREATE TABLE portfolio_people (
            organization_id {id} NOT NULL REFERENCES organizations (id),
            portfolio TEXT NOT NULL,
            customer_id {id} NOT NULL,
            last_at BIGINT NOT NULL,
            PRIMARY KEY (organization_id, portfolio, customer_id)
        )",
        "CREATE INDEX portfolio_people_last ON portfolio_people (organization_id, portfolio, last_at)",
        "CREATE INDEX senders_slowed ON senders (learned_at) WHERE learned_mps IS NOT NULL",
        // found again when there is more room
        "CREATE INDEX messages_over_limit ON messages (sender_id) WHERE status = 'held' AND reason = 'portfolio_limit'",
    ],
    &[
        "DROP INDEX messages_over_limit",
        "DROP INDEX senders_slowed",
        "DROP TABLE portfolio_people",
        "ALTER TABLE portfolios DROP COLUMN used",
        "ALTER TABLE senders DROP COLUMN throttled_at",
        "ALTER TABLE senders DROP COLUMN learned_at",
        "ALTER TABLE senders DROP COLUMN learned_mps",
    ]
);
