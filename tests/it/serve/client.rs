//! GitHub as it delivers: HTTP/1.1 on a connection that is kept, and signatures.

use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// What deliveries are signed by.
pub const KEY: &str = "signs what is delivered";

pub struct Client(BufReader<TcpStream>);

#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub body: String,
}

/// A delivery, as GitHub makes it.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Delivery {
    pub fn new(number: u64, (event, payload): (&str, serde_json::Value)) -> Delivery {
        let body = payload.to_string().into_bytes();
        let headers = [
            ("content-type", "application/json".to_owned()),
            ("x-github-event", event.to_owned()),
            ("x-github-delivery", format!("72d3162e-cc78-11e3-81ab-{number:012x}")),
            ("x-hub-signature-256", signature(KEY, &body)),
        ];
        Delivery { headers: headers.map(|(name, value)| (name.to_owned(), value)).to_vec(), body }
    }

    pub fn with(mut self, name: &str, value: &str) -> Delivery {
        self = self.without(name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Delivery {
        self.headers.retain(|(found, _)| found != name);
        self
    }

    /// With another body, and the signature of the one before.
    pub fn with_body(self, body: &[u8]) -> Delivery {
        Delivery { body: body.to_vec(), ..self }
    }
}

pub fn signature(key: &str, body: &[u8]) -> String {
    let mut hmac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
    hmac.update(body);
    let digits: String = hmac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={digits}")
}

impl Client {
    pub fn connect(address: SocketAddr) -> Client {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        Client(BufReader::new(stream))
    }

    pub fn get(&mut self, path: &str) -> Answer {
        self.send(format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").as_bytes());
        self.answer()
    }

    pub fn deliver(&mut self, delivery: &Delivery) -> u16 {
        self.begin(delivery, &format!("content-length: {}", delivery.body.len()));
        self.send(&delivery.body);
        self.answer().status
    }

    /// The headers, and how long the body will be.
    pub fn begin(&mut self, delivery: &Delivery, length: &str) {
        let headers: String = delivery.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        self.send(format!("POST /webhook HTTP/1.1\r\nhost: x\r\n{headers}{length}\r\n\r\n").as_bytes());
    }

    /// Whether it was taken; whoever has answered already may have closed.
    pub fn send(&mut self, bytes: &[u8]) -> bool {
        self.0.get_mut().write_all(bytes).is_ok()
    }

    pub fn answer(&mut self) -> Answer {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        let status = line.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or_else(|| panic!("{line:?}"));
        let mut length = 0;
        loop {
            line.clear();
            self.0.read_line(&mut line).unwrap();
            if line.trim_end().is_empty() {
                break;
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        Answer { status, body: String::from_utf8(body).unwrap() }
    }
}
