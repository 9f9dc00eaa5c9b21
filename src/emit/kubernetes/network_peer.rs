//! The ends of network policies: pods, namespaces, addresses, ports.

use super::labels::Labels;
use super::object;
use crate::model::kinds::workload::Protocol;
use k8s_openapi::api::networking::v1::{IPBlock, NetworkPolicyPeer, NetworkPolicyPort};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use std::net::Ipv4Addr;

/// Protocol and number.
pub type Port = (Protocol, i32);

/// Where cloud machines hand out their own credentials.
const METADATA: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 254);
/// Addresses that are not the internet: private, shared, loopback and link-local, the metadata service among them.
const NOT_INTERNET: [&str; 6] =
    ["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"];

pub fn port((protocol, number): Port) -> NetworkPolicyPort {
    NetworkPolicyPort {
        protocol: Some(protocol.as_str().to_owned()),
        port: Some(IntOrString::Int(number)),
        end_port: None,
    }
}

/// Pods of the same namespace.
pub fn pods(labels: Labels) -> NetworkPolicyPeer {
    NetworkPolicyPeer { pod_selector: Some(object::selector(labels)), ..NetworkPolicyPeer::default() }
}

/// All pods of a namespace.
pub fn namespace(name: &str) -> NetworkPolicyPeer {
    let labels = Labels::from([("kubernetes.io/metadata.name".to_owned(), name.to_owned())]);
    NetworkPolicyPeer { namespace_selector: Some(object::selector(labels)), ..NetworkPolicyPeer::default() }
}

/// Pods of another namespace.
pub fn pods_in(name: &str, labels: Labels) -> NetworkPolicyPeer {
    NetworkPolicyPeer { pod_selector: Some(object::selector(labels)), ..namespace(name) }
}

/// All pods of the namespaces with these labels.
pub fn namespaces(labels: Labels) -> NetworkPolicyPeer {
    NetworkPolicyPeer { namespace_selector: Some(object::selector(labels)), ..NetworkPolicyPeer::default() }
}

pub fn internet() -> NetworkPolicyPeer {
    block("0.0.0.0/0", NOT_INTERNET.map(str::to_owned).into())
}

/// A range of addresses, but never the metadata service by the way: only a range that names it alone reaches it.
pub fn addresses(cidr: &str) -> NetworkPolicyPeer {
    let except = if holds_metadata(cidr) { vec![format!("{METADATA}/32")] } else { Vec::new() };
    block(cidr, except)
}

fn block(cidr: &str, except: Vec<String>) -> NetworkPolicyPeer {
    NetworkPolicyPeer {
        ip_block: Some(IPBlock { cidr: cidr.to_owned(), except: (!except.is_empty()).then_some(except) }),
        ..NetworkPolicyPeer::default()
    }
}

/// Whether an IPv4 range of more than one address holds the metadata service.
fn holds_metadata(cidr: &str) -> bool {
    let Some((address, prefix)) = cidr.split_once('/') else { return false };
    match (address.parse::<Ipv4Addr>(), prefix.parse::<u32>()) {
        (Ok(address), Ok(prefix @ 0..=31)) => {
            let mask = u32::MAX.checked_shl(32 - prefix).unwrap_or(0);
            (u32::from(address) ^ u32::from(METADATA)) & mask == 0
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wide_range_leaves_out_the_metadata_service() {
        let except = |cidr: &str| addresses(cidr).ip_block.and_then(|block| block.except);
        for wide in ["0.0.0.0/0", "128.0.0.0/1", "169.254.0.0/16", "169.254.169.254/31"] {
            assert_eq!(except(wide), Some(vec!["169.254.169.254/32".to_owned()]), "{wide}");
        }
        for other in ["10.0.0.0/8", "203.0.113.7/32", "169.254.169.254/32", "::/0", "not a range"] {
            assert_eq!(except(other), None, "{other}");
        }
    }

    #[test]
    fn the_internet_is_no_private_address() {
        let block = internet().ip_block.unwrap();
        assert_eq!(block.cidr, "0.0.0.0/0");
        assert!(block.except.unwrap().contains(&"169.254.0.0/16".to_owned()));
    }
}
