//! Forms with files (`multipart/form-data`).

use poem::{FromRequest, Request, web::Multipart};

use super::GraphError;
use crate::server::Call;

/// One field of a form.
#[derive(Debug)]
pub(crate) struct Part {
    name: String,
    pub(crate) content_type: Option<String>,
    pub(crate) bytes: Vec<u8>,
}

/// A form taken apart.
#[derive(Debug)]
pub(crate) struct Form(Vec<Part>);

impl Form {
    pub(crate) fn part(&self, name: &str) -> Option<&Part> {
        self.0.iter().find(|part| part.name == name)
    }

    /// A field that is no file.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.part(name).and_then(|part| std::str::from_utf8(&part.bytes).ok()).map(str::trim)
    }
}

/// Reads the form of a call, whose body is in memory already.
pub(crate) async fn read(call: &Call) -> Result<Form, GraphError> {
    let wrong = || GraphError::titled("The body is not valid multipart/form-data.");
    let kind = call.header("content-type").unwrap_or_default();
    let (request, mut body) = Request::builder().content_type(kind).body(call.body.clone()).split();
    let mut form = Multipart::from_request(&request, &mut body).await.map_err(|_| wrong())?;
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await.map_err(|_| wrong())? {
        let name = field.name().unwrap_or_default().to_owned();
        let content_type = field.content_type().map(str::to_owned);
        parts.push(Part { name, content_type, bytes: field.bytes().await.map_err(|_| wrong())? });
    }
    Ok(Form(parts))
}
