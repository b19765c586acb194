//! `flow check [FILE…]`: what is wrong with pipelines, before anything runs?

mod fix;

use std::path::{Path, PathBuf};

use flow_engine::diagnostic::{Diagnostic, Severity};
use flow_engine::kind::Catalog;

use crate::args::{Check, Findings, Global};
use crate::exit::{Exit, Problem};
use crate::render::{diagnostics, sarif};
use crate::{pipelines, render, setup};

pub(crate) fn check(check: &Check, global: &Global) -> Result<Exit, Problem> {
    let catalog = setup::registry().catalog();
    let files = pipelines::named(&check.files)?;
    let mut findings = Vec::new();
    let mut refused = false;
    for file in &files {
        let one = if check.fix { mend(file, &catalog)? } else { pipelines::check(file, &catalog)? };
        refused |= one.is_refused();
        findings.extend(one.findings);
    }
    if check.strict {
        refused |= !findings.is_empty();
        for finding in &mut findings {
            finding.severity = Severity::Error;
        }
    }
    tell(&findings, files.len(), check, global)?;
    Ok(if refused { Exit::Refused } else { Exit::Succeeded })
}

/// Makes every fix in the file, and says how many; what is left is what the file comes to then.
fn mend(file: &Path, catalog: &Catalog) -> Result<pipelines::Checked, Problem> {
    let (checked, made) = fix::mend(file, catalog)?;
    if made > 0 {
        render::say(&format!("mended {} in {}\n", render::count(made, "place"), file.display()));
    }
    Ok(checked)
}

fn tell(
    findings: &[Diagnostic],
    files: usize,
    check: &Check,
    global: &Global,
) -> Result<(), Problem> {
    match check.format {
        Findings::Sarif => return render::print_json(&sarif::log(findings)),
        Findings::Json => return render::print_json(&diagnostics::document(findings)),
        Findings::Text if global.json => {
            return render::print_json(&diagnostics::document(findings));
        }
        Findings::Text => {}
    }
    render::say(&diagnostics::text(findings));
    let summary = diagnostics::summary(findings);
    render::say(&format!("checked {}: {summary}\n", render::count(files, "pipeline")));
    let fixable = findings.iter().filter(|finding| finding.fix.is_some()).count();
    if fixable > 0 && !check.fix {
        let files: Vec<&PathBuf> = check.files.iter().collect();
        render::hint(&format!("`flow check{} --fix` mends {fixable} of them", words(&files)));
    }
    Ok(())
}

fn words(files: &[&PathBuf]) -> String {
    files.iter().fold(String::new(), |words, file| format!("{words} {}", file.display()))
}
