//! What an organization wants to hold at the moment a message is sent.

use crate::auth::Auth;
use crate::body::Body;
use crate::error::ApiResult;
use crate::idempotency::{Answer, Key, idempotent};
use crate::openapi::Tag;
use bellbird_core::error::Error;
use bellbird_core::policy::hours::Hours;
use bellbird_core::policy::{Frequency, Over, settings};
use bellbird_core::{Problem, policy};
use poem_openapi::payload::Json;
use poem_openapi::{Object, OpenApi};

/// What holds when a message is sent: quiet hours, how much marketing one person gets, countries nobody is written to.
#[derive(Object, Debug)]
#[oai(deny_unknown_fields, skip_serializing_if_is_none)]
pub struct SendingPolicy {
    /// When marketing goes out, by the clock where the person lives; left out: at any time.
    pub marketing_hours: Option<MarketingHours>,
    /// The zone (IANA, like Asia/Kolkata) of people about whose place nothing is known; UTC when left out.
    #[oai(validator(max_length = 64))]
    pub time_zone: Option<String>,
    /// How much marketing one person gets, over all campaigns; left out: as much as you send.
    pub frequency: Option<FrequencyCap>,
    /// Countries (ISO 3166, like FR) no template is sent to.
    #[oai(default, validator(max_items = 300))]
    pub blocked_countries: Vec<String>,
    /// Try marketing to numbers of the United States, which WhatsApp has not delivered since April 2025.
    #[oai(default)]
    pub us_marketing: bool,
    /// Hold marketing of a number while its quality is red.
    #[oai(default = "yes")]
    pub hold_while_red: bool,
}

/// When marketing goes out.
#[derive(Object, Debug)]
#[oai(deny_unknown_fields)]
pub struct MarketingHours {
    /// From this time of the person's day, like 09:00.
    #[oai(validator(max_length = 5))]
    pub from: String,
    /// Until this time, like 21:00; earlier than `from`: on the next day.
    #[oai(validator(max_length = 5))]
    pub until: String,
    /// Also on Saturdays and Sundays.
    #[oai(default = "yes")]
    pub weekends: bool,
}

/// How much marketing one person gets.
#[derive(Object, Debug)]
#[oai(deny_unknown_fields)]
pub struct FrequencyCap {
    /// At most so many messages …
    #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
    pub messages: u32,
    /// … in so many days, counted back from the moment of sending.
    #[oai(validator(minimum(value = "1"), maximum(value = "90")))]
    pub days: u32,
    /// What becomes of one too many: `skip` (the default) or `wait`.
    pub over: Option<Over>,
}

fn yes() -> bool {
    true
}

impl From<policy::SendingPolicy> for SendingPolicy {
    fn from(policy: policy::SendingPolicy) -> Self {
        let hours = policy.marketing_hours.map(|hours| MarketingHours {
            from: hours.from().to_string(),
            until: hours.until().to_string(),
            weekends: hours.weekends(),
        });
        let frequency = policy.frequency.map(|cap| FrequencyCap {
            messages: cap.messages,
            days: cap.days,
            over: Some(cap.over),
        });
        Self {
            marketing_hours: hours,
            time_zone: policy.time_zone,
            frequency,
            blocked_countries: policy.blocked_countries,
            us_marketing: policy.us_marketing,
            hold_while_red: policy.hold_while_red,
        }
    }
}

impl TryFrom<SendingPolicy> for policy::SendingPolicy {
    type Error = Error;
    fn try_from(wanted: SendingPolicy) -> Result<Self, Error> {
        let hours =
            wanted.marketing_hours.map(|hours| Hours::parse(&hours.from, &hours.until, hours.weekends));
        let (marketing_hours, wrong) = match hours.transpose() {
            Ok(hours) => (hours, None),
            Err(why) => {
                let field = format!("marketing_hours.{}", why.field());
                (None, Some(Problem::new(field, "invalid_hours", why.to_string())))
            }
        };
        let frequency = wanted.frequency.map(|cap| Frequency {
            messages: cap.messages,
            days: cap.days,
            over: cap.over.unwrap_or(Over::Skip),
        });
        let policy = Self {
            marketing_hours,
            time_zone: wanted.time_zone,
            frequency,
            blocked_countries: wanted.blocked_countries,
            us_marketing: wanted.us_marketing,
            hold_while_red: wanted.hold_while_red,
        };
        let problems: Vec<_> = wrong.into_iter().chain(policy.problems()).collect();
        if problems.is_empty() { Ok(policy) } else { Err(Error::Invalid(problems)) }
    }
}

/// The operations on the sending policy.
pub struct SendingPolicyApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Campaigns")]
impl SendingPolicyApi {
    /// Get what holds when a message is sent
    ///
    /// The installation's defaults where nothing was decided.
    #[oai(path = "/sending-policy", method = "get", operation_id = "getSendingPolicy")]
    async fn get(&self, auth: Auth) -> ApiResult<Json<SendingPolicy>> {
        Ok(Json(settings::of(auth.db.read(), &auth, auth.organization).await?.into()))
    }

    /// Decide what holds when a message is sent
    ///
    /// Replaces all of it; what is left out holds no one back, except that marketing of a number that is red waits. It is
    /// asked at the moment of sending, of campaigns and of single messages alike: a message waits (`held`, with its
    /// reason and its next time) or is `skipped` with the reason.
    #[oai(path = "/sending-policy", method = "put", operation_id = "replaceSendingPolicy")]
    async fn replace(
        &self,
        auth: Auth,
        #[oai(name = "Idempotency-Key")] key: Key,
        body: Body<SendingPolicy>,
    ) -> ApiResult<Answer<SendingPolicy>> {
        let guard = key.over(&body);
        let wanted = policy::SendingPolicy::try_from(body.value)?;
        idempotent(&auth, guard, move |tx, ctx| {
            Box::pin(async move {
                settings::write(tx, ctx.organization, &wanted).await?;
                Ok(wanted.into())
            })
        })
        .await
    }
}
