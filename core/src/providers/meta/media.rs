//! Meta's store of files (Cloud API, "Media"; Graph API, "Resumable Upload").

use std::time::Duration;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Body, RequestBuilder, Response, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::client::{MetaClient, bearer, cause, is_passing};
use super::fields::text;
use super::{answer, errors};
use crate::error::Error;
use crate::media::port::{Attachment, FetchedFile, MediaError, OutgoingFile, RemoteMedia};
use crate::senders::inspection::SenderInspector;
use crate::senders::port::{Failure, ProveError, SenderAccess};

/// A hundred megabytes need longer than a message.
const TRANSFER: Duration = Duration::from_secs(120);
/// Where Meta serves files from, beside the Graph API itself.
const HOSTS: &[&str] = &["fbsbx.com", "fbcdn.net", "facebook.com", "whatsapp.net"];
/// Codes of a message that names a file Meta does not have: no such object, and bad values of parameters.
const GONE: &[i32] = &[33, 100, 131_008, 131_009, 131_053];

#[derive(Deserialize)]
struct Id {
    id: String,
}

#[derive(Deserialize)]
struct Handle {
    h: String,
}

#[derive(Deserialize)]
struct Place {
    url: String,
    mime_type: Option<String>,
    sha256: Option<String>,
}

#[async_trait]
impl RemoteMedia for MetaClient {
    async fn upload(&self, from: &SenderAccess, file: OutgoingFile) -> Result<String, MediaError> {
        let boundary = format!("bellbird{:032x}", rand::random::<u128>());
        let (head, tail) = form(&boundary, &file);
        let length = head.len() as u64 + file.size + tail.len() as u64;
        let once = |bytes: String| stream::once(async { Ok::<_, Error>(Bytes::from(bytes)) });
        let body = once(head).chain(file.content).chain(once(tail));
        let request = self
            .post(from, self.url(&[&from.phone_number_id, "media"]))
            .header(CONTENT_TYPE, format!("multipart/form-data; boundary={boundary}"))
            .header(CONTENT_LENGTH, length)
            .body(Body::wrap_stream(body));
        Ok(asked::<Id>(request).await?.id)
    }

    async fn handle(&self, from: &SenderAccess, file: OutgoingFile) -> Result<String, MediaError> {
        let app = self.app_of(from).await?;
        let begin = self.post(from, self.url(&[&app, "uploads"])).query(&[
            ("file_name", file.name.as_str()),
            ("file_length", &file.size.to_string()),
            ("file_type", &file.mime_type),
        ]);
        let session = asked::<Id>(begin).await?.id;
        // the session's id brings parameters of its own behind a question mark
        let mut url = self.url(&[session.split('?').next().unwrap_or_default()]);
        url.set_query(session.split_once('?').map(|(_, query)| query));
        let mut whole = self
            .http()
            .post(url)
            .timeout(TRANSFER)
            .header("file_offset", "0")
            .header(CONTENT_LENGTH, file.size)
            .body(Body::wrap_stream(file.content));
        // this one endpoint wants another word before the token
        if let Ok(token) = bearer(from).to_str()
            && let Ok(mut value) =
                token.replacen("Bearer", "OAuth", 1).parse::<reqwest::header::HeaderValue>()
        {
            value.set_sensitive(true);
            whole = whole.header(AUTHORIZATION, value);
        }
        Ok(asked::<Handle>(whole).await?.h)
    }

    async fn fetch(&self, from: &SenderAccess, provider_id: &str) -> Result<FetchedFile, MediaError> {
        let place: Place = asked(self.get(from, self.url(&[provider_id]))).await?;
        let url = Url::parse(&place.url).ok().filter(|url| self.is_metas(url));
        // the token goes along, so it must not go to anybody else
        let url = url.ok_or_else(|| MediaError::ForeignAddress(host(&place.url)))?;
        let response = answered(self.get(from, url).timeout(TRANSFER)).await?;
        let content = response.bytes_stream().map_err(|error| Error::Unavailable {
            what: "the provider's file storage",
            source: cause(error).into(),
        });
        let sha256 = place.sha256.as_deref().and_then(digest);
        Ok(FetchedFile { mime_type: place.mime_type.map(plain_type), sha256, content: content.boxed() })
    }

    fn attachment(&self, kind: &str, content: &Value) -> Option<Attachment> {
        if !["image", "video", "audio", "document", "sticker"].contains(&kind) {
            return None;
        }
        let file = content.get(kind)?;
        let id =
            text(file, "id").filter(|id| id.len() <= 128 && id.bytes().all(|b| b.is_ascii_alphanumeric()))?;
        Some(Attachment {
            provider_id: id,
            mime_type: text(file, "mime_type").map(plain_type),
            file_name: text(file, "filename"),
            sha256: text(file, "sha256").as_deref().and_then(digest),
        })
    }

    fn may_be_gone(&self, failure: &Failure) -> bool {
        GONE.contains(&failure.code)
    }
}

