//! Through the Rust client: what the document promises is what the server does, types included.

use crate::support::app::both;
use crate::support::shop::{OFFER, Shop, phones};
use crate::support::wait::wait_for;
use bellbird_client::types::{self, CampaignStatus, OptInState, RecipientWord, TemplateCategory};
use bellbird_client::{Client, Error, ResponseValue};
use futures::StreamExt;
use std::num::NonZeroU64;

type Answer<T> = Result<ResponseValue<T>, Error<types::Problem>>;

fn ok<T>(answer: Answer<T>) -> T {
    answer.unwrap_or_else(|error| panic!("refused: {error}")).into_inner()
}

/// The problem in a refusal, typed; anything else fails the test.
#[track_caller]
fn problem<T: std::fmt::Debug>(answer: Answer<T>) -> types::Problem {
    match answer {
        Err(Error::ErrorResponse(problem)) => {
            assert_eq!(problem.status().as_u16(), problem.status, "the status stands in the problem, too");
            problem.into_inner()
        }
        other => panic!("not a documented refusal: {other:?}"),
    }
}

async fn connect(api: &Client, shop: &Shop) -> types::Sender {
    let sender = api.create_sender().body_map(|sender| {
        sender
            .app_id(shop.app.parse::<types::AppId>().ok())
            .phone_number_id(&shop.number)
            .waba_id(&shop.waba)
            .access_token(shop.token.as_str())
            .mps(1_000)
    });
    ok(sender.send().await)
}

async fn template(api: &Client, shop: &Shop) -> types::Template {
    let template = api.create_template().body_map(|template| {
        template
            .waba_id(shop.waba.as_str())
            .name("offer")
            .language("en_US")
            .category(TemplateCategory::Marketing)
            .body(OFFER)
            .examples([("1".to_string(), "Ana".to_string())])
    });
    ok(template.send().await)
}

async fn draft(api: &Client, shop: &Shop) -> types::Campaign {
    let (sender, template) = (connect(api, shop).await, template(api, shop).await);
    let name = types::VariableSource {
        attribute: Some("name".into()),
        default: Some("friend".into()),
        value: None,
        unsubscribe_link: None,
    };
    let campaign = api.create_campaign().body_map(|draft| {
        draft
            .name("Spring offer")
            .template_id(template.id)
            .sender_ids([sender.id])
            .variables([("1".to_string(), name)])
    });
    ok(campaign.send().await)
}

fn recipient(phone: &str, name: &str) -> types::NewRecipient {
    let said = types::RecipientOptIn::builder().state(RecipientWord::OptedIn).source("checkout");
    let person = types::NewRecipient::builder().phone(phone).name(Some(name.parse().unwrap()));
    person.opt_in(Some(said.try_into().unwrap())).try_into().unwrap()
}

async fn add(
    api: &Client,
    campaign: &str,
    people: Vec<types::NewRecipient>,
) -> Answer<types::AddedRecipients> {
    api.add_recipients().campaign_id(campaign).body_map(|body| body.recipients(people)).send().await
}

both!(a_campaign_goes_its_whole_way, |app| {
    let shop = app.unconnected_shop().await;
    let api = shop.api.generated();
    let people = phones(7);
    let campaign = draft(&api, &shop).await;
    assert_eq!(campaign.status, CampaignStatus::Draft);

    let said = types::OptIn::builder().state(OptInState::OptedIn).source("checkout");
    let customer = api.upsert_customer().body_map(|customer| {
        customer
            .phone(people[0].as_str())
            .tags(["regular".to_string()])
            .opt_in(Some(said.try_into().unwrap()))
    });
    assert_eq!(ok(customer.send().await).tags, ["regular"]);

    let everyone = people.iter().map(|phone| recipient(phone, "Ana")).collect();
    let added = ok(add(&api, campaign.id.as_str(), everyone).await);
    assert_eq!((added.added, added.updated), (7, 0));
    let launched = ok(api.launch_campaign().campaign_id(campaign.id.as_str()).send().await);
    assert!(matches!(launched.status, CampaignStatus::Preparing | CampaignStatus::Running));

    let stats = wait_for("the campaign to be completed and read", async || {
        let stats = ok(api.get_campaign_stats().campaign_id(campaign.id.as_str()).send().await);
        (stats.status == CampaignStatus::Completed && stats.funnel.delivered == 7).then_some(stats)
    })
    .await;
    assert_eq!((stats.funnel.total, stats.funnel.sent, stats.funnel.failed), (7, 7, 0));
    app.assert_each_once(&shop, &people);
});

