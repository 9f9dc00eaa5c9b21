//! What a dry run would have sent: one line a call, in order.

use super::GitHub;
use super::call::Call;
use std::sync::PoisonError;

impl GitHub {
    /// `METHOD /path {json}` of every write that a dry run left out; nothing otherwise.
    pub fn noted_calls(&self) -> Vec<String> {
        let noted = self.session.noted.as_ref();
        noted.map(|noted| noted.lock().unwrap_or_else(PoisonError::into_inner).clone()).unwrap_or_default()
    }

    pub fn is_dry_run(&self) -> bool {
        self.session.noted.is_some()
    }

    /// Whether this is a dry run, in which the call is noted down instead of sent.
    pub(super) fn notes_down(&self, call: &Call) -> bool {
        let Some(noted) = &self.session.noted else { return false };
        let body = call.body.as_ref().map(|body| format!(" {body}")).unwrap_or_default();
        let line = format!("{} {}{body}", call.method, call.path);
        noted.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        true
    }
}
