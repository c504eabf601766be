//! What we ask and what we understand, against Meta's samples.

use super::super::testing::{fixture, folder};
use super::listed::{read, status};
use super::words;
use super::*;
use crate::templates::{TemplateQuality, TemplateStatus};

#[test]
fn documented_lists_are_read() {
    let Some(list) = fixture("responses/openapi_get_waba_id_message_templates__200_example_response.json")
    else {
        return;
    };
    let page: Page = serde_json::from_value(list).unwrap();
    let read: Vec<_> = page.data.iter().map(|one| read(one).unwrap()).collect();
    assert_eq!(
        (read[0].provider_id.as_str(), read[0].model.name.as_str()),
        ("1192339204654487", "hello_world")
    );
    assert_eq!((read[1].status, read[1].quality), (TemplateStatus::Approved, TemplateQuality::Unknown));
    assert_eq!((read[1].unsupported.as_deref(), read[1].next_category), (None, None));
    assert!(page.paging.is_some_and(|paging| paging.next.is_none()), "the last page");
}

#[test]
fn documented_edits_are_what_we_ask() {
    let Some(mut wanted) = fixture("requests/openapi_post_template_id__edit_template.json") else { return };
    let (model, unsupported) = TemplateModel::from_components(
        "2023_april_promo",
        "en_US",
        Category::Marketing,
        ParameterFormat::Positional,
        wanted["components"].as_array().unwrap(),
    );
    assert_eq!(unsupported, None);
    for fixed in ["name", "language"] {
        wanted.as_object_mut().unwrap().remove(fixed); // they cannot be changed, so we do not repeat them
    }
    assert_eq!(content(&model), wanted);
}

#[test]
fn documented_creations_are_answered() {
    for (name, bytes) in folder("responses") {
        if name.starts_with("openapi_post_waba_id_message_templates__200") {
            let created: Created = serde_json::from_slice(&bytes).unwrap();
            assert_eq!(status(&created.status), (TemplateStatus::Pending, None), "{name}");
            assert!(created.category.as_deref().and_then(listed::category).is_some(), "{name}");
        }
    }
}

#[test]
fn odd_templates_are_kept_with_words() {
    let odd = json!({
        "id": "1", "name": "n", "language": "pt-BR", "status": "FLAGGED", "category": "ISSUE_RESOLUTION",
        "correct_category": "MARKETING", "quality_score": {"score": "YELLOW"}, "rejected_reason": "NONE",
        "components": [{"type": "BODY", "text": "Hi"}, {"type": "HOLOGRAM"}], "message_send_ttl_seconds": 60,
    });
    let read = read(&odd).unwrap();
    assert_eq!((read.model.language.as_str(), read.model.ttl_seconds), ("pt_BR", Some(60)));
    assert_eq!((read.status, read.quality), (TemplateStatus::Locked, TemplateQuality::Yellow));
    assert_eq!(read.status_reason.as_deref(), Some("WhatsApp calls this template \"FLAGGED\"."));
    assert_eq!(read.next_category, Some(Category::Marketing));
    let words = "a part of the kind \"hologram\" and the category \"issue_resolution\"";
    assert_eq!(read.unsupported.as_deref(), Some(words));
    assert!(super::listed::read(&json!({"id": "1"})).is_none());
}

#[test]
fn refusals_are_put_into_words() {
    let failure = |subcode: Option<i32>, detail: &str| crate::senders::port::Failure {
        code: 100,
        subcode,
        title: "Invalid parameter".into(),
        detail: Some(detail.to_owned()).filter(|detail| !detail.is_empty()),
        retry_after: None,
    };
    for subcode in [
        2_388_019, 2_388_023, 2_388_039, 2_388_040, 2_388_047, 2_388_060, 2_388_072, 2_388_073, 2_388_293,
        2_388_299,
    ] {
        let words = words::refusal(&failure(Some(subcode), "Theirs."));
        assert!(words.ends_with("(WhatsApp: Theirs.)") && words.len() > 40, "{subcode}: {words}");
    }
    let unknown = words::refusal(&failure(Some(5), ""));
    assert_eq!(unknown, "WhatsApp refused this template: Invalid parameter (code 100)");
    assert_eq!(words::rejection("NONE"), None);
    assert!(words::rejection("ABUSIVE_CONTENT").unwrap().contains("abusive"));
    assert_eq!(words::rejection("NEW_WORD").unwrap(), "WhatsApp gave the reason \"new word\".");
}
