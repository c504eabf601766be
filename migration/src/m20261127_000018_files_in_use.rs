//! Files in use: they are not deleted while something is to be sent with them (what names one is a sliver of the
//! ledger), and what was handed over of a template's examples is kept until all of it was.

crate::ddl::migration!(
    &[
        "CREATE INDEX messages_media ON messages (organization_id) WHERE media_id IS NOT NULL
            AND status IN ('planned', 'pending', 'queued', 'sending', 'held', 'unknown')",
        "ALTER TABLE templates ADD COLUMN example_handles TEXT",
    ],
    &["ALTER TABLE templates DROP COLUMN example_handles", "DROP INDEX messages_media"]
);
