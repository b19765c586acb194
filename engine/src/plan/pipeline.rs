//! What does a node use that names a pipeline file?
//!
//! The file is planned like the run's own, once for all that use it in the same surroundings: it is typed by its own
//! inputs and outputs, and sees no outer name. Its pools and providers yield to the run's.

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::call::Used;
use super::graph::{Amount, BodyIndex, Budget, Work};
use super::ports::{Inputs, Taker};
use super::rules::pipeline_file;
use super::scope::{Scope, Type};
use super::shared::{Around, doubt};
use super::{Paper, Planner};
use crate::diagnostic::{Findings, Label};
use crate::document;
use crate::document::Document;
use crate::document::syntax::CallBlock;
use crate::source::{Source, Span};

/// Files use each other so deep at most.
const DEPTH: usize = 32;

/// A pipeline file that was met.
#[derive(Clone)]
pub(super) struct Known {
    path: PathBuf,
    around: Around,
    state: State,
}

#[derive(Clone)]
enum State {
    /// It is being planned: whatever uses it now stands inside it.
    Open,
    Broken,
    Planned(Arc<Planned>),
}

struct Planned {
    source: Arc<Source>,
    body: BodyIndex,
    inputs: Arc<Inputs>,
    /// Where each input is declared.
    places: Vec<(String, Span)>,
    of: Type,
    budget: Option<Budget>,
}

/// Where the inputs of a pipeline are declared.
pub(super) struct Declared<'p> {
    source: &'p Arc<Source>,
    places: &'p [(String, Span)],
}

impl Known {
    pub(super) fn open(path: &Path) -> Self {
        let path = beside(path, &path.file_name().unwrap_or_default().to_string_lossy());
        Self { path, around: Around::default(), state: State::Open }
    }
}

impl Declared<'_> {
    /// The place of `input`, to be shown beside what it is given.
    pub(super) fn label(&self, input: &str) -> Option<Label> {
        let (_, span) = self.places.iter().find(|(name, _)| name == input)?;
        Some(Label {
            source: Arc::clone(self.source),
            span: *span,
            text: "the input is declared here".into(),
        })
    }
}

