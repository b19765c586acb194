//! `flow graph [FILE|RUN]`: how do pipelines, or a run, look as pictures?

mod states;

use std::path::{Path, PathBuf};

use flow_engine::host::history::History;
use flow_engine::plan::graph::Plan;
use flow_engine::plan::picture::{self, States};
use serde::Serialize;

use crate::args::{Global, Picture};
use crate::exit::{Exit, Problem};
use crate::render::diagnostics;
use crate::runs::{find, look};
use crate::{pipelines, render, setup};

/// What programs read of a picture.
#[derive(Serialize)]
struct Document {
    format: &'static str,
    picture: String,
}

pub(crate) fn graph(what: Option<&str>, format: Picture, global: &Global) -> Result<Exit, Problem> {
    let (plans, states) = match what {
        Some(run) if is_run(run) => {
            let project = setup::project(global);
            let store = look(&project.state)?;
            let history = History::of(&store, find(&store, Some(run))?)?;
            let states = states::states(&history);
            (vec![history.plan], states)
        }
        file => (plans(file.map(PathBuf::from).as_ref())?, States::new()),
    };
    draw(&plans, &states, format, global)?;
    Ok(Exit::Succeeded)
}

/// A run's id begins with its day; a pipeline is a file or a folder.
fn is_run(text: &str) -> bool {
    let path = Path::new(text);
    !path.exists() && path.extension().is_none() && !text.contains('/')
}

/// The plans of the named file, or of all below `pipelines/`.
fn plans(file: Option<&PathBuf>) -> Result<Vec<Plan>, Problem> {
    let catalog = setup::registry().catalog();
    let files = pipelines::named(file.map(std::slice::from_ref).unwrap_or_default())?;
    let (mut plans, mut findings) = (Vec::new(), Vec::new());
    for file in &files {
        let checked = pipelines::check(file, &catalog)?;
        plans.extend(checked.plan);
        findings.extend(checked.findings);
    }
    let broken = files.len() - plans.len();
    if broken > 0 {
        render::say(&diagnostics::text(&findings));
        return Err(Problem::refused(format!(
            "{} cannot be drawn: {}",
            render::count(broken, "pipeline"),
            diagnostics::summary(&findings)
        ))
        .help(
            "mend what is said above; `flow explain RULE` tells more about the name in brackets",
        ));
    }
    Ok(plans)
}

fn draw(plans: &[Plan], states: &States, format: Picture, global: &Global) -> Result<(), Problem> {
    let plans: Vec<&Plan> = plans.iter().collect();
    let (name, picture) = match format {
        Picture::Dot => ("dot", picture::dot(&plans, states)),
        Picture::Mermaid => ("mermaid", picture::mermaid(&plans, states)),
        Picture::Svg => ("svg", picture::svg(&plans, states)),
        Picture::Json => return render::print_json(&picture::json(&plans, states)),
    };
    if global.json {
        return render::print_json(&Document { format: name, picture });
    }
    render::print(&picture)
}
