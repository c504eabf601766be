//! Invitations to become a member.

crate::ddl::migration!(
    &[
        "CREATE TABLE invitations (
            id {id} PRIMARY KEY,
            organization_id {id} NOT NULL REFERENCES organizations (id),
            email TEXT NOT NULL,
            role TEXT NOT NULL,
            hash TEXT NOT NULL UNIQUE,
            invited_by TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            accepted_at BIGINT,
            revoked_at BIGINT
        )",
        "CREATE INDEX invitations_organization ON invitations (organization_id, id)",
    ],
    &["DROP TABLE invitations"]
);
