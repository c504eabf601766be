//! Finding what an organization does not know the outcome of.

crate::ddl::migration!(
    &["CREATE INDEX messages_unknown_of ON messages (organization_id, id) WHERE status = 'unknown'"],
    &["DROP INDEX messages_unknown_of"]
);
