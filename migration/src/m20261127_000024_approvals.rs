//! Launches that wait for a second pair of eyes.

crate::ddl::migration!(
    &["CREATE TABLE campaign_approvals (
        campaign_id {id} PRIMARY KEY REFERENCES campaigns (id) ON DELETE CASCADE,
        organization_id {id} NOT NULL REFERENCES organizations (id),
        status TEXT NOT NULL,
        requested_by TEXT NOT NULL,
        requested_at BIGINT NOT NULL,
        decided_by TEXT,
        decided_at BIGINT,
        note TEXT
    )",],
    &["DROP TABLE campaign_approvals"]
);
