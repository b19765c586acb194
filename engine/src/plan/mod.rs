//! Stage 2: a document and a catalog become a plan.
//!
//! First names: which node needs which (`resolve`, `order`). Then types, in that order, so that each node is looked at
//! when the types of all that it reads are known (`node`, `ports`). Nothing stops at the first finding, and what follows
//! from another finding is not told.

pub mod cost;
pub mod graph;
pub mod inputs;
pub mod picture;

mod approve;
mod call;
mod carry;
mod fallback;
mod file_schema;
mod files;
mod fit;
mod money;
mod node;
mod order;
mod pipeline;
mod policy;
mod ports;
mod prompt;
mod provider;
mod refer;
mod refused;
mod resolve;
mod retry;
mod rules;
mod scope;
pub(crate) mod secret;
mod shared;
#[cfg(test)]
mod tests;
mod unwrapped;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use crate::diagnostic::{self, Diagnostic, Findings, Label};
use crate::document::Document;
use crate::expression::Template;
use crate::kind::Catalog;
use crate::name::{KindName, NodeName};
use crate::schema::{Field, Schema};
use crate::source::Source;
pub use file_schema::file_schema;
use graph::{
    Body, BodyIndex, Budget, Doubt, Gives, Input, NodeIndex, PLAN_FORMAT, Plan, PlannedKind, Pool,
};
pub use refused::unsupported;
use resolve::{Level, Names};
pub use rules::all as rules;
pub use rules::over_max::over_max;
use scope::{Given, Scope, Type};

/// Reads a file that a pipeline names: another pipeline, a schema, a prompt. Fails with the reason.
pub type Read<'r> = dyn Fn(&Path) -> Result<Source, String> + 'r;

/// The plan of `document`, a pipeline in one file: see [`check_with`].
pub fn check(document: &Document, catalog: &Catalog) -> (Option<Plan>, Findings) {
    check_with(document, catalog, &|_| Err("other files are not read here".into()))
}

/// The plan of `document`, unless something is wrong with it; and all that is wrong, in the file's order, then that of
/// the files it names, which come from `read`.
///
/// The kinds' `revision` is left empty: asking for it may look at the disk.
pub fn check_with(
    document: &Document,
    catalog: &Catalog,
    read: &Read<'_>,
) -> (Option<Plan>, Findings) {
    let mut planner = Planner::new(document, catalog, read);
    planner.pools(document);
    planner.doubt = document.doubt.as_ref().map(|doubt| shared::doubt(&doubt.value, None));
    let Paper { inputs, budget, .. } = planner.document(document);
    let Planner { mut findings, kinds, bodies, files, pools, sources, doubt, .. } = planner;
    let file = |finding: &Diagnostic| {
        sources.iter().position(|source| source.path == finding.at.source.path)
    };
    findings.sort_by(|a, b| (file(a), a.order()).cmp(&(file(b), b.order())));
    findings.dedup();
    if findings.has_errors() {
        return (None, findings);
    }
    let plan = bodies.into_iter().collect::<Option<Vec<_>>>().map(|bodies| Plan {
        format: PLAN_FORMAT,
        name: document.name.clone(),
        description: document.description.clone(),
        sources: sources.iter().map(|source| Source::clone(source)).collect(),
        inputs,
        kinds,
        bodies,
        files: files.all,
        budget,
        pools,
        doubt,
        schedule: document.schedule.as_ref().map(|schedule| schedule.value.clone()),
    });
    (plan, findings)
}

impl Plan {
    /// The same plan with what the kinds say of their tools, which is part of every fingerprint.
    #[must_use]
    pub fn with_revisions(mut self, catalog: &Catalog) -> Self {
        for (name, kind) in &mut self.kinds {
            if let Some(card) = catalog.kinds.get(name) {
                kind.revision = (card.revision)();
            }
        }
        self
    }
}

/// Capabilities of the language; whether any kind has one depends on what is installed.
const CAPABILITIES: [&str; 6] = ["image", "llm", "music", "sound", "speech", "video"];

/// What is gathered on the way.
struct Planner<'a> {
    source: &'a Arc<Source>,
    catalog: &'a Catalog,
    read: &'a Read<'a>,
    /// The provider of each capability that the run's pipeline names.
    chosen: BTreeMap<String, String>,
    /// The same, with those that the file at hand names besides.
    providers: BTreeMap<String, String>,
    findings: Findings,
    kinds: BTreeMap<KindName, PlannedKind>,
    /// None where something is wrong inside.
    bodies: Vec<Option<Body>>,
    files: files::Files,
    fits: fit::Fits,
    answers: call::Answers,
    /// The input ports of the kinds that were met.
    inputs: BTreeMap<KindName, Arc<ports::Inputs>>,
    pools: Vec<Pool>,
    /// What the run says of doubt.
    doubt: Option<Doubt>,
    /// What holds for all that stands inside the node at hand.
    around: shared::Around,
    /// Texts that may name what is not planned yet.
    later: Vec<unwrapped::Later>,
    /// Bodies are planned to learn a type, and thrown away.
    trials: u32,
    /// The files that were read, the run's pipeline first.
    sources: Vec<Arc<Source>>,
    pipelines: Vec<pipeline::Known>,
    /// Where each pipeline that is open was named.
    uses: Vec<Label>,
}

