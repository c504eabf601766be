//! What a campaign needs before it can be launched, on both sides: ours and the sandbox's.

use std::collections::BTreeMap;

use bellbird_core::campaigns::audience::{Audience, VariableSource};
use bellbird_core::campaigns::bounds::Bounds;
use bellbird_core::campaigns::edit::{self, Draft};
use bellbird_core::campaigns::pool::SenderChoice;
use bellbird_core::consent::{ConsentMethod, ConsentState};
use bellbird_core::context::{Actor, Ctx};
use bellbird_core::customers::edit::{GivenConsent, Upsert, upsert_many};
use bellbird_core::ids::{CampaignId, SenderId, TemplateId};
use bellbird_core::organizations::UnknownPolicy;
use bellbird_core::phone::Phone;
use bellbird_core::senders::{apps, connect};
use bellbird_core::templates::create::{NewTemplate, Origin, create};
use bellbird_core::templates::{Button, Category, Header, TemplateModel, TemplateStatus};
use bellbird_sandbox::{Control, DemoWorld, demo_world};

use super::world::Plan;

const SECRET: &str = "the app secret";
const TOKEN: &str = "the token";
const NUMBER: &str = "3001";
const ACCOUNT: &str = "2001";

/// App, sender, template, people and the draft of a campaign to all of them.
pub(super) async fn prepare(ctx: &Ctx, sandbox: &Control, api: &str, plan: &Plan) -> CampaignId {
    let sender = connect_sender(ctx, sandbox, api, plan.mps).await;
    let template = add_template(ctx).await;
    add_people(ctx, plan.recipients).await;
    let draft = Draft {
        name: "A campaign that meets with trouble".into(),
        description: None,
        template,
        senders: vec![sender],
        audience: Audience::OptedIn,
        variables: BTreeMap::from([
            ("1".into(), VariableSource { attribute: Some("name".into()), ..Default::default() }),
            ("2".into(), VariableSource { value: Some("CALM20".into()), ..Default::default() }),
        ]),
        rate_per_minute: None,
        multi_day: false,
        sender_choice: SenderChoice::Spread,
        max_attempts: None,
        unknown_policy: Some(if plan.resend { UnknownPolicy::Resend } else { UnknownPolicy::Leave }),
        bounds: Bounds::default(),
    };
    let tx = ctx.begin().await.unwrap();
    let campaign = edit::create(&tx, ctx, draft).await.unwrap().id;
    tx.commit().await.unwrap();
    campaign
}

async fn connect_sender(ctx: &Ctx, sandbox: &Control, api: &str, mps: u32) -> SenderId {
    let tx = ctx.begin().await.unwrap();
    let new = apps::NewApp { name: "Faults".into(), secret: SECRET.to_string().into(), verify_token: None };
    let (app, _) = apps::add(&tx, ctx, new).await.unwrap();
    tx.commit().await.unwrap();
    let mut world = demo_world(DemoWorld {
        app_id: "1001".into(),
        app_secret: SECRET.into(),
        callback_url: format!("http://{api}/webhooks/whatsapp/{}", app.key),
        verify_token: "unused".into(),
        waba_id: ACCOUNT.into(),
        phone_number_id: NUMBER.into(),
        display_phone_number: "+1 555-078-3881".into(),
        verified_name: "Faults".into(),
        token: TOKEN.into(),
    });
    world.numbers[0].mps = 5_000; // what our side sends too fast is not what is tested here
    sandbox.apply(world).unwrap();
    let new = connect::NewSender {
        app_id: Some(app.id),
        phone_number_id: NUMBER.into(),
        waba_id: ACCOUNT.into(),
        portfolio_id: None,
        access_token: TOKEN.to_string().into(),
        mps: Some(mps),
    };
    let facts = connect::prove(ctx, &new).await.unwrap();
    let tx = ctx.begin().await.unwrap();
    let sender = connect::connect(&tx, ctx, new, facts).await.unwrap().id;
    tx.commit().await.unwrap();
    sender
}

/// The sandbox's `welcome_offer`, as our side knows it.
async fn add_template(ctx: &Ctx) -> TemplateId {
    let text = "Hi {{1}}, thank you for being with us! Use the code {{2}} for 20% off until Sunday.";
    let model = TemplateModel {
        header: Some(Header::Text("Something for you".into())),
        buttons: vec![Button::QuickReply { text: "Stop promotions".into() }],
        examples: BTreeMap::from([("1".into(), "Ana".into()), ("2".into(), "WELCOME20".into())]),
        ..TemplateModel::plain("welcome_offer", "en_US", Category::Marketing, text)
    };
    let tx = ctx.begin().await.unwrap();
    let origin = Origin::Registered(TemplateStatus::Approved);
    let new = NewTemplate { waba_id: ACCOUNT.into(), model, origin };
    let template = create(&tx, ctx, new).await.unwrap().id;
    tx.commit().await.unwrap();
    template
}

async fn add_people(ctx: &Ctx, count: u32) {
    let opted_in = || GivenConsent::new(ConsentState::OptedIn, ConsentMethod::Api, "form", Actor::Operator);
    let person = |n: u32| Upsert {
        name: Some(format!("Customer {n}")),
        consent: vec![opted_in()],
        ..Upsert::phone(Phone::parse(&format!("+9198{:08}", 20_000_000 + n), None).unwrap())
    };
    let people: Vec<_> = (0..count).map(person).collect();
    for some in people.chunks(500) {
        let tx = ctx.begin().await.unwrap();
        upsert_many(&tx, ctx.organization, some).await.unwrap();
        tx.commit().await.unwrap();
    }
}
