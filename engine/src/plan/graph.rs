//! What is a checked pipeline?
//!
//! A plan cannot name a node that does not exist: names are resolved to indices. It holds all that a run needs, so that
//! a run never reads the pipeline's file again. Bodies are templates with local indices; a run makes instances of them.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

pub use super::policy::{
    Amount, Approve, Budget, Cache, Doubt, Gate, OnExceed, Otherwise, Pool, PoolIndex, Then,
    Unpriced,
};
use super::secret;
use crate::expression::{Expression, Template};
use crate::kind::{Class, Nature, Weight};
use crate::money::Usd;
use crate::name::{KindName, NodeName};
use crate::schema::Schema;
use crate::source::{Source, Span};

/// The number of the plan's own format; decoders of older ones are kept.
pub const PLAN_FORMAT: u32 = 1;

/// A checked pipeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub format: u32,
    pub name: String,
    pub description: Option<String>,
    /// The pipeline's file first, then the sub-pipelines' files.
    pub sources: Vec<Source>,
    pub inputs: Vec<Input>,
    /// The kinds that are used, as they were when the plan was made.
    pub kinds: BTreeMap<KindName, PlannedKind>,
    /// The first is the pipeline's own.
    pub bodies: Vec<Body>,
    /// Files that the pipeline names literally; a run reads them once, at its start.
    pub files: Vec<LiteralFile>,
    /// The run's own account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pools: Vec<Pool>,
    /// Where a node says nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<Doubt>,
    /// A duration or a cron text, perhaps with a time zone; read by a server alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<String>,
}

/// An input of the pipeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    pub name: NodeName,
    pub schema: Schema,
    /// None where the input is required.
    pub default: Option<Json>,
}

/// What a plan keeps of a kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedKind {
    pub version: u32,
    /// Versions of tools and the like, part of every fingerprint.
    pub revision: String,
    pub nature: Nature,
    pub weight: Weight,
    pub inline: bool,
    pub input: Schema,
    pub output: Schema,
    /// The provider that is taken where the node names none; empty for a kind without a capability.
    pub provider: String,
    /// The most paid calls that one attempt makes; 0 for a kind that costs nothing.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub slots: u8,
}

/// A file beside the pipeline that a `with:` names, written into the plan as `{"$file": index}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LiteralFile {
    /// Relative to the current folder, or absolute.
    pub path: String,
    /// The media range of the port that takes it.
    pub media: String,
}

/// A graph of nodes: a pipeline's, or one node's `nodes:`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Body {
    /// In an order in which each stands after all that it needs.
    pub nodes: Vec<Node>,
    /// The nodes by name.
    pub names: BTreeMap<NodeName, NodeIndex>,
    pub gives: Gives,
    /// The node whose body this is; none for a pipeline's own, which sees no outer name.
    pub parent: Option<(BodyIndex, NodeIndex)>,
    /// Which of the plan's sources it stands in.
    #[serde(default)]
    pub source: u32,
    /// Of a sub-pipeline: what `inputs` is inside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Input>,
}

/// What an instance of a body gives when all its nodes have settled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gives {
    /// The object of its `outputs`.
    Outputs(Vec<(NodeName, Template)>),
    /// What its one node gives: the body of `map` with `use`.
    Node(NodeIndex),
}

/// An index into [`Plan::bodies`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BodyIndex(pub u32);

/// An index into [`Body::nodes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeIndex(pub u32);

