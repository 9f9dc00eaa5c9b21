//! A walk through the syntax tree of a policy: which functions it calls, and what of the input it reads.

use super::recursion::References;
use regorus::unstable::{AssignOp, Expr, Literal, Module, Query, Rule, RuleAssign, RuleHead, Span};
use std::collections::{BTreeMap, BTreeSet};

/// What was seen.
#[derive(Default)]
pub struct Visit {
    /// Functions by their whole name, where they are called.
    pub calls: Vec<(String, Span)>,
    /// Of each rule.
    pub references: Vec<References>,
    /// Of the rule that is seen: what it refers to, and names that are its own.
    paths: BTreeMap<Vec<String>, u64>,
    functions: Vec<Vec<String>>,
    own: BTreeSet<String>,
    /// How deep in what builds values: there, each use of a name is one more reference to what it stands for.
    building: usize,
    fields: BTreeSet<String>,
    reads_whole: bool,
}

impl Visit {
    /// The fields of `input`; None when something reads it as a whole.
    pub fn reads(&self) -> Option<BTreeSet<String>> {
        (!self.reads_whole).then(|| self.fields.clone())
    }

    fn expression(&mut self, expression: &Expr) {
        match expression {
            Expr::String { .. } | Expr::RawString { .. } | Expr::Number { .. } => {}
            Expr::Bool { .. } | Expr::Null { .. } => {}
            Expr::Var { span, .. } => {
                self.reads_whole |= span.text() == "input";
                self.refer(vec![span.text().to_owned()]);
            }
            Expr::Array { items, .. } | Expr::Set { items, .. } => {
                self.building += 1;
                items.iter().for_each(|item| self.expression(item));
                self.building -= 1;
            }
            Expr::Object { fields, .. } => {
                self.building += 1;
                for (_, key, value) in fields {
                    self.expression(key);
                    self.expression(value);
                }
                self.building -= 1;
            }
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.expression(term);
                self.query(query);
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                self.expression(key);
                self.expression(value);
                self.query(query);
            }
            Expr::Call { fcn, params, .. } => {
                self.calls.push((fcn.span().text().to_owned(), fcn.span().clone()));
                if let Some(path) = path(fcn) {
                    self.refer(path.clone());
                    self.functions.push(path);
                }
                self.building += 1;
                params.iter().for_each(|param| self.expression(param));
                self.building -= 1;
            }
            Expr::UnaryExpr { expr, .. } => self.expression(expr),
            Expr::RefDot { refr, field, .. } if is_input(refr) => {
                self.fields.insert(field.0.text().to_owned());
            }
            Expr::RefDot { refr, .. } => self.reference(expression, refr),
            Expr::RefBrack { refr, index, .. } => {
                match (is_input(refr), index.as_ref()) {
                    (true, Expr::String { span, .. }) => {
                        self.fields.insert(span.text().trim_matches('"').to_owned());
                    }
                    _ => self.reference(expression, refr),
                }
                self.expression(index);
            }
            Expr::BinExpr { lhs, rhs, .. } | Expr::BoolExpr { lhs, rhs, .. } => self.both(lhs, rhs),
            Expr::ArithExpr { lhs, rhs, .. } => self.both(lhs, rhs),
            Expr::AssignExpr { op, lhs, rhs, .. } => {
                if *op == AssignOp::ColEq {
                    self.binds(lhs);
                }
                self.both(lhs, rhs);
            }
            Expr::Membership { key, value, collection, .. } => {
                key.iter().for_each(|key| self.expression(key));
                self.both(value, collection);
            }
        }
    }

    fn refer(&mut self, path: Vec<String>) {
        *self.paths.entry(path).or_default() += u64::from(self.building > 0);
    }

    /// A path is one reference; what stands in its brackets is seen by itself.
    fn reference(&mut self, whole: &Expr, inner: &Expr) {
        match path(whole) {
            Some(path) => self.refer(path),
            None => self.expression(inner),
        }
        self.brackets(inner);
    }

    fn brackets(&mut self, expression: &Expr) {
        match expression {
            Expr::RefDot { refr, .. } => self.brackets(refr),
            Expr::RefBrack { refr, index, .. } => {
                self.expression(index);
                self.brackets(refr);
                if is_input(refr) {
                    self.expression(expression);
                }
            }
            Expr::Var { .. } => {}
            other => self.expression(other),
        }
        if let Expr::RefDot { refr, field, .. } = expression
            && is_input(refr)
        {
            self.fields.insert(field.0.text().to_owned());
        }
    }

    /// Names that this pattern makes the rule's own.
    fn binds(&mut self, pattern: &Expr) {
        match pattern {
            Expr::Var { span, .. } => drop(self.own.insert(span.text().to_owned())),
            Expr::Array { items, .. } => items.iter().for_each(|item| self.binds(item)),
            Expr::Object { fields, .. } => fields.iter().for_each(|(_, _, value)| self.binds(value)),
            _ => {}
        }
    }

    fn both(&mut self, one: &Expr, two: &Expr) {
        self.expression(one);
        self.expression(two);
    }

    fn query(&mut self, query: &Query) {
        for statement in &query.stmts {
            match &statement.literal {
                Literal::SomeVars { vars, .. } => self.own.extend(vars.iter().map(|name| name.text().to_owned())),
                Literal::SomeIn { key, value, collection, .. } => {
                    key.iter().for_each(|key| self.binds(key));
                    self.binds(value);
                    key.iter().for_each(|key| self.expression(key));
                    self.both(value, collection);
                }
                Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => self.expression(expr),
                Literal::Every { key, value, domain, query, .. } => {
                    self.own.extend(key.iter().chain([value]).map(|name| name.text().to_owned()));
                    self.expression(domain);
                    self.query(query);
                }
            }
            for with in &statement.with_mods {
                self.both(&with.refr, &with.r#as);
            }
        }
    }

    fn assignment(&mut self, assignment: Option<&RuleAssign>) {
        if let Some(assignment) = assignment {
            self.expression(&assignment.value);
        }
    }

    fn rule(&mut self, rule: &Rule) {
        match rule {
            Rule::Default { value, .. } => self.expression(value),
            Rule::Spec { head, bodies, .. } => {
                match head {
                    RuleHead::Compr { assign, .. } => self.assignment(assign.as_ref()),
                    RuleHead::Set { key, .. } => key.iter().for_each(|key| self.expression(key)),
                    RuleHead::Func { args, assign, .. } => {
                        args.iter().for_each(|argument| self.binds(argument));
                        args.iter().for_each(|argument| self.expression(argument));
                        self.assignment(assign.as_ref());
                    }
                }
                for body in bodies {
                    self.assignment(body.assign.as_ref());
                    self.query(&body.query);
                }
            }
        }
    }
}

