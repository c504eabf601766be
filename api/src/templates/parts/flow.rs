//! A button that opens a form.

use bellbird_core::templates::{self, FlowAction, FlowRef};
use poem_openapi::{Enum, Object};

/// What happens when a form opens.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[oai(rename_all = "snake_case")]
pub enum FlowButtonAction {
    /// It shows a screen.
    Navigate,
    /// It asks the business's server.
    DataExchange,
}

/// Opens a form. Name it in exactly one of the three ways.
#[derive(Object, Debug, Clone, PartialEq, Eq)]
pub struct FlowButton {
    /// The label.
    pub text: String,
    /// Meta's id of the form.
    #[oai(skip_serializing_if_is_none)]
    pub flow_id: Option<String>,
    /// The form's name at Meta.
    #[oai(skip_serializing_if_is_none)]
    pub flow_name: Option<String>,
    /// The whole form, as JSON.
    #[oai(skip_serializing_if_is_none)]
    pub flow_json: Option<String>,
    /// What happens when it opens; `navigate` when not given.
    #[oai(skip_serializing_if_is_none)]
    pub action: Option<FlowButtonAction>,
    /// Its first screen.
    #[oai(skip_serializing_if_is_none)]
    pub screen: Option<String>,
}

impl FlowButton {
    pub(super) fn new(text: String, flow: FlowRef, action: FlowAction, screen: Option<String>) -> Self {
        let (mut flow_id, mut flow_name, mut flow_json) = (None, None, None);
        match flow {
            FlowRef::Id(id) => flow_id = Some(id),
            FlowRef::Name(name) => flow_name = Some(name),
            FlowRef::Json(json) => flow_json = Some(json),
        }
        let action = Some(match action {
            FlowAction::Navigate => FlowButtonAction::Navigate,
            FlowAction::DataExchange => FlowButtonAction::DataExchange,
        });
        Self { text, flow_id, flow_name, flow_json, action, screen }
    }
}

impl From<FlowButton> for templates::Button {
    fn from(button: FlowButton) -> Self {
        let FlowButton { text, flow_id, flow_name, flow_json, action, screen } = button;
        let named = [flow_id.map(FlowRef::Id), flow_name.map(FlowRef::Name), flow_json.map(FlowRef::Json)];
        let mut named = named.into_iter().flatten();
        let flow = match (named.next(), named.next()) {
            (Some(flow), None) => flow,
            _ => FlowRef::Id(String::new()), // the domain says what is wrong with it
        };
        let action = match action {
            Some(FlowButtonAction::DataExchange) => FlowAction::DataExchange,
            Some(FlowButtonAction::Navigate) | None => FlowAction::Navigate,
        };
        Self::Flow { text, flow, action, screen }
    }
}
