//! Templates in Meta's business management API: `/{waba}/message_templates` and `/{template}`.

use async_trait::async_trait;
use reqwest::{Method, Url};
use serde::Deserialize;
use serde_json::{Value, json};

use self::answer::{ask, unreadable};
use super::client::MetaClient;
use crate::senders::port::SenderAccess;
use crate::templates::port::{
    ListedTemplate, RegistryError, SubmittedTemplate, TemplatePage, TemplateRegistry,
};
use crate::templates::{Category, ParameterFormat, TemplateModel};

mod answer;
mod listed;
mod words;

/// Fields of a template; without them Meta leaves out what we need most.
const FIELDS: &str = "id,name,language,status,category,correct_category,components,parameter_format,\
                      quality_score,rejected_reason,message_send_ttl_seconds";
/// Templates in a page. Meta cuts pages that get too large by itself.
const PAGE: &str = "100";

#[derive(Deserialize)]
struct Page {
    data: Vec<Value>,
    paging: Option<Paging>,
}

#[derive(Deserialize)]
struct Paging {
    cursors: Option<Cursors>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Cursors {
    after: Option<String>,
}

#[derive(Deserialize)]
struct Created {
    id: String,
    status: String,
    category: Option<String>,
}

impl MetaClient {
    fn templates(&self, access: &SenderAccess) -> Url {
        self.url(&[&access.waba_id, "message_templates"])
    }
}

#[async_trait]
impl TemplateRegistry for MetaClient {
    async fn page(&self, access: &SenderAccess, after: Option<&str>) -> Result<TemplatePage, RegistryError> {
        let mut url = self.templates(access);
        url.query_pairs_mut().append_pair("fields", FIELDS).append_pair("limit", PAGE);
        if let Some(after) = after {
            url.query_pairs_mut().append_pair("after", after);
        }
        let body = ask(self, access, Method::GET, url, None).await?;
        let page: Page = serde_json::from_value(body).map_err(unreadable)?;
        // Cursors come with the last page too; only `next` says that there is more.
        let next = page.paging.filter(|paging| paging.next.is_some());
        let next = next.and_then(|paging| paging.cursors?.after).filter(|next| Some(next.as_str()) != after);
        Ok(TemplatePage { templates: page.data.iter().filter_map(listed::read).collect(), next })
    }

    async fn find(
        &self,
        access: &SenderAccess,
        name: &str,
        language: &str,
    ) -> Result<Option<ListedTemplate>, RegistryError> {
        let mut url = self.templates(access);
        // The filter is a search: other names may contain this one.
        url.query_pairs_mut()
            .append_pair("fields", FIELDS)
            .append_pair("limit", PAGE)
            .append_pair("name", name)
            .append_pair("language", language);
        let body = ask(self, access, Method::GET, url, None).await?;
        let page: Page = serde_json::from_value(body).map_err(unreadable)?;
        let mut found = page.data.iter().filter_map(listed::read);
        Ok(found.find(|one| one.model.name == name && one.model.language == language))
    }

    async fn create(
        &self,
        access: &SenderAccess,
        model: &TemplateModel,
    ) -> Result<SubmittedTemplate, RegistryError> {
        let mut body = content(model);
        body["name"] = json!(model.name);
        body["language"] = json!(model.language);
        if model.parameter_format == ParameterFormat::Named {
            body["parameter_format"] = json!("NAMED");
        }
        let answer = ask(self, access, Method::POST, self.templates(access), Some(body)).await?;
        let created: Created = serde_json::from_value(answer).map_err(unreadable)?;
        Ok(SubmittedTemplate {
            provider_id: created.id,
            status: listed::status(&created.status).0,
            category: created.category.as_deref().and_then(listed::category),
        })
    }

    async fn edit(
        &self,
        access: &SenderAccess,
        provider_id: &str,
        model: &TemplateModel,
    ) -> Result<(), RegistryError> {
        ask(self, access, Method::POST, self.url(&[provider_id]), Some(content(model))).await.map(|_| ())
    }

    async fn delete(
        &self,
        access: &SenderAccess,
        provider_id: &str,
        name: &str,
    ) -> Result<(), RegistryError> {
        let mut url = self.templates(access);
        url.query_pairs_mut().append_pair("hsm_id", provider_id).append_pair("name", name);
        ask(self, access, Method::DELETE, url, None).await.map(|_| ())
    }
}

/// What a creation and an edit have in common.
fn content(model: &TemplateModel) -> Value {
    let category = match model.category {
        Category::Marketing => "MARKETING",
        Category::Utility => "UTILITY",
        Category::Authentication => "AUTHENTICATION",
    };
    let mut body = json!({"category": category, "components": model.to_components()});
    if let Some(seconds) = model.ttl_seconds {
        body["message_send_ttl_seconds"] = json!(seconds);
    }
    body
}

#[cfg(test)]
mod tests;
