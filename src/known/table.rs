//! The table: a header, and a line for each declaration.

use super::lines;
use super::{Claims, Environments};
use crate::model::kinds::Kind;
use crate::model::{Name, RepoPath};
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// All that is known of one revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub header: Header,
    /// A text that holds the sorted lines, and where in it they are.
    text: Arc<str>,
    rows: Range<usize>,
    seen: Seen,
}

/// Rows that were read already. Nothing depends on them.
#[derive(Debug, Clone, Default)]
struct Seen(Arc<Mutex<HashMap<String, Option<Arc<ServiceRow>>>>>);

impl PartialEq for Seen {
    fn eq(&self, _: &Seen) -> bool {
        true
    }
}

impl Eq for Seen {}

/// What is known of the revision as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Header {
    /// Which build of the compiler found this out.
    pub compiler: String,
    /// The id of the git tree.
    pub tree: String,
    /// The hash of the claims, which are kept apart.
    pub claims: u64,
    pub units: usize,
    /// By name, with the count of their units.
    pub environments: Vec<(Name, usize)>,
    /// Files that are read because another one names them.
    pub named_files: Vec<RepoPath>,
    /// Resource types that every service has without asking.
    pub implicit_types: Vec<Name>,
    /// Names of services that others hold on to: none of them may come or go unseen.
    pub reserved: Vec<Name>,
}

/// One declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub path: RepoPath,
    /// Of a service.
    pub service: Option<ServiceRow>,
}

/// One service, as others see it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceRow {
    /// The hash of all that others can see of it.
    pub interface: u64,
    /// The hash of the names that its units take.
    pub claims: u64,
    /// It shares something or was renamed, so that what it is depends on more than its neighbours.
    pub entangled: bool,
    /// Where it has a unit.
    pub units: Environments,
    pub secret_requests: Vec<Name>,
    /// Whom it calls, and where.
    pub calls: BTreeMap<Name, Environments>,
    /// Who calls it, and where.
    pub called_by: BTreeMap<Name, Environments>,
}

/// What the keys of APIs begin with.
const API: &str = "api/";

/// The first line of the text: another format has another number.
const FORMAT: &str = "pavior known 1";

impl Table {
    /// `apis` says where the service stands that provides each.
    pub fn new(header: Header, rows: &BTreeMap<(Kind, Name), Row>, apis: &BTreeMap<Name, RepoPath>) -> Table {
        let rows = rows.iter().map(|((kind, name), row)| format!("{}\t{}\n", key(*kind, name.as_str()), row.written()));
        let apis = apis.iter().map(|(api, path)| format!("{API}{api}\t{path}\n"));
        // `-` comes before `/`, so that the order of kinds is not that of the keys.
        let mut lines: Vec<String> = rows.chain(apis).collect();
        lines.sort();
        let text: Arc<str> = lines.concat().into();
        Table { header, rows: 0..text.len(), text, seen: Seen::default() }
    }

    fn rows(&self) -> &str {
        &self.text[self.rows.clone()]
    }

    pub fn declares(&self, kind: Kind, name: &str) -> bool {
        lines::value(self.rows(), &key(kind, name)).is_some()
    }

    pub fn row(&self, kind: Kind, name: &str) -> Option<Row> {
        Row::read(lines::value(self.rows(), &key(kind, name))?)
    }

    /// Where a declaration stands: all of its row that most want to know.
    pub fn path(&self, kind: Kind, name: &str) -> Option<RepoPath> {
        let row = lines::value(self.rows(), &key(kind, name))?;
        RepoPath::parse(row.split('\t').next()?).ok()
    }

    /// A service's row: it is asked for again and again, and one that many call is long.
    pub fn service(&self, name: &str) -> Option<Arc<ServiceRow>> {
        let mut seen = self.seen.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(row) = seen.get(name) {
            return row.clone();
        }
        let row = self.row(Kind::Service, name).and_then(|row| row.service).map(Arc::new);
        seen.insert(name.to_owned(), row.clone());
        row
    }

