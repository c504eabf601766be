//! Being written.
use poem_openapi::OpenApi;
/// X.
pub struct TemplatesApi;
#[OpenApi(prefix_path = "/api/v1")]
impl TemplatesApi {}
