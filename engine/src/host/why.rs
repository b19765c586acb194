//! Why did a node do what it did: run again, skip, wait, fall back, fail?
//!
//! A node's own lines come from the journal. Why it was not taken from the cache is found by holding what it was asked
//! against what the same node was asked in an earlier run.

use serde_json::Value as Json;

use super::history::{self, History, HistoryError, NodeHistory};
use super::store::{RunRow, Store};
use crate::expression::Template;
use crate::kind::Nature;
use crate::name::RunId;
use crate::plan::graph::{Body, Node, NodeIndex, Plan, Work};
use crate::run::event::{At, ScopeId};
use crate::run::node::NodeState;

/// As many earlier runs of the pipeline are looked into for a former attempt.
const EARLIER: usize = 50;

/// What decided an attempt's output, part by part, in the order in which they are compared.
#[derive(Clone, Debug, PartialEq)]
struct Parts {
    kind: String,
    version: u32,
    revision: String,
    provider: String,
    model: String,
    /// As the file has it; null where it says nothing.
    take: Json,
    input: Json,
}

/// Why a node was worked on instead of taken from the cache.
#[derive(Clone, Debug, PartialEq)]
pub enum Again {
    /// Its kind does something in the world each time.
    Effectful,
    /// No earlier run has asked this node for anything.
    First,
    /// The first part that differs from what it was asked in `run`.
    Changed { run: RunId, part: String, then: Json, now: Json },
    /// Asked for the same in `run`, as another take: the round of a `repeat`, or what `take:` came to.
    Redrawn { run: RunId },
    /// Asked for the same in `run`, and what that gave could not be taken: it failed, or its files are gone.
    NotKept { run: RunId },
}

/// The first part of two requests that differs.
#[derive(Clone, Debug, PartialEq)]
struct Difference {
    part: String,
    then: Json,
    now: Json,
}

/// Why the node at `path` of `history` ran; none, if no attempt was made.
pub fn again(store: &Store, history: &History, path: &str) -> Result<Option<Again>, HistoryError> {
    let Some(node) = history.nodes.get(path).filter(|node| node.attempts > 0) else {
        return Ok(None);
    };
    let Some(parts) = parts(store, history, path, node)? else { return Ok(None) };
    let kind = history.plan.kinds.get(parts.kind.as_str());
    if kind.is_some_and(|kind| kind.nature == Nature::Effectful) {
        return Ok(Some(Again::Effectful));
    }
    for row in earlier(store, &history.row)? {
        // A run that cannot be read any more explains nothing.
        let Ok(former) = History::of(store, row) else { continue };
        let Some(asked_as) = former.nodes.get(path) else { continue };
        let Some(asked) = self::parts(store, &former, path, asked_as)? else { continue };
        let run = former.row.run.clone();
        let is_redrawn = asked_as.fingerprint != node.fingerprint;
        return Ok(Some(match difference(&asked, &parts) {
            Some(Difference { part, then, now }) => Again::Changed { run, part, then, now },
            None if is_redrawn => Again::Redrawn { run },
            None => Again::NotKept { run },
        }));
    }
    Ok(Some(Again::First))
}

fn earlier(store: &Store, of: &RunRow) -> Result<Vec<RunRow>, HistoryError> {
    let rows = store.runs()?.into_iter();
    let older = rows.skip_while(|row| row.run != of.run).skip(1);
    Ok(older.filter(|row| row.pipeline == of.pipeline).take(EARLIER).collect())
}

/// What an attempt of `node` was asked; none, if none was made in this run.
fn parts(
    store: &Store,
    history: &History,
    path: &str,
    node: &NodeHistory,
) -> Result<Option<Parts>, HistoryError> {
    let Some(input) = &node.input else { return Ok(None) };
    let input = history::json(store, input)?;
    let kind = history.plan.kinds.get(node.kind.as_str());
    Ok(kind.map(|kind| Parts {
        kind: node.kind.clone(),
        version: kind.version,
        revision: kind.revision.clone(),
        provider: node.provider.clone(),
        model: node.model.clone(),
        take: take(history, path),
        input,
    }))
}

/// The `take:` of the node at `path`, as the file has it.
fn take(history: &History, path: &str) -> Json {
    let call = node_of(&history.plan, path).and_then(|node| match &node.work {
        Work::Call(call) => call.take.as_ref(),
        _ => None,
    });
    match call {
        Some(Template::Literal(value)) => value.clone(),
        Some(Template::Expression(expression)) => {
            format!("${{{{ {} }}}}", expression.text()).into()
        }
        _ => Json::Null,
    }
}

fn difference(then: &Parts, now: &Parts) -> Option<Difference> {
    let parts = [
        ("use", Json::from(then.kind.as_str()), Json::from(now.kind.as_str())),
        ("the kind's version", then.version.into(), now.version.into()),
        ("what the kind's tools are", then.revision.as_str().into(), now.revision.as_str().into()),
        ("provider", then.provider.as_str().into(), now.provider.as_str().into()),
        ("model", then.model.as_str().into(), now.model.as_str().into()),
        ("with.take", then.take.clone(), now.take.clone()),
    ];
    let simple = parts.into_iter().find(|(_, then, now)| then != now);
    match simple {
        Some((part, then, now)) => Some(Difference { part: part.into(), then, now }),
        None => deep("with", &then.input, &now.input),
    }
}

