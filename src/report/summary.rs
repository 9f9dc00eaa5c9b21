//! The sentences and the table that close a report.

use super::table::{Align, table};
use super::{Inventory, Report};
use crate::review::policy::RequiredApproval;
use crate::review::waivers::Waived;

/// `1 error, 2 warnings in 2 of 31 files`, or that there are none.
pub fn summary(report: &Report) -> String {
    let counts: Vec<String> = [(report.errors(), "error"), (report.warnings(), "warning")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| counted(count, noun))
        .collect();
    match counts.is_empty() {
        true => format!("no findings in {}", counted(report.files, "file")),
        false => {
            let files = counted(report.files.max(report.files_with_findings()), "file");
            format!("{} in {} of {files}", counts.join(", "), report.files_with_findings())
        }
    }
}

/// What the base revision has too.
pub fn known(count: usize) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{} {verb} in the base revision too: not shown, not blocking", counted(count, "finding"))
}

/// `waived by legacy-image until 2027-06-30 (security): ...`
pub fn waived(waived: &Waived) -> String {
    let Waived { finding, waiver, reason, approver, expires, is_new, .. } = waived;
    let asked = if *is_new {
        "; this change brings the waiver, so its approver has to agree, and those whose rule it is"
    } else {
        ""
    };
    format!(
        "waived by {waiver} until {expires}, approver {approver} ({reason}): {} [{}]{asked}",
        finding.message, finding.rule.id
    )
}

/// `asks for 2 approvals of team security, for 3 findings`
pub fn approval(approval: &RequiredApproval) -> String {
    let RequiredApproval { owner, count, fingerprints } = approval;
    let (approvals, findings) = (counted(*count as usize, "approval"), counted(fingerprints.len(), "finding"));
    format!("policies ask for {approvals} of team {owner}, for {findings}")
}

/// `and 412 more`
pub fn more(count: usize) -> String {
    format!("and {count} more (`--limit 0` shows all)")
}

/// `11 services, 4 environments, 44 units; 87 rules`
pub fn checked(inventory: &Inventory) -> String {
    let declared = [
        counted(inventory.services, "service"),
        counted(inventory.environments.len(), "environment"),
        counted(inventory.teams, "team"),
        counted(inventory.resource_types, "resource type"),
    ];
    let units = counted(inventory.units, "unit");
    format!("{} make {units}; {} checked", declared.join(", "), counted(inventory.rules, "rule"))
}

/// One row for each environment; empty where there are none.
pub fn environments(inventory: &Inventory) -> String {
    if inventory.environments.is_empty() {
        return String::new();
    }
    let columns = [
        ("environment", Align::Left),
        ("class", Align::Left),
        ("provider", Align::Left),
        ("services", Align::Right),
        ("resources", Align::Right),
        ("files", Align::Right),
    ];
    let rows: Vec<Vec<String>> = inventory
        .environments
        .iter()
        .map(|environment| {
            vec![
                environment.name.to_string(),
                environment.class.to_owned(),
                environment.provider.to_owned(),
                environment.services.to_string(),
                environment.resources.to_string(),
                environment.files.to_string(),
            ]
        })
        .collect();
    table(&columns, &rows)
}

/// `1 file`, `2 files`
pub fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn the_summary_counts_findings_and_files() {
        assert_eq!(summary(&samples::report()), "1 error, 1 warning in 2 of 31 files");
        assert_eq!(summary(&samples::clean()), "no findings in 31 files");
        assert_eq!(known(1), "1 finding is in the base revision too: not shown, not blocking");
    }
}
