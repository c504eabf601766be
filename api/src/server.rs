//! The application as one endpoint, and serving it.

use crate::console;
use crate::cookies::Cookies;
use crate::edge::Guards;
use crate::edge::listen::{Places, listen};
use crate::middleware::Edge;
use crate::operations::Operations;
use crate::{health, openapi, opt_out, webhooks};
use bellbird_core::{Error, Result, Services, monitor};
use poem::endpoint::BoxEndpoint;
use poem::middleware::AddData;
use poem::{EndpointExt, IntoEndpoint, IntoResponse, Response, Route, get};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Requests in progress may take this long to end once the process is told to stop.
const DRAIN: Duration = Duration::from_secs(10);

/// What an application may be told besides its services.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Cancelled when the process stops: streams end themselves then. Handlers find it as request data.
    pub shutdown: CancellationToken,
}

/// The whole application. Must be called inside a tokio runtime: it starts the task that gathers webhooks, which ends
/// with the endpoint.
///
/// # Errors
/// When the OpenAPI document cannot be made.
pub fn build(services: Services, options: Options) -> Result<BoxEndpoint<'static, Response>> {
    monitor::start_counting();
    let spec = openapi::spec_yaml()?;
    let service = openapi::service();
    let docs = service.scalar();
    let service = Arc::new(service.into_endpoint());
    let operations = Arc::new(Operations::of(&serde_yaml_ng::from_str(&spec).map_err(Error::internal)?));
    let guards = Guards::new(&services)?;
    let throttle = guards.throttle.clone();
    let edge = Edge {
        guards,
        operations: operations.clone(),
        webhook_bytes: services.config.webhooks.max_body_bytes,
        import_bytes: usize::try_from(services.config.imports.max_bytes).unwrap_or(usize::MAX),
    };
    let cookies = Cookies::new(&services.config);
    let webhooks = Arc::new(webhooks::whatsapp::Webhooks::start(services.clone()));
    let app = Route::new()
        .at("/", console::show)
        .at("/*path", console::show)
        .nest("/docs", docs)
        .at("/openapi.yaml", get(poem::endpoint::make_sync(move |_| yaml(spec.clone()))))
        .at("/metrics", get(health::scrape))
        .at("/o/:token", get(opt_out::show).post(opt_out::choose))
        .nest_no_strip("/api", service.clone())
        .nest_no_strip("/webhooks", service.clone())
        .nest_no_strip("/health", service)
        .with(AddData::new(services))
        .with(AddData::new(operations))
        .with(AddData::new(webhooks))
        .with(AddData::new(options.shutdown))
        .with(AddData::new(throttle))
        .with(cookies)
        .with(edge);
    Ok(app.map_to_response().boxed())
}

/// Serves until `shutdown`, then lets requests in progress end. Bind the listener first, so that a taken port is an
/// error of the start.
pub async fn run(
    services: Services,
    listener: tokio::net::TcpListener,
    shutdown: CancellationToken,
) -> Result<()> {
    let http = &services.config.http;
    let places = Places {
        connections: http.max_connections,
        idle: Duration::from_millis(http.idle_timeout_ms),
        drain: DRAIN,
    };
    let app = build(services, Options { shutdown: shutdown.clone() })?;
    tokio::spawn(monitor::fold(shutdown.clone().cancelled_owned()));
    listen(app, listener, places, shutdown).await;
    Ok(())
}

fn yaml(spec: String) -> Response {
    spec.with_content_type("application/yaml").into_response()
}
