//! What a unit declares is asked from outside, and only that.

use crate::compiled::shipped;
use pavior::deliver::kubernetes::Objects;
use pavior::deliver::kubernetes::health::{Addresses, Probe, Standing, probes};
use pavior::emit::Artifact;
use pavior::model::RepoPath;
use std::io::{Read, Write};
use std::net::TcpListener;

fn unit(folder: &str) -> Objects {
    let artifact = |(path, text): (&String, &String)| {
        let path = RepoPath::parse(path.strip_prefix(folder)?).ok()?;
        Some(Artifact { path, text: text.clone() })
    };
    Objects::of(&shipped().files.iter().filter_map(artifact).collect::<Vec<_>>()).unwrap()
}

#[test]
fn what_the_catalog_declares_is_asked() {
    let prometheus = Some("http://prometheus.monitoring:9090".to_owned());
    let asked = probes(&unit("production/frontend/"), &Addresses { prometheus, is_public_reachable: true });
    let http = Probe::Http { url: "https://shop.boutique.example/_healthz".to_owned(), below: 400 };
    assert_eq!(asked[0], http);
    let queries: Vec<&str> = asked
        .iter()
        .filter_map(|probe| match probe {
            Probe::Query { expression, .. } => Some(expression.as_str()),
            Probe::Http { .. } | Probe::Grpc { .. } | Probe::Unasked { .. } => None,
        })
        .collect();
    let expected = r#"service:slo_errors:ratio_rate5m{service="frontend",environment="production",namespace="production",slo="availability"} > bool (14.4 * 0.001)"#;
    assert_eq!((queries.len(), queries[0]), (2, expected));
    let nobody = probes(&unit("production/frontend/"), &Addresses::default());
    assert!(nobody.iter().all(|probe| matches!(probe, Probe::Unasked { .. })));
    assert_eq!(nobody.len(), 3, "what is skipped is told");
    assert_eq!(probes(&unit("production/loadgenerator/"), &Addresses::default()), [], "it answers nobody");
}

/// Answers one request with this, whatever it is.
fn answers(with: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut asked = [0; 4096];
        let _ = stream.read(&mut asked).unwrap();
        stream.write_all(with.as_bytes()).unwrap();
    });
    format!("http://{address}")
}

#[test]
fn a74_an_address_is_well_by_its_answer_and_a_silent_one_is_not() {
    let ask = |with| Probe::Http { url: answers(with) + "/healthz", below: 400 }.ask().unwrap();
    assert_eq!(ask("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), Standing::Ready);
    let not_yet = |why: &str| Standing::NotYet(why.to_owned());
    assert_eq!(ask("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"), not_yet("it answers with 503"));
    let silent = Probe::Http { url: "http://127.0.0.1:1/".to_owned(), below: 400 };
    assert_eq!(silent.ask().unwrap(), not_yet("it does not answer"));
}

#[test]
fn a74_too_many_errors_are_no_health_and_no_data_is_no_answer() {
    let ask = |with| {
        let what = "web breaks its promise".to_owned();
        Probe::Query { prometheus: answers(with), expression: "x > bool 1".to_owned(), what }.ask()
    };
    let firing = "HTTP/1.1 200 OK\r\nContent-Length: 66\r\n\r\n\
        {\"status\":\"success\",\"data\":{\"result\":[{\"value\":[1.5,\"1\"]}]}}    ";
    assert_eq!(ask(firing), Ok(Standing::NotYet("web breaks its promise".to_owned())));
    let none = "HTTP/1.1 200 OK\r\nContent-Length: 42\r\n\r\n{\"status\":\"success\",\"data\":{\"result\":[]}}";
    assert_eq!(ask(none), Err("nobody counts its requests yet".to_owned()));
}

/// A server of gRPC without TLS that says this of every service, and whom it was asked for.
fn serves(status: u8) -> (String, std::sync::mpsc::Receiver<Vec<u8>>) {
    let (tell, asked) = std::sync::mpsc::channel();
    let (ready, address) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async move {
            let check = move |body: axum::body::Bytes| async move {
                tell.send(body.to_vec()).unwrap();
                let headers = [("content-type", "application/grpc"), ("grpc-status", "0")];
                (headers, vec![0, 0, 0, 0, 2, 8, status])
            };
            let service = axum::Router::new().route("/grpc.health.v1.Health/Check", axum::routing::post(check));
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            ready.send(listener.local_addr().unwrap()).unwrap();
            axum::serve(listener, service).await.unwrap();
        });
    });
    (format!("http://{}/grpc.health.v1.Health/Check", address.recv().unwrap()), asked)
}

#[test]
fn a74_who_is_asked_by_grpc_is_well_when_it_serves() {
    let ask = |url: &str| Probe::Grpc { url: url.to_owned(), service: "shop.Cart".to_owned() }.ask().unwrap();
    let (url, asked) = serves(1);
    assert_eq!(ask(&url), Standing::Ready);
    assert_eq!(asked.recv().unwrap(), b"\0\0\0\0\x0b\x0a\x09shop.Cart");
    let not_yet = |why: &str| Standing::NotYet(why.to_owned());
    assert_eq!(ask(&serves(2).0), not_yet("it answers NOT_SERVING"));
    let other = url.replace("Health/Check", "Other/Check");
    assert_eq!(ask(&other), not_yet("it does not answer health checks of gRPC"));
}
