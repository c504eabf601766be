//! Meta apps, senders (WhatsApp business phone numbers) and the lease that says which worker feeds a sender.

crate::ddl::migration!(
    &[
        "CREATE TABLE apps (
            id {id} PRIMARY KEY,
            organization_id {id} NOT NULL REFERENCES organizations (id),
            key TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            secret TEXT NOT NULL,
            verify_token TEXT NOT NULL,
            created_at BIGINT NOT NULL
        )",
        "CREATE INDEX apps_organization ON apps (organization_id, id)",
        "CREATE TABLE senders (
            id {id} PRIMARY KEY,
            organization_id {id} NOT NULL REFERENCES organizations (id),
            app_id {id} REFERENCES apps (id),
            phone_number_id TEXT NOT NULL UNIQUE,
            waba_id TEXT NOT NULL,
            portfolio_id TEXT,
            phone TEXT NOT NULL,
            name TEXT NOT NULL,
            access_token TEXT NOT NULL,
            mps INTEGER NOT NULL,
            status TEXT NOT NULL,
            paused_reason TEXT,
            created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL
        )",
        "CREATE INDEX senders_organization ON senders (organization_id, id)",
        "CREATE INDEX senders_app ON senders (app_id)",
        "CREATE TABLE feeder_leases (
            sender_id {id} PRIMARY KEY REFERENCES senders (id),
            owner TEXT NOT NULL,
            until_at BIGINT NOT NULL
        )",
    ],
    &["DROP TABLE feeder_leases", "DROP TABLE senders", "DROP TABLE apps"]
);
