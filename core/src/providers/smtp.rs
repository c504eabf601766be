//! Emails by SMTP (RFC 5321), through `lettre`: the adapter of [`Mailer`].

use crate::config::EmailConfig;
use crate::emails::port::{Mail, MailError, Mailer};
use crate::secret::ExposeSecret;
use async_trait::async_trait;
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::time::{Duration, SystemTime};

/// How long the mail server may take for one email.
const PATIENCE: Duration = Duration::from_secs(10);

/// A mail server.
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl SmtpMailer {
    /// Takes the settings; connects to nothing yet. `None` when there is no mail server.
    ///
    /// # Errors
    /// What is wrong with the settings.
    pub fn new(config: &EmailConfig) -> Result<Option<Self>, String> {
        let url = config.smtp_url.expose_secret();
        if url.is_empty() {
            return Ok(None);
        }
        // the error may quote the address, and the address may hold a password
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| {
            "email.smtp_url: must be smtp://host:port?tls=required or smtps://user:password@host".to_string()
        })?;
        let from = config.from.parse().map_err(|error| format!("email.from: {error}"))?;
        Ok(Some(Self { transport: transport.timeout(Some(PATIENCE)).build(), from }))
    }

    fn message(&self, mail: &Mail) -> Result<Message, lettre::error::Error> {
        let to = mail.to.parse().map_err(|_| lettre::error::Error::MissingTo)?;
        let domain = self.from.email.domain();
        let at = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(mail.at.0).unwrap_or(0));
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&mail.subject)
            .date(at)
            .message_id(Some(format!("<{}@{domain}>", mail.id)))
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.expose_secret().to_string())
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    async fn send(&self, mail: &Mail) -> Result<(), MailError> {
        let message = self.message(mail).map_err(|error| MailError::Refused(error.to_string()))?;
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() && !signing_in(&error) => {
                Err(MailError::Refused(status(&error)))
            }
            Err(error) => Err(MailError::Away(status(&error))),
        }
    }
}

/// The server does not know us (530, 534, 535, 538): a setting to be mended, not an email to be dropped.
fn signing_in(error: &lettre::transport::smtp::Error) -> bool {
    error.status().is_some_and(|code| ["530", "534", "535", "538"].contains(&code.to_string().as_str()))
}

/// What a server said without its words, which often quote the recipient's address.
fn status(error: &lettre::transport::smtp::Error) -> String {
    match error.status() {
        Some(code) => format!("it answered {code}"),
        None if error.is_timeout() => "it did not answer in time".into(),
        None if error.is_tls() => "no encrypted connection could be made".into(),
        None => "it cannot be reached".into(),
    }
}
