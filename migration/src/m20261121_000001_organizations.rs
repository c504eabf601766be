//! Organizations (the tenants) and the API keys that speak for them.

crate::ddl::migration!(
    &[
        "CREATE TABLE organizations (
            id {id} PRIMARY KEY,
            name TEXT NOT NULL,
            country TEXT,
            unknown_marketing TEXT NOT NULL DEFAULT 'leave',
            unknown_transactional TEXT NOT NULL DEFAULT 'resend',
            created_at BIGINT NOT NULL
        )",
        "CREATE TABLE api_keys (
            id {id} PRIMARY KEY,
            organization_id {id} NOT NULL REFERENCES organizations (id),
            name TEXT NOT NULL,
            hash TEXT NOT NULL UNIQUE,
            hint TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            revoked_at BIGINT
        )",
        "CREATE INDEX api_keys_organization ON api_keys (organization_id)",
    ],
    &["DROP TABLE api_keys", "DROP TABLE organizations"]
);
