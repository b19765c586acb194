//! Which implementations, which project and which state folder does this program run with?
//!
//! The composition root: they are put together here and nowhere else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use flow_engine::kind::{Catalog, Registry};

use crate::args::Global;
use crate::environment::Environment;
use crate::exit::Problem;

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

/// What planning may know of the kinds of `registry`. Where the file names no provider, the one is taken that the command
/// line (`wanted`) names, then the one that `FLOW_PROVIDER_SPEECH` and its like name, then the kind's own default.
pub(crate) fn catalog(
    registry: &Registry,
    wanted: &[String],
    environment: &Environment,
) -> Result<Catalog, Problem> {
    let mut catalog = registry.catalog();
    for capability in capabilities(&catalog) {
        let variable = format!("FLOW_PROVIDER_{}", capability.to_uppercase());
        if let Some(provider) = environment.get(&variable) {
            prefer(&mut catalog, capability, provider)
                .map_err(|problem| problem.help(format!("change {variable}, or unset it")))?;
        }
    }
    for word in wanted {
        // As users say it: a provider without a capability is one of video.
        let (capability, provider) = word.split_once('=').unwrap_or(("video", word));
        prefer(&mut catalog, capability, provider)?;
    }
    Ok(catalog)
}

fn capabilities(catalog: &Catalog) -> BTreeSet<&'static str> {
    catalog.kinds.values().filter_map(|card| card.capability).collect()
}

/// Puts `provider` first wherever a kind chooses one for `capability`.
fn prefer(catalog: &mut Catalog, capability: &str, provider: &str) -> Result<(), Problem> {
    let known = capabilities(catalog);
    if !known.contains(capability) {
        let all = known.into_iter().collect::<Vec<_>>().join(", ");
        let problem = Problem::refused(format!("no kind has providers of `{capability}`"));
        return Err(if all.is_empty() {
            problem.help("leave it out: no kind here chooses among providers")
        } else {
            problem.help(format!("write CAPABILITY=NAME; the capabilities are {all}"))
        });
    }
    let choosing = catalog.kinds.values_mut().filter(|card| card.capability == Some(capability));
    let mut others = BTreeSet::new();
    let mut found = false;
    for card in choosing {
        if let Some(at) = card.providers.iter().position(|name| name == provider) {
            card.providers[..=at].rotate_right(1);
            found = true;
        }
        others.extend(card.providers.iter().cloned());
    }
    if found {
        return Ok(());
    }
    let others = others.into_iter().collect::<Vec<_>>().join(", ");
    Err(Problem::refused(format!("`{provider}` does no {capability}"))
        .help(format!("{capability} is done by {others}")))
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
