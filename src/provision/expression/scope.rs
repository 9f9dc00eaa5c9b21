//! What expressions may name: the contract's roots (`params`, `environment`, `names`, ...) as JSON values.

use super::function;
use super::problem::{self, Problem};
use super::value::to_cel;
use crate::provision::names::Names;
use cel::common::value::{CowVal, Val};
use cel::context::VariableResolver;
use cel::{Context, Env};
use serde_json::Value;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, LazyLock, OnceLock};

/// The standard library without optional values. It is the same for all.
static STANDARD: LazyLock<Arc<Env>> =
    LazyLock::new(|| Arc::new(Env::default().with_optional_support(false).with_stdlib()));

/// A value by which expressions are fed. Converted for CEL when the first program asks for it.
#[derive(Debug)]
pub struct Known {
    json: Value,
    cel: OnceLock<Box<dyn Val>>,
}

impl Known {
    pub fn new(json: Value) -> Arc<Known> {
        Arc::new(Known { json, cel: OnceLock::new() })
    }

    fn cel(&self) -> &dyn Val {
        self.cel.get_or_init(|| to_cel(&self.json)).as_ref()
    }
}

/// The names an expression may use, and the full name that `names.short` cuts.
#[derive(Debug, Clone)]
pub struct Scope {
    roots: BTreeMap<&'static str, Arc<Known>>,
    names: Arc<Names>,
}

impl Scope {
    /// A scope in which `names.full` is this name.
    pub fn new(full_name: &str) -> Scope {
        let mut scope = Scope { roots: BTreeMap::new(), names: Arc::new(Names::new(full_name)) };
        scope.set("names", serde_json::json!({ "full": full_name }));
        scope
    }

    pub fn set(&mut self, root: &'static str, value: Value) {
        self.roots.insert(root, Known::new(value));
    }

    /// A value that many scopes share.
    pub fn share(&mut self, root: &'static str, value: &Arc<Known>) {
        self.roots.insert(root, value.clone());
    }

    pub fn has_root(&self, root: &str) -> bool {
        self.roots.contains_key(root)
    }

    pub fn root_names(&self) -> impl Iterator<Item = &str> + Clone {
        self.roots.keys().copied()
    }

    /// The value at a path.
    pub fn look_up(&self, path: &[String], range: &Range<usize>) -> Result<&Value, Problem> {
        let Some(root) = self.roots.get(path[0].as_str()) else {
            return Err(problem::unknown_name(range.clone(), &path[0], self.root_names()));
        };
        let mut value = &root.json;
        for (depth, field) in path.iter().enumerate().skip(1) {
            let fields = value.as_object();
            value = fields.and_then(|fields| fields.get(field)).ok_or_else(|| {
                let known = fields.into_iter().flat_map(|fields| fields.keys().map(String::as_str));
                problem::unknown_field(range.clone(), &path[..depth].join("."), field, known)
            })?;
        }
        Ok(value)
    }

    /// The full name and every shorter one that was asked for.
    pub fn names_in_use(&self) -> std::collections::BTreeSet<String> {
        self.names.in_use()
    }

    /// The name, cut to a limit.
    pub fn short_name(&self, max: usize) -> Option<String> {
        self.names.short(max)
    }
}

/// A scope in use: what CEL programs run in is made for the first of them and kept for the others.
pub struct Run<'s> {
    pub scope: &'s Scope,
    context: OnceCell<Context<'s, 's>>,
}

impl<'s> Run<'s> {
    pub fn new(scope: &'s Scope) -> Run<'s> {
        Run { scope, context: OnceCell::new() }
    }

    pub(super) fn context(&self) -> &Context<'s, 's> {
        self.context.get_or_init(|| {
            let mut context = Context::with_env(STANDARD.clone());
            context.set_variable_resolver(self.scope);
            function::declare(&mut context, &self.scope.names);
            context
        })
    }
}

impl VariableResolver for Scope {
    fn resolve<'b>(&'b self, variable: &str) -> Option<CowVal<'b, 'b>> {
        self.roots.get(variable).map(|known| CowVal::Borrowed(known.cel()))
    }
}
