//! The demo's world: made at the first start, found again at the next.

use bellbird_core::campaigns::audience::{Audience, VariableSource};
use bellbird_core::campaigns::bounds::Bounds;
use bellbird_core::campaigns::pool::SenderChoice;
use bellbird_core::campaigns::{self, CampaignStatus, edit::Draft};
use bellbird_core::consent::{ConsentMethod, ConsentState};
use bellbird_core::context::{Actor, Ctx, Services};
use bellbird_core::customers::edit::{GivenConsent, Upsert, upsert_many};
use bellbird_core::identity::email::EmailAddress;
use bellbird_core::identity::users::{self, NewUser};
use bellbird_core::identity::{Role, passwords};
use bellbird_core::ids::{CampaignId, SenderId, TemplateId};
use bellbird_core::page::PageRequest;
use bellbird_core::phone::Phone;
use bellbird_core::secret::{Cipher, ExposeSecret, SecretString, random_token};
use bellbird_core::senders::{apps, connect};
use bellbird_core::templates::create::{NewTemplate, Origin};
use bellbird_core::templates::{self, Button, Category, Header, TemplateModel, TemplateStatus};
use bellbird_core::{identity, organizations};
use bellbird_sandbox::{
    Behaviour, Delay, DemoWorld, Match, Rule, Sandbox, SandboxConfig, SandboxHandle, StatusProfile,
    demo_world,
};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

type Failure = Box<dyn std::error::Error + Send + Sync>;

const APP: &str = "100000000000001";
const WABA: &str = "100000000000002";
const NUMBER: &str = "100000000000003";
const TAG: &str = "demo";
/// Who signs in to the console.
pub(super) const OWNER: &str = "owner@demo.example";

/// The demo's folder.
pub(super) struct Home(PathBuf);

impl Home {
    pub(super) fn open(dir: &Path) -> Result<Self, Failure> {
        fs::create_dir_all(dir)
            .map_err(|error| format!("cannot make the folder {}: {error}", dir.display()))?;
        Ok(Self(dir.to_path_buf()))
    }

    pub(super) fn database(&self) -> PathBuf {
        self.0.join("bellbird.db")
    }

    pub(super) fn secret_key(&self) -> Result<String, Failure> {
        self.remember("secret.key", || Cipher::generate_key().expose_secret().to_string())
    }

    /// A value made at the first start, readable by its owner only.
    fn remember(&self, name: &str, make: impl FnOnce() -> String) -> Result<String, Failure> {
        use std::io::Write;
        use std::os::unix::fs::OpenOptionsExt;
        let path = self.0.join(name);
        if let Ok(known) = fs::read_to_string(&path) {
            return Ok(known);
        }
        let value = make();
        let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
        file.write_all(value.as_bytes())?;
        Ok(value)
    }
}

/// The sandbox with the demo's number, and people who behave like people.
pub(super) async fn sandbox(home: &Home, public_url: &str) -> Result<SandboxHandle, Failure> {
    let sandbox = Sandbox::start(SandboxConfig {
        statuses: StatusProfile {
            sent_after: Delay::ms(20, 120),
            delivered_after: Delay::ms(100, 900),
            read_after: Delay::ms(300, 1_500),
            read_ratio: 0.7,
            skip_delivered_ratio: 0.02,
            duplicate_ratio: 0.02,
            disorder_ratio: 0.02,
            ..StatusProfile::default()
        },
        ..SandboxConfig::default()
    })
    .await?;
    sandbox.apply(demo_world(DemoWorld {
        app_id: APP.into(),
        app_secret: home.remember("app.secret", random_token)?,
        callback_url: format!("{public_url}/webhooks/whatsapp/unset"),
        verify_token: "demo".into(),
        waba_id: WABA.into(),
        phone_number_id: NUMBER.into(),
        display_phone_number: "+1 555-078-3881".into(),
        verified_name: "Bellbird Demo Shop".into(),
        token: home.remember("access.token", random_token)?,
    }))?;
    for (digits, code) in [("13", 131_050), ("77", 130_472)] {
        let later = Behaviour::FailLater { code, after_ms: 200, sent_first: false };
        sandbox.add_rule(Rule::new(Match::suffix(digits), later));
    }
    Ok(sandbox)
}

