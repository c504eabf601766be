//! `/o/<token>`: a person's own page to stop messages, and to have them again.
//!
//! Opening it changes nothing: mail and chat programs open links to look at them. Only a pressed button does. The page
//! needs no script, no picture and no other server, and its address is all the authority it has.

use bellbird_core::consent::ConsentState;
use bellbird_core::consent::link::{self, Choice, Opened};
use bellbird_core::{Result, Services};
use poem::http::StatusCode;
use poem::web::{Data, Path};
use poem::{Body, IntoResponse, Response, handler};

/// A pressed button is a few bytes.
const LONGEST: usize = 1_024;

/// Shows the page.
#[handler]
pub(crate) async fn show(services: Data<&Services>, Path(token): Path<String>) -> Response {
    answer(link::open(&services, &token).await, false)
}

/// Does what a button says, and shows the page as it is now. Without a button's word it only shows it.
#[handler]
pub(crate) async fn choose(services: Data<&Services>, Path(token): Path<String>, body: Body) -> Response {
    let form = body.into_bytes_limit(LONGEST).await.unwrap_or_default();
    match choice(&form) {
        Some(choice) => answer(link::choose(&services, &token, choice).await, true),
        None => answer(link::open(&services, &token).await, false),
    }
}

fn choice(form: &[u8]) -> Option<Choice> {
    let form = std::str::from_utf8(form).ok()?;
    match form.split('&').find_map(|field| field.strip_prefix("choice="))? {
        "stop" => Some(Choice::Stop),
        "stop_all" => Some(Choice::StopAll),
        "resume" => Some(Choice::Resume),
        _ => None,
    }
}

fn answer(found: Result<Option<Opened>>, chosen: bool) -> Response {
    let (status, title, main) = match found {
        Ok(Some(opened)) => {
            let name = escaped(&opened.organization_name);
            (StatusCode::OK, format!("Messages from {name}"), choices(&opened, &name, chosen))
        }
        Ok(None) => {
            let text = "<p>This link is not valid. Answer STOP to a message on WhatsApp instead.</p>";
            (StatusCode::NOT_FOUND, "No such link".to_string(), text.to_string())
        }
        Err(error) => {
            tracing::error!(%error, "a personal link could not be answered");
            let text = "<p>This did not work just now. Please try again in a minute.</p>";
            (StatusCode::SERVICE_UNAVAILABLE, "Please try again".to_string(), text.to_string())
        }
    };
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex, nofollow\"><title>{title}</title><style>{STYLE}</style>\
         <main><h1>{title}</h1>{main}</main></html>"
    );
    let page = Response::builder().status(status).content_type("text/html; charset=utf-8").body(page);
    page.with_header("X-Robots-Tag", "noindex, nofollow").into_response()
}

/// Where the person stands, and a button for each thing they may want.
fn choices(opened: &Opened, name: &str, chosen: bool) -> String {
    let (marketing, utility) = (opened.customer.marketing_consent, opened.customer.utility_consent);
    let offers = match marketing {
        ConsentState::OptedIn => format!("You get offers and news from {name} on WhatsApp."),
        ConsentState::Pending => {
            format!(
                "{name} asks you on WhatsApp whether you want offers and news; until you say yes, you get none."
            )
        }
        ConsentState::OptedOut => format!("You get no offers and news from {name} on WhatsApp."),
        ConsentState::Unasked => format!("You have not asked for offers and news from {name} on WhatsApp."),
    };
    let orders = match utility {
        ConsentState::OptedOut => "You get no messages about your orders and appointments either.",
        _ => "Messages about your orders and appointments reach you.",
    };
    let button = |wanted: bool, choice: &str, text: &str| match wanted {
        true => format!("<p><button name=\"choice\" value=\"{choice}\">{text}</button></p>"),
        false => String::new(),
    };
    let (no_offers, nothing) = (marketing == ConsentState::OptedOut, utility == ConsentState::OptedOut);
    let heading = if chosen { "<p role=\"status\"><strong>Your choice is saved.</strong></p>" } else { "" };
    format!(
        "{heading}<p>{offers} {orders}</p><form method=\"post\">{}{}{}</form>",
        button(!no_offers, "stop", "Stop offers and news"),
        button(!nothing, "stop_all", "Stop all messages"),
        button(no_offers || nothing, "resume", "Get messages again"),
    )
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

const STYLE: &str = "body{font:1.125rem/1.5 system-ui,sans-serif;color:#111;background:#fff;margin:0}\
main{max-width:36rem;margin:3rem auto;padding:0 1rem}\
button{font:inherit;min-height:3rem;width:100%;padding:.5rem 1rem;color:#fff;background:#0b5345;border:0;border-radius:.5rem}\
button:focus-visible{outline:3px solid #f39c12;outline-offset:2px}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_buttons_word_is_a_choice() {
        assert_eq!(choice(b"choice=stop"), Some(Choice::Stop));
        assert_eq!(choice(b"x=1&choice=resume"), Some(Choice::Resume));
        for form in [&b""[..], b"choice=", b"List-Unsubscribe=One-Click", b"choice=everything", b"\xff"] {
            assert_eq!(choice(form), None);
        }
    }

    #[test]
    fn a_name_cannot_be_markup() {
        assert_eq!(escaped("<b>\"A\" & 'B'</b>"), "&lt;b&gt;&quot;A&quot; &amp; &#39;B&#39;&lt;/b&gt;");
    }
}