both!(a_refusal_is_a_typed_problem_that_names_the_field, |app| {
    let shop = app.unconnected_shop().await;
    let api = shop.api.generated();
    let campaign = draft(&api, &shop).await;
    let people = vec![recipient("+919820000001", "Ana"), recipient("12", "Ben")];
    let refused = problem(add(&api, campaign.id.as_str(), people).await);
    assert_eq!((refused.status, refused.code.as_str()), (422, "invalid_input"));
    assert_eq!(refused.errors[0].field, "recipients[1].phone");
    let empty = problem(api.launch_campaign().campaign_id(campaign.id.as_str()).send().await);
    assert_eq!((empty.status, empty.code.as_str()), (409, "empty_audience"));
    let stranger = "cmp_01kawz1m4cf0tr2v6x8yab3c5d";
    let unknown = problem(api.get_campaign().campaign_id(stranger).send().await);
    assert_eq!((unknown.status, unknown.code.as_str()), (404, "not_found"));
    let nobody = problem(app.anyone.generated().list_campaigns().send().await);
    assert_eq!((nobody.status, nobody.code.as_str()), (401, "unauthorized"));
});

both!(a_list_is_read_page_by_page, |app| {
    let shop = app.unconnected_shop().await;
    let api = shop.api.generated();
    let campaign = draft(&api, &shop).await;
    let people = phones(7);
    ok(add(&api, campaign.id.as_str(), people.iter().map(|phone| recipient(phone, "Ana")).collect()).await);
    let (mut found, mut cursor, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = api.list_recipients().campaign_id(campaign.id.as_str()).limit(NonZeroU64::new(3).unwrap());
        let page = match cursor {
            Some(cursor) => page.cursor::<String>(cursor),
            None => page,
        };
        let page = ok(page.send().await);
        found.extend(page.items.into_iter().filter_map(|recipient| recipient.phone));
        (cursor, pages) = (page.next_cursor, pages + 1);
        if cursor.is_none() {
            break;
        }
    }
    found.sort();
    assert_eq!((found, pages), (people, 3));
});

both!(a_repeated_write_gets_the_first_answer, |app| {
    let shop = app.unconnected_shop().await;
    let api = shop.api.generated();
    let campaign = draft(&api, &shop).await;
    let post = |name: &'static str| {
        let (template, senders) = (campaign.template_id.clone(), campaign.sender_ids.clone());
        let post = api.create_campaign().idempotency_key("a key of the test's");
        post.body_map(|draft| draft.name(name).template_id(template).sender_ids(senders)).send()
    };
    let first = post("Twice").await.unwrap();
    assert!(first.headers().get("Idempotent-Replayed").is_none());
    let again = post("Twice").await.unwrap();
    assert_eq!(again.headers()["Idempotent-Replayed"], "true");
    assert_eq!((again.status().as_u16(), &again.id), (201, &first.id));
    let other = problem(post("Another").await);
    assert_eq!((other.status, other.code.as_str()), (422, "idempotency_key_reused"));
});

both!(a_campaign_is_watched_to_its_end, |app| {
    let shop = app.unconnected_shop().await;
    let api = shop.api.generated();
    let campaign = draft(&api, &shop).await;
    ok(add(&api, campaign.id.as_str(), vec![recipient("+919820000001", "Ana")]).await);
    let mut events =
        ok(api.stream_campaign_events().campaign_id(campaign.id.as_str()).send().await).into_inner();
    let mut text = String::new();
    let mut next = async || loop {
        if let Some((event, rest)) = text.split_once("\n\n") {
            let data = event.lines().find_map(|line| line.strip_prefix("data:")).map(str::to_string);
            text = rest.to_string();
            if let Some(data) = data {
                break serde_json::from_str::<types::CampaignSnapshot>(&data).unwrap().status;
            }
        } else {
            let bytes = events.next().await.expect("the stream goes on").expect("a readable stream");
            text.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    };
    // the first snapshot is taken after the answer has begun, so the launch waits for it
    assert_eq!(next().await, CampaignStatus::Draft);
    ok(api.launch_campaign().campaign_id(campaign.id.as_str()).send().await);
    while next().await != CampaignStatus::Completed {}
});
