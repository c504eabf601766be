//! Consent by purpose, with method and actor; double opt-in; the suppression list and the keys its hashes are made with.

crate::ddl::migration!(
    &[
        // where a person stands about each purpose
        "ALTER TABLE customers ADD COLUMN marketing_consent_method TEXT",
        "ALTER TABLE customers ADD COLUMN utility_consent TEXT NOT NULL DEFAULT 'unasked'",
        "ALTER TABLE customers ADD COLUMN utility_consent_at BIGINT",
        "ALTER TABLE customers ADD COLUMN utility_consent_source TEXT",
        "ALTER TABLE customers ADD COLUMN utility_consent_method TEXT",
        // the ledger: how a word came, by whom, and whether it changed anything
        "ALTER TABLE consent_events ADD COLUMN method TEXT NOT NULL DEFAULT 'unrecorded'",
        "ALTER TABLE consent_events ADD COLUMN actor TEXT",
        "ALTER TABLE consent_events ADD COLUMN counted BOOLEAN NOT NULL DEFAULT TRUE",
        "UPDATE consent_events SET method = source
            WHERE source IN ('keyword', 'whatsapp_preference', 'provider_refusal')",
        "CREATE INDEX consent_events_organization ON consent_events (organization_id, id)",
        "ALTER TABLE imports ADD COLUMN started_by TEXT",
        // double opt-in: who is asked, once, and what came of it
        "CREATE TABLE consent_requests (
            id {id} PRIMARY KEY,
            organization_id {id} NOT NULL REFERENCES organizations (id),
            customer_id {id} NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
            purpose TEXT NOT NULL,
            status TEXT NOT NULL,
            message_id {id},
            note TEXT,
            due_at BIGINT NOT NULL,
            created_at BIGINT NOT NULL,
            asked_at BIGINT,
            closed_at BIGINT
        )",
        "CREATE UNIQUE INDEX consent_requests_open ON consent_requests (customer_id, purpose)
            WHERE status IN ('waiting', 'asked')",
        "CREATE INDEX consent_requests_due ON consent_requests (due_at) WHERE status IN ('waiting', 'asked')",
        "CREATE TABLE consent_settings (
            organization_id {id} PRIMARY KEY REFERENCES organizations (id),
            settings {json} NOT NULL,
            updated_at BIGINT NOT NULL
        )",
        // who must not be messaged, whether we know them or not
        "CREATE TABLE suppression_keys (
            organization_id {id} PRIMARY KEY REFERENCES organizations (id),
            sealed TEXT NOT NULL,
            created_at BIGINT NOT NULL
        )",
        "CREATE TABLE suppressions (
            id {id} PRIMARY KEY,
            organization_id {id} NOT NULL REFERENCES organizations (id),
            purpose TEXT NOT NULL,
            kind TEXT NOT NULL,
            hash TEXT NOT NULL,
            reason TEXT NOT NULL,
            actor TEXT,
            suppressed_at BIGINT NOT NULL,
            created_at BIGINT NOT NULL,
            removed_at BIGINT,
            removed_by TEXT,
            removed_reason TEXT
        )",
        "CREATE UNIQUE INDEX suppressions_active ON suppressions (organization_id, purpose, hash)
            WHERE removed_at IS NULL",
        "CREATE INDEX suppressions_organization ON suppressions (organization_id, id)",
    ],
    &[
        "DROP TABLE suppressions",
        "DROP TABLE suppression_keys",
        "DROP TABLE consent_settings",
        "DROP TABLE consent_requests",
        "ALTER TABLE imports DROP COLUMN started_by",
        "DROP INDEX consent_events_organization",
        "ALTER TABLE consent_events DROP COLUMN counted",
        "ALTER TABLE consent_events DROP COLUMN actor",
        "ALTER TABLE consent_events DROP COLUMN method",
        "ALTER TABLE customers DROP COLUMN utility_consent_method",
        "ALTER TABLE customers DROP COLUMN utility_consent_source",
        "ALTER TABLE customers DROP COLUMN utility_consent_at",
        "ALTER TABLE customers DROP COLUMN utility_consent",
        "ALTER TABLE customers DROP COLUMN marketing_consent_method",
    ]
);
