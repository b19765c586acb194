//! Which pipeline files are meant, and what becomes of them?
//!
//! A path becomes a source, the source a document, the document a plan; findings of all stages are kept together.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use flow_engine::diagnostic::{Diagnostic, Findings, MOST_TOLD, Severity};
use flow_engine::document;
use flow_engine::kind::Catalog;
use flow_engine::plan;
use flow_engine::plan::graph::Plan;
use flow_engine::source::Source;

use crate::exit::Problem;

/// Where pipelines are looked for when no file is named.
const FOLDER: &str = "pipelines";
/// So many bytes are read to say what is wrong with them.
const MOST_READ: u64 = 64 << 20;

/// What a file came to.
pub(crate) struct Checked {
    /// None where there is an error.
    pub(crate) plan: Option<Plan>,
    /// The first of them, each once.
    pub(crate) findings: Vec<Diagnostic>,
    /// So many more there are.
    pub(crate) left_out: usize,
}

impl Checked {
    pub(crate) fn is_refused(&self) -> bool {
        self.plan.is_none() || errors(&self.findings) > 0
    }
}

/// How many of `findings` are errors.
pub(crate) fn errors(findings: &[Diagnostic]) -> usize {
    findings.iter().filter(|finding| is_error(finding)).count()
}

pub(crate) fn is_error(finding: &Diagnostic) -> bool {
    finding.severity == Severity::Error
}

/// The plan that the file at `path` makes with the kinds of `catalog`, and all that is wrong with it.
pub(crate) fn check(path: &Path, catalog: &Catalog) -> Result<Checked, Problem> {
    let source = Arc::new(read(path)?);
    let (document, mut findings) = document::parse(&source);
    let (plan, more) = match &document {
        Some(document) => plan::check_with(document, catalog, &named_by_another),
        None => (None, Findings::default()),
    };
    // The process is over before anyone would miss the memory; to take a large document apart costs as much as to read it.
    std::mem::forget(document);
    findings.append(more);
    findings.sort_by(|a, b| a.order().cmp(&b.order()));
    let plan = plan.filter(|_| !findings.has_errors());
    let left_out = findings.more() + findings.len().saturating_sub(MOST_TOLD);
    Ok(Checked { plan, findings: findings.into_iter().take(MOST_TOLD).collect(), left_out })
}

/// Reads a file that a pipeline names.
fn named_by_another(path: &Path) -> Result<Source, String> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Source::new(path, text)),
        Err(error) => Err(format!("`{}`: {error}", path.display())),
    }
}

/// The text of the file at `path`.
pub(crate) fn read(path: &Path) -> Result<Source, Problem> {
    let unread = |error| {
        Problem::refused(format!("cannot read `{}`: {error}", path.display()))
            .help("name a pipeline file, such as pipelines/podcast.yaml")
    };
    if std::fs::metadata(path).map_err(unread)?.len() > MOST_READ {
        return Err(Problem::refused(format!("`{}` is larger than 64 MB", path.display()))
            .help("name a pipeline file, such as pipelines/podcast.yaml"));
    }
    let bytes = std::fs::read(path).map_err(unread)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = before.split(|byte| *byte == b'\n').count();
        Problem::refused(format!("`{}` is not UTF-8 on line {line}", path.display()))
            .help("save it as UTF-8")
    })?;
    Ok(Source::new(path, text))
}

/// The named files, folders among them taken apart; without a name, all below `pipelines/`.
pub(crate) fn named(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Problem> {
    if !paths.is_empty() {
        let lists = paths
            .iter()
            .map(|path| if path.is_dir() { below(path) } else { Ok(vec![path.clone()]) });
        return Ok(lists.collect::<Result<Vec<_>, _>>()?.concat());
    }
    let folder = Path::new(FOLDER);
    if !folder.is_dir() {
        return Err(Problem::refused(format!(
            "no file is named, and there is no folder `{FOLDER}` here"
        ))
        .help("name a pipeline file, or go to the folder that holds `pipelines`"));
    }
    below(folder)
}

/// The pipeline files below `folder`, sorted.
fn below(folder: &Path) -> Result<Vec<PathBuf>, Problem> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(folder).sort_by_file_name() {
        let entry = entry.map_err(|error| {
            Problem::refused(format!("cannot look into `{}`: {error}", folder.display()))
        })?;
        let ending = entry.path().extension().and_then(|ending| ending.to_str());
        if entry.file_type().is_file() && matches!(ending, Some("yaml" | "yml" | "toml")) {
            files.push(entry.into_path());
        }
    }
    if files.is_empty() {
        return Err(Problem::refused(format!("no pipeline is below `{}`", folder.display()))
            .help("a pipeline is a file that ends in .yaml, .yml or .toml"));
    }
    Ok(files)
}
