//! How is a file mended?
//!
//! Fixes are made, and the file is checked again: one may bring to light what another finding had hidden.

use std::path::Path;

use flow_engine::diagnostic::{Diagnostic, Fix, mended};
use flow_engine::kind::Catalog;

use crate::exit::Problem;
use crate::pipelines::{self, Checked};

/// No file takes more rounds than this, unless two fixes undo each other.
const ROUNDS: usize = 100;

/// What the file at `path` comes to after all fixes, and how many were made.
pub(super) fn mend(path: &Path, catalog: &Catalog) -> Result<(Checked, usize), Problem> {
    let mut all = 0;
    let mut checked = pipelines::check(path, catalog)?;
    for _ in 0..ROUNDS {
        let Some(source) = checked.findings.iter().find_map(|finding| of(finding, path)) else {
            break;
        };
        let text = &source.at.source.text;
        let fixes = checked.findings.iter().filter_map(|finding| of(finding, path)?.fix.as_ref());
        let (text, made) = mended(text, fixes.collect::<Vec<&Fix>>());
        if made == 0 {
            break;
        }
        write(path, &text)?;
        all += made;
        checked = pipelines::check(path, catalog)?;
    }
    Ok((checked, all))
}

/// The finding, if it has a fix in the file at `path`: others may lie in a pipeline that this one uses.
fn of<'f>(finding: &'f Diagnostic, path: &Path) -> Option<&'f Diagnostic> {
    (finding.fix.is_some() && finding.at.source.path == path).then_some(finding)
}

fn write(path: &Path, text: &str) -> Result<(), Problem> {
    std::fs::write(path, text).map_err(|error| {
        Problem::failed(format!("cannot write `{}`: {error}", path.display()))
            .help("make the file writable, or mend it by hand: `flow check` shows the changes")
    })
}