/// What the demo shows.
pub(super) struct World {
    pub(super) ctx: Ctx,
    pub(super) campaign: CampaignId,
    pub(super) sender: SenderId,
    pub(super) template: TemplateId,
    /// What the demo's owner signs in to the console with.
    pub(super) password: SecretString,
    /// Only at the first start.
    pub(super) new_key: Option<SecretString>,
    pub(super) resumed: bool,
}

/// Finds the demo's organization or makes it, and the campaign to watch: an unfinished one, or a new one.
pub(super) async fn world(
    services: &Services,
    home: &Home,
    sandbox: &SandboxHandle,
    recipients: u32,
) -> Result<World, Failure> {
    let known = organizations::queries::all(services).await?.into_iter().next();
    let (ctx, new_key) = match known {
        Some(organization) => (authority(services, organization.id), None),
        None => {
            let tx = services.begin().await?;
            let organization = organizations::create(&tx, "Bellbird Demo Shop", Some("IN")).await?;
            let key = identity::create_key(&tx, organization.id, "demo").await?;
            tx.commit().await?;
            (authority(services, organization.id), Some(key.secret))
        }
    };
    let password = owner(&ctx, home).await?;
    let sender = sender(&ctx, home, sandbox).await?;
    let template = template(&ctx).await?;
    people(&ctx, recipients).await?;
    let newest = campaigns::queries::list(&ctx, None, PageRequest { after: None, limit: 1 }).await?;
    let unfinished = newest.items.into_iter().find(|campaign| {
        !matches!(
            campaign.status,
            CampaignStatus::Completed | CampaignStatus::Cancelled | CampaignStatus::Failed
        )
    });
    let resumed = unfinished.as_ref().is_some_and(|campaign| campaign.status != CampaignStatus::Draft);
    let campaign = match unfinished {
        Some(campaign) => campaign,
        None => draft(&ctx, sender, template).await?,
    };
    if campaign.status == CampaignStatus::Draft {
        let tx = services.begin().await?;
        campaigns::launch::launch(&tx, &ctx, campaign.id).await?;
        tx.commit().await?;
    }
    Ok(World { ctx, campaign: campaign.id, sender, template, password, new_key, resumed })
}

/// Who signs in to the console. The password lies beside the database, as the demo's other secrets do, and is shown at every
/// start.
async fn owner(ctx: &Ctx, home: &Home) -> Result<SecretString, Failure> {
    let password = SecretString::from(home.remember("owner.password", random_token)?);
    let email = EmailAddress::read(OWNER)?;
    if users::by_email(ctx.db.read(), &email).await?.is_some() {
        return Ok(password);
    }
    let password_hash = passwords::hash(&password).await?;
    let tx = ctx.begin().await?;
    let new = NewUser { email, name: "Demo owner".into(), password_hash, verified: true };
    let user = users::insert(&tx, new).await?;
    users::join(&tx, ctx.organization, user.id, Role::Owner).await?;
    tx.commit().await?;
    Ok(password)
}

fn authority(services: &Services, organization: bellbird_core::ids::OrganizationId) -> Ctx {
    Ctx::trusted(services.clone(), organization, Actor::Operator)
}

