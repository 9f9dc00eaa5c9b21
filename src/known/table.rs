//! The table: a header, and a line for each declaration. What is known of a service is long and seldom asked for, so it
//! stands apart, and the line says where.

use super::Claims;
use super::lines;
use super::service::ServiceRow;
use crate::model::kinds::Kind;
use crate::model::{Name, RepoPath, short_hash};
use std::collections::{BTreeMap, HashMap};
use std::fmt::{self, Write};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// All that is known of one revision.
#[derive(Clone)]
pub struct Table {
    pub header: Header,
    /// A text that holds the sorted lines, and where in it they are.
    text: Arc<str>,
    rows: Range<usize>,
    services: Arc<Services>,
}

/// What services have follows from the rest, which holds their hashes.
impl PartialEq for Table {
    fn eq(&self, other: &Table) -> bool {
        self.header == other.header && self.rows() == other.rows()
    }
}

impl Eq for Table {}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("header", &self.header).finish_non_exhaustive()
    }
}

/// Parts of the text that holds what is known of services; None where it cannot be read.
pub type Details = dyn Fn(Range<usize>) -> Option<String> + Send + Sync;

/// What is known of services, as far as it was asked for.
struct Services {
    details: Box<Details>,
    seen: Mutex<HashMap<String, Option<Arc<ServiceRow>>>>,
    damaged: AtomicBool,
}

impl Services {
    fn new(details: Box<Details>) -> Arc<Services> {
        Arc::new(Services { details, seen: Mutex::default(), damaged: AtomicBool::new(false) })
    }
}

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
    /// Where environments and settings stand.
    pub always: Vec<RepoPath>,
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

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    Declared(Kind),
    /// The service of an API of that name.
    Provider,
}

/// A table as it is kept: what is read whole, and what is read in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub table: String,
    pub details: String,
}

/// What the keys of APIs end with.
const API: &str = "api";

/// The first line of the text: another format has another number.
const FORMAT: &str = "pavior known 2";

impl Written {
    /// `apis` says where the service stands that provides each.
    pub fn of(header: Header, rows: &BTreeMap<(Kind, Name), Row>, apis: &BTreeMap<Name, RepoPath>) -> Written {
        let mut details = String::new();
        let mut lines: Vec<String> = Vec::with_capacity(rows.len() + apis.len());
        for ((kind, name), Row { path, service }) in rows {
            let mut line = format!("{}\t{path}", key(*kind, name.as_str()));
            if let Some(service) = service {
                let (start, detail) = (details.len(), service.written());
                let hash = short_hash(detail.as_bytes());
                write!(line, "\t{start:x}\t{:x}\t{hash:x}", detail.len()).expect("text takes all");
                details.push_str(&detail);
            }
            line.push('\n');
            lines.push(line);
        }
        lines.extend(apis.iter().map(|(api, path)| format!("{api}/{API}\t{path}\n")));
        // `-` comes before `/`, so that the order of names is not that of the keys.
        lines.sort();
        Written { table: header.written(&lines.concat()), details }
    }

    /// Without its having been kept anywhere.
    pub fn table(self, compiler: &str) -> Option<Table> {
        let details = self.details;
        Table::read(self.table.into(), Box::new(move |range| details.get(range).map(str::to_owned)), compiler)
    }
}

impl Table {
    fn rows(&self) -> &str {
        &self.text[self.rows.clone()]
    }

    pub fn declares(&self, kind: Kind, name: &str) -> bool {
        lines::value(self.rows(), &key(kind, name)).is_some()
    }

    /// Where a declaration stands.
    pub fn path(&self, kind: Kind, name: &str) -> Option<RepoPath> {
        path(lines::value(self.rows(), &key(kind, name))?)
    }

    /// What declares something of a name, and what provides an API of it: all by one look.
    pub fn named(&self, name: &str) -> Vec<(Named, RepoPath)> {
        let beginning = format!("{name}/");
        let rows = lines::beginning(self.rows(), &beginning);
        let named = |slug: &str| match slug {
            API => Some(Named::Provider),
            slug => Kind::ALL.into_iter().find(|kind| kind.slug() == slug).map(Named::Declared),
        };
        rows.filter_map(|(slug, row)| Some((named(slug)?, path(row)?))).collect()
    }

    /// What is known of a service: it is asked for again and again.
    pub fn service(&self, name: &str) -> Option<Arc<ServiceRow>> {
        let mut seen = self.services.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(row) = seen.get(name) {
            return row.clone();
        }
        let line = lines::value(self.rows(), &key(Kind::Service, name));
        let row = line.and_then(|line| {
            let row = self.detail(line);
            self.services.damaged.fetch_or(row.is_none(), Ordering::Relaxed);
            row.map(Arc::new)
        });
        seen.insert(name.to_owned(), row.clone());
        row
    }

    fn detail(&self, line: &str) -> Option<ServiceRow> {
        let mut numbers = line.split('\t').skip(1).map(|number| u64::from_str_radix(number, 16));
        let mut next = || numbers.next()?.ok();
        let (start, length, hash) = (usize::try_from(next()?).ok()?, usize::try_from(next()?).ok()?, next()?);
        let detail = (self.services.details)(start..start.checked_add(length)?)?;
        if short_hash(detail.as_bytes()) != hash {
            return None;
        }
        ServiceRow::read(&detail)
    }

