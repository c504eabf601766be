//! `bellbird user create|list|reset-password|disable|enable|platform-admin|rotate-tokens`: people, where nobody can ask
//! by email, and what only operators may do.

use crate::{Outcome, process};
use bellbird_core::identity::email::EmailAddress;
use bellbird_core::identity::users::{self, NewUser};
use bellbird_core::identity::{Role, User, passwords, second_factor, token_keys};
use bellbird_core::ids::OrganizationId;
use bellbird_core::secret::{ExposeSecret, SecretString, random_token};
use bellbird_core::{Services, Tx};
use clap::Subcommand;
use std::path::Path;
use std::process::ExitCode;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Subcommand)]
pub(crate) enum Verb {
    /// Make an account and print its first password, this once.
    Create {
        /// The address they sign in with.
        email: String,
        /// What people call them.
        #[arg(long)]
        name: String,
        /// An organization they belong to (org_…).
        #[arg(long)]
        org: Option<OrganizationId>,
        /// What they are there: owner, admin, marketer, agent or viewer.
        #[arg(long, default_value = "owner", requires = "org")]
        role: Role,
    },
    /// List everybody who has an account.
    List,
    /// Set a new password, print it this once, and end all sessions.
    ResetPassword {
        /// Whose.
        email: String,
        /// Take the second factor away, too: for who lost the app and the recovery codes.
        #[arg(long)]
        without_second_factor: bool,
    },
    /// Keep somebody from signing in, and end all their sessions.
    Disable {
        /// Whom.
        email: String,
    },
    /// Let somebody sign in again.
    Enable {
        /// Whom.
        email: String,
    },
    /// Make somebody an administrator of the installation.
    PlatformAdmin {
        /// Whom.
        email: String,
        /// Or not any more.
        #[arg(long)]
        revoke: bool,
    },
    /// Sign access tokens with a new key; the worker does it every 30 days.
    RotateTokens {
        /// Let no token signed before count any more: after a key may have been seen. Sessions go on, by refreshing.
        #[arg(long)]
        at_once: bool,
    },
}

#[expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the command's answer; only a password itself on stdout"
)]
pub(crate) async fn run(config: Option<&Path>, verb: Verb) -> Outcome {
    let services = process::services(process::settings(config)?).await?;
    match verb {
        Verb::Create { email, name, org, role } => {
            let (user, password) = create(&services, &email, &name, org.map(|org| (org, role))).await?;
            eprintln!("{} made; this is the only time the password is shown:", user.id);
            println!("{}", password.expose_secret());
        }
        Verb::List => {
            for user in users::all(&services).await? {
                println!("{}  {}  {}{}", user.id, user.email, user.name, remarks(&user));
            }
        }
        Verb::ResetPassword { email, without_second_factor } => {
            let password = reset(&services, &email, without_second_factor).await?;
            eprintln!("{email} was signed out everywhere; this is the only time the new password is shown:");
            println!("{}", password.expose_secret());
        }
        Verb::Disable { email } => {
            change(&services, &email, async |tx, user| users::disable(tx, user.id, true).await).await?;
            println!("{email} can no longer sign in");
        }
        Verb::Enable { email } => {
            change(&services, &email, async |tx, user| users::disable(tx, user.id, false).await).await?;
            println!("{email} can sign in again");
        }
        Verb::PlatformAdmin { email, revoke } => {
            let is = !revoke;
            change(&services, &email, async |tx, user| users::set_platform_admin(tx, user.id, is).await)
                .await?;
            println!("{email} {} the installation", if is { "administers" } else { "no longer administers" });
        }
        Verb::RotateTokens { at_once } => {
            let tx = services.begin().await?;
            let kid = token_keys::rotate(&tx, &services, at_once).await?;
            tx.commit().await?;
            println!("access tokens are signed with the key {kid} from now on, everywhere within a minute");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn remarks(user: &User) -> String {
    let all = [
        ("platform admin", user.platform_admin),
        ("second factor", user.totp_enabled_at.is_some()),
        ("address not confirmed", user.email_verified_at.is_none()),
        ("disabled", user.disabled_at.is_some()),
    ];
    all.iter().filter(|(_, holds)| *holds).map(|(remark, _)| format!(", {remark}")).collect()
}

async fn create(
    services: &Services,
    email: &str,
    name: &str,
    place: Option<(OrganizationId, Role)>,
) -> Result<(User, SecretString), Failure> {
    let email = EmailAddress::read(email)?;
    let password = SecretString::from(random_token());
    let password_hash = passwords::hash(&password).await?;
    let tx = services.begin().await?;
    // an operator vouches for the address
    let new = NewUser { email, name: name.trim().to_string(), password_hash, verified: true };
    let user = users::insert(&tx, new).await?;
    if let Some((organization, role)) = place {
        users::join(&tx, organization, user.id, role).await?;
    }
    tx.commit().await?;
    Ok((user, password))
}

async fn reset(services: &Services, email: &str, without_factor: bool) -> Result<SecretString, Failure> {
    let password = SecretString::from(random_token());
    let hash = passwords::hash(&password).await?;
    change(services, email, async |tx, user| {
        if without_factor {
            second_factor::clear(tx, user).await?;
        }
        users::set_password(tx, user.id, hash).await
    })
    .await?;
    Ok(password)
}

/// Changes somebody who is found by their address.
async fn change(
    services: &Services,
    email: &str,
    work: impl AsyncFnOnce(&Tx, &User) -> bellbird_core::Result<()>,
) -> Result<(), Failure> {
    let email = EmailAddress::read(email)?;
    let tx = services.begin().await?;
    let user = users::by_email(tx.conn(), &email).await?;
    let user = user.ok_or_else(|| format!("nobody has the address {email}"))?;
    work(&tx, &user).await?;
    tx.commit().await?;
    Ok(())
}