/// What a whole file comes to.
struct Paper {
    body: BodyIndex,
    inputs: Vec<Input>,
    /// Of its outputs.
    of: Type,
    budget: Option<Budget>,
}

/// How far planning is, to go back to.
struct Mark {
    findings: diagnostic::Mark,
    bodies: usize,
    pipelines: usize,
    later: usize,
}

impl<'a> Planner<'a> {
    fn new(document: &'a Document, catalog: &'a Catalog, read: &'a Read<'a>) -> Self {
        Self {
            source: &document.source,
            catalog,
            read,
            chosen: BTreeMap::new(),
            providers: BTreeMap::new(),
            findings: Findings::default(),
            kinds: BTreeMap::new(),
            bodies: Vec::new(),
            files: files::Files::default(),
            fits: fit::Fits::default(),
            answers: call::Answers::default(),
            inputs: BTreeMap::new(),
            pools: Vec::new(),
            doubt: None,
            around: shared::Around::default(),
            later: Vec::new(),
            trials: 0,
            sources: vec![Arc::clone(&document.source)],
            pipelines: vec![pipeline::Known::open(&document.source.path)],
            uses: Vec::new(),
        }
    }

    fn mark(&self) -> Mark {
        Mark {
            findings: self.findings.mark(),
            bodies: self.bodies.len(),
            pipelines: self.pipelines.len(),
            later: self.later.len(),
        }
    }

    /// Forgets what was found and planned since.
    fn back_to(&mut self, mark: &Mark) {
        self.findings.back_to(mark.findings);
        self.bodies.truncate(mark.bodies);
        self.pipelines.truncate(mark.pipelines);
        self.later.truncate(mark.later);
    }

    /// Plans all of a file: where its body is, what it takes and what it gives.
    fn document(&mut self, document: &Document) -> Paper {
        let mut names = Names::new(&document.source);
        let level = names.level(&document.body, 0, &mut Vec::new());
        let limit = document.budget.as_ref().and_then(|budget| budget.value.limit.as_ref());
        names.of_pipeline(limit);
        self.findings.append(std::mem::take(&mut names.findings));
        self.choose(document);
        let (inputs, type_of_inputs) = self.inputs(document);
        let mut scope = Scope::default();
        scope.give("inputs", type_of_inputs);
        scope.give("run", Some(type_of_run()));
        scope.give("budget", Some(money::type_of_budget()));
        let budget = self.pipeline_budget(document, &scope);
        let (body, of, _) = self.body(&level, None, &scope);
        Paper { body, inputs, of, budget }
    }

    /// Takes the providers that the pipeline names for its capabilities; those of the run's own pipeline prevail.
    fn choose(&mut self, document: &Document) {
        let mut known: BTreeMap<&str, &[String]> = BTreeMap::new();
        for card in self.catalog.kinds.values() {
            if let Some(capability) = card.capability {
                known.insert(capability, &card.providers);
            }
        }
        for (capability, provider) in &document.providers {
            let Some(providers) = known.get(capability.value.as_str()) else {
                if CAPABILITIES.contains(&capability.value.as_str()) {
                    continue;
                }
                let mut known: Vec<_> = known.keys().copied().chain(CAPABILITIES).collect();
                known.sort_unstable();
                known.dedup();
                self.findings.push(rules::unknown_provider::unknown_capability(
                    self.source,
                    capability.span,
                    &capability.value,
                    &known,
                ));
                continue;
            };
            if !providers.contains(&provider.value) {
                let known: Vec<_> = providers.iter().map(String::as_str).collect();
                self.findings.push(rules::unknown_provider::found(
                    self.source,
                    provider.span,
                    &provider.value,
                    &capability.value,
                    &known,
                ));
                continue;
            }
            self.providers.insert(capability.value.clone(), provider.value.clone());
        }
        if self.uses.is_empty() {
            self.chosen.clone_from(&self.providers);
        }
        self.providers.extend(self.chosen.clone());
    }

