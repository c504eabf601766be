//! A filled template to look at before it is sent: through the same code that sends it.

use super::files::KnownFiles;
use super::queries;
use super::render::{Shown, render};
use crate::context::Ctx;
use crate::error::{Problem, Result};
use crate::ids::TemplateId;
use crate::senders::port::{OutboundBody, OutboundMessage, Recipient};
use serde_json::Value;
use std::collections::BTreeMap;

/// A filled template, or what is wrong with the values.
#[derive(Debug, Clone, PartialEq)]
pub struct Preview {
    /// What the person will see.
    pub shown: Option<Shown>,
    /// The request to the provider, to nobody and without its mark. A stored file stands with our id: the provider's
    /// takes its place once it was copied there.
    pub request: Option<Value>,
    /// Everything that keeps it from being sent.
    pub problems: Vec<Problem>,
}

/// Fills a template.
///
/// # Errors
/// `NotFound`; what is wrong with the values is told in the preview.
pub async fn preview(ctx: &Ctx, id: TemplateId, values: &BTreeMap<String, String>) -> Result<Preview> {
    let row = queries::get(ctx, id).await?;
    let model = row.model()?;
    let mut problems: Vec<Problem> = row.unsendable().into_iter().collect();
    problems.extend(KnownFiles::of(ctx.db.read(), ctx.organization, [values]).await?.problems(values));
    let rendered = match render(&model, values) {
        Ok(rendered) => rendered,
        Err(error) => {
            problems.extend(error.problems());
            return Ok(Preview { shown: None, request: None, problems });
        }
    };
    problems.extend(rendered.extra.iter().map(|key| {
        Problem::new(
            format!("variables.{key}"),
            "extra_variable",
            format!("the template has no variable `{key}`"),
        )
    }));
    let message = OutboundMessage {
        to: Recipient::Phone(String::new()),
        body: OutboundBody::Template {
            name: model.name,
            language: model.language,
            components: rendered.components,
        },
        reply_to: None,
        opaque: String::new(),
    };
    let request = ctx.provider.request(&message);
    Ok(Preview { shown: Some(rendered.shown), request: Some(request), problems })
}
