//! Which addresses are outside. What is not known to be public is not: new ranges are handed out from blocks that are
//! listed here as public, and everything special lies elsewhere or is named.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where an address lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// On the public internet.
    Public,
    /// This machine, or a private network: only where the settings allow it.
    Private,
    /// Nothing that is ever posted to: link-local (there live the metadata services of clouds), multicast, reserved,
    /// documentation, and the wrappings of IPv4 in IPv6, which could hold any of these.
    Never,
}

/// Private IPv4: first address and length of the prefix.
const PRIVATE_V4: [([u8; 4], u32); 5] = [
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10), // between a provider and its customers (CGNAT)
    ([127, 0, 0, 0], 8),
    ([172, 16, 0, 0], 12),
    ([192, 168, 0, 0], 16),
];

/// IPv4 that is nobody's host.
const NEVER_V4: [([u8; 4], u32); 9] = [
    ([0, 0, 0, 0], 8),      // "this network"; some systems take it for this machine
    ([169, 254, 0, 0], 16), // link-local
    ([192, 0, 0, 0], 24),   // protocol assignments
    ([192, 0, 2, 0], 24),   // documentation, also the next two but one
    ([192, 88, 99, 0], 24), // relays of 6to4
    ([198, 18, 0, 0], 15),  // benchmarks
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 3), // multicast, reserved, broadcast
];

/// Where `ip` lies.
pub fn of(ip: IpAddr) -> Range {
    match ip {
        IpAddr::V4(ip) => of_v4(ip),
        IpAddr::V6(ip) => of_v6(ip),
    }
}

fn of_v4(ip: Ipv4Addr) -> Range {
    let within = |(first, bits): &([u8; 4], u32)| {
        let mask = u32::MAX << (32 - bits);
        ip.to_bits() & mask == u32::from_be_bytes(*first)
    };
    if PRIVATE_V4.iter().any(within) {
        Range::Private
    } else if NEVER_V4.iter().any(within) {
        Range::Never
    } else {
        Range::Public
    }
}

/// Of IPv6 only 2000::/3 is handed out to hosts. Everything outside it (loopback, unspecified, IPv4-mapped, NAT64,
/// link-local, unique-local, multicast) is refused as a whole.
fn of_v6(ip: Ipv6Addr) -> Range {
    let first = ip.segments()[0];
    let second = ip.segments()[1];
    if ip.is_loopback() || first & 0xfe00 == 0xfc00 {
        return Range::Private; // ::1, fc00::/7
    }
    let special = first & 0xe000 != 0x2000
        || (first == 0x2001 && second < 0x0200) // Teredo, ORCHID and other protocols
        || (first == 0x2001 && second == 0x0db8) // documentation
        || (first == 0x3fff && second < 0x1000) // documentation
        || first == 0x2002; // 6to4
    if special { Range::Never } else { Range::Public }
}