/// The names of a reference up to the first that is not known before it is evaluated.
fn path(expression: &Expr) -> Option<Vec<String>> {
    match expression {
        Expr::Var { span, .. } => Some(vec![span.text().to_owned()]),
        Expr::RefDot { refr, field, .. } => {
            let mut path = path(refr)?;
            // Behind a step that is not known, no other is.
            if is_static(refr) {
                path.push(field.0.text().to_owned());
            }
            Some(path)
        }
        Expr::RefBrack { refr, index, .. } => {
            let mut path = path(refr)?;
            if let (true, Expr::String { span, .. }) = (is_static(refr), index.as_ref()) {
                path.push(span.text().trim_matches('"').to_owned());
            }
            Some(path)
        }
        _ => None,
    }
}

fn is_static(expression: &Expr) -> bool {
    match expression {
        Expr::Var { .. } => true,
        Expr::RefDot { refr, .. } => is_static(refr),
        Expr::RefBrack { refr, index, .. } => is_static(refr) && matches!(index.as_ref(), Expr::String { .. }),
        _ => false,
    }
}

fn is_input(expression: &Expr) -> bool {
    matches!(expression, Expr::Var { span, .. } if span.text() == "input")
}

/// What others refer to a rule by.
fn name(rule: &Rule) -> String {
    let refr = match rule {
        Rule::Default { refr, .. } => refr,
        Rule::Spec { head, .. } => match head {
            RuleHead::Compr { refr, .. } | RuleHead::Set { refr, .. } | RuleHead::Func { refr, .. } => refr,
        },
    };
    path(refr).map_or_else(|| refr.span().text().to_owned(), |path| path.join("."))
}

/// Sees every rule of a module.
pub fn walk(module: &Module, visit: &mut Visit) {
    for rule in &module.policy {
        visit.rule(rule);
        let (own, mut paths) = (std::mem::take(&mut visit.own), std::mem::take(&mut visit.paths));
        let mut uses: BTreeMap<String, u64> = BTreeMap::new();
        for (path, count) in paths.iter().filter(|(path, _)| own.contains(&path[0])) {
            *uses.entry(path[0].clone()).or_default() += count;
        }
        paths.retain(|path, _| !own.contains(&path[0]));
        visit.references.push(References {
            rule: name(rule),
            line: rule.span().line,
            text: rule.span().text().to_owned(),
            paths,
            functions: std::mem::take(&mut visit.functions),
            sharing: uses.into_values().fold(1, |product, count| product.saturating_mul(count.max(1))),
        });
    }
    for import in &module.imports {
        // `import input.unit` makes a name of its own.
        visit.expression(&import.refr);
        visit.paths.clear();
    }
}
