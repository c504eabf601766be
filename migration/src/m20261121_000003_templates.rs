//! Message templates, per WhatsApp business account, name and language.

crate::ddl::migration!(
    &[
        "CREATE TABLE templates (
            id {id} PRIMARY KEY,
            organization_id {id} NOT NULL REFERENCES organizations (id),
            waba_id TEXT NOT NULL,
            name TEXT NOT NULL,
            language TEXT NOT NULL,
            category TEXT NOT NULL,
            status TEXT NOT NULL,
            parameter_format TEXT NOT NULL,
            components {json} NOT NULL,
            created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL,
            UNIQUE (organization_id, waba_id, name, language)
        )",
        "CREATE INDEX templates_organization ON templates (organization_id, id)",
    ],
    &["DROP TABLE templates"]
);
