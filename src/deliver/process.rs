//! A process by a name that no other process ever has, so that a lease of one that is dead is known to be nobody's.

use std::fs;

const SCHEME: &str = "process:";

/// This process: the boot of its machine, its number and when it was started. None where the system does not say.
pub fn name() -> Option<String> {
    let number = std::process::id();
    Some(format!("{SCHEME}{}:{number}:{}", boot()?, started(number)?))
}

/// Whether a process is known not to live any more. One of another machine is not known.
pub fn is_dead(name: &str) -> bool {
    let mut parts = name.strip_prefix(SCHEME).unwrap_or_default().splitn(3, ':');
    let (Some(of), Some(number), Some(when)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let (Some(boot), Ok(number)) = (boot(), number.parse()) else { return false };
    boot == of && started(number).is_none_or(|started| started != when)
}

/// Changes with every start of the machine, and no two machines have the same.
fn boot() -> Option<String> {
    let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(text.trim().to_owned())
}

/// The 22nd field of `proc(5)`'s stat, counted behind the command, which may hold anything. None where there is none.
fn started(number: u32) -> Option<String> {
    let text = fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
    let mut fields = text.rsplit_once(')')?.1.split_ascii_whitespace();
    // What was killed and not yet waited for does nothing any more.
    let state = fields.next()?;
    (state != "Z" && state != "X").then(|| fields.nth(18).map(str::to_owned))?
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn who_lives_is_not_dead_and_who_is_unknown_is_not_either() {
        let own = name().unwrap();
        assert!(!is_dead(&own));
        for other in ["", "process:", "process:another-boot:1:1", "https://github.com/acme/platform/actions/runs/1"] {
            assert!(!is_dead(other), "{other}");
        }
    }

    #[test]
    fn who_has_ended_is_dead_even_when_its_number_is_used_again() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let name = format!("{SCHEME}{}:{}:{}", boot().unwrap(), child.id(), started(child.id()).unwrap());
        assert!(!is_dead(&name));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(is_dead(&name));
        let own = std::process::id();
        assert!(is_dead(&format!("{SCHEME}{}:{own}:1", boot().unwrap())));
    }
}
