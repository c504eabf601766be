//! What people are told by email. A link carries its token behind a `#`: what stands there is sent to no server and
//! stands in no log.

use super::email::EmailAddress;
use super::user_entity::Model as User;
use super::user_tokens::{self, Purpose};
use crate::context::{Services, Tx};
use crate::emails;
use crate::error::Result;
use crate::secret::SecretString;

fn link(services: &Services, page: &str, token: &str) -> String {
    format!("{}/{page}#token={token}", services.config.console_url())
}

/// The words every letter ends with.
fn signed(text: &str, services: &Services) -> String {
    format!("{text}\n\n-- \nBellbird at {}\n", services.config.console_url())
}

/// Asks somebody to confirm their address.
pub(super) async fn confirm(tx: &Tx, services: &Services, user: &User) -> Result<()> {
    if services.mailer.is_none() {
        return Ok(());
    }
    let token = user_tokens::make(tx, user.id, Purpose::VerifyEmail).await?;
    // without the name: until the address is confirmed, a stranger may have written it
    let text = format!(
        "Hello,\n\nplease confirm that this address is yours by opening this link within three days:\n\n{}\n\n\
         If you did not register, ignore this email; nothing happens without the link.",
        link(services, "confirm-email", &token)
    );
    emails::queue(tx, services, &user.email, "Confirm your email address", signed(&text, services)).await
}

/// Tells the owner of an address that somebody tried to register with it.
pub(super) async fn already_registered(tx: &Tx, services: &Services, email: &EmailAddress) -> Result<()> {
    let text = format!(
        "Hello,\n\nsomebody, perhaps you, registered with this address, which has an account already. Nothing was \
         changed.\n\nIf it was you: sign in, or set a new password at\n\n{}/reset-password\n\nIf it was not, there is \
         nothing to do.",
        services.config.console_url()
    );
    emails::queue(tx, services, email.as_str(), "You have an account already", signed(&text, services)).await
}

/// Sends the way to a new password.
pub(super) async fn reset(tx: &Tx, services: &Services, user: &User) -> Result<()> {
    let token = user_tokens::make(tx, user.id, Purpose::PasswordReset).await?;
    let text = format!(
        "Hello {},\n\nyou can set a new password by opening this link within an hour:\n\n{}\n\nIf you did not ask for \
         it, ignore this email; your password stays as it is.",
        user.name,
        link(services, "reset-password", &token)
    );
    emails::queue(tx, services, &user.email, "Set a new password", signed(&text, services)).await
}

/// Tells somebody what was changed about their account.
pub(super) async fn changed(tx: &Tx, services: &Services, user: &User, what: &str) -> Result<()> {
    let text = format!(
        "Hello {},\n\n{what}.\n\nIf that was not you, set a new password at once at\n\n{}/reset-password\n\nand tell \
         whoever runs this installation.",
        user.name,
        services.config.console_url()
    );
    emails::queue(tx, services, &user.email, "Your account was changed", signed(&text, services)).await
}

/// Sends an invitation, or gives its link to who invites where no email is sent.
pub(super) async fn invite(
    tx: &Tx,
    services: &Services,
    email: &EmailAddress,
    token: &str,
) -> Result<Option<SecretString>> {
    let link = link(services, "accept-invitation", token);
    if services.mailer.is_none() {
        return Ok(Some(SecretString::from(link)));
    }
    // nothing of the organization's own words: they would be an advertisement sent in our name
    let text = format!(
        "Hello,\n\nyou are invited to work with Bellbird at {}. Open this link within seven days to accept:\n\n{link}\n\n\
         If you do not know what this is about, ignore this email.",
        services.config.console_url()
    );
    emails::queue(tx, services, email.as_str(), "You are invited", signed(&text, services)).await?;
    Ok(None)
}
