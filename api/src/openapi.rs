//! The list of everything the API offers, and the document that describes it.

use bellbird_core::{Error, Result};
use poem_openapi::{OpenApi, OpenApiService, Tags};
use serde_json::Value;
use serde_yaml_ng::Value as Yaml;

mod closed;
mod describe;
mod examples;
mod tidy;

/// Groups of operations, in the documentation's order.
#[derive(Tags)]
pub enum Tag {
    /// Sends to many people.
    Campaigns,
    /// The people of one campaign, and what happened to each.
    Recipients,
    /// Files of people: CSV and Excel, up to millions of rows.
    Imports,
    /// Single messages.
    Messages,
    /// The files messages are sent with, and those customers sent.
    Media,
    /// The people an organization can message.
    Customers,
    /// What is known about one person, erasing them, and how long what is kept.
    Privacy,
    /// What people want to be messaged about, how we know, and who must be left alone.
    Consent,
    /// Texts approved beforehand.
    Templates,
    /// The numbers messages leave from.
    Senders,
    /// The Meta apps whose secrets sign webhooks.
    Apps,
    /// What happened to an account that people should know.
    Alerts,
    /// What Meta posts to us.
    Webhooks,
    /// What we post to your systems: events, signed, retried for days.
    Subscriptions,
    /// Background work, and what could not be done.
    Jobs,
    /// Who may do what in an organization, and who did.
    Organization,
    /// People who sign in: their account and their sessions.
    People,
    /// Running the installation for many organizations; for its administrators.
    Platform,
    /// Whether this process is well.
    Health,
}

const DESCRIPTION: &str = "Bellbird sends WhatsApp campaigns and can say afterwards what happened to each person.

Every request but health, webhooks and signing in carries an API key (`Authorization: Bearer bb_…`) or the access \
token of a person who signed in. Errors are RFC 9457 problems \
with a stable `code`. Lists are paged by `cursor` and `limit`. A write with an `Idempotency-Key` may be repeated \
without being done twice. Times are RFC 3339 in UTC; ids carry their kind as a prefix.";

/// All operations. One struct per path: poem-openapi writes a path named by two of them twice.
fn apis() -> impl OpenApi + 'static {
    // a tuple holds 16 at most, so they stand by what they are about
    let campaigns = (
        crate::campaigns::CampaignsApi,
        crate::campaigns::approvals::ApprovalsApi,
        crate::campaigns::cost::CampaignCostApi,
        crate::campaigns::preflight::PreflightApi,
        crate::campaigns::schedules::SchedulesApi,
        crate::campaigns::events::CampaignEventsApi,
        crate::campaigns::recipients::RecipientsApi,
        crate::campaigns::import_export::RecipientFilesApi,
        crate::imports::ImportsApi,
    );
    let messages = (crate::messages::MessagesApi, crate::media::MediaApi, crate::templates::TemplatesApi);
    let customers = (
        crate::customers::CustomersApi,
        crate::privacy::PrivacyApi,
        crate::privacy::retention::RetentionApi,
        crate::consent::ConsentApi,
        crate::consent::settings::ConsentSettingsApi,
        crate::suppressions::SuppressionsApi,
    );
    let accounts = (
        crate::senders::SendersApi,
        crate::sending_policy::SendingPolicyApi,
        crate::portfolios::PortfoliosApi,
        crate::alerts::AlertsApi,
        crate::apps::AppsApi,
    );
    let installation = (
        crate::webhooks::whatsapp::WhatsAppApi,
        crate::webhooks::failed::FailedWebhooksApi,
        crate::jobs::JobsApi,
        crate::health::HealthApi,
    );
    let organization =
        (crate::organization::OrganizationApi, crate::api_keys::ApiKeysApi, crate::audit::AuditApi);
    let people = (
        crate::identity::sign_in::SignInApi,
        crate::identity::account::AccountApi,
        crate::identity::sessions::SessionsApi,
        crate::identity::second_factor::SecondFactorApi,
        crate::members::MembersApi,
        crate::members::InvitationsApi,
    );
    let integrators =
        (crate::subscriptions::SubscriptionsApi, crate::subscriptions::deliveries::DeliveriesApi);
    let platform =
        (crate::platform::organizations::PlatformOrganizationsApi, crate::platform::plans::PlansApi);
    (campaigns, messages, customers, accounts, organization, people, integrators, platform, installation)
}

/// The operations and their document.
pub(crate) fn service() -> OpenApiService<impl OpenApi + 'static, ()> {
    OpenApiService::new(apis(), "Bellbird", env!("CARGO_PKG_VERSION")).description(DESCRIPTION).server("/")
}

/// The OpenAPI document as it is published. Needs no database; the same on every machine.
///
/// # Errors
/// When the document is not what it seems: a path or a status that is written twice.
pub fn spec_yaml() -> Result<String> {
    publish(&service().spec_yaml())
}

fn publish(raw: &str) -> Result<String> {
    // this reader refuses duplicate keys, which JSON readers would silently drop
    let written: Yaml =
        serde_yaml_ng::from_str(raw).map_err(|e| Error::internal(format!("the OpenAPI document: {e}")))?;
    let mut document = serde_json::to_value(&written).map_err(Error::internal)?;
    tidy::tidy(&mut document);
    describe::describe(&mut document);
    examples::add(&mut document);
    closed::close(&mut document);
    let ordered = in_order(document, Some(&written)).map_err(Error::internal)?;
    serde_yaml_ng::to_string(&ordered).map_err(Error::internal)
}

