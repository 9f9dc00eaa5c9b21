//! What the expressions of a string name: `params.memory`, `environment.region`.

use super::program::{Program, select_path};
use super::scan::{Piece, cut};
use cel::common::ast::{EntryExpr, Expr, IdedExpr};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Paths of names, in their order, each once.
pub type Named = Arc<[Vec<String>]>;

/// What strings name, each string looked at once.
#[derive(Debug, Default)]
pub struct References {
    known: RwLock<HashMap<String, Named>>,
}

impl References {
    /// Empty for a string without expressions, and for one that is none, which has been told.
    pub fn of(&self, text: &str) -> Named {
        if !text.contains("${") {
            return Named::default();
        }
        if let Some(known) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(text) {
            return known.clone();
        }
        let named: Named = references(text).into();
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(text.to_owned(), named.clone());
        named
    }
}

fn references(text: &str) -> Vec<Vec<String>> {
    let mut named = Vec::new();
    for piece in cut(text).into_iter().flatten() {
        let Piece::Expression { source, range } = piece else { continue };
        match Program::parse(source, &range) {
            Ok(Program::Path(path)) => add(path, &mut named),
            Ok(Program::ShortName(_)) => add(vec!["names".to_owned()], &mut named),
            Ok(Program::Cel(tree)) => walk(&tree, &mut named),
            Err(_) => {}
        }
    }
    named
}

fn add(path: Vec<String>, named: &mut Vec<Vec<String>>) {
    if !named.contains(&path) {
        named.push(path);
    }
}

fn walk(tree: &IdedExpr, named: &mut Vec<Vec<String>>) {
    if let Some(path) = select_path(tree) {
        add(path, named);
        return;
    }
    match &tree.expr {
        Expr::Unspecified | Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) => {}
        Expr::Select(select) => walk(&select.operand, named),
        Expr::List(list) => list.elements.iter().for_each(|item| walk(item, named)),
        Expr::Map(map) => map.entries.iter().for_each(|entry| match &entry.expr {
            EntryExpr::MapEntry(entry) => {
                walk(&entry.key, named);
                walk(&entry.value, named);
            }
            EntryExpr::StructField(_) => {}
        }),
        Expr::Call(call) => call.target.as_deref().into_iter().chain(&call.args).for_each(|part| walk(part, named)),
        Expr::Comprehension(comprehension) => {
            walk(&comprehension.iter_range, named);
            walk(&comprehension.loop_step, named);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<String> {
        References::default().of(text).iter().map(|path| path.join(".")).collect()
    }

    #[test]
    fn every_path_is_named_once() {
        assert_eq!(named("a plain text"), [""; 0]);
        assert_eq!(
            named("${resource.name}-${environment.region}-${resource.name}"),
            ["resource.name", "environment.region"]
        );
        assert_eq!(named("${lookup(tables.sizes, params.memory)}"), ["tables.sizes", "params.memory"]);
        assert_eq!(named("${names.short(32)}"), ["names"]);
        let condition = "${environment.class == \"production\" && has(params.x) ? [params.a] : {\"k\": class}}";
        assert_eq!(named(condition), ["environment.class", "params", "params.a", "class"]);
        assert!(named("${params.list.map(x, x + service.name)}").contains(&"service.name".to_owned()));
    }
}
