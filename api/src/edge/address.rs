//! Whose request it is: the address at the other end of the line, or the one a trusted proxy names.
//!
//! Anybody can write `X-Forwarded-For`. It is believed only when the line comes from a proxy of the settings, and only
//! as far as trusted proxies wrote it: from the right, up to the first address that is none of theirs. Only the one
//! header of the settings is read, because a proxy that maintains one of them lets the other through as it came.

use bellbird_core::config::{Network, ProxyHeader};
use poem::http::HeaderMap;
use poem::{Addr, Request};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// The client's address, as far as we can know; request data (`Data<&ClientAddress>`) of every handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// Whose requests count together: an IPv4 address, or the /64 of an IPv6 one, because whoever has one address of
    /// it has them all.
    pub fn subscriber(self) -> IpAddr {
        match self.0 {
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::from([a, b, c, d, 0, 0, 0, 0])
            }
            v4 => v4,
        }
    }
}

/// The proxies in front of us.
#[derive(Debug, Clone)]
pub struct Proxies {
    trusted: Vec<Network>,
    header: ProxyHeader,
}

impl Proxies {
    /// Those of the settings.
    pub fn new(trusted: &[Network], header: ProxyHeader) -> Self {
        Self { trusted: trusted.to_vec(), header }
    }

    /// The client's address of a request.
    pub fn client(&self, request: &Request) -> ClientAddress {
        let peer = match &request.remote_addr().0 {
            Addr::SocketAddr(address) => address.ip().to_canonical(),
            // a request that came by no network is this machine's own
            Addr::Unix(_) | Addr::Custom(..) => Ipv4Addr::LOCALHOST.into(),
        };
        ClientAddress(self.behind(peer, request.headers()))
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.contains(address))
    }

    fn behind(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut known = peer;
        if !self.trusts(peer) {
            return known;
        }
        let name = self.header.name();
        let lines = headers.get_all(name).iter().rev().filter_map(|line| line.to_str().ok());
        for hop in lines.flat_map(|line| line.rsplit(',')) {
            let address = match self.header {
                ProxyHeader::XForwardedFor => address(hop),
                ProxyHeader::Forwarded => forwarded_for(hop).and_then(address),
            };
            // what a trusted proxy could not name is not guessed at
            let Some(address) = address else { return known };
            known = address;
            if !self.trusts(address) {
                return known;
            }
        }
        known
    }
}

/// `for=` of one hop of `Forwarded` (RFC 7239).
fn forwarded_for(hop: &str) -> Option<&str> {
    hop.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then(|| value.trim().trim_matches('"'))
    })
}

/// An address with or without a port, in brackets or not.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let parsed =
        bare.parse::<IpAddr>().or_else(|_| text.parse::<SocketAddr>().map(|with_port| with_port.ip()));
    parsed.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(header: ProxyHeader, peer: &str, lines: &[&str]) -> String {
        let trusted = ["10.0.0.0/8", "fd00::/8"].map(|network| network.parse().unwrap());
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header.name(), line.parse().unwrap());
        }
        Proxies::new(&trusted, header).behind(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_what_trusted_proxies_wrote_is_believed() {
        for (peer, lines, is) in [
            ("203.0.113.9", &["198.51.100.1"][..], "203.0.113.9"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["6.6.6.6, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["6.6.6.6", "198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", &["6.6.6.6, unknown"], "10.0.0.1"),
            ("10.0.0.1", &["6.6.6.6, nonsense, 10.0.0.3"], "10.0.0.3"),
            ("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("fd00::1", &["[2001:db8::7]:80"], "2001:db8::7"),
            ("10.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1"),
        ] {
            assert_eq!(client(ProxyHeader::XForwardedFor, peer, lines), is, "{lines:?}");
        }
    }

    #[test]
    fn forwarded_is_read_where_it_is_the_header_of_the_settings() {
        for (lines, is) in [
            (&["for=198.51.100.1;proto=https"][..], "198.51.100.1"),
            (&["for=6.6.6.6, For=\"[2001:db8::7]:80\";by=10.0.0.1"], "2001:db8::7"),
            (&["for=_hidden"], "10.0.0.1"),
            (&["proto=https"], "10.0.0.1"),
        ] {
            assert_eq!(client(ProxyHeader::Forwarded, "10.0.0.1", lines), is, "{lines:?}");
        }
    }

    #[test]
    fn an_ipv6_subscriber_is_a_whole_network() {
        let of = |text: &str| ClientAddress(text.parse().unwrap()).subscriber();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), of("2001:db8:1:2:ffff::1"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