async fn sender(ctx: &Ctx, home: &Home, sandbox: &SandboxHandle) -> Result<SenderId, Failure> {
    let (app_secret, token) =
        (home.remember("app.secret", random_token)?, home.remember("access.token", random_token)?);
    let app = match apps::list(ctx, PageRequest::default()).await?.items.into_iter().next() {
        Some(app) => app,
        None => {
            let tx = ctx.begin().await?;
            let new = apps::NewApp { name: "Demo app".into(), secret: app_secret.into(), verify_token: None };
            let (app, _) = apps::add(&tx, ctx, new).await?;
            tx.commit().await?;
            app
        }
    };
    // the sandbox starts anew each time and must learn where webhooks go
    let mut world = sandbox.world();
    for known in &mut world.apps {
        known.callback_url = Some(format!("{}/webhooks/whatsapp/{}", ctx.config.http.public_url(), app.key));
    }
    sandbox.apply(world)?;
    if let Some(known) = connect::list(ctx, PageRequest::default()).await?.items.into_iter().next() {
        return Ok(known.id);
    }
    let new = connect::NewSender {
        app_id: Some(app.id),
        phone_number_id: NUMBER.into(),
        waba_id: WABA.into(),
        portfolio_id: None,
        access_token: token.into(),
        mps: Some(1_000),
    };
    let facts = connect::prove(ctx, &new).await?;
    let tx = ctx.begin().await?;
    let sender = connect::connect(&tx, ctx, new, facts).await?;
    tx.commit().await?;
    Ok(sender.id)
}

/// The same template the sandbox has approved.
async fn template(ctx: &Ctx) -> Result<TemplateId, Failure> {
    if let Some(known) = templates::queries::find(ctx, WABA, "welcome_offer", "en_US").await? {
        return Ok(known.id);
    }
    let text = "Hi {{1}}, thank you for being with us! Use the code {{2}} for 20% off until Sunday.";
    let model = TemplateModel {
        header: Some(Header::Text("Something for you".into())),
        footer: Some("Not interested? Tap Stop promotions".into()),
        buttons: vec![Button::QuickReply { text: "Stop promotions".into() }],
        examples: BTreeMap::from([("1".into(), "Ana".into()), ("2".into(), "WELCOME20".into())]),
        ..TemplateModel::plain("welcome_offer", "en_US", Category::Marketing, text)
    };
    let origin = Origin::Registered(TemplateStatus::Approved);
    let new = NewTemplate { waba_id: WABA.into(), model, origin };
    let tx = ctx.begin().await?;
    let template = templates::create::create(&tx, ctx, new).await?;
    tx.commit().await?;
    Ok(template.id)
}

/// Opted-in customers with numbers of a range of their own; they exist only in the sandbox.
async fn people(ctx: &Ctx, count: u32) -> Result<(), Failure> {
    let numbers: Vec<u32> = (0..count).collect();
    for chunk in numbers.chunks(500) {
        let people: Result<Vec<_>, Failure> = chunk.iter().map(|n| person(*n)).collect();
        let tx = ctx.begin().await?;
        upsert_many(&tx, ctx.organization, &people?).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn person(n: u32) -> Result<Upsert, Failure> {
    let phone = Phone::parse(&format!("+9198{:08}", 20_000_000 + n), None)?;
    let consent =
        GivenConsent::new(ConsentState::OptedIn, ConsentMethod::Api, "demo sign-up form", Actor::Operator);
    Ok(Upsert {
        name: Some(format!("Customer {}", n + 1)),
        tags: vec![TAG.into()],
        consent: vec![consent],
        ..Upsert::phone(phone)
    })
}

async fn draft(ctx: &Ctx, sender: SenderId, template: TemplateId) -> Result<campaigns::Campaign, Failure> {
    let name = VariableSource {
        attribute: Some("name".into()),
        default: Some("there".into()),
        ..VariableSource::default()
    };
    let code = VariableSource { value: Some("WELCOME20".into()), ..VariableSource::default() };
    let draft = Draft {
        name: "Welcome offer".into(),
        description: Some("The demo's campaign".into()),
        template,
        senders: vec![sender],
        audience: Audience::Tag { tag: TAG.into() },
        variables: BTreeMap::from([("1".into(), name), ("2".into(), code)]),
        rate_per_minute: None,
        multi_day: false,
        sender_choice: SenderChoice::Spread,
        max_attempts: None,
        unknown_policy: None,
        bounds: Bounds::default(),
    };
    let tx = ctx.begin().await?;
    let campaign = campaigns::edit::create(&tx, ctx, draft).await?;
    tx.commit().await?;
    Ok(campaign)
}
