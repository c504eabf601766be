//! Sessions of a browser: the tokens in cookies that no script can read.
//!
//! A request with the access cookie and without `Authorization` is turned into one with it, here and nowhere else, so
//! that everything behind knows one way in. A browser sends cookies along whoever made it ask, so such a request that
//! changes something must also carry the header `X-Bellbird-Csrf` (any value: another site's form cannot set a header,
//! and its script may only after a preflight that is refused), and an `Origin`, if it has one, of ours. The cookies are
//! `SameSite=Strict` besides.

use crate::error::ApiError;
use bellbird_core::clock::Timestamp;
use bellbird_core::config::Config;
use bellbird_core::identity::login::SignedIn;
use bellbird_core::secret::ExposeSecret;
use poem::http::header::{AUTHORIZATION, COOKIE, ORIGIN};
use poem::http::{HeaderName, HeaderValue, Method, StatusCode};
use poem::{Endpoint, IntoResponse, Middleware, Request, Response, Result};
use std::sync::Arc;

/// What a browser's requests carry to show that a page of ours made them.
pub const CSRF: HeaderName = HeaderName::from_static("x-bellbird-csrf");

/// Where the refresh cookie goes, and nowhere else.
const REFRESH_PATH: &str = "/api/v1/auth";

/// How this installation's cookies are called, and whose pages may use them.
#[derive(Debug, Clone)]
pub struct Cookies {
    secure: bool,
    origins: Arc<[String]>,
}

impl Cookies {
    /// By the settings: over HTTPS browsers are told to keep the cookies to it, and to this very host.
    pub fn new(config: &Config) -> Self {
        let public = config.http.public_url();
        let own = [&public, &config.console_url()].map(|url| origin(url).to_string());
        // `*` stands for pages that come without cookies
        let listed = config.http.cors_origins().into_iter().filter(|origin| origin != "*");
        Self { secure: public.starts_with("https://"), origins: own.into_iter().chain(listed).collect() }
    }

    fn access_name(&self) -> &'static str {
        if self.secure { "__Host-bellbird_access" } else { "bellbird_access" }
    }

    fn refresh_name(&self) -> &'static str {
        if self.secure { "__Secure-bellbird_refresh" } else { "bellbird_refresh" }
    }

    fn cookie(&self, name: &str, value: &str, path: &str, seconds: u64) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        format!("{name}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}")
    }

    /// What keeps a session in a browser.
    pub(crate) fn set(&self, tokens: &SignedIn, now: Timestamp) -> [String; 2] {
        let (access, refresh) = (tokens.access_token.expose_secret(), tokens.refresh_token.expose_secret());
        let lives = |until: Timestamp| until.since(now).as_secs();
        [
            self.cookie(self.access_name(), access, "/", lives(tokens.access_expires_at)),
            self.cookie(self.refresh_name(), refresh, REFRESH_PATH, lives(tokens.session.expires_at)),
        ]
    }

    /// What removes it.
    pub(crate) fn clear(&self) -> [String; 2] {
        [self.cookie(self.access_name(), "", "/", 0), self.cookie(self.refresh_name(), "", REFRESH_PATH, 0)]
    }

    /// The refresh token a browser sent.
    pub(crate) fn refresh_token(&self, request: &Request) -> Option<String> {
        cookie(request, self.refresh_name()).map(str::to_string)
    }

    /// Whether a page of ours asked.
    ///
    /// # Errors
    /// 403 `csrf_refused`.
    pub(crate) fn check(&self, request: &Request) -> Result<(), ApiError> {
        let origin = request.headers().get(ORIGIN).map(|origin| origin.to_str().unwrap_or_default());
        let ours = origin.is_none_or(|origin| self.origins.iter().any(|known| known == origin));
        if ours && request.headers().contains_key(CSRF) {
            return Ok(());
        }
        let detail =
            "a request with cookies must come from a page of ours and carry the header X-Bellbird-Csrf";
        Err(ApiError::refused(StatusCode::FORBIDDEN, "csrf_refused", detail))
    }
}

/// The part of an address that browsers compare.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let end = url[host..].find('/').map_or(url.len(), |at| host + at);
    &url[..end]
}

fn cookie<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    let all = request.headers().get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, value)| *known == name && !value.is_empty()).map(|(_, value)| value)
}

impl<E: Endpoint> Middleware<E> for Cookies {
    type Output = CookiesEndpoint<E>;
    fn transform(&self, inner: E) -> Self::Output {
        CookiesEndpoint { inner, cookies: self.clone() }
    }
}

/// [`Cookies`] around an endpoint.
#[derive(Debug)]
pub struct CookiesEndpoint<E> {
    inner: E,
    cookies: Cookies,
}

impl<E: Endpoint> Endpoint for CookiesEndpoint<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> Result<Response> {
        let token = cookie(&request, self.cookies.access_name());
        let bearer = token.and_then(|token| HeaderValue::try_from(format!("Bearer {token}")).ok());
        if let Some(mut bearer) = bearer.filter(|_| !request.headers().contains_key(AUTHORIZATION)) {
            if ![Method::GET, Method::HEAD].contains(request.method()) {
                self.cookies.check(&request)?;
            }
            bearer.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, bearer);
        }
        request.set_data(self.cookies.clone());
        self.inner.call(request).await.map(IntoResponse::into_response)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookies(secure: bool) -> Cookies {
        let origins = ["https://a.example".to_string(), "https://console.example".to_string()];
        Cookies { secure, origins: origins.into() }
    }

    #[test]
    fn an_origin_is_scheme_and_host() {
        for (url, expected) in [
            ("https://a.example", "https://a.example"),
            ("https://a.example:8443/b/c", "https://a.example:8443"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ] {
            assert_eq!(origin(url), expected);
        }
    }

    #[test]
    fn cookies_are_out_of_reach_of_scripts_and_of_other_hosts() {
        let [access, refresh] = cookies(true).clear();
        for cookie in [&access, &refresh] {
            assert!(cookie.ends_with("; HttpOnly; SameSite=Strict; Secure"), "{cookie}");
        }
        assert!(access.starts_with("__Host-bellbird_access=; Path=/;"), "{access}");
        assert!(refresh.starts_with("__Secure-bellbird_refresh=; Path=/api/v1/auth;"), "{refresh}");
        assert!(!cookies(false).clear()[0].contains("Secure"), "browsers drop such a cookie over HTTP");
    }

    #[test]
    fn a_page_of_ours_says_so_and_comes_from_us() {
        let asked = |origin: Option<&str>, csrf: bool| {
            let mut request = Request::builder().method(Method::POST);
            request = origin.into_iter().fold(request, |request, origin| request.header(ORIGIN, origin));
            request = if csrf { request.header(CSRF, "1") } else { request };
            cookies(true).check(&request.finish()).is_ok()
        };
        assert!(asked(None, true) && asked(Some("https://console.example"), true));
        assert!(!asked(None, false) && !asked(Some("https://a.example"), false));
        assert!(!asked(Some("https://evil.example"), true) && !asked(Some("null"), true));
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let request =
            Request::builder().header(COOKIE, "a=1; bellbird_access=x.y.z").header(COOKIE, "b=2").finish();
        assert_eq!(cookie(&request, "bellbird_access"), Some("x.y.z"));
        assert_eq!(cookie(&request, "b"), Some("2"));
        assert_eq!(cookie(&request, "access"), None);
    }
}
