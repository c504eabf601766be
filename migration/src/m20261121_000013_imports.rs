//! Files of people: where each stands, the numbers it has named so far, and its rows that did not go in.
//!
//! A run is one start of an import; a trial and the real thing after it are two runs. The numbers exist while a run
//! lasts, so that one that stands twice in a million rows is found without holding them in memory.

crate::ddl::migration!(
    &[
        "CREATE TABLE imports (
            id {id} PRIMARY KEY,
            organization_id {id} NOT NULL REFERENCES organizations (id),
            status TEXT NOT NULL,
            file_name TEXT,
            size BIGINT NOT NULL,
            sha256 TEXT NOT NULL,
            format TEXT NOT NULL,
            encoding TEXT,
            delimiter TEXT,
            columns {json} NOT NULL,
            rows_total BIGINT NOT NULL,
            campaign_id {id},
            mapping {json},
            tags {json} NOT NULL,
            consent_source TEXT,
            dry_run BOOLEAN NOT NULL,
            run INTEGER NOT NULL,
            byte_cursor BIGINT NOT NULL,
            rows_read BIGINT NOT NULL,
            added BIGINT NOT NULL,
            updated BIGINT NOT NULL,
            duplicates BIGINT NOT NULL,
            rejected BIGINT NOT NULL,
            failure TEXT,
            started_at BIGINT,
            finished_at BIGINT,
            created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL
        )",
        "CREATE INDEX imports_organization ON imports (organization_id, id)",
        "CREATE INDEX imports_updated ON imports (updated_at)",
        "CREATE TABLE import_numbers (
            import_id {id} NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
            run INTEGER NOT NULL,
            phone TEXT NOT NULL,
            line BIGINT NOT NULL,
            PRIMARY KEY (import_id, run, phone)
        )",
        "CREATE TABLE import_rejects (
            import_id {id} NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
            run INTEGER NOT NULL,
            line BIGINT NOT NULL,
            code TEXT NOT NULL,
            message TEXT NOT NULL,
            cells TEXT NOT NULL,
            PRIMARY KEY (import_id, run, line)
        )",
    ],
    &["DROP TABLE import_rejects", "DROP TABLE import_numbers", "DROP TABLE imports"]
);