    /// Where the service stands that provides an API.
    pub fn provider(&self, api: &str) -> Option<RepoPath> {
        RepoPath::parse(lines::value(self.rows(), &format!("{API}{api}"))?).ok()
    }

    /// All declarations of a kind, by name.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (Name, Row)> {
        let beginning = key(kind, "");
        let found: Vec<(Name, Row)> = lines::beginning(self.rows(), &beginning)
            .filter_map(|(name, row)| Some((Name::parse(name)?, Row::read(row)?)))
            .collect();
        found.into_iter()
    }

    /// The place of an environment in a set of them.
    pub fn environment(&self, name: &Name) -> Option<usize> {
        self.header.environments.iter().position(|(known, _)| known == name)
    }

    /// As text, which ends with its own hash.
    pub fn written(&self) -> String {
        let Header { compiler, tree, claims, units, environments, named_files, implicit_types, reserved } =
            &self.header;
        let mut text = format!("{FORMAT}\ncompiler {compiler}\ntree {tree}\nclaims {claims:016x}\nunits {units}\n");
        for (name, units) in environments {
            writeln!(text, "environment {name} {units}").expect("text takes all");
        }
        for path in named_files {
            writeln!(text, "named {path}").expect("text takes all");
        }
        for name in implicit_types {
            writeln!(text, "implicit {name}").expect("text takes all");
        }
        for name in reserved {
            writeln!(text, "reserved {name}").expect("text takes all");
        }
        text.push('\n');
        text.push_str(self.rows());
        let hash = blake3::hash(text.as_bytes());
        writeln!(text, "hash {hash}").expect("text takes all");
        text
    }

    /// What [`Table::written`] gave; None for anything else, be it cut short, damaged or of another build.
    pub fn read(text: Arc<str>, compiler: &str) -> Option<Table> {
        let expected = format!("{FORMAT}\ncompiler {compiler}\n");
        let head = text.strip_prefix(&expected)?;
        let (content, hash) = text.trim_end_matches('\n').rsplit_once("\nhash ")?;
        let content = &text[..content.len() + 1];
        if blake3::hash(content.as_bytes()).to_hex().as_str() != hash {
            return None;
        }
        let (head, _) = head.split_once("\n\n")?;
        let mut header = Header { compiler: compiler.to_owned(), ..Header::default() };
        for line in head.lines() {
            let (word, rest) = line.split_once(' ')?;
            match word {
                "tree" => header.tree = rest.to_owned(),
                "claims" => header.claims = u64::from_str_radix(rest, 16).ok()?,
                "units" => header.units = rest.parse().ok()?,
                "environment" => {
                    let (name, units) = rest.split_once(' ')?;
                    header.environments.push((Name::parse(name)?, units.parse().ok()?));
                }
                "implicit" => header.implicit_types.push(Name::parse(rest)?),
                "reserved" => header.reserved.push(Name::parse(rest)?),
                "named" => header.named_files.push(RepoPath::parse(rest).ok()?),
                _ => return None,
            }
        }
        let rows = content.find("\n\n")? + 2..content.len();
        Some(Table { header, text, rows, seen: Seen::default() })
    }

    /// Whether these are the claims of this table.
    pub fn owns(&self, claims: &Claims) -> bool {
        crate::model::short_hash(claims.as_bytes()) == self.header.claims
    }
}

fn key(kind: Kind, name: &str) -> String {
    format!("{}/{name}", kind.slug())
}

impl Row {
    fn written(&self) -> String {
        let mut text = self.path.to_string();
        if let Some(service) = &self.service {
            let ServiceRow { interface, claims, entangled, units, secret_requests, calls, called_by } = service;
            let requests: Vec<&str> = secret_requests.iter().map(Name::as_str).collect();
            let tail = [requests.join(","), pairs(calls), pairs(called_by)].join("\t");
            let entangled = u8::from(*entangled);
            write!(text, "\t{interface:016x}\t{claims:016x}\t{entangled}\t{units:x}\t{tail}").expect("text takes all");
        }
        text
    }

