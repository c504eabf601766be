//! Forms (WhatsApp Flows).

use super::{BUTTON, InteractiveHeader, check_texts};
use crate::content::choice::parts;
use crate::content::faults::Faults;
use crate::words::words;
use serde_json::Value;

/// Longest id, name, token or screen of a flow. The provider names no limits.
const NAME: usize = 512;

words! {
    /// Whether a flow is tried out or used.
    pub enum FlowMode {
        /// Only for trying it out; what the message says is not shown.
        Draft = "draft",
        /// The published one.
        Published = "published",
    }
}

words! {
    /// Where a flow begins.
    pub enum FlowAction {
        /// On a screen that is named in the message.
        Navigate = "navigate",
        /// On the screen its endpoint answers with.
        DataExchange = "data_exchange",
    }
}

parts! {
    /// A form; what was filled in comes back as an inbound message.
    pub struct FlowMessage {
        /// Above the body.
        pub header: Option<InteractiveHeader>,
        /// What it says: at most 1,024 characters.
        pub body: String,
        /// Below the body: at most 60 characters.
        pub footer: Option<String>,
        /// WhatsApp's id of the flow; this or `flow_name`.
        pub flow_id: Option<String>,
        /// The flow's name; this or `flow_id`.
        pub flow_name: Option<String>,
        /// On the button that opens it: at most 20 characters.
        pub button: String,
        /// Comes back with what was filled in.
        pub flow_token: Option<String>,
        /// `published` when not given.
        pub mode: Option<FlowMode>,
        /// `navigate` when not given.
        pub action: Option<FlowAction>,
        /// The first screen, for `navigate`.
        pub screen: Option<String>,
        /// What the first screen is given: an object.
        pub data: Option<Value>,
    }
}

impl FlowMessage {
    pub(super) fn check(&self, at: &str, faults: &mut Faults) {
        check_texts(at, self.header.as_ref(), &self.body, self.footer.as_deref(), faults);
        if self.flow_id.is_some() == self.flow_name.is_some() {
            faults.add(at, "one_of", "say which flow: either `flow_id` or `flow_name`");
        }
        faults.text(format!("{at}.button"), &self.button, BUTTON);
        for (field, text) in [
            ("flow_id", &self.flow_id),
            ("flow_name", &self.flow_name),
            ("flow_token", &self.flow_token),
            ("screen", &self.screen),
        ] {
            faults.optional(format!("{at}.{field}"), text.as_deref(), NAME);
        }
        let object = |data: &Value| data.as_object().is_some_and(|fields| !fields.is_empty());
        if self.data.as_ref().is_some_and(|data| !object(data)) {
            faults.add(format!("{at}.data"), "wrong_type", "must be an object with at least one field");
        }
        if self.data.is_some() && self.screen.is_none() {
            faults.add(format!("{at}.screen"), "missing", "name the screen that is given the `data`");
        }
        if self.action == Some(FlowAction::DataExchange) && self.screen.is_some() {
            let message = "with `data_exchange` the flow's endpoint says which screen is first";
            faults.add(format!("{at}.screen"), "not_allowed", message);
        }
    }
}
