//! Nothing here leaves this machine: a bench aimed at the wrong address would be an attack, or cost money.

use crate::Outcome;
use reqwest::Url;
use std::net::IpAddr;

/// Refuses every address that is not this machine's own.
///
/// # Errors
/// A sentence that names the address.
pub(crate) fn check(what: &str, url: &str) -> Outcome {
    let read = Url::parse(url).map_err(|error| format!("{what}: {url:?} is no address: {error}"))?;
    let host = read.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()) {
        return Ok(());
    }
    Err(format!("{what}: {host} is not this machine; benches talk to loopback addresses only").into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_will_do() {
        for fine in ["redis://127.0.0.1:6379", "postgres://u@localhost:5432/x", "http://[::1]:1/"] {
            assert!(check("x", fine).is_ok(), "{fine}");
        }
        for refused in ["http://10.0.0.1/", "https://graph.facebook.com", "redis://redis:6379", "nothing", ""]
        {
            assert!(check("x", refused).is_err(), "{refused}");
        }
    }
}
