//! `flow graph [FILE]`: how do pipelines look as pictures?

use std::path::PathBuf;

use flow_engine::plan::graph::Plan;
use flow_engine::plan::picture;
use serde::Serialize;

use crate::args::{Global, Picture};
use crate::exit::{Exit, Problem};
use crate::render::diagnostics;
use crate::{pipelines, render, setup};

/// What programs read of a picture.
#[derive(Serialize)]
struct Document {
    format: &'static str,
    picture: String,
}

pub(crate) fn graph(
    file: Option<&PathBuf>,
    format: Picture,
    global: &Global,
) -> Result<Exit, Problem> {
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
    let plans: Vec<&Plan> = plans.iter().collect();
    let (name, picture) = match format {
        Picture::Dot => ("dot", picture::dot(&plans)),
        Picture::Mermaid => ("mermaid", picture::mermaid(&plans)),
    };
    if global.json {
        render::print_json(&Document { format: name, picture })?;
    } else {
        render::print(&picture)?;
    }
    Ok(Exit::Succeeded)
}
