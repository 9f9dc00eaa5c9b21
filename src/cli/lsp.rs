//! `pavior lsp`: the language server, for editors.

use super::Outcome;
use crate::lsp::{Ended, serve};
use anyhow::Context;
use clap::Args;

/// Serve an editor: mistakes as you type, completion, hover, definitions, quick fixes
#[derive(Debug, Args)]
#[command(after_long_help = EDITORS)]
pub struct Lsp {
    /// Speak over standard input and output: the only way, and what editors ask for
    #[arg(long)]
    stdio: bool,
}

const EDITORS: &str = "\
Speaks the Language Server Protocol 3.17 over standard input and output. docs/editors.md shows how VS Code, Neovim and \
Helix start it, and how to use it beside the YAML language server.

Exit codes: 0 after `shutdown` and `exit`, 1 when the editor leaves without them, 2 when it does not speak the protocol.";

pub fn run(arguments: &Lsp) -> anyhow::Result<Outcome> {
    let Lsp { stdio: _ } = arguments;
    match serve().context("reading what the editor says")? {
        Ended::Orderly => Ok(Outcome::Clean),
        // The protocol wants the exit code 1, as of a check that blocks.
        Ended::Abruptly => Ok(Outcome::Blocked),
    }
}
