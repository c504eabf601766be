//! Phone numbers, business accounts, subscriptions and tokens.

use std::sync::Arc;

use poem::{
    Response,
    http::{Method, StatusCode},
};
use serde_json::{Map, Value, json};

use super::{GraphError, health, json as answer_json};
use crate::{
    number::LiveNumber, portfolio::Tier, server::Call, shared::Shared, template::string, world::Subscription,
};

type Answer = Result<Response, GraphError>;

/// `GET /{phone_number_id}` and `GET /{waba_id}`.
pub(super) fn get(shared: &Arc<Shared>, call: &Call, id: &str) -> Answer {
    let token = call.token.as_deref();
    if shared.registry.number(id).is_some() {
        let number = shared.registry.authorised("get", id, token)?;
        return Ok(answer_json(StatusCode::OK, &chosen(call, shown(shared, &number))));
    }
    let (waba, _) = shared.registry.authorised_waba("get", id, token)?;
    let full = json!({
        "id": waba.id,
        "name": waba.name,
        "currency": "USD",
        "timezone_id": "1",
        "message_template_namespace": format!("ns_{}", waba.id),
        "account_review_status": "APPROVED",
        "health_status": health::of_account(&waba.id),
        "whatsapp_business_manager_messaging_limit": tier(shared, &waba.id).name(),
    });
    Ok(answer_json(StatusCode::OK, &chosen(call, full)))
}

/// A number as the Graph API shows it.
fn shown(shared: &Shared, number: &LiveNumber) -> Value {
    let mut shown = number.spec.graph();
    if let Some(map) = shown.as_object_mut() {
        let limit = tier(shared, &number.spec.waba_id).name();
        map.insert("whatsapp_business_manager_messaging_limit".into(), limit.into());
        map.insert("health_status".into(), health::of_number(number));
        if let Some(url) = number.webhook() {
            map.insert("webhook_configuration".into(), json!({"phone_number": &*url}));
        }
        if !number.is_registered() {
            map.insert("status".into(), "DISCONNECTED".into());
        }
    }
    shown
}

/// The messaging limit of an account's portfolio.
fn tier(shared: &Shared, waba_id: &str) -> Tier {
    shared.portfolios.of(waba_id).map(|portfolio| portfolio.limit).unwrap_or_default()
}

/// `GET /{waba_id}/phone_numbers`.
pub(super) fn list(shared: &Arc<Shared>, call: &Call, waba_id: &str) -> Answer {
    let (waba, _) = shared.registry.authorised_waba("get", waba_id, call.token.as_deref())?;
    let numbers = shared.registry.numbers_of(&waba.id);
    let data: Vec<_> = numbers.iter().map(|number| chosen(call, shown(shared, number))).collect();
    Ok(answer_json(StatusCode::OK, &json!({"data": data})))
}

/// `GET`, `POST` and `DELETE /{waba_id}/subscribed_apps`, for the app the token belongs to.
pub(super) fn subscribed_apps(shared: &Arc<Shared>, call: &Call, waba_id: &str) -> Answer {
    let (_, number) = shared.registry.authorised_waba(&call.verb(), waba_id, call.token.as_deref())?;
    let app_id = &number.spec.app_id;
    if call.method == Method::DELETE {
        shared.registry.unsubscribe(waba_id, app_id);
        return Ok(answer_json(StatusCode::OK, &json!({"success": true})));
    }
    if call.method == Method::POST {
        let body: Value = serde_json::from_slice(&call.body).unwrap_or_default();
        let uri =
            [string(&body, "override_callback_uri"), call.query("override_callback_uri").unwrap_or_default()];
        let uri = uri.into_iter().find(|uri| !uri.is_empty()).map(str::to_owned);
        let subscription = Subscription { app_id: app_id.clone(), override_callback_uri: uri };
        let refused = |_| GraphError::invalid("Invalid callback URI: the sandbox posts to loopback only");
        shared.registry.subscribe(waba_id, subscription).map_err(refused)?;
        return Ok(answer_json(StatusCode::OK, &json!({"success": true})));
    }
    let (waba, _) = shared.registry.authorised_waba("get", waba_id, call.token.as_deref())?;
    let app = |subscription: &Subscription| {
        let name = shared.registry.app(&subscription.app_id).map(|app| app.name.clone()).unwrap_or_default();
        let mut shown = json!({"whatsapp_business_api_data": {
            "id": subscription.app_id,
            "name": name,
            "link": format!("https://www.facebook.com/games/?app_id={}", subscription.app_id),
        }});
        if let (Some(map), Some(uri)) = (shown.as_object_mut(), &subscription.override_callback_uri) {
            map.insert("override_callback_uri".into(), uri.as_str().into());
        }
        shown
    };
    let data: Vec<_> = waba.subscriptions.iter().map(app).collect();
    Ok(answer_json(StatusCode::OK, &json!({"data": data})))
}

/// `GET /debug_token`.
pub(super) fn debug_token(shared: &Arc<Shared>, call: &Call) -> Answer {
    // Meta wants an app token or the token itself; the sandbox takes any token it knows.
    let caller = call.token.as_deref().ok_or_else(GraphError::bad_token)?;
    let app_token = caller
        .split_once('|')
        .is_some_and(|(id, secret)| shared.registry.app(id).is_some_and(|app| app.secret == secret));
    if !app_token && shared.registry.token(caller).is_none() {
        return Err(GraphError::bad_token());
    }
    let input = call.query("input_token").ok_or_else(|| GraphError::required("input_token"))?;
    let data = match shared.registry.token(input) {
        None => json!({
            "error": {"code": 190, "message": "Invalid OAuth access token."},
            "is_valid": false,
            "scopes": [],
        }),
        Some((number, expired)) => {
            let scopes = [
                "whatsapp_business_management",
                "whatsapp_business_messaging",
                "business_management",
                "catalog_management",
            ];
            let granular: Vec<_> = scopes
                .iter()
                .map(|scope| json!({"scope": scope, "target_ids": [number.spec.waba_id]}))
                .collect();
            json!({
                "app_id": number.spec.app_id,
                "type": "SYSTEM_USER",
                "application": shared.registry.app(&number.spec.app_id).map(|app| app.name.clone()),
                "expires_at": i64::from(expired),
                "is_valid": !expired,
                "scopes": scopes,
                "granular_scopes": granular,
            })
        }
    };
    Ok(answer_json(StatusCode::OK, &json!({"data": data})))
}

/// The fields asked for (and the id, which always comes), or all.
pub(super) fn chosen(call: &Call, full: Value) -> Value {
    let Some(fields) = call.query("fields") else { return full };
    let Value::Object(mut full) = full else { return full };
    let mut some = Map::new();
    for field in fields.split(',').map(str::trim).chain(["id"]) {
        let name = field.split(['{', '.']).next().unwrap_or(field);
        if let Some(value) = full.remove(name) {
            some.insert(name.to_owned(), value);
        }
    }
    Value::Object(some)
}