/// A vertex of a graph.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    pub name: NodeName,
    /// Where its key stands in its file.
    pub span: Span,
    pub when: Option<Expression>,
    pub each: Option<Each>,
    pub work: Work,
    pub retry: Retry,
    #[serde(default, with = "duration")]
    pub timeout: Option<Duration>,
    pub on_error: OnError,
    /// Decided once, when all that the node needs has settled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<Gate>,
    /// Rounds of its body, one after the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    /// What an item or round hands to the next: they go one after the other.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub carry: Vec<Carry>,
    /// What is done instead, in order, when the last attempt has failed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fallback: Vec<Alternative>,
    /// The account around all that the node does: of a map, around all its items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Budget>,
    /// What the node, or one around it, says of doubt; else the plan's holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<Doubt>,
    /// Those of the node, and of the nodes around it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pools: Vec<PoolIndex>,
    #[serde(default, skip_serializing_if = "Cache::is_auto")]
    pub cache: Cache,
    /// What is done if the run fails or is cancelled after the node succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo: Option<Box<Call>>,
    /// The most that this can cost: set aside before the node starts, so that a run out of money can undo it. None where
    /// it costs nothing, or nobody knows before the node has succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undo_price: Option<Usd>,
    /// Nodes of the same body that settle first: those that it names, its body's among them, and those in `needs:`.
    pub needs: Vec<NodeIndex>,
    /// The reverse of `needs`.
    pub dependents: Vec<NodeIndex>,
}

/// One copy per item of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Each {
    pub list: Expression,
    /// What the item is called inside.
    pub item: NodeName,
    /// What names an item for people, caches and resumes; the index where none.
    pub key: Option<Expression>,
    /// So many at once.
    pub limit: Option<u32>,
    /// More items are an error.
    pub max_items: u32,
    /// The limit of the account around each item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget: Option<Amount>,
}

/// Copies of a body one after the other, until a condition holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repeat {
    /// So many rounds at most.
    pub max: u32,
    pub until: Expression,
    /// If `until` never holds, the round with the highest of these is taken, the first of equals; none: a failure.
    pub best: Option<Expression>,
}

/// A value that is null at first, and then what the former item or round left.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Carry {
    pub name: NodeName,
    pub value: Expression,
}

/// What a node does when all before it has failed.
#[expect(clippy::large_enum_variant, reason = "nearly all of them are calls")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alternative {
    /// Another call: attempts of its own, complete in itself.
    Call {
        call: Call,
        retry: Retry,
        #[serde(default, with = "duration")]
        timeout: Option<Duration>,
    },
    Value(Template),
}

/// What a node does.
#[expect(clippy::large_enum_variant, reason = "nearly all nodes are calls")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    Call(Call),
    /// An instance of a body; with `each`, one per item.
    Body(BodyIndex),
    /// An instance of a pipeline's body, which sees nothing but what it is given.
    Pipeline {
        body: BodyIndex,
        /// Values by input.
        with: Vec<(String, Template)>,
    },
    /// A question to a person.
    Approve(Box<Approve>),
}

/// A node's use of a kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    pub kind: KindName,
    /// Values by port.
    pub with: Vec<(String, Template)>,
    pub provider: Option<Template>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Template>,
    /// Of a drawn kind: which of several takes this is. Part of the fingerprint, and no port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub take: Option<Template>,
}

/// When a failed attempt is tried again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Retry {
    /// All attempts, the first among them.
    pub attempts: u16,
    #[serde(with = "duration")]
    pub least: Option<Duration>,
    #[serde(with = "duration")]
    pub most: Option<Duration>,
    /// None: whatever may pass.
    pub errors: Option<Vec<Class>>,
}

/// What a failed node means for those that need it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnError {
    /// They are cancelled.
    #[default]
    Fail,
    /// It gives null. In a map, the item does.
    Skip,
    /// In a map: the item is left out.
    Drop,
}

impl Plan {
    /// The names of all secrets that its calls read.
    pub fn secrets(&self) -> BTreeSet<String> {
        let nodes = self.bodies.iter().flat_map(|body| &body.nodes);
        nodes
            .flat_map(Node::calls)
            .flat_map(|call| call.secrets().into_values().flatten())
            .collect()
    }

    pub fn root(&self) -> BodyIndex {
        BodyIndex(0)
    }

    pub fn body(&self, index: BodyIndex) -> &Body {
        &self.bodies[index.0 as usize]
    }

