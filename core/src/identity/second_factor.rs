//! The second factor: codes of an authenticator app, and ten recovery codes for the day it is lost.

use super::change_password::prove_again;
use super::session_entity::Ended;
use super::user_entity::{Column, Entity, Model as User, totp_place};
use super::{Person, Visitor, letters, sessions, throttle, totp, trail, users};
use crate::context::{Services, Tx};
use crate::error::{Error, Result};
use crate::secret::{ExposeSecret, SecretString, sha256_hex};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

/// How many recovery codes there are.
const CODES: usize = 10;

/// What an authenticator app is given.
#[derive(Debug)]
pub struct Begun {
    /// The secret in base 32, to be typed.
    pub secret: SecretString,
    /// The same as a URI, to be shown as a QR code.
    pub uri: SecretString,
}

/// Makes a new secret. It counts once a code of it is given ([`confirm`]).
///
/// # Errors
/// `wrong_password`; `second_factor_on`; `too_many_requests`.
pub async fn begin(person: &Person, password: &SecretString) -> Result<Begun> {
    let services = &person.ctx.services;
    let user = prove_again(person, password).await?;
    if user.totp_enabled_at.is_some() {
        return Err(Error::conflict("second_factor_on", "switch the second factor off first"));
    }
    let secret = totp::new_secret();
    let tx = services.begin().await?;
    let sealed = services.cipher.seal(tx.conn(), &totp_place(user.id), &secret).await?;
    users::change(&tx, user.id, [(Column::TotpSecret, Expr::value(sealed))]).await?;
    tx.commit().await?;
    let uri = SecretString::from(totp::uri(secret.expose_secret(), &user.email));
    Ok(Begun { secret, uri })
}

/// Switches the second factor on with the app's first code, and gives the recovery codes. Other sessions end.
///
/// # Errors
/// `invalid_code`; `second_factor_not_begun`; `second_factor_on`; `too_many_requests`.
pub async fn confirm(person: &Person, visitor: &Visitor, code: &SecretString) -> Result<Vec<SecretString>> {
    let services = &person.ctx.services;
    let user = users::get(services.db.read(), person.user).await?;
    if user.totp_enabled_at.is_some() {
        return Err(Error::conflict("second_factor_on", "the second factor is on already"));
    }
    let Some(secret) = user.totp(&services.cipher).await? else {
        return Err(Error::conflict("second_factor_not_begun", "ask for a secret first"));
    };
    throttle::prove_again(services, &user.email).await?;
    let step =
        totp::step_of(secret.expose_secret(), code.expose_secret(), services.now(), user.totp_last_step);
    let step = step.ok_or_else(|| Error::invalid("code", "invalid_code", INVALID))?;
    let codes: Vec<_> = (0..CODES).map(|_| recovery_code()).collect();
    let tx = services.begin().await?;
    let columns = [
        (Column::TotpEnabledAt, Expr::value(tx.now())),
        (Column::TotpLastStep, Expr::value(step)),
        (Column::RecoveryCodes, Expr::value(hashes(&codes))),
    ];
    users::change(&tx, user.id, columns).await?;
    sessions::end_all(&tx, user.id, Ended::SecondFactorChanged, Some(person.session)).await?;
    letters::changed(&tx, services, &user, "signing in now asks for a code of your authenticator app")
        .await?;
    trail::note_everywhere(&tx, services, user.id, visitor, "confirmSecondFactor").await?;
    tx.commit().await?;
    Ok(codes)
}

/// Switches the second factor off.
///
/// # Errors
/// `wrong_password`; `invalid_code`; `second_factor_off`; `too_many_requests`.
pub async fn disable(
    person: &Person,
    visitor: &Visitor,
    password: &SecretString,
    code: &SecretString,
) -> Result<()> {
    let services = &person.ctx.services;
    let user = prove_again(person, password).await?;
    if user.totp_enabled_at.is_none() {
        return Err(Error::conflict("second_factor_off", "the second factor is off already"));
    }
    if !try_spend(services, &user, code).await? {
        return Err(Error::invalid("code", "invalid_code", INVALID));
    }
    let tx = services.begin().await?;
    clear(&tx, &user).await?;
    sessions::end_all(&tx, user.id, Ended::SecondFactorChanged, Some(person.session)).await?;
    letters::changed(&tx, services, &user, "signing in does not ask for a second factor any more").await?;
    trail::note_everywhere(&tx, services, user.id, visitor, "disableSecondFactor").await?;
    tx.commit().await
}

/// Takes a person's second factor away, in a transaction of the caller's.
pub async fn clear(tx: &Tx, user: &User) -> Result<()> {
    let none = None::<String>;
    let columns = [
        (Column::TotpSecret, Expr::value(none)),
        (Column::TotpEnabledAt, Expr::value(None::<i64>)),
        (Column::RecoveryCodes, Expr::value("")),
    ];
    users::change(tx, user.id, columns).await
}

/// Uses a code up at signing in.
pub(super) async fn spend(services: &Services, user: &User, code: &SecretString) -> Result<()> {
    match try_spend(services, user, code).await? {
        true => Ok(()),
        false => Err(Error::unproved("invalid_code", INVALID)),
    }
}

const INVALID: &str = "this code is wrong, too old, or was used before";

/// A code of the app is good once, and none older than the last; a recovery code is good once. Both are used up by
/// compare-and-set: of two who come with the same one, one gets in.
async fn try_spend(services: &Services, user: &User, code: &SecretString) -> Result<bool> {
    let Some(secret) = user.totp(&services.cipher).await? else { return Ok(false) };
    let text = code.expose_secret();
    let update = Entity::update_many().filter(Column::Id.eq(user.id));
    if let Some(step) = totp::step_of(secret.expose_secret(), text, services.now(), user.totp_last_step) {
        let unused = Condition::any().add(Column::TotpLastStep.is_null()).add(Column::TotpLastStep.lt(step));
        let spent = update.col_expr(Column::TotpLastStep, Expr::value(step)).filter(unused);
        return Ok(spent.exec(services.db.write()).await?.rows_affected == 1);
    }
    let hash = hash_of(text);
    let left: Vec<_> = user.recovery_codes.split(' ').filter(|known| *known != hash).collect();
    let left = left.join(" ");
    if left == user.recovery_codes {
        return Ok(false);
    }
    let spent = update
        .col_expr(Column::RecoveryCodes, Expr::value(left))
        .filter(Column::RecoveryCodes.eq(&user.recovery_codes));
    Ok(spent.exec(services.db.write()).await?.rows_affected == 1)
}

/// 80 random bits, in groups people can copy from paper.
fn recovery_code() -> SecretString {
    let text = totp::base32(&rand::random::<[u8; 10]>()).to_lowercase();
    let groups: Vec<_> = text.as_bytes().chunks(4).map(String::from_utf8_lossy).collect();
    SecretString::from(groups.join("-"))
}

/// However it was typed.
fn hash_of(code: &str) -> String {
    let plain: String = code.to_lowercase().chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    sha256_hex(plain.as_bytes())
}

fn hashes(codes: &[SecretString]) -> String {
    codes.iter().map(|code| hash_of(code.expose_secret())).collect::<Vec<_>>().join(" ")
}