/// The first place at which two values differ: `with.scenes[2].seconds`.
fn deep(place: &str, then: &Json, now: &Json) -> Option<Difference> {
    match (then, now) {
        _ if then == now => None,
        (Json::Object(before), Json::Object(after)) => {
            let keys = before.keys().chain(after.keys().filter(|key| !before.contains_key(*key)));
            let get = |fields: &serde_json::Map<String, Json>, key: &str| {
                fields.get(key).cloned().unwrap_or_default()
            };
            keys.into_iter().find_map(|key| {
                deep(&format!("{place}.{key}"), &get(before, key), &get(after, key))
            })
        }
        (Json::Array(before), Json::Array(after)) if before.len() == after.len() => {
            let pairs = before.iter().zip(after).enumerate();
            pairs
                .into_iter()
                .find_map(|(at, (then, now))| deep(&format!("{place}[{at}]"), then, now))
        }
        _ => {
            let (then, now) = (then.clone(), now.clone());
            Some(Difference { part: place.into(), then, now })
        }
    }
}

/// Why nothing happened at the node `name` of the pipeline itself: it waits for others, or was given up with one.
pub fn untouched(history: &History, name: &str) -> Option<Untouched> {
    let plan = &history.plan;
    let node = plan.body(plan.root()).position(name)?;
    Some(match state(history, node) {
        Some(NodeState::Cancelled) => match failed_before(history, plan, node) {
            Some(failed) => Untouched::Cancelled { failed },
            None => Untouched::NotReached,
        },
        Some(NodeState::Blocked { .. }) => {
            Untouched::Waits { on: open_before(history, plan, node) }
        }
        _ => Untouched::NotReached,
    })
}

/// Why nothing happened at a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Untouched {
    /// It needs `failed`, directly or by way of others.
    Cancelled {
        failed: String,
    },
    Waits {
        on: Vec<String>,
    },
    /// The run was stopped before its turn.
    NotReached,
}

fn state(history: &History, node: NodeIndex) -> Option<&NodeState> {
    history.state.state(At { scope: ScopeId(0), node })
}

fn failed_before(history: &History, plan: &Plan, node: NodeIndex) -> Option<String> {
    let needs = &plan.body(plan.root()).nodes[node.0 as usize].needs;
    needs.iter().find_map(|need| match state(history, *need) {
        Some(NodeState::Failed) => Some(name(plan, *need)),
        Some(NodeState::Cancelled) => failed_before(history, plan, *need),
        _ => None,
    })
}

fn open_before(history: &History, plan: &Plan, node: NodeIndex) -> Vec<String> {
    let needs = plan.body(plan.root()).nodes[node.0 as usize].needs.iter();
    let open = needs.filter(|need| state(history, **need).is_none_or(|state| !state.is_settled()));
    open.map(|need| name(plan, *need)).collect()
}

fn name(plan: &Plan, node: NodeIndex) -> String {
    plan.body(plan.root()).nodes[node.0 as usize].name.to_string()
}

/// The condition that decides whether the node at `path` runs, as the file has it.
pub fn condition(history: &History, path: &str) -> Option<String> {
    let node = node_of(&history.plan, path)?;
    node.when.as_ref().map(|when| when.text().to_owned())
}

/// The node of which an instance is at `path`.
fn node_of<'a>(plan: &'a Plan, path: &str) -> Option<&'a Node> {
    let name = path.rsplit('/').next()?.split(['[', '#']).next()?;
    body_of(plan, path)?.nodes.iter().find(|node| node.name.as_str() == name)
}

/// The body in which the node at `path` stands.
fn body_of<'a>(plan: &'a Plan, path: &str) -> Option<&'a Body> {
    let mut body = plan.body(plan.root());
    let parts: Vec<_> = path.split('/').collect();
    for part in &parts[..parts.len().saturating_sub(1)] {
        let name = part.split(['[', '#']).next()?;
        let node = body.nodes.iter().find(|node| node.name.as_str() == name)?;
        body = match node.work {
            Work::Body(index) | Work::Pipeline { body: index, .. } => plan.body(index),
            _ => return None,
        };
    }
    Some(body)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parts(provider: &str, input: Json) -> Parts {
        let (kind, revision) = ("image/generate".into(), String::new());
        let (provider, model) = (provider.into(), String::new());
        Parts { kind, version: 1, revision, provider, model, take: Json::Null, input }
    }

    #[test]
    fn the_first_difference_is_named_by_its_place() {
        let then = parts("local", json!({ "prompt": "A cat", "sizes": [1, 2] }));
        let cases = [
            (parts("local", json!({ "prompt": "A cat", "sizes": [1, 2] })), None),
            (parts("other", json!({ "prompt": "A dog", "sizes": [1, 2] })), Some("provider")),
            (
                Parts { model: "small".into(), ..parts("local", json!({ "prompt": "A dog" })) },
                Some("model"),
            ),
            (Parts { take: json!("b"), ..parts("local", json!({})) }, Some("with.take")),
            (parts("local", json!({ "prompt": "A dog", "sizes": [1, 3] })), Some("with.prompt")),
            (parts("local", json!({ "prompt": "A cat", "sizes": [1, 3] })), Some("with.sizes[1]")),
            (parts("local", json!({ "prompt": "A cat", "sizes": [1] })), Some("with.sizes")),
            (parts("local", json!({ "prompt": "A cat", "sizes": [1, 2], "a": 1 })), Some("with.a")),
        ];
        for (now, place) in cases {
            let found = difference(&then, &now).map(|difference| difference.part);
            assert_eq!(found.as_deref(), place);
        }
    }
}
