//! The command line: one file a subcommand, each arguments -> request -> call -> report.

mod apply;
mod audit;
mod catalog;
mod check;
#[cfg(feature = "forge")]
mod ci;
mod compile;
mod completions;
mod cost;
mod deploy;
mod edited;
mod lsp;
mod organisation;
mod policy;
mod images;
mod import;
mod delivery;
mod diff;
mod drift;
mod explain;
mod following;
mod handed;
#[cfg(feature = "forge")]
mod handing;
#[cfg(feature = "forge")]
mod identity;
mod ledger_source;
mod live;
mod part;
mod plan;
mod preflight;
mod preview;
mod progress;
mod promote;
mod providers;
#[cfg(feature = "forge")]
mod proposal;
mod publish;
mod quarantine;
mod reach;
mod replace;
mod repository;
mod resource_types;
mod reviewed;
mod rollback;
mod rules;
mod schema;
mod secrets;
#[cfg(feature = "serve")]
mod serve;
mod store;
mod take_back;
mod terminal;
mod timings;
mod unit_name;
mod writer;

pub use terminal::tell_failure;

use clap::{Parser, Subcommand};

/// A GitOps repository compiler: YAML declarations in, checked Terraform and Kubernetes manifests out.
#[derive(Debug, Parser)]
#[command(name = "pavior", version, arg_required_else_help = true, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "\
Exit codes: 0 clean, 1 findings that block, 2 could not run.
Results go to standard output, everything else to standard error. NO_COLOR and CLICOLOR_FORCE are respected.";

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Check),
    #[cfg(feature = "forge")]
    Ci(ci::Ci),
    Compile(compile::Compile),
    Catalog(catalog::Catalog),
    Import(import::Import),
    Diff(diff::Diff),
    Policy(policy::Policy),
    Preflight(preflight::Preflight),
    Cost(cost::Cost),
    Explain(explain::Explain),
    Rules(rules::Rules),
    ResourceTypes(resource_types::ResourceTypes),
    Schema(schema::Schema),
    #[cfg(feature = "serve")]
    Serve(serve::Serve),
    Providers(Box<providers::Providers>),
    Plan(plan::Plan),
    Apply(Box<apply::Apply>),
    Rollback(Box<rollback::Rollback>),
    Quarantine(quarantine::QuarantineCommand),
    Drift(drift::Drift),
    Deploy(deploy::Deploy),
    Promote(promote::Promote),
    Secrets(secrets::Secrets),
    Preview(preview::PreviewCommand),
    Publish(publish::Publish),
    Audit(audit::Audit),
    Completions(completions::Completions),
    Lsp(lsp::Lsp),
}

/// How a command that ran ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    Clean,
    /// There are findings that block, or not all was done.
    Blocked,
}

/// Runs one command. An error means that it could not run.
pub fn run(cli: Cli) -> anyhow::Result<Outcome> {
    match cli.command {
        Command::Check(arguments) => check::run(&arguments),
        #[cfg(feature = "forge")]
        Command::Ci(arguments) => ci::run(&arguments),
        Command::Compile(arguments) => compile::run(&arguments),
        Command::Catalog(arguments) => catalog::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Policy(arguments) => policy::run(&arguments),
        Command::Preflight(arguments) => preflight::run(&arguments),
        Command::Cost(arguments) => cost::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Rules(arguments) => rules::run(&arguments),
        Command::ResourceTypes(arguments) => resource_types::run(&arguments),
        Command::Schema(arguments) => schema::run(&arguments),
        #[cfg(feature = "serve")]
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Providers(arguments) => providers::run(&arguments),
        Command::Plan(arguments) => plan::run(&arguments),
        Command::Apply(arguments) => apply::run(&arguments),
        Command::Rollback(arguments) => rollback::run(&arguments),
        Command::Quarantine(arguments) => quarantine::run(&arguments),
        Command::Drift(arguments) => drift::run(&arguments),
        Command::Deploy(arguments) => deploy::run(&arguments),
        Command::Promote(arguments) => promote::run(&arguments),
        Command::Secrets(arguments) => secrets::run(&arguments),
        Command::Preview(arguments) => preview::run(&arguments),
        Command::Publish(arguments) => publish::run(&arguments),
        Command::Audit(arguments) => audit::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments),
        Command::Lsp(arguments) => lsp::run(&arguments),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }
}
