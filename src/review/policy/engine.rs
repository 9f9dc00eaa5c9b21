//! Policies become one program, and the program is asked about one input. One of two doors to regorus' engines; the
//! other is `testing`.

use super::bounds;
use super::located::{self, Trouble, trouble_moved};
use super::source::{Definition, Policy};
use super::wording;
use crate::model::{Findings, Location};
use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::VmError;
use regorus::rvm::{Program, RegoVM};
use regorus::{Engine, Rc};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Steps of the machine that one rule may take for one unit.
pub const MAX_STEPS: usize = 200_000;

/// Every definition of `deny` and `warn` as an entry of its own, so that each result is known by what made it.
#[derive(Debug, Clone)]
pub struct Compiled {
    program: Arc<Program>,
    /// Name of the entry -> the policy and its definition, by their places in the lists.
    pub entries: Vec<Entry>,
}

/// A definition that can be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub policy: usize,
    pub definition: usize,
    path: String,
}

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// Too many steps or too much text.
    Limit,
    /// An error at a place.
    Failed(Location),
}

/// Compiles what can be compiled. A policy that cannot is told, taken out of the list, and the rest is tried again.
pub fn compile(policies: &mut Vec<Policy>, findings: &mut Findings) -> Option<Compiled> {
    loop {
        let entries = entries(policies);
        let first = entries.first()?;
        match compiled(policies, &entries, first) {
            Ok(program) => return Some(Compiled { program, entries }),
            Err(error) => {
                let culprit = culprit(policies, &entries, &error);
                let policy = policies.remove(culprit);
                let moved = |line, column| written_column(&policy, culprit, line, column);
                let Trouble { location, message } = trouble_moved(&error, &policy.path, &policy.text, moved);
                findings.push(wording::syntax(location, &message));
            }
        }
    }
}

fn compiled(policies: &[Policy], entries: &[Entry], first: &Entry) -> anyhow::Result<Arc<Program>> {
    let mut engine = Engine::new();
    engine.set_strict_builtin_errors(false);
    for (policy, text) in policies.iter().zip(instrumented(policies)) {
        engine.add_policy(policy.path.to_string(), text)?;
    }
    engine.add_policy("all".to_owned(), together(entries))?;
    let whole = engine.compile_with_entrypoint(&Rc::from(first.path.as_str()))?;
    let names: Vec<&str> = entries.iter().map(|entry| entry.path.as_str()).chain([ALL]).collect();
    let mut program = Compiler::compile_from_policy(&whole, &names)?;
    if !program.has_resolved_builtins() {
        Arc::make_mut(&mut program).initialize_resolved_builtins()?;
    }
    bounds::bound(Arc::make_mut(&mut program));
    Ok(program)
}

/// What all entries find, by their places in the list. No policy may have this package.
const ALL: &str = "data.pavior_all.found";

/// A module that asks all entries.
fn together(entries: &[Entry]) -> String {
    let mut text = "package pavior_all\n".to_owned();
    for (number, Entry { path, .. }) in entries.iter().enumerate() {
        text.push_str(&format!("\nfound[entry] := results if {{\n\tentry := {number}\n\tresults := {path}\n}}\n"));
    }
    text
}

/// The policy that an error is about: the one it names, or else the first whose own definitions do not compile.
fn culprit(policies: &[Policy], entries: &[Entry], error: &anyhow::Error) -> usize {
    let named = located::file_of(error);
    let by_name = policies.iter().position(|policy| Some(policy.path.as_str()) == named.as_deref());
    let alone = |entry: &&Entry| compiled(policies, std::slice::from_ref(entry), entry).is_err();
    by_name.or_else(|| entries.iter().find(alone).map(|entry| entry.policy)).unwrap_or(0)
}

/// Numbered within their package, in the order of files and lines.
fn entries(policies: &[Policy]) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (index, policy) in policies.iter().enumerate() {
        for (number, definition) in policy.definitions.iter().enumerate() {
            let path = format!("data.{}.{}", policy.package, own_name(definition, index, number));
            entries.push(Entry { policy: index, definition: number, path });
        }
    }
    entries
}

/// A name for one definition that no other has.
fn own_name(definition: &Definition, policy: usize, number: usize) -> String {
    format!("{}__{policy}_{number}", definition.verb.as_str())
}

