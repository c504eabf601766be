//! Being written.
use poem_openapi::OpenApi;
/// X.
pub struct CustomersApi;
#[OpenApi(prefix_path = "/api/v1")]
impl CustomersApi {}
