//! What a module's files may hold: resources, data, variables, locals and outputs of known providers.

use super::wording;
use crate::model::{Finding, Location, RepoPath, Span};
use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, FuncCall, ObjectKey};
use hcl_edit::structure::{Block, Body};
use hcl_edit::visit::{Visit, visit_func_call};
use std::collections::BTreeMap;
use std::ops::Range;

const PROVIDERS: [&str; 3] = ["hashicorp/aws", "hashicorp/google", "hashicorp/google-beta"];
/// What resource types start with: those providers' and Terraform's own.
const PREFIXES: [&str; 3] = ["aws", "google", "terraform"];

/// Files that Terraform reads without being told, or that shadow others.
pub fn is_smuggled(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let stem = file.strip_suffix(".tf").or_else(|| file.strip_suffix(".tf.json"));
    stem.is_some_and(|stem| stem == "override" || stem.ends_with("_override"))
        || file.ends_with(".tf.json")
        || file.ends_with(".tfvars")
        || file.ends_with(".tfvars.json")
        || file.ends_with(".tfstate")
        || matches!(file, ".terraformrc" | "terraform.rc" | ".terraform.lock.hcl")
        || name.split('/').any(|part| part == ".terraform")
}

/// Checks one file, and takes down the variables it declares where it belongs to the module itself.
pub fn file(path: &RepoPath, text: &str, variables: &mut BTreeMap<String, bool>, of_the_module: bool) -> Vec<Finding> {
    let body = match hcl_edit::parser::parse_body(text) {
        Ok(body) => body,
        Err(error) => {
            let offset = error.location().offset().min(text.len());
            let at = Location::in_text(path.clone(), text, Span::new(offset, offset));
            return vec![wording::not_hcl(at, error.message().lines().next().unwrap_or_default())];
        }
    };
    let mut check = Check { path, text, found: Vec::new() };
    for block in body.blocks() {
        check.top_level(block);
        if of_the_module
            && block.ident.as_str() == "variable"
            && let Some(name) = label(block, 0)
        {
            variables.insert(name.to_owned(), block.body.has_attribute("default"));
        }
    }
    check.visit_body(&body);
    check.found
}

/// Functions that read the machine Terraform runs on. A module holds no files but its own code, so it needs none.
const FILE_FUNCTIONS: [&str; 13] = [
    "file",
    "filebase64",
    "filebase64sha256",
    "filebase64sha512",
    "fileexists",
    "filemd5",
    "fileset",
    "filesha1",
    "filesha256",
    "filesha512",
    "pathexpand",
    "abspath",
    "templatefile",
];

impl Visit for Check<'_> {
    fn visit_func_call(&mut self, call: &FuncCall) {
        let name = call.name.name.as_str();
        if FILE_FUNCTIONS.contains(&name) {
            let at = self.at(call.name.name.span().or_else(|| call.span()));
            self.found.push(wording::function_refused(at, name));
        }
        visit_func_call(self, call);
    }
}

struct Check<'t> {
    path: &'t RepoPath,
    text: &'t str,
    found: Vec<Finding>,
}

impl Check<'_> {
    fn at(&self, span: Option<Range<usize>>) -> Location {
        match span {
            Some(range) => Location::in_text(self.path.clone(), self.text, Span::new(range.start, range.end)),
            None => Location::file(self.path.clone()),
        }
    }

    fn refuse(&mut self, block: &Block, what: &str, why: &str, help: &str) {
        let at = self.at(block.ident.span());
        self.found.push(wording::block_refused(at, what, why, help));
    }

    fn top_level(&mut self, block: &Block) {
        match block.ident.as_str() {
            "provider" if !block.body.is_empty() => {
                self.refuse(
                    block,
                    "a configured `provider`",
                    "the compiler configures providers",
                    "take the block out",
                );
            }
            "module" => self.nested_module(block),
            "import" | "removed" => {
                let what = format!("`{}` blocks", block.ident.as_str());
                self.refuse(block, &what, "they change state that no plan showed before", "take the block out");
            }
            "terraform" => self.settings(&block.body),
            "resource" | "data" | "ephemeral" => self.object(block),
            _ => {}
        }
        self.inner(&block.body);
    }

    /// `provisioner` and `data` hide in other blocks too.
    fn inner(&mut self, body: &Body) {
        for block in body.blocks() {
            match block.ident.as_str() {
                "provisioner" | "connection" => {
                    let what = format!("a `{}`", block.ident.as_str());
                    self.refuse(
                        block,
                        &what,
                        "it runs programs where the apply runs",
                        "use a resource of the provider",
                    );
                }
                "data" => self.object(block),
                "backend" | "cloud" => {
                    self.refuse(block, "a `backend`", "the compiler decides where state is", "take the block out");
                }
                _ => {}
            }
            self.inner(&block.body);
        }
    }

    fn object(&mut self, block: &Block) {
        let Some(kind) = label(block, 0) else { return };
        let prefix = kind.split('_').next().unwrap_or(kind);
        match (block.ident.as_str(), kind) {
            ("data", "external") => {
                self.refuse(block, "`data \"external\"`", "it runs programs", "use a data source of the provider");
            }
            ("data", "http") => {
                self.refuse(block, "`data \"http\"`", "it calls addresses", "use a data source of the provider");
            }
            ("data", "terraform_remote_state") => {
                let why = "it reads what other units keep to themselves";
                self.refuse(block, "`data \"terraform_remote_state\"`", why, "compute the value from its name");
            }
            _ if !PREFIXES.contains(&prefix) => {
                let at = self.at(block.ident.span());
                self.found.push(wording::provider_refused(at, &format!("hashicorp/{prefix}")));
            }
            _ => {}
        }
    }

    fn nested_module(&mut self, block: &Block) {
        let source = block.body.get_attribute("source");
        let local = source.and_then(|source| source.value.as_str());
        let inside = local.is_some_and(|local| local.starts_with("./") && !local.split('/').any(|part| part == ".."));
        if !inside {
            let why = "its code would come from elsewhere";
            self.refuse(block, "a `module` whose source is not `./...`", why, "copy what is needed into this module");
        }
    }

    fn settings(&mut self, body: &Body) {
        for required in body.get_blocks("required_providers") {
            for attribute in required.body.attributes() {
                let source = match &attribute.value {
                    Expression::Object(object) => object
                        .iter()
                        .find(|(key, _)| key_text(key) == Some("source"))
                        .and_then(|(_, value)| value.expr().as_str()),
                    _ => None,
                };
                if !source.is_some_and(|source| PROVIDERS.contains(&source)) {
                    let at = self.at(attribute.value.span());
                    self.found.push(wording::provider_refused(at, source.unwrap_or(attribute.key.as_str())));
                }
            }
        }
    }
}

fn label(block: &Block, index: usize) -> Option<&str> {
    block.labels.get(index).map(|label| label.as_str())
}

fn key_text(key: &ObjectKey) -> Option<&str> {
    match key {
        ObjectKey::Ident(ident) => Some(ident.as_str()),
        ObjectKey::Expression(expression) => expression.as_str(),
    }
}
