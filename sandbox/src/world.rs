//! What exists on Meta's side: apps, business accounts, numbers and customers' windows.

use crate::{catalog::Catalog, identity::Person, portfolio::Portfolio, template::Template};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A Meta app: it owns the secret that signs webhooks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct App {
    /// Its id.
    pub id: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// Signs its webhooks.
    pub secret: String,
    /// Where its webhooks go; loopback only. None posts nothing.
    #[serde(default)]
    pub callback_url: Option<String>,
    /// What the receiver is asked for when the address is verified.
    #[serde(default)]
    pub verify_token: Option<String>,
}

/// A WhatsApp business account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waba {
    /// Its id.
    pub id: String,
    /// Its name.
    #[serde(default)]
    pub name: String,
    /// The apps that get its webhooks; without one there are none.
    #[serde(default)]
    pub subscriptions: Vec<Subscription>,
}

/// An app that listens to a business account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    /// The app.
    pub app_id: String,
    /// Where webhooks of this account go instead of the app's address.
    #[serde(default)]
    pub override_callback_uri: Option<String>,
}

/// A business phone number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhoneNumber {
    /// Its id.
    pub id: String,
    /// Its business account.
    pub waba_id: String,
    /// The app its token belongs to.
    pub app_id: String,
    /// Sends with it need this token.
    pub token: String,
    /// The number as people read it.
    pub display_phone_number: String,
    /// Its name.
    #[serde(default)]
    pub verified_name: String,
    /// Messages per second.
    #[serde(default = "default_mps")]
    pub mps: u32,
    /// Messages at once; none means one second's worth.
    #[serde(default)]
    pub burst: Option<u32>,
    /// `GREEN`, `YELLOW`, `RED` or `UNKNOWN`.
    #[serde(default = "default_quality")]
    pub quality_rating: String,
    /// If set, recipients without `+` get this country code in front, as Meta documents.
    #[serde(default)]
    pub country_code: Option<String>,
    /// If set, a test number: only these recipients are allowed (131030 for others).
    #[serde(default)]
    pub allowed_recipients: Option<Vec<String>>,
}

/// An open customer service window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// The business's number.
    pub phone_number_id: String,
    /// The customer.
    pub wa_id: String,
    /// When the customer last wrote, in milliseconds since 1970.
    pub opened_at_ms: i64,
}

/// A whole world, or a part to add to one. Things with a known id replace what had it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct World {
    /// Apps.
    pub apps: Vec<App>,
    /// Business accounts.
    pub wabas: Vec<Waba>,
    /// Phone numbers.
    pub numbers: Vec<PhoneNumber>,
    /// Message templates.
    pub templates: Vec<Template>,
    /// Open windows.
    pub windows: Vec<Window>,
    /// Owners of accounts, with their messaging limits.
    pub portfolios: Vec<Portfolio>,
    /// Catalogs of products.
    pub catalogs: Vec<Catalog>,
    /// Customers with usernames, ids of their own, or hidden numbers.
    pub people: Vec<Person>,
}

/// The values of a demo world; everything a caller might want to choose.
#[derive(Debug, Clone)]
pub struct DemoWorld {
    /// The app's id.
    pub app_id: String,
    /// The app's secret.
    pub app_secret: String,
    /// Where webhooks go.
    pub callback_url: String,
    /// What the receiver is asked for at verification.
    pub verify_token: String,
    /// The business account's id.
    pub waba_id: String,
    /// The number's id.
    pub phone_number_id: String,
    /// The number as people read it.
    pub display_phone_number: String,
    /// The business's name.
    pub verified_name: String,
    /// The number's token.
    pub token: String,
}

/// One app, one account, one number at 1,000 messages per second, and the approved marketing template
/// `welcome_offer` (en_US) with two body variables and a quick reply to stop promotions.
pub fn demo_world(values: DemoWorld) -> World {
    let components = json!([
        {"type": "HEADER", "format": "TEXT", "text": "Something for you"},
        {
            "type": "BODY",
            "text": "Hi {{1}}, thank you for being with us! Use the code {{2}} for 20% off until Sunday.",
            "example": {"body_text": [["Ana", "WELCOME20"]]},
        },
        {"type": "FOOTER", "text": "Not interested? Tap Stop promotions"},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Stop promotions"}]},
    ]);
    World {
        apps: vec![App {
            id: values.app_id.clone(),
            name: values.verified_name.clone(),
            secret: values.app_secret,
            callback_url: Some(values.callback_url),
            verify_token: Some(values.verify_token),
        }],
        wabas: vec![Waba {
            id: values.waba_id.clone(),
            name: values.verified_name.clone(),
            subscriptions: vec![Subscription { app_id: values.app_id.clone(), override_callback_uri: None }],
        }],
        numbers: vec![PhoneNumber {
            mps: 1_000,
            display_phone_number: values.display_phone_number,
            verified_name: values.verified_name,
            ..PhoneNumber::new(&values.phone_number_id, &values.waba_id, &values.app_id, &values.token)
        }],
        templates: vec![Template::approved(
            &values.waba_id,
            "welcome_offer",
            "en_US",
            "MARKETING",
            components,
        )],
        ..World::default()
    }
}

impl PhoneNumber {
    /// A number with Meta's defaults: 80 messages per second, green.
    pub fn new(id: &str, waba_id: &str, app_id: &str, token: &str) -> Self {
        Self {
            id: id.to_owned(),
            waba_id: waba_id.to_owned(),
            app_id: app_id.to_owned(),
            token: token.to_owned(),
            display_phone_number: "15550783881".to_owned(),
            verified_name: "Sandbox".to_owned(),
            mps: default_mps(),
            burst: None,
            quality_rating: default_quality(),
            country_code: None,
            allowed_recipients: None,
        }
    }

    /// Its digits alone.
    pub(crate) fn digits(&self) -> String {
        self.display_phone_number.chars().filter(char::is_ascii_digit).collect()
    }

    /// What the Graph API shows of it.
    pub(crate) fn graph(&self) -> Value {
        json!({
            "id": self.id,
            "display_phone_number": self.display_phone_number,
            "verified_name": self.verified_name,
            "quality_rating": self.quality_rating,
            "throughput": {"level": if self.mps > 80 { "HIGH" } else { "STANDARD" }},
            "code_verification_status": "VERIFIED",
            "name_status": "APPROVED",
            "platform_type": "CLOUD_API",
            "status": "CONNECTED",
            "whatsapp_business_account": {"id": self.waba_id},
        })
    }
}

fn default_mps() -> u32 {
    80
}

fn default_quality() -> String {
    "GREEN".to_owned()
}