    /// Whether something that was asked for could not be read: nothing that follows from the table may be believed.
    pub fn is_damaged(&self) -> bool {
        self.services.damaged.load(Ordering::Relaxed)
    }

    /// Where the service stands that provides an API.
    pub fn provider(&self, api: &str) -> Option<RepoPath> {
        path(lines::value(self.rows(), &format!("{api}/{API}"))?)
    }

    /// The place of an environment in a set of them.
    pub fn environment(&self, name: &Name) -> Option<usize> {
        self.header.environments.iter().position(|(known, _)| known == name)
    }

    /// What [`Written::of`] gave; None for anything else, be it cut short, damaged or of another build.
    pub fn read(text: Arc<str>, details: Box<Details>, compiler: &str) -> Option<Table> {
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
                "always" => header.always.push(RepoPath::parse(rest).ok()?),
                "named" => header.named_files.push(RepoPath::parse(rest).ok()?),
                _ => return None,
            }
        }
        let rows = content.find("\n\n")? + 2..content.len();
        Some(Table { header, text, rows, services: Services::new(details) })
    }

    /// Whether these are the claims of this table.
    pub fn owns(&self, claims: &Claims) -> bool {
        crate::model::short_hash(claims.as_bytes()) == self.header.claims
    }
}

impl Header {
    /// As text, which ends with its own hash.
    fn written(&self, rows: &str) -> String {
        let Header { compiler, tree, claims, units, environments, named_files, implicit_types, always, reserved } =
            self;
        let mut text = format!("{FORMAT}\ncompiler {compiler}\ntree {tree}\nclaims {claims:016x}\nunits {units}\n");
        for (name, units) in environments {
            writeln!(text, "environment {name} {units}").expect("text takes all");
        }
        for path in named_files {
            writeln!(text, "named {path}").expect("text takes all");
        }
        for path in always {
            writeln!(text, "always {path}").expect("text takes all");
        }
        for name in implicit_types {
            writeln!(text, "implicit {name}").expect("text takes all");
        }
        for name in reserved {
            writeln!(text, "reserved {name}").expect("text takes all");
        }
        text.push('\n');
        text.push_str(rows);
        let hash = blake3::hash(text.as_bytes());
        writeln!(text, "hash {hash}").expect("text takes all");
        text
    }
}

fn key(kind: Kind, name: &str) -> String {
    format!("{name}/{}", kind.slug())
}

fn path(row: &str) -> Option<RepoPath> {
    RepoPath::parse(row.split('\t').next()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).unwrap()
    }

    fn written() -> Written {
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
            always: vec![RepoPath::literal("pavior.yaml")],
            reserved: vec![name("old")],
        };
        Written::of(header, &rows, &BTreeMap::from([(name("cart-api"), RepoPath::literal("catalog/cart.yaml"))]))
    }

    #[test]
    fn what_is_written_is_read_back() {
        let table = written().table("1 a").unwrap();
        assert_eq!(table.header.environments, [(name("production"), 2), (name("staging"), 1)]);
        assert_eq!(table.header.reserved, [name("old")]);
        let cart = table.service("cart").unwrap();
        assert_eq!((cart.calls.len(), cart.interface, cart.entangled), (2, 7, true));
        assert_eq!(*table.service("ad").unwrap(), ServiceRow::default());
        assert_eq!(table.service("other"), None);
        assert_eq!(table.path(Kind::SecretRequest, "card").unwrap().as_str(), "catalog/s.yaml");
        assert!(table.declares(Kind::Team, "shop") && !table.declares(Kind::Team, "cart"));
        let cart = RepoPath::literal("catalog/cart.yaml");
        assert_eq!(table.named("cart"), [(Named::Declared(Kind::Service), cart.clone())]);
        assert_eq!(table.named("cart-api"), [(Named::Provider, cart)]);
        assert_eq!(table.header.always, [RepoPath::literal("pavior.yaml")]);
        assert_eq!(table.provider("cart-api").unwrap().as_str(), "catalog/cart.yaml");
        assert_eq!(table.environment(&name("staging")), Some(1));
        assert!(!table.is_damaged());
    }

    #[test]
    fn a_damaged_text_or_one_of_another_build_is_not_believed() {
        let text = written().table;
        let read = |text: &str, compiler: &str| Table::read(text.into(), Box::new(|_| None), compiler);
        assert_eq!(read(&text, "1 b"), None);
        assert_eq!(read(&text[..text.len() / 2], "1 a"), None);
        for at in (0..text.len()).step_by(7) {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1;
            assert_eq!(read(&String::from_utf8(bytes).unwrap(), "1 a"), None, "byte {at}");
        }
    }

    #[test]
    fn what_is_said_of_a_service_and_damaged_is_told() {
        let Written { table, details } = written();
        for at in 0..details.len() {
            let mut bytes = details.clone().into_bytes();
            bytes[at] ^= 1;
            let details = String::from_utf8(bytes).unwrap();
            let table = Written { table: table.clone(), details }.table("1 a").unwrap();
            let rows = (table.service("ad"), table.service("cart"));
            assert!(table.is_damaged() && (rows.0.is_none() || rows.1.is_none()), "byte {at}");
        }
    }
}
