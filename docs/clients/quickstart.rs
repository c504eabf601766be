//! A campaign from draft to delivery through a client that is generated from openapi.yaml. README.md says how to run it.

use bellbird_client::Error;
use bellbird_client::types::{CampaignSnapshot, CampaignStatus, NewRecipient, RecipientOptIn};
use bellbird_client::types::{RecipientWord, TemplateStatus, VariableSource};
use futures::{AsyncBufReadExt, TryStreamExt};
use std::num::NonZeroU64;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let url = std::env::var("BELLBIRD_URL").unwrap_or("http://127.0.0.1:8080".into());
    let key = std::env::var("BELLBIRD_KEY").map_err(|_| "set BELLBIRD_KEY to an API key (bb_…)")?;
    let bellbird = bellbird_client::connect(&url, &key)?;

    // The number to send from, and a text WhatsApp has approved; the demo has one of each.
    let senders = bellbird.list_senders().send().await?.into_inner().items;
    let sender = senders.into_iter().next().ok_or("connect a sender first")?;
    let templates = bellbird.list_templates().send().await?.into_inner().items;
    let approved = templates.into_iter().find(|template| template.status == TemplateStatus::Approved);
    let template = approved.ok_or("write an approved template down first")?;

    // 1. Draft it. With an idempotency key the request may be repeated: it is done once.
    let name = VariableSource::builder().attribute("name".to_string()).default("there".to_string());
    let code = VariableSource::builder().value("WELCOME20".to_string());
    let variables = [("1".to_string(), name.try_into()?), ("2".to_string(), code.try_into()?)];
    let draft = bellbird.create_campaign().idempotency_key(format!("quickstart {}", std::process::id()));
    let draft = draft.body_map(|draft| {
        let draft = draft.name("Quickstart (Rust)").template_id(template.id);
        draft.sender_ids([sender.id]).variables(variables)
    });
    let campaign = draft.send().await?.into_inner();
    let id = campaign.id.as_str();
    println!("drafted {id}");

    // 2. Add people. All go in or none; whatever is wrong is told field by field, as a typed problem.
    let wrong = vec![person("12", "Nobody")?];
    match bellbird.add_recipients().campaign_id(id).body_map(|body| body.recipients(wrong)).send().await {
        Err(Error::ErrorResponse(problem)) => {
            for error in &problem.errors {
                println!("refused with {}: {} {}", problem.status, error.field, error.code);
            }
        }
        other => return Err(format!("not refused: {other:?}").into()),
    }
    let names = ["Asha", "Ben", "Chitra", "Dev", "Esha"].into_iter().zip(1..);
    let people = names.map(|(name, n)| person(&format!("+91982009920{n}"), name));
    let people = people.collect::<Result<Vec<_>, _>>()?;
    let added = bellbird.add_recipients().campaign_id(id).body_map(|body| body.recipients(people));
    println!("added {} people", added.send().await?.added);

    // 3. Launch it.
    bellbird.launch_campaign().campaign_id(id).send().await?;

    // 4. Watch it: server-sent events, each with a whole snapshot in its line of data.
    let stream = bellbird.stream_campaign_events().campaign_id(id).send().await?.into_inner().into_inner();
    let mut lines = stream.map_err(std::io::Error::other).into_async_read().lines();
    while let Some(line) = lines.try_next().await? {
        let Some(data) = line.strip_prefix("data:") else { continue };
        let CampaignSnapshot { status, funnel, .. } = serde_json::from_str(data)?;
        println!("{status}: {} sent, {} delivered", funnel.sent, funnel.delivered);
        if status == CampaignStatus::Completed && funnel.delivered + funnel.failed == funnel.total {
            break;
        }
    }

    // 5. The numbers, and everybody page by page.
    let stats = bellbird.get_campaign_stats().campaign_id(id).send().await?.into_inner();
    let two = NonZeroU64::new(2).ok_or("two is not zero")?;
    let mut page = bellbird.list_recipients().campaign_id(id).limit(two).send().await?.into_inner();
    loop {
        for person in &page.items {
            let (name, phone) = (person.name.as_deref(), person.phone.as_deref());
            println!("{} ({}): {}", name.unwrap_or_default(), phone.unwrap_or_default(), person.status);
        }
        let Some(cursor) = page.next_cursor else { break };
        page =
            bellbird.list_recipients().campaign_id(id).limit(two).cursor(cursor).send().await?.into_inner();
    }
    println!("{}: {} recipients, {} delivered", stats.status, stats.funnel.total, stats.funnel.delivered);
    Ok(())
}

/// Somebody who agreed to be messaged.
fn person(phone: &str, name: &str) -> Result<NewRecipient, Failure> {
    let word = RecipientOptIn::builder().state(RecipientWord::OptedIn).source("quickstart");
    let person = NewRecipient::builder().phone(phone).name(Some(name.parse()?));
    Ok(person.opt_in(Some(word.try_into()?)).try_into()?)
}
