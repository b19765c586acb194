//! `flow check [FILE…]`: what is wrong with pipelines, before anything runs?

mod bound;
mod fix;

use std::collections::HashSet;
use std::path::{Component, Path, PathBuf};

use flow_engine::diagnostic::{Diagnostic, Severity};
use flow_engine::kind::Catalog;

use crate::args::{Check, Findings, Global};
use crate::exit::{Exit, Problem};
use crate::render::{diagnostics, sarif};
use crate::{pipelines, render, setup};

pub(crate) fn check(check: &Check, global: &Global) -> Result<Exit, Problem> {
    let catalog = match check.max {
        None => setup::registry().catalog(),
        // What an attempt costs depends on who is chosen.
        Some(_) => setup::catalog(&setup::registry(), &setup::project(global).environment)?,
    };
    let files = pipelines::named(&check.files)?;
    let mut findings = Vec::new();
    let mut proofs = String::new();
    let mut refused = false;
    let mut left_out = 0;
    for file in &files {
        let mut one =
            if check.fix { mend(file, &catalog)? } else { pipelines::check(file, &catalog)? };
        if let (Some(max), Some(plan)) = (check.max, &one.plan) {
            match bound::within(plan, &catalog, max) {
                Ok(proof) => proofs.push_str(&format!("{}: {proof}\n", file.display())),
                Err(finding) => one.findings.push(*finding),
            }
        }
        refused |= one.is_refused();
        std::mem::forget(one.plan); // As of documents: nobody misses it before the end.
        left_out += one.left_out;
        findings.extend(one.findings);
    }
    once(&mut findings);
    if check.strict {
        refused |= !findings.is_empty();
        for finding in &mut findings {
            finding.severity = Severity::Error;
        }
    }
    tell(&findings, left_out, files.len(), check, global)?;
    if check.format == Findings::Text && !global.json {
        render::say(&proofs);
    }
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

/// Leaves out what was found before: a pipeline that another one uses may be among the files itself.
fn once(findings: &mut Vec<Diagnostic>) {
    let mut seen = HashSet::new();
    findings.retain(|finding| {
        let (path, span, rule) = finding.order();
        let path: PathBuf =
            Path::new(path).components().filter(|part| *part != Component::CurDir).collect();
        seen.insert((path, span, rule, finding.message.clone()))
    });
}

fn tell(
    findings: &[Diagnostic],
    left_out: usize,
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
    let mut summary = diagnostics::summary(findings);
    if left_out > 0 {
        summary.push_str(&format!(", and {left_out} more that are not shown"));
    }
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