    pub fn kind(&self, name: &KindName) -> &PlannedKind {
        self.kinds.get(name).expect("a plan holds every kind that its nodes use")
    }
}

impl Call {
    /// The secrets that its ports read, by port; only ports that read some.
    pub fn secrets(&self) -> BTreeMap<String, BTreeSet<String>> {
        let ports = self.with.iter().map(|(port, value)| (port.clone(), secret::names(value)));
        ports.filter(|(_, names)| !names.is_empty()).collect()
    }
}

impl Node {
    /// All that it may call: its own work, its alternatives, and what undoes it.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        let own = match &self.work {
            Work::Call(call) => Some(call),
            _ => None,
        };
        let alternatives = self.fallback.iter().filter_map(|alternative| match alternative {
            Alternative::Call { call, .. } => Some(call),
            Alternative::Value(_) => None,
        });
        own.into_iter().chain(alternatives).chain(self.undo.as_deref())
    }

    /// A node that does `work` once, as soon as nothing keeps it from it.
    pub fn new(name: NodeName, span: Span, work: Work) -> Self {
        Self {
            name,
            span,
            when: None,
            each: None,
            work,
            retry: Retry::default(),
            timeout: None,
            on_error: OnError::Fail,
            gates: Vec::new(),
            repeat: None,
            carry: Vec::new(),
            fallback: Vec::new(),
            budget: None,
            doubt: None,
            pools: Vec::new(),
            cache: Cache::Auto,
            undo: None,
            undo_price: None,
            needs: Vec::new(),
            dependents: Vec::new(),
        }
    }

    /// Whether its `retry`, `timeout` and `fallback` are about its body: there is one copy of it.
    pub fn is_tried_as_a_whole(&self) -> bool {
        let is_body = matches!(self.work, Work::Body(_) | Work::Pipeline { .. });
        is_body && self.each.is_none() && self.repeat.is_none()
    }
}

impl Body {
    /// The body of `nodes`, whose `dependents` follow from their `needs`.
    pub fn new(mut nodes: Vec<Node>, gives: Gives, parent: Option<(BodyIndex, NodeIndex)>) -> Self {
        let index = |position: usize| {
            NodeIndex(u32::try_from(position).expect("a body has far fewer nodes"))
        };
        let names =
            nodes.iter().enumerate().map(|(at, node)| (node.name.clone(), index(at))).collect();
        let edges: Vec<_> = (nodes.iter().enumerate())
            .flat_map(|(at, node)| node.needs.iter().map(move |need| (*need, index(at))))
            .collect();
        for (need, dependent) in edges {
            nodes[need.0 as usize].dependents.push(dependent);
        }
        Self { nodes, names, gives, parent, source: 0, inputs: Vec::new() }
    }

    pub fn node(&self, index: NodeIndex) -> &Node {
        &self.nodes[index.0 as usize]
    }

    pub fn position(&self, name: &str) -> Option<NodeIndex> {
        self.names.get(name).copied()
    }
}

/// A pipeline of nothing.
impl Default for Plan {
    fn default() -> Self {
        Self {
            format: PLAN_FORMAT,
            name: String::new(),
            description: None,
            sources: Vec::new(),
            inputs: Vec::new(),
            kinds: BTreeMap::new(),
            bodies: vec![Body::new(Vec::new(), Gives::Outputs(Vec::new()), None)],
            files: Vec::new(),
            budget: None,
            pools: Vec::new(),
            doubt: None,
            schedule: None,
        }
    }
}

impl Default for Retry {
    fn default() -> Self {
        Self { attempts: 1, least: None, most: None, errors: None }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes the field by reference")]
fn is_zero(slots: &u8) -> bool {
    *slots == 0
}

/// Milliseconds, in stored plans.
mod duration {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "serde's `with` passes the field by reference")]
    pub(super) fn serialize<S: Serializer>(
        duration: &Option<Duration>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        duration
            .map(|duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
            .serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<u64>::deserialize(from)?.map(Duration::from_millis))
    }
}
