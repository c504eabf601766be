//! The templates we can write and send.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::placeholders::{position, variables};

/// Key of the picture of an image header.
pub const HEADER_IMAGE: &str = "header.image";

/// A template in one language.
///
/// Its gaps have keys, the same everywhere: in [`TemplateModel::variables`], in `examples`, and in the values given to
/// [`render`](super::render()). A gap of the body has its own name (`1`, `first_name`), the header's is `header.1` or
/// `header.first_name`, its picture is `header.image`, and the end of a link button's address is `button.0.1`, with the
/// button's position counted over all buttons from 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateModel {
    /// Name; lower-case letters, digits and underscores.
    pub name: String,
    /// Language code, as `en_US`.
    pub language: String,
    /// What the template is for; decides price and who may get it.
    pub category: Category,
    /// Whether gaps are numbered or named.
    #[serde(default)]
    pub parameter_format: ParameterFormat,
    /// Above the text.
    pub header: Option<Header>,
    /// The text.
    pub body: String,
    /// Small print below the text.
    pub footer: Option<String>,
    /// Below everything, in this order.
    #[serde(default)]
    pub buttons: Vec<Button>,
    /// A sample value per key; approval asks for one for each gap. For the picture it is an upload handle.
    #[serde(default)]
    pub examples: BTreeMap<String, String>,
}

/// What a template is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Category {
    /// Offers and news.
    Marketing,
    /// About something the person has ordered or asked for.
    Utility,
    /// One-time codes. Read and shown, but neither written nor sent by us yet.
    Authentication,
}

/// How gaps are called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ParameterFormat {
    /// `{{1}}`, `{{2}}`, …
    #[default]
    Positional,
    /// `{{first_name}}`.
    Named,
}

/// What stands above the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "format", content = "text", rename_all = "snake_case")]
pub enum Header {
    /// A line of text with at most one gap.
    Text(String),
    /// A picture, given per message.
    Image,
}

/// Something to tap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Button {
    /// Answers with its own text.
    QuickReply {
        /// Label.
        text: String,
    },
    /// Opens a page.
    Url {
        /// Label.
        text: String,
        /// Address; may end in one gap, `{{1}}`.
        url: String,
    },
    /// Calls a number.
    PhoneNumber {
        /// Label.
        text: String,
        /// The number, with `+`.
        phone_number: String,
    },
}

impl Button {
    /// The label.
    pub fn text(&self) -> &str {
        match self {
            Self::QuickReply { text } | Self::Url { text, .. } | Self::PhoneNumber { text, .. } => text,
        }
    }
}

impl TemplateModel {
    /// The keys of everything that has to be supplied per message: header, body, buttons. Numbered gaps come by number,
    /// named ones as they first appear.
    pub fn variables(&self) -> Vec<String> {
        let mut keys = Vec::new();
        match &self.header {
            Some(Header::Text(text)) => keys.extend(variables(text).into_iter().map(header_key)),
            Some(Header::Image) => keys.push(HEADER_IMAGE.to_owned()),
            None => {}
        }
        keys.extend(self.body_variables().into_iter().map(str::to_owned));
        for (index, button) in self.buttons.iter().enumerate() {
            if let Button::Url { url, .. } = button {
                keys.extend(variables(url).into_iter().map(|name| button_key(index, name)));
            }
        }
        keys
    }

    /// The gaps of the body, in the order in which they are sent.
    pub(super) fn body_variables(&self) -> Vec<&str> {
        let mut names = variables(&self.body);
        if self.parameter_format == ParameterFormat::Positional {
            names.sort_by_key(|name| position(name));
        }
        names
    }

    /// The name to send along with a value: only named gaps have one.
    pub(super) fn sent_name(&self, name: &str) -> Option<String> {
        (self.parameter_format == ParameterFormat::Named).then(|| name.to_owned())
    }
}

pub(super) fn header_key(name: &str) -> String {
    format!("header.{name}")
}

pub(super) fn button_key(index: usize, name: &str) -> String {
    format!("button.{index}.{name}")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A numbered template with everything in it.
    pub(crate) fn autumn() -> TemplateModel {
        TemplateModel {
            name: "autumn_offer".into(),
            language: "en_US".into(),
            category: Category::Marketing,
            parameter_format: ParameterFormat::Positional,
            header: Some(Header::Text("Our {{1}} is on!".into())),
            body: "Hi {{1}}, take {{2}} off everything until Sunday.".into(),
            footer: Some("Reply STOP and we stop.".into()),
            buttons: vec![
                Button::Url { text: "Shop".into(), url: "https://shop.example/?p={{1}}".into() },
                Button::QuickReply { text: "No more".into() },
            ],
            examples: [("header.1", "autumn sale"), ("1", "Ada"), ("2", "20%"), ("button.0.1", "fall")]
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .into(),
        }
    }

    #[test]
    fn variables_come_in_the_order_in_which_a_person_reads() {
        assert_eq!(autumn().variables(), ["header.1", "1", "2", "button.0.1"]);

        let mut picture = autumn();
        picture.header = Some(Header::Image);
        picture.body = "Take {{2}} off, {{1}}, all {{10}} of you, yes {{2}}.".into();
        assert_eq!(picture.variables(), ["header.image", "1", "2", "10", "button.0.1"]);

        let mut named = autumn();
        named.parameter_format = ParameterFormat::Named;
        named.header = Some(Header::Text("Our {{sale}} is on".into()));
        named.body = "Take {{percent}} off, {{first_name}}!".into();
        assert_eq!(named.variables(), ["header.sale", "percent", "first_name", "button.0.1"]);
    }

    #[test]
    fn the_model_survives_our_own_json() {
        let json = serde_json::to_string(&autumn()).unwrap();
        assert_eq!(serde_json::from_str::<TemplateModel>(&json).unwrap(), autumn());
    }
}
