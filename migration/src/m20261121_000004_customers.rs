//! Customers, their tags and the consent ledger.

crate::ddl::migration!(
    &[
        "CREATE TABLE customers (
            id {id} PRIMARY KEY,
            organization_id {id} NOT NULL REFERENCES organizations (id),
            phone TEXT,
            wa_id TEXT,
            bsuid TEXT,
            name TEXT,
            attributes {json} NOT NULL,
            marketing_consent TEXT NOT NULL,
            marketing_consent_at BIGINT,
            marketing_consent_source TEXT,
            last_inbound_at BIGINT,
            created_at BIGINT NOT NULL,
            updated_at BIGINT NOT NULL
        )",
        "CREATE UNIQUE INDEX customers_phone ON customers (organization_id, phone)",
        "CREATE UNIQUE INDEX customers_bsuid ON customers (organization_id, bsuid)",
        "CREATE INDEX customers_wa_id ON customers (organization_id, wa_id)",
        "CREATE INDEX customers_organization ON customers (organization_id, id)",
        "CREATE INDEX customers_consent ON customers (organization_id, marketing_consent, id)",
        "CREATE TABLE customer_tags (
            organization_id {id} NOT NULL,
            tag TEXT NOT NULL,
            customer_id {id} NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
            PRIMARY KEY (organization_id, tag, customer_id)
        )",
        "CREATE INDEX customer_tags_customer ON customer_tags (customer_id)",
        "CREATE TABLE consent_events (
            id {id} PRIMARY KEY,
            organization_id {id} NOT NULL,
            customer_id {id} NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
            purpose TEXT NOT NULL,
            state TEXT NOT NULL,
            source TEXT NOT NULL,
            evidence TEXT,
            occurred_at BIGINT NOT NULL,
            recorded_at BIGINT NOT NULL
        )",
        "CREATE INDEX consent_events_customer ON consent_events (customer_id, id)",
    ],
    &["DROP TABLE consent_events", "DROP TABLE customer_tags", "DROP TABLE customers"]
);
