//! `flow fmt [FILE…]`: how is a pipeline file written well?

use std::path::Path;
use std::sync::Arc;

use flow_engine::document::{self, FormatError, Syntax};

use crate::args::Fmt;
use crate::exit::{Exit, Problem};
use crate::render::diagnostics;
use crate::{pipelines, render};

pub(crate) fn fmt(what: &Fmt) -> Result<Exit, Problem> {
    let files = pipelines::named(&what.files)?;
    if let Some(to) = what.to {
        return convert(&files, to.syntax());
    }
    let mut changed = 0;
    for file in &files {
        let source = Arc::new(pipelines::read(file)?);
        let text = written(&source, Syntax::of(&source), file)?;
        if text == source.text {
            continue;
        }
        changed += 1;
        if what.check {
            render::print(&format!("{}\n", file.display()))?;
        } else {
            write(file, &text)?;
        }
    }
    let total = render::count(files.len(), "pipeline");
    if what.check {
        render::say(&format!("checked {total}: {changed} would be written anew\n"));
        return Ok(if changed > 0 { Exit::Failed } else { Exit::Succeeded });
    }
    render::say(&format!("looked at {total}: {changed} written anew\n"));
    Ok(Exit::Succeeded)
}

/// Writes one file in another syntax to standard output.
fn convert(files: &[std::path::PathBuf], to: Syntax) -> Result<Exit, Problem> {
    let [file] = files else {
        return Err(Problem::refused(format!("`--to` takes one file, not {}", files.len()))
            .help("name the file: flow fmt FILE --to toml > FILE.toml"));
    };
    let source = Arc::new(pipelines::read(file)?);
    render::print(&written(&source, to, file)?)?;
    Ok(Exit::Succeeded)
}

fn written(
    source: &Arc<flow_engine::source::Source>,
    to: Syntax,
    file: &Path,
) -> Result<String, Problem> {
    document::written(source, to).map_err(|error| {
        let problem = Problem::refused(format!("`{}`: {error}", file.display()));
        match error {
            FormatError::Broken(findings) => {
                render::say(&diagnostics::text(&findings));
                problem.help(
                    "mend what is said above; `flow check --fix` mends what has only one repair",
                )
            }
            FormatError::Null { .. } => {
                problem.help("keep the file in YAML, or give another value")
            }
            FormatError::Loss => problem.help("it is left as it is"),
        }
    })
}

fn write(path: &Path, text: &str) -> Result<(), Problem> {
    std::fs::write(path, text).map_err(|error| {
        Problem::failed(format!("cannot write `{}`: {error}", path.display()))
            .help("make the file writable")
    })
}
