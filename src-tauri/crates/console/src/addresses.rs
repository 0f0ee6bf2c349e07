//! This computer's addresses, as a PBX or another computer would see them.

use std::cmp::Reverse;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

/// How long a PBX's name may take to become an address: nobody waits for a resolver that does not answer.
const RESOLVE: Duration = Duration::from_millis(500);
/// Documentation addresses, which nobody has: the way to them is the default route.
const ANYWHERE: [SocketAddr; 2] = [
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 9),
    SocketAddr::new(IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)), 9),
];
/// How the networks are called that reach only this computer's own containers and virtual machines.
const INSIDE: [&str; 11] =
    ["docker", "br-", "veth", "virbr", "podman", "cni", "flannel", "lxc", "lxdbr", "vmnet", "vboxnet"];

/// This computer's addresses: first the one that each of `pbxs` (host and port) sees, then that of the default route, then
/// the others, those of containers and virtual machines last.
pub(crate) async fn addresses(pbxs: &[(String, u16)]) -> Vec<IpAddr> {
    let mut toward: Vec<SocketAddr> = Vec::new();
    for (host, port) in pbxs {
        let found = tokio::time::timeout(RESOLVE, tokio::net::lookup_host((host.as_str(), *port))).await;
        toward.extend(found.into_iter().flatten().flatten());
    }
    toward.extend(ANYWHERE);
    let seen: Vec<IpAddr> = toward.into_iter().filter_map(local_toward).collect();
    let all = if_addrs::get_if_addrs().unwrap_or_default();
    ordered(seen, all.iter().map(|interface| (interface.name.as_str(), interface.ip())))
}

/// The address from which this computer would speak to another. Connecting a datagram socket asks the system for the way
/// and sends nothing.
fn local_toward(other: SocketAddr) -> Option<IpAddr> {
    let any: SocketAddr = if other.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0u16; 8], 0).into() };
    let socket = UdpSocket::bind(any).ok()?;
    socket.connect(other).ok()?;
    socket.local_addr().ok().map(|local| local.ip()).filter(|ip| !ip.is_unspecified())
}

fn ordered<'a>(seen: Vec<IpAddr>, all: impl Iterator<Item = (&'a str, IpAddr)>) -> Vec<IpAddr> {
    let mut others: Vec<(&str, IpAddr)> = all.filter(|(_, ip)| is_reachable(ip)).collect();
    let is_inside = |name: &str| INSIDE.iter().any(|prefix| name.starts_with(prefix));
    others.sort_by_key(|(name, ip)| (is_inside(name), ip.is_ipv6(), Reverse(is_private(ip)), *ip));
    let mut addresses: Vec<IpAddr> = Vec::new();
    for address in seen.into_iter().chain(others.into_iter().map(|(_, ip)| ip)) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    addresses
}

/// True if another computer may see it.
fn is_reachable(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => !v4.is_loopback() && !v4.is_link_local(),
        IpAddr::V6(v6) => !v6.is_loopback() && !v6.is_unicast_link_local(),
    }
}

fn is_private(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => v4.is_private(),
        IpAddr::V6(v6) => v6.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn the_way_to_the_pbx_first_and_bridges_last() {
        let all = [
            ("lo", "127.0.0.1"),
            ("br-3f2a", "172.18.0.1"),
            ("docker0", "172.17.0.1"),
            ("eth0", "fe80::1"),
            ("eth0", "fd00::7"),
            ("eth0", "192.168.0.7"),
            ("ppp0", "100.64.0.9"),
            ("wlan0", "10.1.1.1"),
        ];
        let all = || all.iter().map(|(name, text)| (*name, ip(text)));
        let texts = |seen: &[&str]| -> Vec<String> {
            ordered(seen.iter().map(|text| ip(text)).collect(), all()).iter().map(ToString::to_string).collect()
        };
        let bridges = ["172.17.0.1", "172.18.0.1"];
        let usual = ["10.1.1.1", "192.168.0.7", "100.64.0.9", "fd00::7"];
        assert_eq!(texts(&[]), [&usual[..], &bridges].concat());
        let seen = texts(&["fd00::7", "192.168.0.7", "fd00::7"]);
        assert_eq!(seen, [&["fd00::7", "192.168.0.7", "10.1.1.1", "100.64.0.9"][..], &bridges].concat());
        // A PBX on this very computer sees loopback.
        assert_eq!(texts(&["127.0.0.1"])[0], "127.0.0.1");
    }

    #[tokio::test]
    async fn a_pbx_on_this_computer_sees_loopback() {
        let found = addresses(&[("127.0.0.1".into(), 5038)]).await;
        assert_eq!(found.first(), Some(&ip("127.0.0.1")));
        assert!(!addresses(&[]).await.contains(&ip("127.0.0.1")));
    }
}
