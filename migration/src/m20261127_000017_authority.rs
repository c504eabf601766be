//! What an API key may do and for how long, and the log of who did what.

crate::ddl::migration!(
    &[
        // NULL: everything, as keys could before
        "ALTER TABLE api_keys ADD COLUMN scopes TEXT",
        "ALTER TABLE api_keys ADD COLUMN expires_at BIGINT",
        "ALTER TABLE api_keys ADD COLUMN last_used_at BIGINT",
        "CREATE TABLE audit_events (
            id {id} PRIMARY KEY,
            organization_id {id} NOT NULL REFERENCES organizations (id),
            at BIGINT NOT NULL,
            actor TEXT NOT NULL,
            impersonator {id},
            action TEXT NOT NULL,
            subject TEXT,
            path TEXT NOT NULL,
            changes TEXT,
            request_id TEXT
        )",
        "CREATE INDEX audit_events_organization ON audit_events (organization_id, id)",
        "CREATE INDEX audit_events_subject ON audit_events (organization_id, subject, id)",
        // nobody rewrites what was done, not even we by mistake
        "sqlite: CREATE TRIGGER audit_events_stay BEFORE UPDATE ON audit_events
            BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
        "sqlite: CREATE TRIGGER audit_events_remain BEFORE DELETE ON audit_events
            BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END",
        "postgres: CREATE FUNCTION audit_events_stay() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$",
        "postgres: CREATE TRIGGER audit_events_stay BEFORE UPDATE OR DELETE ON audit_events
            FOR EACH ROW EXECUTE FUNCTION audit_events_stay()",
    ],
    &[
        "DROP TABLE audit_events",
        "postgres: DROP FUNCTION audit_events_stay()",
        "ALTER TABLE api_keys DROP COLUMN last_used_at",
        "ALTER TABLE api_keys DROP COLUMN expires_at",
        "ALTER TABLE api_keys DROP COLUMN scopes",
    ]
);