impl Planner<'_> {
    /// The use of the pipeline in `file`.
    pub(super) fn pipeline(
        &mut self,
        file: &str,
        block: &CallBlock,
        node: Span,
        scope: &Scope<'_>,
    ) -> Used {
        let at = block.target.as_ref().map_or(node, |target| target.span);
        for entry in block.provider.iter().chain(&block.model) {
            self.findings.push(pipeline_file::chooses_itself(self.source, entry.key));
        }
        let path = beside(&self.source.path, file);
        let Some(planned) = self.planned(&path, at) else {
            // What it is given is looked at all the same, but for which port is not known.
            return Used::default();
        };
        let declared = Declared { source: &planned.source, places: &planned.places };
        let taker = Taker { name: file, inputs: &planned.inputs, declared: Some(&declared) };
        let (with, _) = self.with(&taker, block, node, scope);
        let work = with.map(|with| Work::Pipeline { body: planned.body, with });
        Used { work, of: planned.of.clone(), budget: planned.budget.clone() }
    }

    fn planned(&mut self, path: &Path, at: Span) -> Option<Arc<Planned>> {
        let is_here = |known: &&Known| {
            known.path == path
                && (known.around == self.around || matches!(known.state, State::Open))
        };
        match self.pipelines.iter().find(is_here).map(|known| known.state.clone()) {
            Some(State::Planned(planned)) => return Some(planned),
            Some(State::Broken) => return None,
            Some(State::Open) => {
                let finding = pipeline_file::cycle(self.source, at, path, &self.uses);
                self.findings.push(finding);
                return None;
            }
            None => {}
        }
        if self.uses.len() >= DEPTH {
            self.findings.push(pipeline_file::too_deep(self.source, at, DEPTH));
            return None;
        }
        let around = self.around.clone();
        let index = self.pipelines.len();
        self.pipelines.push(Known { path: path.to_owned(), around, state: State::Open });
        let planned = self.read_and_plan(path, at).map(Arc::new);
        self.pipelines[index].state = planned.clone().map_or(State::Broken, State::Planned);
        planned
    }

    fn read_and_plan(&mut self, path: &Path, at: Span) -> Option<Planned> {
        let source = match (self.read)(path) {
            Ok(source) => Arc::new(source),
            Err(why) => {
                self.findings.push(pipeline_file::unreadable(self.source, at, &why));
                return None;
            }
        };
        if self.sources.iter().all(|known| known.path != source.path) {
            self.sources.push(Arc::clone(&source));
        }
        let used = Label {
            source: Arc::clone(self.source),
            span: at,
            text: format!("used here, in `{}`", self.source.path.display()),
        };
        let (document, mut findings) = document::parse(&source);
        let planned = document.and_then(|document| {
            let (planned, more) = self.plan_inside(&document, used.clone());
            findings.append(more);
            planned
        });
        for finding in findings.iter_mut() {
            // What is told of a file further in says already who uses it.
            let is_told = finding
                .related
                .iter()
                .any(|label| label.span == used.span && Arc::ptr_eq(&label.source, &used.source));
            if !is_told && Arc::ptr_eq(&finding.at.source, &source) {
                finding.related.push(used.clone());
            }
        }
        self.findings.append(findings);
        planned
    }

    /// Plans `document` with all that is known so far; what is found is given, not told.
    fn plan_inside(&mut self, document: &Document, used: Label) -> (Option<Planned>, Findings) {
        let mut around = self.around.clone();
        if let Some(block) = &document.doubt {
            around.doubt = Some(doubt(&block.value, around.doubt.or(self.doubt)));
        }
        let mut inner = Planner {
            chosen: self.chosen.clone(),
            doubt: self.doubt,
            around,
            trials: self.trials,
            kinds: std::mem::take(&mut self.kinds),
            bodies: std::mem::take(&mut self.bodies),
            files: std::mem::take(&mut self.files),
            fits: std::mem::take(&mut self.fits),
            inputs: std::mem::take(&mut self.inputs),
            pools: std::mem::take(&mut self.pools),
            sources: std::mem::take(&mut self.sources),
            pipelines: std::mem::take(&mut self.pipelines),
            uses: std::mem::take(&mut self.uses),
            ..Planner::new(document, self.catalog, self.read)
        };
        inner.uses.push(used);
        inner.pools(document);
        let Paper { body, inputs, of, budget } = inner.document(document);
        if let Some(Budget { limit: Some(Amount::Computed(_)), .. }) = &budget
            && let Some(entry) = &document.budget
        {
            inner.findings.push(pipeline_file::computed_budget(&document.source, entry.span));
        }
        inner.uses.pop();
        (self.kinds, self.bodies, self.files) = (inner.kinds, inner.bodies, inner.files);
        (self.fits, self.inputs, self.pools) = (inner.fits, inner.inputs, inner.pools);
        (self.sources, self.pipelines, self.uses) = (inner.sources, inner.pipelines, inner.uses);
        let planned = self.bodies[body.0 as usize].as_mut().map(|body| {
            body.inputs.clone_from(&inputs);
        });
        let places = document.inputs.iter();
        let planned = planned.map(|()| Planned {
            source: Arc::clone(&document.source),
            body,
            inputs: Arc::new(Inputs::of_pipeline(&inputs)),
            places: places.map(|block| (block.name.value.to_string(), block.name.span)).collect(),
            of,
            budget,
        });
        (planned, inner.findings)
    }
}

/// The path of `file`, as the file at `path` names it, without `.` and `..` where they say nothing.
pub(super) fn beside(path: &Path, file: &str) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.parent().unwrap_or(Path::new("")).join(file).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if clean.file_name().is_some() => {
                clean.pop();
            }
            part => clean.push(part),
        }
    }
    clean
}
