//! Webhooks that could not be applied are looked for by operators and counted by monitoring; they are a sliver.

crate::ddl::migration!(
    &["CREATE INDEX webhook_events_failed ON webhook_events (id) WHERE status = 'failed'"],
    &["DROP INDEX webhook_events_failed"]
);
