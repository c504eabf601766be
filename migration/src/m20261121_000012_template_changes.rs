//! What the provider is still to be asked about a template, and the synchronisation of an account's templates.

crate::ddl::migration!(
    &[
        "ALTER TABLE templates ADD COLUMN pending_change TEXT",
        "ALTER TABLE templates ADD COLUMN next_components {json}",
        "ALTER TABLE templates ADD COLUMN change_error TEXT",
        "CREATE TABLE template_syncs (
            id {id} PRIMARY KEY,
            organization_id {id} NOT NULL REFERENCES organizations (id),
            waba_id TEXT NOT NULL,
            status TEXT NOT NULL,
            next_page TEXT,
            found INTEGER NOT NULL,
            error TEXT,
            requested_at BIGINT NOT NULL,
            started_at BIGINT,
            finished_at BIGINT,
            UNIQUE (organization_id, waba_id)
        )",
    ],
    &[
        "DROP TABLE template_syncs",
        "ALTER TABLE templates DROP COLUMN change_error",
        "ALTER TABLE templates DROP COLUMN next_components",
        "ALTER TABLE templates DROP COLUMN pending_change",
    ]
);
