//! The page at `/` and `/_sandbox/`: what the sandbox answers, and how it is told what to do.

use poem::Response;

use crate::{handle::Control, server::Call};

/// (call, what it does) of Meta's side.
const GRAPH: &[(&str, &str)] = &[
    ("POST /{number}/messages", "every kind of send; marks as read, with or without typing"),
    ("POST /{number}/marketing_messages", "marketing templates"),
    (
        "POST /{number}/media, GET and DELETE /{media}",
        "files; the address lives five minutes and wants the token",
    ),
    ("POST /{app}/uploads, POST /upload:...", "handles for headers of templates"),
    ("GET, POST, DELETE /{waba}/message_templates", "list, create, delete"),
    ("GET, POST /{template}, POST /{template}/unpause", "show, edit, end a pause"),
    ("GET /{waba}, /{number}, /{waba}/phone_numbers", "with health_status and the messaging limit"),
    ("GET, POST, DELETE /{waba}/subscribed_apps", "who gets webhooks, and where"),
    ("POST /{number}", "PIN; webhook_configuration"),
    ("GET, POST /{number}/whatsapp_business_profile", "the profile"),
    ("POST /{number}/register, deregister, request_code, verify_code", "registration"),
    ("GET, POST, DELETE /{number}/block_users", "blocked customers"),
    ("POST /{catalog}/items_batch, GET check_batch_request_status", "products, in batches"),
    ("GET /{catalog}/products, /{waba}/product_catalogs", "what there is"),
    ("GET, POST /{number}/whatsapp_commerce_settings", "cart and catalog on or off"),
    ("GET /debug_token", "scopes and expiry"),
];

/// (call, what it does) of the control API. `docs/sandbox.md` explains each; a test compares the two.
pub(crate) const CONTROL: &[(&str, &str)] = &[
    ("GET /_sandbox/health", "ok"),
    ("GET /_sandbox/world", "apps, accounts, numbers, templates, windows, portfolios, catalogs, people"),
    ("POST /_sandbox/world", "add to it, or replace what has the same id"),
    ("POST /_sandbox/scenario", "calm, rush, flaky, outage or strict"),
    ("GET /_sandbox/rules", "rules, with how often each has matched"),
    ("POST /_sandbox/rules", "make sends, or any call, go wrong"),
    ("DELETE /_sandbox/rules", "all of them; with /{id} one"),
    ("GET /_sandbox/statuses", "how statuses come"),
    ("PUT /_sandbox/statuses", "delays, how many are delivered and read, duplicates, disorder"),
    ("GET /_sandbox/webhooks", "how webhooks are posted"),
    ("PUT /_sandbox/webhooks", "batches, concurrency, timeouts, retries"),
    ("POST /_sandbox/webhooks/pause", "hold them back, or let them go"),
    ("POST /_sandbox/inbound", "a customer writes"),
    ("POST /_sandbox/media", "a customer's file"),
    ("POST /_sandbox/preference", "a customer stops or resumes marketing"),
    ("POST /_sandbox/people", "a customer with a username, an id, a hidden number"),
    ("POST /_sandbox/number_change", "a customer takes another number"),
    ("POST /_sandbox/window", "open a customer's window; DELETE closes it"),
    ("POST /_sandbox/webhook", "any body, signed"),
    ("POST /_sandbox/verify_webhook", "ask the receiver to prove itself"),
    ("GET /_sandbox/limits", "the limits in force"),
    ("PUT /_sandbox/limits", "pair rate, messaging limit, calls per hour, marketing"),
    ("GET /_sandbox/portfolios", "messaging limits and how much is used"),
    ("POST /_sandbox/tier", "another messaging limit, with its webhook"),
    ("POST /_sandbox/number", "another quality or throughput"),
    ("GET /_sandbox/clock", "what time it is here"),
    ("POST /_sandbox/clock", "let time pass at once"),
    ("GET /_sandbox/review", "how templates are reviewed"),
    ("PUT /_sandbox/review", "approve, reject, recategorise, wait"),
    ("POST /_sandbox/template_status", "another status"),
    ("POST /_sandbox/template_pause", "3 hours, 6 hours, for good"),
    ("POST /_sandbox/template_quality", "GREEN, YELLOW, RED"),
    ("POST /_sandbox/template_category", "announced or at once"),
    ("POST /_sandbox/template_components", "other words"),
    ("POST /_sandbox/expire_token", "answered with 190 from now on"),
    ("GET /_sandbox/ledger", "everything accepted, in pages or as NDJSON"),
    ("GET /_sandbox/refused", "everything refused"),
    ("GET /_sandbox/read", "messages marked as read"),
    ("GET /_sandbox/counts", "how often things happened"),
    ("GET /_sandbox/duplicates", "what was accepted twice"),
    ("GET /_sandbox/settled", "wait until all webhooks are acknowledged"),
    ("GET /_sandbox/gate", "gates, and who is held at them"),
    ("POST /_sandbox/gate", "hold sends before or after they are accepted"),
    ("POST /_sandbox/gate/release", "let them go"),
    ("POST /_sandbox/reset", "forget ledger, counts and rules"),
];

/// The page: HTML for browsers, text for others.
pub(crate) fn page(control: &Control, call: &Call) -> Response {
    let url = control.base_url();
    if call.header("accept").is_some_and(|accept| accept.contains("text/html")) {
        let rows = |list: &[(&str, &str)]| -> String {
            list.iter().map(|(call, what)| format!("<tr><td><code>{call}</code><td>{what}")).collect()
        };
        let body = format!(
            "<!DOCTYPE html><html lang=en><meta charset=utf-8><title>Bellbird sandbox</title>\
             <style>body{{font:15px/1.5 system-ui;margin:2rem auto;max-width:60rem;padding:0 1rem}}\
             td{{padding:.1rem 1rem .1rem 0;vertical-align:top}}</style>\
             <h1>Bellbird sandbox</h1><p>A simulator of Meta's WhatsApp Cloud API. Point your app at <code>{url}</code> \
             instead of <code>https://graph.facebook.com</code>. Nothing leaves this machine.\
             <h2>Meta's side</h2><table>{}</table><h2>Control</h2><table>{}</table>",
            rows(GRAPH),
            rows(CONTROL),
        );
        return Response::builder().content_type("text/html; charset=utf-8").body(body);
    }
    let rows = |list: &[(&str, &str)]| -> String {
        list.iter().map(|(call, what)| format!("  {call:<66} {what}\n")).collect()
    };
    let body = format!(
        "Bellbird sandbox: a simulator of Meta's WhatsApp Cloud API at {url}\n\nMeta's side\n{}\nControl\n{}",
        rows(GRAPH),
        rows(CONTROL),
    );
    Response::builder().content_type("text/plain; charset=utf-8").body(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_names_every_call() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/sandbox.md");
        let guide = std::fs::read_to_string(path).unwrap();
        for (call, _) in CONTROL {
            let path = call.split(' ').nth(1).unwrap();
            assert!(guide.contains(path), "docs/sandbox.md does not mention {path}");
        }
    }
}
