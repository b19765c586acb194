//! Which implementations, which project and which state folder does this program run with?
//!
//! The composition root: they are put together here and nowhere else.

use std::path::{Path, PathBuf};

use flow_engine::kind::Registry;

use crate::args::Global;
use crate::environment::Environment;

/// The folder that a user works in, and what it says.
pub(crate) struct Project {
    pub(crate) environment: Environment,
    /// Where runs and their files are kept; need not exist yet.
    pub(crate) state: PathBuf,
}

const STATE: &str = ".flow";

/// Every kind that this program knows.
pub(crate) fn registry() -> Registry {
    flow_nodes::register()
}

/// The project of the current folder: the nearest one upwards that has runs, else the folder itself.
pub(crate) fn project(global: &Global) -> Project {
    let here = std::env::current_dir().unwrap_or_else(|_| ".".into());
    let root = here.ancestors().find(|folder| folder.join(STATE).is_dir()).unwrap_or(&here);
    let environment = Environment::of(root);
    let state = global
        .state
        .clone()
        .or_else(|| environment.get("FLOW_STATE").map(PathBuf::from))
        .unwrap_or_else(|| near(root, &here).join(STATE));
    Project { environment, state }
}

/// `root` as seen from `here`, so that messages show short paths.
fn near(root: &Path, here: &Path) -> PathBuf {
    if root == here { PathBuf::new() } else { root.into() }
}
