//! Data keys: what seals secrets, each wrapped by a key that is not in the database. One active for each organization,
//! and one for the installation itself (without an organization).

crate::ddl::migration!(
    &[
        "CREATE TABLE data_keys (
            id {id} PRIMARY KEY,
            organization_id {id} REFERENCES organizations (id),
            wrapped TEXT NOT NULL,
            wrapped_by TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            retired_at BIGINT
        )",
        "CREATE INDEX data_keys_organization ON data_keys (organization_id)",
        "CREATE UNIQUE INDEX data_keys_active ON data_keys ((COALESCE(organization_id, '')))
            WHERE retired_at IS NULL",
    ],
    &["DROP TABLE data_keys"]
);
