//! Asks Meta about a sending number.

use reqwest::Url;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::answer;
use super::client::{MetaClient, cause};
use super::errors;
use crate::senders::port::{Action, DailyPeople, Failure, NumberFacts, ProveError, Quality, SenderAccess};

/// Fields of a phone number in the business management API. The limit belongs to the owner of the number, and is read
/// through it (`messaging_limit_tier` is deprecated).
const FIELDS: &str = "id,display_phone_number,verified_name,quality_rating,status,throughput,\
                      whatsapp_business_manager_messaging_limit";

/// Pages of an account's numbers we look through; at 100 each, far more than an account may own.
const PAGES: usize = 20;

#[derive(Deserialize)]
struct Number {
    id: String,
    #[serde(default)]
    display_phone_number: String,
    verified_name: Option<String>,
    quality_rating: Option<String>,
    status: Option<String>,
    throughput: Option<Throughput>,
    whatsapp_business_manager_messaging_limit: Option<String>,
}

#[derive(Deserialize)]
struct Throughput {
    level: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    data: Vec<Id>,
    paging: Option<Paging>,
}

#[derive(Deserialize)]
struct Id {
    id: String,
}

#[derive(Deserialize)]
struct Paging {
    cursors: Option<Cursors>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Cursors {
    after: Option<String>,
}

/// Reads the number with its own token, then finds it among its account's numbers. The second step matters: a token
/// often sees the numbers of several accounts, and webhooks are only trusted for the account we were told.
pub(super) async fn prove(client: &MetaClient, from: &SenderAccess) -> Result<NumberFacts, ProveError> {
    let mut url = client.url(&[&from.phone_number_id]);
    url.query_pairs_mut().append_pair("fields", FIELDS);
    let number: Number = get(client, from, url).await?;
    if number.id != from.phone_number_id {
        return Err(ProveError::Unreadable("another number than the one asked for".into()));
    }
    let mut after: Option<String> = None;
    for _ in 0..PAGES {
        let mut url = client.url(&[&from.waba_id, "phone_numbers"]);
        url.query_pairs_mut().append_pair("fields", "id").append_pair("limit", "100");
        if let Some(after) = &after {
            url.query_pairs_mut().append_pair("after", after);
        }
        // the number is there, so what cannot be found now is the account
        let page: Page = get(client, from, url).await.map_err(|error| match error {
            ProveError::NoSuchNumber(_) => ProveError::OtherAccount,
            other => other,
        })?;
        if page.data.iter().any(|owned| owned.id == number.id) {
            return Ok(facts(number));
        }
        // Cursors come with the last page too; only `next` says that there is more.
        let next = page.paging.filter(|paging| paging.next.is_some());
        after = next.and_then(|paging| paging.cursors?.after);
        if after.is_none() {
            break;
        }
    }
    Err(ProveError::OtherAccount)
}

pub(super) async fn get<T: DeserializeOwned>(
    client: &MetaClient,
    from: &SenderAccess,
    url: Url,
) -> Result<T, ProveError> {
    let unreachable = |error| ProveError::Unreachable(cause(error));
    let response = client.get(from, url).send().await.map_err(unreachable)?;
    let status = response.status();
    let body = response.bytes().await.map_err(unreachable)?;
    if let Some(refusal) = answer::refusal(&body) {
        return Err(refused(refusal.failure));
    }
    if !status.is_success() {
        return Err(ProveError::Unreadable(format!("HTTP status {}", status.as_u16())));
    }
    // Serde's message may quote values; where it stopped is enough.
    serde_json::from_slice(&body)
        .map_err(|error| ProveError::Unreadable(format!("unexpected JSON at column {}", error.column())))
}

fn refused(failure: Failure) -> ProveError {
    match (failure.code, failure.subcode) {
        (100, Some(33)) | (33, _) => ProveError::NoSuchNumber(failure),
        _ if errors::rule(failure.code).action == Action::StopAccount => ProveError::Token(failure),
        _ => ProveError::Refused(failure),
    }
}

fn facts(number: Number) -> NumberFacts {
    NumberFacts {
        phone_number_id: number.id,
        display_phone_number: number.display_phone_number,
        verified_name: number.verified_name.filter(|name| !name.is_empty()),
        quality: match number.quality_rating.as_deref() {
            Some("GREEN") => Quality::Green,
            Some("YELLOW") => Quality::Yellow,
            Some("RED") => Quality::Red,
            _ => Quality::Unknown,
        },
        status: number.status,
        // Meta, "Throughput": 80 messages a second unless raised to 1,000.
        messages_per_second: match number.throughput.and_then(|throughput| throughput.level).as_deref() {
            Some("STANDARD") => Some(80),
            Some("HIGH") => Some(1_000),
            _ => None,
        },
        daily_people: daily_people(number.whatsapp_business_manager_messaging_limit.as_deref()),
    }
}

/// `TIER_250`, `TIER_2K`, …, `TIER_UNLIMITED`.
pub(super) fn daily_people(tier: Option<&str>) -> DailyPeople {
    let Some(tier) = tier.and_then(|tier| tier.strip_prefix("TIER_")) else { return DailyPeople::Unknown };
    if tier == "UNLIMITED" {
        return DailyPeople::Unlimited;
    }
    let (digits, unit) = tier.strip_suffix('K').map_or((tier, 1), |digits| (digits, 1_000));
    let people = digits.parse::<u32>().ok().and_then(|people| people.checked_mul(unit));
    people.map_or(DailyPeople::Unknown, DailyPeople::Limited)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::meta::testing::{fixture, fixtures};

    #[test]
    fn tiers_are_read() {
        for (tier, people) in [
            ("TIER_50", DailyPeople::Limited(50)),
            ("TIER_250", DailyPeople::Limited(250)),
            ("TIER_2K", DailyPeople::Limited(2_000)),
            ("TIER_100K", DailyPeople::Limited(100_000)),
            ("TIER_UNLIMITED", DailyPeople::Unlimited),
            ("TIER_9999999K", DailyPeople::Unknown),
            ("TIER_", DailyPeople::Unknown),
            ("2K", DailyPeople::Unknown),
        ] {
            assert_eq!(daily_people(Some(tier)), people, "{tier}");
        }
        assert_eq!(daily_people(None), DailyPeople::Unknown);
    }

    #[test]
    fn documented_lists_of_numbers_are_read() {
        if fixtures().is_none() {
            return;
        }
        for name in ["single_phone_number", "multiple_phone_numbers"] {
            let page =
                fixture(&format!("responses/openapi_get_waba_id_phone_numbers__200_{name}.json")).unwrap();
            let page: Page = serde_json::from_value(page).unwrap();
            assert!(!page.data.is_empty());
        }
    }
}
