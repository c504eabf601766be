//! Data rights: erasures of people, and how long an organization keeps what.
//!
//! `messages.erased_at` says that a row names nobody any more; what it counts for stays. `subject` is what a person is
//! recognised by while their erasure runs: sealed, and gone when it is over.

crate::ddl::migration!(
    &[
        "ALTER TABLE messages ADD COLUMN erased_at BIGINT",
        "ALTER TABLE campaigns ADD COLUMN recipients_erased_at BIGINT",
        "CREATE TABLE erasures (
            id {id} PRIMARY KEY,
            organization_id {id} NOT NULL REFERENCES organizations (id),
            customer_id {id} NOT NULL,
            dry_run BOOLEAN NOT NULL,
            status TEXT NOT NULL,
            stage TEXT NOT NULL,
            place TEXT,
            subject TEXT,
            fence BIGINT,
            last_word TEXT,
            last_word_at BIGINT,
            counts {json} NOT NULL,
            requested_by TEXT NOT NULL,
            requested_at BIGINT NOT NULL,
            finished_at BIGINT,
            updated_at BIGINT NOT NULL
        )",
        "CREATE INDEX erasures_organization ON erasures (organization_id, id)",
        "CREATE UNIQUE INDEX erasures_running ON erasures (customer_id, dry_run) WHERE status = 'running'",
        "CREATE TABLE retention_policies (
            organization_id {id} PRIMARY KEY REFERENCES organizations (id),
            content_months INTEGER,
            recipients_months INTEGER,
            media_months INTEGER,
            webhooks_months INTEGER,
            due_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL
        )",
        "CREATE INDEX retention_policies_due ON retention_policies (due_at)",
        "CREATE TABLE retention_runs (
            id {id} PRIMARY KEY,
            organization_id {id} NOT NULL REFERENCES organizations (id),
            dry_run BOOLEAN NOT NULL,
            status TEXT NOT NULL,
            stage TEXT NOT NULL,
            place TEXT,
            periods {json} NOT NULL,
            counts {json} NOT NULL,
            requested_by TEXT NOT NULL,
            started_at BIGINT NOT NULL,
            finished_at BIGINT,
            updated_at BIGINT NOT NULL
        )",
        "CREATE INDEX retention_runs_organization ON retention_runs (organization_id, id)",
    ],
    &[
        "DROP TABLE retention_runs",
        "DROP TABLE retention_policies",
        "DROP TABLE erasures",
        "ALTER TABLE campaigns DROP COLUMN recipients_erased_at",
        "ALTER TABLE messages DROP COLUMN erased_at",
    ]
);
