//! Which permission each operation asks for: the whole table, and the one place that asks.
//!
//! An operation that takes `Auth` and has no line here is refused to everybody, and a test fails. What a role or a
//! scope has is another table: `core/src/identity/roles.rs`.

use bellbird_core::identity::Permission::{self, *};

/// Each permission with the operations it opens.
const TABLE: &[(Permission, &[&str])] = &[
    (
        CampaignsRead,
        &[
            "listCampaigns",
            "getCampaign",
            "getCampaignStats",
            "getCampaignCost",
            "preflightCampaign",
            "streamCampaignEvents",
            "listRecipients",
            "getApproval",
        ],
    ),
    (
        CampaignsWrite,
        &[
            "createCampaign",
            "retargetCampaign",
            "updateCampaign",
            "deleteCampaign",
            "addRecipients",
            "importRecipients",
        ],
    ),
    (
        CampaignsLaunch,
        &[
            "launchCampaign",
            "scheduleCampaign",
            "unscheduleCampaign",
            "retryRecipients",
            "moveRecipients",
            "pauseCampaign",
            "resumeCampaign",
            "cancelCampaign",
            "requestApproval",
            "decideUnknowns",
        ],
    ),
    (CampaignsApprove, &["decideApproval"]),
    (
        CustomersRead,
        &[
            "listCustomers",
            "getCustomer",
            "listCustomerConsent",
            "getUnsubscribeLink",
            "listConsentEvents",
            "listSuppressions",
            "getSuppression",
            "checkSuppression",
        ],
    ),
    (
        CustomersWrite,
        &["upsertCustomer", "changeCustomerTags", "recordConsent", "addSuppression", "removeSuppression"],
    ),
    (
        CustomersExport,
        &[
            "exportRecipients",
            "createImport",
            "listImports",
            "getImport",
            "previewImport",
            "startImport",
            "cancelImport",
            "downloadImportReport",
            "exportCustomer",
            "exportConsent",
            "exportConsentJson",
            "importSuppressions",
        ],
    ),
    (CustomersErase, &["eraseCustomer", "setRetention", "applyRetention"]),
    (
        OrganizationRead,
        &[
            "getOrganization",
            "getUsage",
            "getConsentSettings",
            "getSendingPolicy",
            "listErasures",
            "getErasure",
            "getRetention",
            "listRetentionRuns",
            "getRetentionRun",
        ],
    ),
    (MessagesRead, &["listMessages", "getMessage", "listMedia", "getMedia", "downloadMedia"]),
    (MessagesSend, &["sendMessage", "markMessageRead", "decideMessage", "uploadMedia", "deleteMedia"]),
    (TemplatesRead, &["listTemplates", "getTemplate", "previewTemplate", "listTemplateSyncs"]),
    (TemplatesWrite, &["createTemplate", "updateTemplate", "deleteTemplate", "syncTemplates"]),
    (
        SendersRead,
        &["listSenders", "getSender", "listPortfolios", "listAlerts", "getAlert", "listApps", "getApp"],
    ),
    (
        SendersWrite,
        &[
            "createSender",
            "replaceAccessToken",
            "resumeSender",
            "setPortfolioLimit",
            "acknowledgeAlert",
            "createApp",
        ],
    ),
    (JobsRead, &["listJobs", "listFailedWebhooks"]),
    (JobsWrite, &["requeueJobs", "replayWebhook"]),
    (KeysRead, &["listApiKeys", "getApiKey"]),
    (KeysWrite, &["createApiKey", "rotateApiKey", "revokeApiKey"]),
    (
        SubscriptionsRead,
        &["listEventTypes", "listSubscriptions", "getSubscription", "listDeliveries", "getDelivery"],
    ),
    (
        SubscriptionsWrite,
        &[
            "createSubscription",
            "updateSubscription",
            "deleteSubscription",
            "rotateSubscriptionSecret",
            "testSubscription",
            "replayDelivery",
            "replayFailedDeliveries",
        ],
    ),
    (AuditRead, &["listAuditEvents"]),
    (MembersRead, &["listMembers", "listInvitations"]),
    (MembersWrite, &["changeMember", "removeMember", "createInvitation", "revokeInvitation"]),
    (OrganizationWrite, &["updateOrganization", "replaceConsentSettings", "replaceSendingPolicy"]),
];

/// Whether an operation starts something; those of an organization whose trial has ended do not.
pub fn starts_something(operation: &str) -> bool {
    [
        "launchCampaign",
        "scheduleCampaign",
        "retryRecipients",
        "resumeCampaign",
        "decideApproval",
        "sendMessage",
        "startImport",
    ]
    .contains(&operation)
}

/// Whether an operation may find a limit of the organization's plan reached.
pub fn uses_more(operation: &str) -> bool {
    ["createInvitation", "createSender", "createApiKey", "uploadMedia"].contains(&operation)
}

/// What an operation needs besides a valid key or token; `None`: nobody may.
pub fn needed(operation: &str) -> Option<Permission> {
    TABLE.iter().find(|(_, operations)| operations.contains(&operation)).map(|(permission, _)| *permission)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_operation_that_takes_a_key_has_one_line_and_no_other_has() {
        let document = serde_yaml_ng::from_str::<serde_json::Value>(&crate::spec_yaml().unwrap()).unwrap();
        let items = document["paths"].as_object().unwrap().values();
        let operations = items.flat_map(|item| item.as_object().unwrap().values());
        let keyed = operations.filter(|operation| operation["security"][0]["ApiKey"].is_array());
        let keyed: BTreeSet<&str> =
            keyed.map(|operation| operation["operationId"].as_str().unwrap()).collect();
        let listed: Vec<&str> = TABLE.iter().flat_map(|(_, operations)| *operations).copied().collect();
        assert_eq!(listed.iter().copied().collect::<BTreeSet<_>>(), keyed);
        assert_eq!(listed.len(), keyed.len(), "an operation asks for one permission");
    }
}
