//! `flow why RUN NODE`: why did a node run, wait, fail, or not run at all?

use flow_engine::host::history::{History, Line, NodeHistory};
use flow_engine::host::why::{self, Again, Untouched};
use serde::Serialize;
use serde_json::Value as Json;

use super::show;
use crate::args::Global;
use crate::exit::{Exit, Problem};
use crate::render::{self, BOLD, DIM};
use crate::runs::{find, look};
use crate::setup;

/// What programs read of a node's reasons.
#[derive(Serialize)]
struct Document<'a> {
    run: &'a str,
    path: &'a str,
    state: &'a str,
    /// One sentence each, the most telling first.
    reasons: &'a [String],
    /// Where its request first differs from the one before; null if it does not, or there is none.
    changed: Option<Changed>,
    events: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Changed {
    since: String,
    part: String,
    then: Json,
    now: Json,
}

#[derive(Serialize)]
struct Entry<'a> {
    at: String,
    what: &'a str,
}

pub(crate) fn why(run: &str, path: &str, global: &Global) -> Result<Exit, Problem> {
    let project = setup::project(global);
    let store = look(&project.state)?;
    let history = History::of(&store, find(&store, Some(run))?)?;
    let mut waits = history.state.reasons(&history.plan, history.last);
    let mut waits_for = |path: &str| waits.remove(path).map(|why| format!("it waits: {why}"));
    if let Some(untouched) =
        why::untouched(&history, path).filter(|_| !history.nodes.contains_key(path))
    {
        let why = waits_for(path).unwrap_or_else(|| not_run(&untouched));
        tell(&history, path, "not run", &[why], None, global)?;
        return Ok(Exit::Succeeded);
    }
    let (path, node) = show::find_node(&history, path)?;
    let again = why::again(&store, &history, path)?;
    let mut reasons: Vec<_> = again.iter().map(again_words).collect();
    reasons.extend(state_words(&history, path, node));
    let changed = match again {
        Some(Again::Changed { run, part, then, now }) => {
            Some(Changed { since: run.to_string(), part, then, now })
        }
        _ => None,
    };
    reasons.extend(waits_for(path));
    tell(&history, path, node.state, &reasons, changed, global)?;
    Ok(Exit::Succeeded)
}

fn tell(
    history: &History,
    path: &str,
    state: &str,
    reasons: &[String],
    changed: Option<Changed>,
    global: &Global,
) -> Result<(), Problem> {
    let lines: Vec<&Line> = history.lines.iter().filter(|line| line.path == path).collect();
    if global.json {
        let events =
            lines.iter().map(|line| Entry { at: line.at.to_string(), what: &line.what }).collect();
        let run = history.row.run.as_str();
        return render::print_json(&Document { run, path, state, reasons, changed, events });
    }
    let mut text = format!("{BOLD}{path}{BOLD:#}  {state}\n");
    for reason in reasons {
        text.push_str(&format!("{reason}\n"));
    }
    if let Some(Changed { then, now, .. }) = &changed {
        text.push_str(&format!("  then  {}\n  now   {}\n", short(then), short(now)));
    }
    for line in lines {
        text.push_str(&format!("{DIM}{}{DIM:#}  {}\n", line.at, line.what));
    }
    render::print(&text)
}

fn again_words(again: &Again) -> String {
    match again {
        Again::Effectful => "it ran because its kind does something in the world each time".into(),
        Again::First => "it ran because no earlier run has asked it for anything".into(),
        Again::Changed { run, part, .. } => {
            format!("it ran because `{part}` is not what it was in {run}")
        }
        Again::Redrawn { run } => format!("it ran because it draws another take than in {run}"),
        Again::NotKept { run } => {
            format!("it ran although nothing has changed since {run}: what that gave was not kept")
        }
    }
}

/// What led to the state in which a node was left.
fn state_words(history: &History, path: &str, node: &NodeHistory) -> Option<String> {
    Some(match node.state {
        "cached" => "it did not run: an earlier attempt with equal input gave its output".into(),
        "spared" => "nothing was done for it: what follows from it is in the cache".into(),
        "skipped" => match why::condition(history, path) {
            Some(when) => format!("it did not run: `when: {when}` was false"),
            None => "it did not run: a gate on one of its edges stayed closed".into(),
        },
        _ => {
            let failure = node.failure.as_ref()?;
            format!("it failed ({}): {}", failure.class.word(), failure.message)
        }
    })
}

fn not_run(untouched: &Untouched) -> String {
    match untouched {
        Untouched::Cancelled { failed } => {
            format!("it did not run: it needs `{failed}`, which failed")
        }
        Untouched::Waits { on } => format!("it waits for `{}`", on.join("`, `")),
        Untouched::NotReached => "it did not run: the run ended before its turn".into(),
    }
}

/// As much of a value as a line holds.
fn short(value: &Json) -> String {
    const MOST: usize = 100;
    let text = value.to_string();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
