//! Address ranges: `203.0.113.0/24`, `2001:db8::/32`.

use super::super::inspection::Inspection;
use super::super::shown::{route_text, shown};
use crate::model::Finding;
use crate::read::Place;
use std::net::IpAddr;

pub fn check(inspection: &mut Inspection, place: &Place, range: &str) {
    if let Err(fault) = parse(range) {
        inspection.report(no_range(inspection, place, range, fault));
    }
}

/// Why a text is no range, and the range that was meant where that is certain.
struct Fault {
    text: String,
    meant: Option<String>,
}

fn parse(range: &str) -> Result<(), Fault> {
    let fault = |text: &str, meant: Option<String>| Err(Fault { text: text.to_owned(), meant });
    let (address, prefix) = match range.split_once('/') {
        Some((address, prefix)) => (address, Some(prefix)),
        None => (range, None),
    };
    let Ok(address) = address.parse::<IpAddr>() else { return fault("its address is none", None) };
    let bits: u32 = if address.is_ipv4() { 32 } else { 128 };
    let Some(prefix) = prefix else {
        return fault("the length of its prefix is missing", Some(format!("{address}/{bits}")));
    };
    let digits =
        !prefix.is_empty() && prefix.bytes().all(|b| b.is_ascii_digit()) && (prefix == "0" || !prefix.starts_with('0'));
    let Some(prefix) = prefix.parse::<u32>().ok().filter(|prefix| digits && *prefix <= bits) else {
        return fault(&format!("the length of its prefix is 0 to {bits}"), None);
    };
    let network = network(address, prefix);
    match network == address {
        true => Ok(()),
        false => fault("it has bits behind its prefix", Some(format!("{network}/{prefix}"))),
    }
}

/// The address with all bits behind the prefix cleared.
fn network(address: IpAddr, prefix: u32) -> IpAddr {
    match address {
        IpAddr::V4(v4) => IpAddr::from((u32::from(v4) & u32::MAX.checked_shl(32 - prefix).unwrap_or(0)).to_be_bytes()),
        IpAddr::V6(v6) => {
            IpAddr::from((u128::from(v6) & u128::MAX.checked_shl(128 - prefix).unwrap_or(0)).to_be_bytes())
        }
    }
}

fn no_range(inspection: &Inspection, place: &Place, range: &str, fault: Fault) -> Finding {
    let path = route_text(inspection.root(), &place.route);
    let finding = inspection
        .finding(
            &rules::CIDR,
            place,
            format!("`{path}` is {}, which is no address range: {}", shown(range), fault.text),
        )
        .label("no address range");
    match fault.meant {
        Some(meant) => finding.help(format!("did you mean `{meant}`?")),
        None => finding.help("write an address and the length of its prefix: `203.0.113.0/24`; names are not possible"),
    }
}

pub mod rules {
    crate::model::rules! {
        CIDR = "schema/cidr", Error,
        "An address range is an address with the length of its prefix",
r"Network policies match addresses, not names, in the notation of CIDR. An address with bits behind its prefix
(`10.0.0.5/16`) is refused: it is a slip of either half, and each would open something else.

Wrong: `cidr: api.example.com`, `cidr: 10.0.0.5/16`

Right: `cidr: 203.0.113.0/24`, `cidr: 203.0.113.7/32`";
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::{findings, only, service};
    use super::*;

    #[test]
    fn ranges_of_both_families_are_taken() {
        for range in ["0.0.0.0/0", "203.0.113.0/24", "203.0.113.7/32", "::/0", "2001:db8::/32", "2001:db8::1/128"] {
            assert!(parse(range).is_ok(), "{range}");
        }
    }

    #[test]
    fn what_is_no_range_is_told_with_what_was_meant() {
        let egress = |cidr: &str| service(&format!("  egress: [{{cidr: \"{cidr}\", port: 443, reason: pays}}]\n"));
        for (cidr, fault, help) in [
            ("10.0.0.5/16", "it has bits behind its prefix", "did you mean `10.0.0.0/16`?"),
            ("10.0.0.5", "the length of its prefix is missing", "did you mean `10.0.0.5/32`?"),
            ("10.0.0.0/33", "the length of its prefix is 0 to 32", "write an address"),
            ("10.0.0.0/+8", "the length of its prefix is 0 to 32", "write an address"),
            ("api.example.com", "its address is none", "write an address"),
        ] {
            let text = egress(cidr);
            let told = format!("`spec.egress[0].cidr` is `{cidr}`, which is no address range: {fault}");
            assert_eq!(only(&text), ("schema/cidr".to_owned(), told, format!("\"{cidr}\"")));
            assert!(findings(&text)[0].help[0].starts_with(help), "{cidr}");
        }
    }
}