    fn read(text: &str) -> Option<Row> {
        let mut fields = text.split('\t');
        let path = RepoPath::parse(fields.next()?).ok()?;
        let Some(interface) = fields.next() else { return Some(Row { path, service: None }) };
        let hexadecimal = |text: &str| u64::from_str_radix(text, 16).ok();
        let service = ServiceRow {
            interface: hexadecimal(interface)?,
            claims: hexadecimal(fields.next()?)?,
            entangled: fields.next()? == "1",
            units: hexadecimal(fields.next()?)?,
            secret_requests: items(fields.next()?).map(Name::parse).collect::<Option<_>>()?,
            calls: read_pairs(fields.next()?)?,
            called_by: read_pairs(fields.next()?)?,
        };
        Some(Row { path, service: Some(service) })
    }
}

fn pairs(map: &BTreeMap<Name, Environments>) -> String {
    let pairs: Vec<String> = map.iter().map(|(name, environments)| format!("{name}={environments:x}")).collect();
    pairs.join(",")
}

fn read_pairs(text: &str) -> Option<BTreeMap<Name, Environments>> {
    items(text)
        .map(|item| {
            let (name, environments) = item.split_once('=')?;
            Some((Name::parse(name)?, u64::from_str_radix(environments, 16).ok()?))
        })
        .collect()
}

fn items(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').filter(|item| !item.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn table() -> Table {
        let cart = ServiceRow {
            interface: 7,
            claims: 9,
            entangled: true,
            units: 0b101,
            secret_requests: vec![name("card")],
            calls: BTreeMap::from([(name("ad"), 1), (name("web"), 5)]),
            called_by: BTreeMap::new(),
        };
        let row = |path: &str, service| Row { path: RepoPath::literal(path), service };
        let rows = BTreeMap::from([
            ((Kind::Service, name("cart")), row("catalog/cart.yaml", Some(cart))),
            ((Kind::Service, name("ad")), row("catalog/ad.yaml", Some(ServiceRow::default()))),
            ((Kind::SecretRequest, name("card")), row("catalog/s.yaml", None)),
            ((Kind::Team, name("shop")), row("catalog/t.yaml", None)),
        ]);
        let header = Header {
            compiler: "1 a".to_owned(),
            tree: "00ff".to_owned(),
            claims: 5,
            units: 3,
            environments: vec![(name("production"), 2), (name("staging"), 1)],
            named_files: vec![RepoPath::literal("a/score.yaml")],
            implicit_types: vec![name("identity")],
            reserved: vec![name("old")],
        };
        Table::new(header, &rows, &BTreeMap::from([(name("cart-api"), RepoPath::literal("catalog/cart.yaml"))]))
    }

    #[test]
    fn what_is_written_is_read_back() {
        let table = table();
        let read = Table::read(table.written().into(), "1 a").unwrap();
        assert_eq!((&read.header, read.rows()), (&table.header, table.rows()));
        assert_eq!(table.service("cart").unwrap().calls.len(), 2);
        assert_eq!(table.row(Kind::SecretRequest, "card").unwrap().path.as_str(), "catalog/s.yaml");
        assert!(table.declares(Kind::Team, "shop") && !table.declares(Kind::Team, "cart"));
        assert_eq!(table.of_kind(Kind::Service).map(|(name, _)| name.to_string()).collect::<Vec<_>>(), ["ad", "cart"]);
        assert_eq!(table.provider("cart-api").unwrap().as_str(), "catalog/cart.yaml");
        assert_eq!(table.environment(&name("staging")), Some(1));
    }

    #[test]
    fn a_damaged_text_or_one_of_another_build_is_not_believed() {
        let text = table().written();
        assert_eq!(Table::read(text.as_str().into(), "1 b"), None);
        assert_eq!(Table::read(text[..text.len() / 2].into(), "1 a"), None);
        for at in (0..text.len()).step_by(7) {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            assert_eq!(Table::read(String::from_utf8(bytes).unwrap().into(), "1 a"), None, "byte {at}");
        }
    }
}
