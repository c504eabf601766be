//! What an organization decides about consent.

use crate::auth::Auth;
use crate::body::Body;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, idempotent};
use crate::openapi::Tag;
use bellbird_core::consent::ConsentMethod;
use bellbird_core::consent::keywords::Keywords;
use bellbird_core::consent::settings::{self, Confirmation, Settings};
use bellbird_core::ids::{SenderId, TemplateId};
use bellbird_core::messages::confirm;
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};
use std::collections::BTreeMap;

/// The words people write, and which opt-ins have to be confirmed. What is left out of a change is as it is by default.
#[derive(Object, Debug)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct ConsentSettings {
    /// Stops offers. The whole message must be the word; case, punctuation around it and double spaces do not matter.
    #[oai(validator(max_items = 100))]
    pub stop_words: Option<Vec<String>>,
    /// Stops everything that can be stopped.
    #[oai(validator(max_items = 100))]
    pub stop_all_words: Option<Vec<String>>,
    /// Asks for offers again.
    #[oai(validator(max_items = 100))]
    pub start_words: Option<Vec<String>>,
    /// Confirms, while a question is open.
    #[oai(validator(max_items = 100))]
    pub yes_words: Option<Vec<String>>,
    /// Declines, while a question is open.
    #[oai(validator(max_items = 100))]
    pub no_words: Option<Vec<String>>,
    /// Double opt-in; left out: nothing has to be confirmed.
    pub confirmation: Option<ConfirmationSettings>,
}

/// Double opt-in: which yeses count only once the person has confirmed them, and how they are asked.
#[derive(Object, Debug)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct ConfirmationSettings {
    /// A yes to marketing that comes through one of these doors has to be confirmed: `api`, `import`, `keyword`, `link`,
    /// `agent`.
    pub methods: Vec<ConsentMethod>,
    /// The question: a utility template. Its first quick reply means yes, its second no, whatever they say.
    pub template_id: Option<TemplateId>,
    /// The number that asks.
    pub sender_id: Option<SenderId>,
    /// The template's values, the same for everybody.
    pub variables: Option<BTreeMap<String, String>>,
    /// Who has not answered after so many days is where they were before; 7 when left out.
    #[oai(validator(minimum(value = "1"), maximum(value = "90")))]
    pub days: Option<u32>,
}

impl From<Settings> for ConsentSettings {
    fn from(Settings { keywords, confirmation }: Settings) -> Self {
        let asks = !confirmation.methods.is_empty() || confirmation.template.is_some();
        Self {
            stop_words: Some(keywords.stop),
            stop_all_words: Some(keywords.stop_all),
            start_words: Some(keywords.start),
            yes_words: Some(keywords.yes),
            no_words: Some(keywords.no),
            confirmation: asks.then_some(ConfirmationSettings {
                methods: confirmation.methods,
                template_id: confirmation.template,
                sender_id: confirmation.sender,
                variables: Some(confirmation.variables),
                days: Some(confirmation.days),
            }),
        }
    }
}

impl From<ConsentSettings> for Settings {
    fn from(wanted: ConsentSettings) -> Self {
        let Keywords { stop, stop_all, start, yes, no } = Keywords::default();
        let keywords = Keywords {
            stop: wanted.stop_words.unwrap_or(stop),
            stop_all: wanted.stop_all_words.unwrap_or(stop_all),
            start: wanted.start_words.unwrap_or(start),
            yes: wanted.yes_words.unwrap_or(yes),
            no: wanted.no_words.unwrap_or(no),
        };
        let confirmation = wanted.confirmation.map(|asked| Confirmation {
            methods: asked.methods,
            template: asked.template_id,
            sender: asked.sender_id,
            variables: asked.variables.unwrap_or_default(),
            days: asked.days.unwrap_or(Confirmation::default().days),
        });
        Self { keywords, confirmation: confirmation.unwrap_or_default() }
    }
}

/// The operations on what an organization decides about consent.
pub struct ConsentSettingsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Consent")]
impl ConsentSettingsApi {
    /// Get what holds about consent
    ///
    /// The words as they are understood now, the default ones where nothing was decided.
    #[oai(path = "/consent-settings", method = "get", operation_id = "getConsentSettings")]
    async fn get(&self, auth: Auth) -> ApiResult<Json<ConsentSettings>> {
        Ok(Json(settings::of(auth.db.read(), auth.organization).await?.into()))
    }

    /// Decide what holds about consent
    ///
    /// Replaces all of it; what is left out is as it is by default. Words that are heard from now on, and yeses that
    /// come from now on, are judged by it; a question that was sent keeps its time.
    #[oai(path = "/consent-settings", method = "put", operation_id = "replaceConsentSettings")]
    async fn replace(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<ConsentSettings>,
    ) -> ApiResult<Answer<ConsentSettings>> {
        let guard = key.over(&body);
        let wanted = Settings::from(body.value);
        idempotent(&auth, guard, move |tx, ctx| {
            Box::pin(async move {
                confirm::configure(tx, ctx, &wanted).await?;
                Ok(wanted.into())
            })
        })
        .await
    }
}
