//! `flow check [FILE…]`: what is wrong with pipelines, before anything runs?

use std::path::PathBuf;

use crate::args::Global;
use crate::exit::{Exit, Problem};
use crate::render::diagnostics;
use crate::{pipelines, render, setup};

pub(crate) fn check(files: &[PathBuf], global: &Global) -> Result<Exit, Problem> {
    let catalog = setup::registry().catalog();
    let files = pipelines::named(files)?;
    let mut findings = Vec::new();
    let mut refused = false;
    for file in &files {
        let checked = pipelines::check(file, &catalog)?;
        refused |= checked.is_refused();
        findings.extend(checked.findings);
    }
    if global.json {
        render::print_json(&diagnostics::document(&findings))?;
    } else {
        render::say(&diagnostics::text(&findings));
        render::say(&format!(
            "checked {}: {}\n",
            render::count(files.len(), "pipeline"),
            diagnostics::summary(&findings)
        ));
    }
    Ok(if refused { Exit::Refused } else { Exit::Succeeded })
}