/// The texts with each definition under its own name, and `deny` and `warn` as before for who refers to them. What is
/// added stands on the line of a head, behind its name, and behind the last line: all other places stay.
fn instrumented(policies: &[Policy]) -> Vec<String> {
    let mut texts = Vec::with_capacity(policies.len());
    for (index, policy) in policies.iter().enumerate() {
        let mut text = policy.text.clone();
        let mut aliases = String::new();
        for (number, definition) in policy.definitions.iter().enumerate().rev() {
            let name = own_name(definition, index, number);
            let verb = definition.verb.as_str();
            aliases.push_str(&format!("\n{verb} contains found__ if some found__ in {name}\n"));
            text.replace_range(definition.name.range(), &name);
        }
        text.push('\n');
        text.push_str(&aliases);
        texts.push(text);
    }
    texts
}

/// The column that an instrumented one was before its line had a longer name in it.
fn written_column(policy: &Policy, index: usize, line: usize, column: usize) -> usize {
    let own = policy.definitions.iter().enumerate().find(|(_, one)| one.line as usize == line);
    let longer = own.map_or(0, |(number, one)| own_name(one, index, number).len() - one.verb.as_str().len());
    column.saturating_sub(longer).max(1)
}

impl Compiled {
    /// A machine for the questions about one input.
    pub fn machine(&self, input: Value) -> Machine<'_> {
        let mut vm = RegoVM::new();
        vm.load_program(self.program.clone());
        vm.set_max_instructions(MAX_STEPS);
        vm.set_strict_builtin_errors(false);
        // Only refused when it would shadow a rule, and it is empty.
        let _ = vm.set_data(regorus::Value::new_object());
        vm.set_input(regorus::Value::from(input));
        Machine { compiled: self, vm }
    }

    /// Where the machine stood when it failed.
    fn place(&self, policies: &[Policy], entry: &Entry, error: &VmError) -> Location {
        let policy = &policies[entry.policy];
        let head = || located::at(&policy.path, &policy.text, policy.definitions[entry.definition].line as usize, 1);
        let Some(Some(span)) = counter(error).and_then(|at| self.program.instruction_spans.get(at)) else {
            return head();
        };
        let file = self.program.sources.get(span.source_index).map(|source| source.name.as_str());
        let Some((index, policy)) = policies.iter().enumerate().find(|(_, policy)| Some(policy.path.as_str()) == file)
        else {
            return head();
        };
        located::at(&policy.path, &policy.text, span.line, written_column(policy, index, span.line, span.column))
    }
}

/// The step at which it failed. Every error tells it in its text, and has no accessor.
fn counter(error: &VmError) -> Option<usize> {
    let told = error.to_string();
    let digits = told.rsplit("pc=").next()?;
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

/// Asks rules about one input.
pub struct Machine<'c> {
    compiled: &'c Compiled,
    vm: RegoVM,
}

impl Machine<'_> {
    /// What each definition finds, in one run: what several of them refer to is evaluated once, not once for each. None
    /// where that run fails or exceeds a limit; then each has to be asked alone, and it shows whose fault it was. A run of
    /// all takes no fewer steps than any alone, so that both ways give the same.
    pub fn ask_all(&mut self) -> Option<Vec<Vec<Value>>> {
        bounds::fill();
        let answer = self.vm.execute_entry_point_by_name(ALL).ok()?;
        let of = |entry: usize| results(&answer[&regorus::Value::from(entry as u64)]);
        (!bounds::is_exceeded()).then(|| (0..self.compiled.entries.len()).map(of).collect())
    }

    /// What one definition finds.
    pub fn ask(&mut self, policies: &[Policy], entry: &Entry) -> Result<Vec<Value>, Stop> {
        bounds::fill();
        let answer = self.vm.execute_entry_point_by_name(&entry.path);
        if bounds::is_exceeded() {
            return Err(Stop::Limit);
        }
        match answer {
            Ok(answer) => Ok(results(&answer)),
            Err(
                VmError::InstructionLimitExceeded { .. }
                | VmError::TimeLimitExceeded { .. }
                | VmError::RegexSizeLimitExceeded { .. },
            ) => Err(Stop::Limit),
            Err(error) => Err(Stop::Failed(self.compiled.place(policies, entry, &error))),
        }
    }
}

/// Nothing where the answer is no set.
fn results(answer: &regorus::Value) -> Vec<Value> {
    let regorus::Value::Set(results) = answer else { return Vec::new() };
    results.iter().filter_map(|result| serde_json::to_value(result).ok()).collect()
}

/// How many definitions there are of each package, by package and verb: what needs an id of its own.
pub fn crowded(policies: &[Policy]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for policy in policies {
        *counts.entry(policy.package.as_str()).or_default() += policy.definitions.len();
    }
    counts
}
