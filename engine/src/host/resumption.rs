//! What must hold before a run begins or goes on, and what is said of it then?

use serde_json::Value as Json;

use super::state::{Options, StateError};
use crate::kind::Secrets;
use crate::name::RunId;
use crate::plan::graph::Plan;
use crate::run::RunState;
use crate::run::event::{Reopen, Seen, Signal};

/// No attempt is made without the secrets that it names.
pub(super) fn check_secrets(plan: &Plan, secrets: &Secrets) -> Result<(), StateError> {
    match plan.secrets().into_iter().find(|name| !secrets.has(name)) {
        Some(name) => Err(StateError::NoSecret(name)),
        None => Ok(()),
    }
}

/// What is to be done again, if that was asked for and can be.
pub(super) fn reopening(
    state: &RunState,
    plan: &Plan,
    run: &RunId,
    options: &Options,
) -> Result<Option<Reopen>, StateError> {
    let Some(again) = &options.again else { return Ok(None) };
    let what = state.reopening(plan, &again.from, &again.redo);
    let what = what.map_err(|why| StateError::NotAgain { run: run.clone(), why })?;
    let inputs = again.inputs.clone().map(|inputs| Json::Object(inputs).to_string().into());
    Ok(Some(Reopen { inputs, by: options.by.as_str().into(), ..what }))
}

pub(super) fn accepted(run: &RunId, epoch: u64, options: &Options) -> Vec<Seen> {
    let signal = |(kind, version): &(String, u32)| Seen::Signal {
        id: format!("accept-{run}-{epoch}-{kind}").into(),
        what: Signal::Accept {
            kind: kind.as_str().into(),
            version: *version,
            by: options.by.as_str().into(),
        },
    };
    options.accept.iter().map(signal).collect()
}

/// A run goes on only with the kinds that it was planned with, or that a person accepted in their place.
pub(super) fn check_kinds(
    run: &RunId,
    plan: &Plan,
    state: &RunState,
    options: &Options,
) -> Result<(), StateError> {
    let registry = &options.registry;
    let is_accepted = |kind: &str, version: u32| {
        state.accepted(kind) == Some(version)
            || options.accept.iter().any(|(name, number)| name == kind && *number == version)
    };
    for (name, planned) in &plan.kinds {
        let (run, kind) = (run.clone(), name.to_string());
        match registry.get(name.as_str()) {
            None => return Err(StateError::NoKind { run, kind }),
            Some((card, _))
                if card.version != planned.version && !is_accepted(name.as_str(), card.version) =>
            {
                return Err(StateError::OtherVersion {
                    run,
                    kind,
                    planned: planned.version,
                    here: card.version,
                });
            }
            Some(_) => {}
        }
    }
    Ok(())
}
