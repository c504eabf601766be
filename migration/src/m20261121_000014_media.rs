//! Files that are sent or were received, and where the provider keeps copies of them.

crate::ddl::migration!(
    &[
        "ALTER TABLE messages ADD COLUMN media_id {id}",
        "CREATE TABLE media (
            id {id} PRIMARY KEY,
            organization_id {id} NOT NULL,
            origin TEXT NOT NULL,
            status TEXT NOT NULL,
            reason TEXT,
            mime_type TEXT,
            file_name TEXT,
            size BIGINT,
            sha256 TEXT,
            message_id {id},
            sender_id {id},
            provider_id TEXT,
            provider_sha256 TEXT,
            tries INTEGER NOT NULL DEFAULT 0,
            next_attempt_at BIGINT,
            expires_at BIGINT,
            created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL
        )",
        "CREATE INDEX media_organization ON media (organization_id, id)",
        "CREATE UNIQUE INDEX media_message ON media (message_id) WHERE message_id IS NOT NULL",
        "CREATE INDEX media_pending ON media (next_attempt_at) WHERE status = 'pending'",
        "CREATE TABLE media_uploads (
            media_id {id} NOT NULL REFERENCES media (id) ON DELETE CASCADE,
            sender_id {id} NOT NULL,
            provider_id TEXT,
            uploaded_at BIGINT,
            expires_at BIGINT,
            leased_until BIGINT,
            PRIMARY KEY (media_id, sender_id)
        )",
    ],
    &["DROP TABLE media_uploads", "DROP TABLE media", "ALTER TABLE messages DROP COLUMN media_id"]
);
