//! What a person writes: "stop", "start", and the answer to the question whether they meant their opt-in.

use super::keywords::Wish;
use super::{ConsentMethod, ConsentPurpose, ConsentState, Said, record, request, settings};
use crate::clock::Timestamp;
use crate::context::Tx;
use crate::customers;
use crate::error::Result;
use crate::ids::{CustomerId, MessageId, OrganizationId};
use sea_orm::EntityTrait;

/// A message of a person, as far as it may be a word about consent.
#[derive(Debug, Clone, Copy)]
pub struct Heard<'a> {
    /// Who wrote.
    pub customer: CustomerId,
    /// What carried it.
    pub message: MessageId,
    /// What they wrote.
    pub text: Option<&'a str>,
    /// What the button they tapped sends back.
    pub payload: Option<&'a str>,
    /// When.
    pub at: Timestamp,
}

/// Records what the message says about consent, if it says anything.
pub async fn hear(tx: &Tx, organization: OrganizationId, heard: Heard<'_>) -> Result<()> {
    let said: Vec<&str> = [heard.payload, heard.text].into_iter().flatten().collect();
    if said.iter().all(|text| text.trim().is_empty()) {
        return Ok(());
    }
    let keywords = settings::of(tx.conn(), organization).await?.keywords;
    let wishes: Vec<(Wish, &str)> =
        said.iter().filter_map(|text| Some((keywords.wish(text)?, *text))).collect();
    // of a button that says one thing and sends another, the "stop" counts
    let strict = |(wish, _): &&(Wish, &str)| matches!(wish, Wish::Stop | Wish::StopAll);
    let Some((wish, text)) = wishes.iter().find(strict).or(wishes.first()) else { return Ok(()) };
    let words = words_of(tx, organization, heard, *wish).await?;
    let words: Vec<Said> = words
        .into_iter()
        .map(|(purpose, state, method)| Said {
            source: Some((*text).trim().to_string()),
            evidence: Some(heard.message.to_string()),
            ..Said::by_person(heard.customer, purpose, state, method, heard.at)
        })
        .collect();
    record(tx, organization, &words).await?;
    Ok(())
}

type Word = (ConsentPurpose, ConsentState, ConsentMethod);

async fn words_of(tx: &Tx, organization: OrganizationId, heard: Heard<'_>, wish: Wish) -> Result<Vec<Word>> {
    use ConsentMethod::{Confirmation, Keyword};
    use ConsentPurpose::{Marketing, Utility};
    use ConsentState::{OptedIn, OptedOut};
    Ok(match wish {
        Wish::Stop => vec![(Marketing, OptedOut, Keyword)],
        Wish::StopAll => vec![(Marketing, OptedOut, Keyword), (Utility, OptedOut, Keyword)],
        Wish::Yes | Wish::No => {
            let state = if wish == Wish::Yes { OptedIn } else { OptedOut };
            let open = request::open_of(tx, organization, heard.customer).await?;
            open.into_iter().map(|question| (question.purpose, state, Confirmation)).collect()
        }
        Wish::Start => {
            let customer = customers::Entity::find_by_id(heard.customer).one(tx.conn()).await?;
            let stopped = customer.is_some_and(|known| known.utility_consent == OptedOut);
            let back = stopped.then_some((Utility, OptedIn, Keyword));
            [Some((Marketing, OptedIn, Keyword)), back].into_iter().flatten().collect()
        }
    })
}
