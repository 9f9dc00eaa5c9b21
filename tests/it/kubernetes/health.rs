//! Whether a unit becomes well. There is no kubelet: what pods become is written into their status by the test.

use super::scene::{CONFIG, DEPLOYMENT, PATIENCE, Scene};
use pavior::deliver::kubernetes::{Gate, Health, Objects};
use serde_json::Value;
use std::time::{Duration, Instant};

fn gate(deadline: u64, soak: u64) -> Gate {
    Gate {
        deadline: Duration::from_millis(deadline),
        soak: Duration::from_millis(soak),
        every: Duration::from_millis(200),
        probes: Vec::new(),
    }
}

fn applied(scene: &Scene) -> Objects {
    let unit = scene.unit(&[CONFIG, DEPLOYMENT]);
    scene.cluster.apply(&scene.owner(1), &unit, PATIENCE).unwrap();
    unit
}

pub fn a74_a_rollout_that_is_never_ready_is_sick_at_the_deadline(scene: &Scene) {
    let unit = applied(scene);
    let begin = Instant::now();
    let health = scene.cluster.healthy(&unit, &gate(3_000, 1_000)).unwrap();
    assert!(begin.elapsed() >= Duration::from_secs(3));
    let Health::Sick { subject, why } = health else { panic!("{health:?}") };
    assert_eq!(subject, format!("Deployment {}/cart", scene.namespace()));
    assert!(why.starts_with("it is not well after 3 s: "), "{why}");

    // Somebody scales it to nothing: no pods are no health.
    scene.others_here(&["scale", "deployment/cart", "--replicas=0"]);
    let Health::Sick { why, .. } = scene.cluster.healthy(&unit, &gate(3_000, 1_000)).unwrap() else { panic!("well") };
    assert!(why.ends_with("somebody scaled it to zero"), "{why}");
}

pub fn a74_pods_that_are_ready_and_crash_in_the_soak_window_are_sick(scene: &Scene) {
    let unit = applied(scene);
    let pod = one_pod(scene);
    status(scene, &pod, &container(r#"{"running":{}}"#, 0, true));
    let health = scene.cluster.healthy(&unit, &gate(20_000, 1_000)).unwrap();
    assert_eq!(health, Health::Healthy { skipped: Vec::new() });

    status(scene, &pod, &container(r#"{"waiting":{"reason":"CrashLoopBackOff"}}"#, 3, true));
    let health = scene.cluster.healthy(&unit, &gate(3_000, 1_000)).unwrap();
    let Health::Sick { why, .. } = health else { panic!("{health:?}") };
    assert!(why.contains("ended 3 times"), "{why}");
}

/// A container's part of a pod's status.
fn container(state: &str, restarts: u64, ready: bool) -> String {
    let condition = format!(
        r#"[{{"type":"Ready","status":"{}","lastTransitionTime":"2026-01-01T00:00:00Z"}}]"#,
        if ready { "True" } else { "False" }
    );
    format!(
        r#"{{"status":{{"phase":"Running","conditions":{condition},"containerStatuses":[{{"name":"main","image":"x","imageID":"x","ready":{ready},"restartCount":{restarts},"state":{state}}}]}}}}"#
    )
}

fn status(scene: &Scene, pod: &str, patch: &str) {
    scene.others_here(&["patch", "pod", pod, "--subresource=status", "-p", patch]);
}

/// The pod that the controllers make of the Deployment.
fn one_pod(scene: &Scene) -> String {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let pods: Value = serde_json::from_str(&scene.others_here(&["get", "pods", "-o", "json"])).unwrap();
        if let Some(name) = pods["items"][0]["metadata"]["name"].as_str() {
            return name.to_owned();
        }
        assert!(Instant::now() < deadline, "nobody made a pod: is there a kube-controller-manager?");
        std::thread::sleep(Duration::from_millis(200));
    }
}