impl MetaClient {
    /// Meta's id of the app that the sender's token was made for: no other one may take its uploads.
    async fn app_of(&self, from: &SenderAccess) -> Result<String, MediaError> {
        let facts = self.token(from).await.map_err(|error| match error {
            ProveError::Token(failure) | ProveError::Refused(failure) | ProveError::NoSuchNumber(failure) => {
                MediaError::Refused(failure)
            }
            ProveError::OtherAccount => MediaError::NoApp,
            ProveError::Unreachable(why) | ProveError::Unreadable(why) => MediaError::NotNow(why),
        })?;
        facts.app_id.filter(|app| !app.is_empty()).ok_or(MediaError::NoApp)
    }

    fn post(&self, from: &SenderAccess, url: Url) -> RequestBuilder {
        self.http().post(url).timeout(TRANSFER).header(AUTHORIZATION, bearer(from))
    }

    /// An address of Meta's: of the Graph API we talk to, or over HTTPS of one of its hosts.
    fn is_metas(&self, url: &Url) -> bool {
        let known = |host: &str| {
            HOSTS.iter().any(|known| {
                host == *known || host.strip_suffix(known).is_some_and(|rest| rest.ends_with('.'))
            })
        };
        let ours = url.origin() == self.base().origin();
        ours || (url.scheme() == "https" && url.port().is_none() && url.host_str().is_some_and(known))
    }
}

/// The part of a form before the file, and the part after it.
fn form(boundary: &str, file: &OutgoingFile) -> (String, String) {
    let field = |name: &str, value: &str| {
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let name: String =
        file.name.chars().map(|c| if c == '"' || c == '\\' || c.is_control() { '_' } else { c }).collect();
    let head = format!(
        "{}{}--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
         Content-Type: {}\r\n\r\n",
        field("messaging_product", "whatsapp"),
        field("type", &file.mime_type),
        file.mime_type,
    );
    (head, format!("\r\n--{boundary}--\r\n"))
}

/// Asks, and reads a good answer.
async fn asked<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, MediaError> {
    let bytes = answered(request).await?.bytes().await.map_err(|error| MediaError::NotNow(cause(error)))?;
    serde_json::from_slice(&bytes).map_err(|_| MediaError::NotNow("the answer could not be read".into()))
}

/// Asks; a bad answer is judged by its code.
async fn answered(request: RequestBuilder) -> Result<Response, MediaError> {
    let response = request.send().await.map_err(|error| MediaError::NotNow(cause(error)))?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let body = response.bytes().await.map_err(|error| MediaError::NotNow(cause(error)))?;
    match answer::refusal(&body).map(|refusal| refusal.failure) {
        Some(failure) if !is_passing(errors::rule_for(&failure).action) => Err(MediaError::Refused(failure)),
        _ => Err(MediaError::NotNow(format!("HTTP status {status}"))),
    }
}

/// A SHA-256 in hex, whether it was told so (Graph API) or in base64 (webhooks).
fn digest(told: &str) -> Option<String> {
    let bytes = hex::decode(told).ok().or_else(|| STANDARD.decode(told).ok())?;
    (bytes.len() == 32).then(|| hex::encode(bytes))
}

/// `audio/ogg; codecs=opus` → `audio/ogg`, and nothing odd.
fn plain_type(told: String) -> String {
    let plain = told.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let good = plain.len() <= 100
        && plain.contains('/')
        && plain.bytes().all(|b| b.is_ascii_alphanumeric() || b"/.+-_".contains(&b));
    if good { plain } else { "application/octet-stream".into() }
}

/// For the operator: whose address it was, without its secrets.
fn host(url: &str) -> String {
    let host = Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_else(|| "not an address at all".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::meta::MetaOptions;

    #[test]
    fn the_token_goes_to_metas_hosts_only() {
        let client = MetaClient::new(&MetaOptions::default()).unwrap();
        let good = |url: &str| client.is_metas(&Url::parse(url).unwrap());
        for url in [
            "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1",
            "https://scontent.xx.fbcdn.net/v/1",
            "https://graph.facebook.com/x",
            "https://mmg.whatsapp.net/x",
        ] {
            assert!(good(url), "{url}");
        }
        for url in [
            "http://lookaside.fbsbx.com/x",
            "https://lookaside.fbsbx.com:8443/x",
            "https://evilfbsbx.com/x",
            "https://fbsbx.com.evil.example/x",
            "https://169.254.169.254/latest/meta-data",
            "https://localhost/x",
            "file:///etc/passwd",
            "https://user@evil.example/fbsbx.com",
        ] {
            assert!(!good(url), "{url}");
        }
    }

    #[test]
    fn digests_and_types_are_read_in_every_spelling() {
        let hex = "4a1c9c9a8b3f3f3f".repeat(4);
        let base64 = STANDARD.encode(hex::decode(&hex).unwrap());
        assert_eq!(digest(&base64), Some(hex.clone()));
        assert_eq!(digest(&hex.to_uppercase()), Some(hex));
        assert_eq!(digest("<HASH>"), None);
        assert_eq!(plain_type("Audio/OGG; codecs=opus".into()), "audio/ogg");
        assert_eq!(plain_type("text/html\r\nX: 1".into()), "application/octet-stream");
    }
}
