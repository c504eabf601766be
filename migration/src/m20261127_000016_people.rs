//! People who sign in: who they are, where they belong, their sessions, and what is told to them by email.

crate::ddl::migration!(
    &[
        "ALTER TABLE organizations ADD COLUMN slug TEXT",
        "ALTER TABLE organizations ADD COLUMN email TEXT",
        "ALTER TABLE organizations ADD COLUMN phone TEXT",
        "ALTER TABLE organizations ADD COLUMN whatsapp_number TEXT",
        "ALTER TABLE organizations ADD COLUMN status TEXT NOT NULL DEFAULT 'active'",
        "ALTER TABLE organizations ADD COLUMN launch_needs_approval BOOLEAN NOT NULL DEFAULT FALSE",
        "CREATE UNIQUE INDEX organizations_slug ON organizations (slug) WHERE slug IS NOT NULL",
        "CREATE TABLE users (
            id {id} PRIMARY KEY,
            email TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            password_hash TEXT NOT NULL,
            email_verified_at BIGINT,
            totp_secret TEXT,
            totp_enabled_at BIGINT,
            totp_last_step BIGINT,
            recovery_codes TEXT NOT NULL DEFAULT '',
            platform_admin BOOLEAN NOT NULL DEFAULT FALSE,
            created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL,
            disabled_at BIGINT
        )",
        "CREATE TABLE members (
            organization_id {id} NOT NULL REFERENCES organizations (id),
            user_id {id} NOT NULL REFERENCES users (id),
            role TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            PRIMARY KEY (organization_id, user_id)
        )",
        "CREATE INDEX members_user ON members (user_id)",
        "CREATE TABLE sessions (
            id {id} PRIMARY KEY,
            user_id {id} NOT NULL REFERENCES users (id),
            organization_id {id} NOT NULL REFERENCES organizations (id),
            impersonator {id},
            user_agent TEXT,
            address TEXT,
            created_at BIGINT NOT NULL,
            last_used_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            revoked_at BIGINT,
            revoked_reason TEXT
        )",
        "CREATE INDEX sessions_user ON sessions (user_id, id)",
        "CREATE INDEX sessions_expires ON sessions (expires_at)",
        "CREATE TABLE refresh_tokens (
            hash TEXT PRIMARY KEY,
            session_id {id} NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
            created_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            used_at BIGINT
        )",
        "CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id)",
        "CREATE TABLE user_tokens (
            hash TEXT PRIMARY KEY,
            user_id {id} NOT NULL REFERENCES users (id),
            purpose TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            expires_at BIGINT NOT NULL,
            used_at BIGINT
        )",
        "CREATE INDEX user_tokens_user ON user_tokens (user_id)",
        "CREATE INDEX user_tokens_expires ON user_tokens (expires_at)",
        "CREATE TABLE token_keys (
            kid TEXT PRIMARY KEY,
            secret TEXT NOT NULL,
            created_at BIGINT NOT NULL,
            retired_at BIGINT
        )",
        "CREATE TABLE emails (
            id {id} PRIMARY KEY,
            recipient TEXT NOT NULL,
            subject TEXT NOT NULL,
            body TEXT NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            next_attempt_at BIGINT NOT NULL,
            created_at BIGINT NOT NULL
        )",
    ],
    &[
        "DROP TABLE emails",
        "DROP TABLE token_keys",
        "DROP TABLE user_tokens",
        "DROP TABLE refresh_tokens",
        "DROP TABLE sessions",
        "DROP TABLE members",
        "DROP TABLE users",
        "DROP INDEX organizations_slug",
        "ALTER TABLE organizations DROP COLUMN launch_needs_approval",
        "ALTER TABLE organizations DROP COLUMN status",
        "ALTER TABLE organizations DROP COLUMN whatsapp_number",
        "ALTER TABLE organizations DROP COLUMN phone",
        "ALTER TABLE organizations DROP COLUMN email",
        "ALTER TABLE organizations DROP COLUMN slug",
    ]
);