/// Puts keys in the order in which they were written: fields as they are declared, not by the alphabet.
fn in_order(value: Value, written: Option<&Yaml>) -> Result<Yaml, serde_yaml_ng::Error> {
    match value {
        Value::Object(mut object) => {
            let mut ordered = serde_yaml_ng::Mapping::new();
            let keys = written.and_then(Yaml::as_mapping).into_iter().flatten();
            for (key, below) in keys.filter_map(|(key, below)| Some((key.as_str()?, below))) {
                let key = tidy::schema_name(key);
                if let Some(value) = object.remove(&key) {
                    ordered.insert(key.into(), in_order(value, Some(below))?);
                }
            }
            for (key, value) in object {
                ordered.insert(key.into(), in_order(value, None)?);
            }
            Ok(Yaml::Mapping(ordered))
        }
        Value::Array(items) => {
            let below = |at: usize| written.and_then(|written| written.get(at));
            let items = items.into_iter().enumerate().map(|(at, item)| in_order(item, below(at)));
            Ok(Yaml::Sequence(items.collect::<Result<_, _>>()?))
        }
        plain => serde_yaml_ng::to_value(plain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_path_written_twice_is_refused() {
        assert!(publish("paths:\n  /a: {}\n  /a: {}\n").is_err());
    }

    #[test]
    fn generators_get_what_they_can_read() {
        let raw = r#"
paths:
  /a:
    get:
      parameters: [{ name: limit, in: query, schema: { type: integer } }, { name: id, in: path, explode: true }]
      responses:
        200:
          headers: { RETRY-AFTER: { schema: { type: integer, minimum: 1.0 } } }
          content:
            application/json; charset=utf-8:
              schema: { allOf: [{ $ref: '#/x' }, { description: d }] }
            text/event-stream: { schema: { type: array, items: { $ref: '#/components/schemas/List_App' } } }
            text/csv: { schema: { type: string } }
components:
  schemas:
    List_App: { title: List_App }
"#;
        let done: Value = serde_yaml_ng::from_str(&publish(raw).unwrap()).unwrap();
        let answer = &done["paths"]["/a"]["get"]["responses"]["200"];
        assert_eq!(answer["headers"]["Retry-After"]["schema"]["minimum"], json!(1));
        assert_eq!(answer["content"]["application/json"]["schema"]["allOf"], json!([{ "$ref": "#/x" }]));
        let stream = &answer["content"]["text/event-stream"]["schema"];
        assert_eq!(
            (stream["type"].as_str(), &stream["x-event-schema"]),
            (Some("string"), &json!({ "$ref": "#/components/schemas/AppList" }))
        );
        assert_eq!(done["components"]["schemas"]["AppList"]["title"], "AppList");
        assert_eq!(answer["content"]["text/csv"]["schema"]["format"], "binary");
        let parameters = &done["paths"]["/a"]["get"]["parameters"];
        assert_eq!(parameters[0]["schema"]["maximum"], json!(200));
        assert_eq!(parameters[1], json!({ "name": "id", "in": "path" }));
        assert_eq!(done["paths"]["/a"]["get"]["security"], json!([]));
    }

    fn published() -> Value {
        serde_yaml_ng::from_str(&spec_yaml().unwrap()).unwrap()
    }

    #[test]
    fn every_operation_may_fail_only_in_our_shape() {
        let mut spec = published();
        for operation in describe::operations(&mut spec) {
            let name = operation["operationId"].clone();
            for (status, answer) in operation["responses"].as_object().unwrap() {
                let problem = &answer["content"]["application/problem+json"]["schema"]["$ref"];
                let ours = problem == "#/components/schemas/Problem";
                assert_eq!(ours, !status.starts_with('2'), "{name} {status}");
            }
            for status in ["4XX", "5XX"] {
                assert!(operation["responses"][status].is_object(), "{name} says nothing of {status}");
            }
        }
    }

    #[test]
    fn every_body_of_json_has_an_example() {
        let mut spec = published();
        let schemas = spec["components"]["schemas"].clone();
        let mut missing = std::collections::BTreeSet::new();
        for operation in describe::operations(&mut spec) {
            let answers = operation["responses"].as_object().into_iter().flat_map(|answers| answers.values());
            for body in answers.chain(operation.get("requestBody")) {
                let schema = &body["content"]["application/json"]["schema"];
                let name = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next());
                let example = name.map_or(&schema["example"], |name| &schemas[name]["example"]);
                if schema.is_object() && example.is_null() {
                    missing.insert(name.map_or_else(|| operation["operationId"].to_string(), str::to_string));
                }
            }
        }
        assert!(
            missing.is_empty(),
            "write an example beside the type (`Example`) or in openapi/examples.rs: {missing:?}"
        );
    }

    #[test]
    fn every_example_fits_its_schema() {
        let spec = published();
        let schemas = &spec["components"]["schemas"];
        let (mut seen, mut wrong) = (0, Vec::new());
        for (name, schema) in schemas.as_object().unwrap() {
            if let Some(example) = schema.get("example") {
                seen += 1;
                let misfits = crate::body::misfits_of(schemas, schema, example).into_iter();
                wrong.extend(misfits.map(|misfit| format!("{name}: {}", misfit.message)));
            }
        }
        assert!(wrong.is_empty(), "examples that do not fit (openapi/examples.rs): {wrong:#?}");
        assert!(seen > 20, "{seen} examples");
    }
}