    /// Plans the nodes of `level`; gives where the body is, the type of its outputs, and those of its nodes.
    fn body(
        &mut self,
        level: &Level<'_>,
        parent: Option<(BodyIndex, NodeIndex)>,
        outer: &Scope<'_>,
    ) -> (BodyIndex, Type, Given) {
        let index = self.new_body();
        let mut place = vec![NodeIndex(0); level.order.len()];
        for (at, position) in level.order.iter().enumerate() {
            place[*position] = node_index(at);
        }
        let mut scope = Scope::inside(outer);
        for (position, node) in level.block.nodes.iter().enumerate() {
            if level.cyclic[position] {
                scope.give(node.name.value.as_str(), None);
            }
        }
        // None once one is broken: of a file full of mistakes no graph is built.
        let mut nodes = Some(Vec::with_capacity(level.order.len()));
        let outside = self.later.len();
        for position in &level.order {
            let before = self.later.len();
            let (node, of) = self.node(level, *position, (index, place[*position]), &scope);
            self.put_off_in(*position, before);
            let of = if level.cyclic[*position] { None } else { of };
            scope.give(level.block.nodes[*position].name.value.as_str(), of);
            match (&mut nodes, node) {
                (Some(nodes), Some(mut node)) => {
                    node.needs = level.needs[*position].iter().map(|need| place[*need]).collect();
                    node.needs.sort_unstable();
                    nodes.push(node);
                }
                _ => nodes = None,
            }
        }
        let (outputs, of) = self.outputs(level, &scope);
        self.judge(level, &scope, outside);
        self.bodies[index.0 as usize] = nodes
            .zip(outputs)
            .map(|(nodes, outputs)| Body::new(nodes, Gives::Outputs(outputs), parent));
        self.in_source(index);
        (index, of, scope.into_names())
    }

    /// Notes in which file a body stands.
    fn in_source(&mut self, index: BodyIndex) {
        let path = &self.source.path;
        let position = self.sources.iter().position(|source| source.path == *path);
        if let Some(body) = &mut self.bodies[index.0 as usize] {
            body.source = position.and_then(|at| u32::try_from(at).ok()).unwrap_or_default();
        }
    }

    fn new_body(&mut self) -> BodyIndex {
        let index = u32::try_from(self.bodies.len()).expect("a file has far fewer bodies");
        self.bodies.push(None);
        BodyIndex(index)
    }

    fn outputs(
        &mut self,
        level: &Level<'_>,
        scope: &Scope<'_>,
    ) -> (Option<Vec<(NodeName, Template)>>, Type) {
        let mut outputs = Some(Vec::new());
        let mut fields = Some(Vec::new());
        for (name, value) in &level.block.outputs {
            self.unwrapped(&value.tree, scope);
            let of = value.template.as_ref().and_then(|value| self.type_of(value, scope));
            match (&mut fields, of) {
                (Some(fields), Some(of)) => fields.push(field(name.value.as_str(), of)),
                _ => fields = None,
            }
            match (&mut outputs, &value.template) {
                (Some(outputs), Some(value)) => outputs.push((name.value.clone(), value.clone())),
                _ => outputs = None,
            }
        }
        (outputs, fields.map(|fields| Schema::object(&fields)))
    }

    /// The type of `value`, with all that is wrong with its expressions told; none where something is.
    fn type_of(&mut self, value: &Template, scope: &Scope<'_>) -> Type {
        let names = value.names();
        if self.tells_a_secret(&names) || !scope.knows_all(&names) {
            return None;
        }
        self.typed(value, scope)
    }

    /// The same, where secrets may stand.
    fn typed(&mut self, value: &Template, scope: &Scope<'_>) -> Type {
        let (of, faults) = value.type_in(scope);
        let is_whole = faults.is_empty();
        let source = self.source;
        self.findings.extend(faults.iter().filter_map(|fault| rules::fault(source, fault)));
        is_whole.then(|| if of.is_larger_than(TYPE_LIMIT) { Schema::anything() } else { of })
    }
}

/// A type of more parts is taken for that of anything: lists of lists of lists would grow without end.
const TYPE_LIMIT: usize = 20_000;

/// A field that is always there.
fn field(name: &str, schema: Schema) -> Field {
    Field { name: name.to_owned(), schema, required: true }
}

fn node_index(position: usize) -> NodeIndex {
    NodeIndex(u32::try_from(position).expect("a body has far fewer nodes"))
}

fn type_of_run() -> Schema {
    Schema::new(json!({
        "type": "object",
        "properties": {
            "id": { "type": "string" },
            "name": { "type": "string" },
            "seed": { "type": "integer" },
            "mode": { "type": "string" },
            "started": { "type": "string" },
        },
        "required": ["id", "name", "seed", "mode", "started"],
        "additionalProperties": false,
    }))
}
