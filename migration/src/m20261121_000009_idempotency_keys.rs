//! Answers already given, by the caller's `Idempotency-Key`.

crate::ddl::migration!(
    &[
        "CREATE TABLE idempotency_keys (
            organization_id {id} NOT NULL,
            key TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            state TEXT NOT NULL,
            answer TEXT,
            locked_until BIGINT NOT NULL,
            created_at BIGINT NOT NULL,
            PRIMARY KEY (organization_id, key)
        )",
        "CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at)",
    ],
    &["DROP TABLE idempotency_keys"]
);
