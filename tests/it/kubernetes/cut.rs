//! The network is cut in the middle.

use super::kubectl::Kubectl;
use super::scene::{ACCOUNT, CONFIG, DEPLOYMENT, INGRESS, PATIENCE, SERVICE, Scene};
use super::server::server;
use pavior::deliver::kubernetes::{ApplyError, Cluster};
use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

const UNIT: [&str; 5] = [CONFIG, ACCOUNT, SERVICE, DEPLOYMENT, INGRESS];

pub fn a70_a_network_cut_in_the_middle_is_finished_by_a_rerun(scene: &Scene) {
    let (cluster, unit) = (&scene.cluster, scene.unit(&UNIT));
    let last = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: former\n  namespace: @HERE\n";
    cluster.apply(&scene.owner(1), &scene.unit(&[last]), PATIENCE).unwrap();
    // inventory, look, record, the first wave, and then nothing more.
    scene.kubectl.cut(Some(4));
    let error = cluster.apply(&scene.owner(2), &unit, PATIENCE).unwrap_err();
    assert!(matches!(error, ApplyError::Unreachable(_)), "{error}");
    scene.kubectl.cut(None);
    assert!(scene.live("configmap/cart").is_some());
    assert_eq!(scene.live("deployment/cart"), None);
    assert!(scene.live("configmap/former").is_some(), "nothing was pruned");
    assert_eq!(scene.recorded_objects().len(), 6, "whatever is there is known");

    let applied = cluster.apply(&scene.owner(2), &unit, PATIENCE).unwrap();
    assert_eq!((applied.created.len(), applied.unchanged.len()), (3, 2));
    assert!(scene.live("configmap/former").is_some());
    assert_eq!(cluster.drift(&scene.owner(2), &unit).unwrap(), []);
}

/// Through a relay that lets so many bytes of requests pass, and then ends every connection.
pub fn wherever_the_network_is_cut() {
    let server = server();
    let direct = Scene::real("a70_wherever");
    let text = fs::read_to_string(server.kubeconfig()).unwrap();
    let address = text.split("https://").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let relay = Relay::start(address.clone());
    let folder = tempfile::tempdir().unwrap();
    let kubeconfig = folder.path().join("kubeconfig");
    fs::write(&kubeconfig, text.replace(&address, &relay.address)).unwrap();
    let kubectl = Kubectl::real(&server.kubectl, &kubeconfig);
    let cluster = Cluster { program: kubectl.program(), kubeconfig: None, context: None };
    let (unit, former) = (direct.unit(&UNIT), direct.unit(&[&CONFIG.replace("name: cart", "name: former")]));
    let (mut cut, mut partial) = (0, 0);
    let mut token = 1;
    for bytes in (500..20_000).step_by(2_500) {
        direct.cluster.apply(&direct.owner(token), &former, PATIENCE).unwrap();
        relay.left.store(bytes, Ordering::SeqCst);
        let ended = cluster.apply(&direct.owner(token + 1), &unit, PATIENCE);
        relay.left.store(i64::MAX, Ordering::SeqCst);
        if let Err(error) = ended {
            assert!(matches!(error, ApplyError::Unreachable(_)), "after {bytes} bytes: {error}");
            cut += 1;
            let there = there(&direct).lines().count();
            partial += usize::from((1..5).contains(&there));
        }
        direct.cluster.apply(&direct.owner(token + 2), &unit, PATIENCE).unwrap();
        assert_eq!(direct.cluster.drift(&direct.owner(token + 2), &unit).unwrap(), []);
        assert!(direct.live("configmap/former").is_some(), "nothing was pruned");
        assert_eq!(direct.recorded_objects().len(), 6);
        let there = there(&direct);
        assert_eq!(there.lines().count(), UNIT.len());
        let objects: Vec<&str> = there.lines().collect();
        direct.others_here(&[&["delete"], objects.as_slice()].concat());
        token += 3;
    }
    println!("cut at {cut} places, {partial} of them with some objects applied and others not");
    assert!(cut >= 5 && partial >= 1, "{cut} cuts, {partial} in the middle");
}

/// Which objects of the unit are there.
fn there(scene: &Scene) -> String {
    let kinds = ["configmap/cart", "serviceaccount/cart", "service/cart", "deployment/cart", "ingress/cart"];
    scene.others_here(&[&["get", "--ignore-not-found", "-o", "name"], kinds.as_slice()].concat())
}

struct Relay {
    address: String,
    left: Arc<AtomicI64>,
}

impl Relay {
    fn start(to: String) -> Relay {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let left = Arc::new(AtomicI64::new(i64::MAX));
        let shared = left.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if shared.load(Ordering::SeqCst) <= 0 {
                    drop(client.shutdown(Shutdown::Both));
                    continue;
                }
                let Ok(server) = TcpStream::connect(&to) else { continue };
                let (from, back) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let left = shared.clone();
                std::thread::spawn(move || pass(from, server, Some(&left)));
                std::thread::spawn(move || pass(back, client, None));
            }
        });
        Relay { address, left }
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, left: Option<&AtomicI64>) {
    let mut buffer = [0; 512];
    while let Ok(count) = from.read(&mut buffer) {
        let spent = left.is_some_and(|left| left.fetch_sub(i64::try_from(count).unwrap(), Ordering::SeqCst) <= 0);
        if count == 0 || spent || to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    drop(from.shutdown(Shutdown::Both));
    drop(to.shutdown(Shutdown::Both));
}
