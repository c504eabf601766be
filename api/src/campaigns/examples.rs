//! Requests and answers as the documentation shows them.

use super::objects::{Audience, AudienceKind, CampaignDraft, VariableSource};
use super::recipient_objects::{
    ImportedRecipients, NewRecipient, NewRecipients, RecipientOptIn, RecipientWord, RejectedRow,
};
use crate::messages::outgoing::{FilledTemplate, SendMessage};
use poem_openapi::types::Example;
use std::fmt::Debug;
use std::str::FromStr;

/// An id written down, so that the document is the same every time it is made.
#[expect(clippy::expect_used, reason = "only called with the constants below, whenever the document is made")]
fn id<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().expect("the id of an example is one")
}

const TEMPLATE: &str = "tpl_01kawz1m4cf0tr2v6x8yab3c5d";
const SENDER: &str = "snd_01kawz1m4cf0tr2v6x8yab3c5d";

impl Example for CampaignDraft {
    fn example() -> Self {
        let name = VariableSource {
            value: None,
            attribute: Some("name".into()),
            default: Some("dear customer".into()),
            unsubscribe_link: None,
        };
        Self {
            name: "Diwali sale".into(),
            description: None,
            template_id: id(TEMPLATE),
            sender_ids: vec![id(SENDER)],
            sender_choice: None,
            audience: Some(Audience {
                kind: AudienceKind::Listed,
                tag: None,
                campaign_id: None,
                outcome: None,
            }),
            variables: Some([("1".to_string(), name)].into()),
            rate_per_minute: Some(600),
            multi_day: None,
            max_attempts: Some(3),
            unknown_policy: None,
            send_at_local: None,
            stop_at: None,
            pause_at_failed_percent: Some(10),
            pause_at_opted_out_percent: None,
        }
    }
}

impl Example for NewRecipients {
    fn example() -> Self {
        let asha = NewRecipient {
            phone: "+91 98765 43210".into(),
            name: Some("Asha".into()),
            time_zone: None,
            variables: Some([("1".to_string(), "Asha".to_string())].into()),
            opt_in: Some(RecipientOptIn {
                state: RecipientWord::OptedIn,
                source: "signup form".into(),
                at: None,
            }),
        };
        Self { recipients: vec![asha] }
    }
}

impl Example for ImportedRecipients {
    fn example() -> Self {
        let rejected = RejectedRow {
            line: 17,
            code: "phone_without_country".into(),
            message: "the country code is missing; write the number like +919876543210".into(),
        };
        Self { rows: 500, added: 497, updated: 2, rejected_count: 1, rejected: vec![rejected] }
    }
}

impl Example for SendMessage {
    fn example() -> Self {
        let template = FilledTemplate {
            template_id: None,
            name: Some("order_ready".into()),
            language: Some("en_US".into()),
            variables: Some([("1".to_string(), "Asha".to_string())].into()),
        };
        Self {
            sender_id: id(SENDER),
            to: Some("+91 98765 43210".into()),
            customer_id: None,
            bsuid: None,
            reply_to: None,
            template: Some(template),
            text: None,
            image: None,
            video: None,
            audio: None,
            document: None,
            sticker: None,
            location: None,
            contacts: None,
            reaction: None,
            interactive: None,
        }
    }
}
