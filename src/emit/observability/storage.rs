//! Alerts about claimed storage, from the kubelet: filling, nearly full, out of inodes.

use super::promql::{Match, series};
use super::rule::Rule;
use super::running;
use super::subject::{Subject, Urgency, Words};
use crate::emit::yaml::Tree;

const BY: &str = "by (namespace, persistentvolumeclaim)";
/// Four days: over a long weekend and one more.
const AHEAD_SECONDS: u32 = 4 * 86_400;

pub fn alerts(subject: &Subject<'_>, objects: &[Tree]) -> Vec<Rule> {
    running::names(objects, "PersistentVolumeClaim").into_iter().flat_map(|claim| of_claim(subject, claim)).collect()
}

fn of_claim(subject: &Subject<'_>, claim: &str) -> [Rule; 3] {
    let of = |metric: &str| {
        series(metric, &[Match::Is("namespace", subject.namespace()), Match::Is("persistentvolumeclaim", claim)])
    };
    let (free, all) = (of("kubelet_volume_stats_available_bytes"), of("kubelet_volume_stats_capacity_bytes"));
    let (inodes, all_inodes) = (of("kubelet_volume_stats_inodes_free"), of("kubelet_volume_stats_inodes"));
    let share = format!("min {BY} ({free}) / max {BY} ({all})");
    let said = |what: &str, description| Words { summary: format!("{}: {what}", subject.name()), description };
    [
        subject.alert(
            "VolumeFilling",
            Urgency::Later,
            "1h",
            format!("({share} < 0.2) and (min {BY} (predict_linear({free}[6h], {AHEAD_SECONDS})) < 0)"),
            said("volume {{ $labels.persistentvolumeclaim }} will be full within four days", GROW),
        ),
        subject.alert(
            "VolumeNearlyFull",
            Urgency::Now,
            "5m",
            format!("{share} < 0.05"),
            said("volume {{ $labels.persistentvolumeclaim }} has {{ $value | humanizePercentage }} left", GROW),
        ),
        subject.alert(
            "VolumeOutOfInodes",
            Urgency::Now,
            "5m",
            format!("min {BY} ({inodes}) / (max {BY} ({all_inodes}) > 0) < 0.05"),
            said(
                "volume {{ $labels.persistentvolumeclaim }} has {{ $value | humanizePercentage }} of its inodes left",
                FILES,
            ),
        ),
    ]
}

const GROW: &str = "Raise the size of the resource: it grows in place. Or remove what is not needed.";
const FILES: &str = "There are too many files, however small. Remove what is not needed; a larger volume has more.";
