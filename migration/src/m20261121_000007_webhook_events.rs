//! What providers posted to us, kept before it is acknowledged.

crate::ddl::migration!(
    &[
        "CREATE TABLE webhook_events (
            id {id} PRIMARY KEY,
            app_id {id},
            body {bytes} NOT NULL,
            status TEXT NOT NULL,
            note TEXT,
            received_at BIGINT NOT NULL,
            handled_at BIGINT
        )",
        "CREATE INDEX webhook_events_pending ON webhook_events (received_at) WHERE status = 'pending'",
        "CREATE INDEX webhook_events_received ON webhook_events (received_at)",
    ],
    &["DROP TABLE webhook_events"]
);
