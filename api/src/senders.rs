//! Being written.
use poem_openapi::OpenApi;
/// X.
pub struct SendersApi;
#[OpenApi(prefix_path = "/api/v1")]
impl SendersApi {}
