//! Which implementations, which project and which state folder does this program run with?
//!
//! The composition root: they are put together here and nowhere else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flow_engine::kind::buy::RecoveryKind;
use flow_engine::kind::{Catalog, Registry};
use flow_engine::plan::graph::Plan;
use flow_nodes::generate::market::{Doubled, Market};
use flow_nodes::provider::llm::Models;
use flow_nodes::provider::rehearsal::book::{InFile, InMemory};
use flow_nodes::provider::rehearsal::script::Script;
use flow_nodes::tool_stack::{Kept, Location};
use flow_nodes::vrd::tools::{Shipped, Stacks};

use crate::args::Global;
use crate::environment::Environment;
use crate::exit::Problem;
use crate::settings::{self, Settings};

/// The folder that a user works in, and what it says.
pub(crate) struct Project {
    pub(crate) environment: Environment,
    /// The folder itself.
    root: PathBuf,
    /// Where runs and their files are kept; need not exist yet.
    pub(crate) state: PathBuf,
}

const STATE: &str = ".flow";

/// Every kind that this program knows.
pub(crate) fn registry() -> Registry {
    let stacks: Arc<dyn Stacks> = Arc::new(Shipped);
    flow_nodes::register_with(&Models::default(), &stacks, &market())
}

/// The same kinds, with a stand-in for whoever sells.
pub(crate) fn rehearsing() -> Registry {
    rehearsing_with(Arc::default(), Script::usual())
}

/// The same with a book to be read afterwards, and a script.
pub(crate) fn rehearsing_with(book: Arc<InMemory>, script: Script) -> Registry {
    let stacks: Arc<dyn Stacks> = Arc::new(Shipped);
    let market = Market::new(book, script, Doubled::Everyone);
    flow_nodes::register_with(&Models::default(), &stacks, &market)
}

/// Where paid work is bought: from the stand-in alone, which keeps its book in the file that `FLOW_REHEARSAL_BOOK` names
/// and is found again as `FLOW_REHEARSAL_RECOVERY` says; its jobs take `FLOW_REHEARSAL_PACE` times as long as usual. These are for
/// tests of `flow` itself.
fn market() -> Market {
    let Some(book) = std::env::var_os("FLOW_REHEARSAL_BOOK") else { return Market::default() };
    let recovery = std::env::var("FLOW_REHEARSAL_RECOVERY").unwrap_or_default();
    let recovery = serde_json::from_value(recovery.into()).unwrap_or(RecoveryKind::None);
    let mut script = Script::quick(recovery);
    let pace = std::env::var("FLOW_REHEARSAL_PACE").ok().and_then(|pace| pace.parse().ok());
    script.pace = pace.unwrap_or(script.pace);
    Market::new(Arc::new(InFile(book.into())), script, Doubled::Nobody)
}

/// The same, planning with the tools of `project`.
pub(crate) fn registry_of(project: &Project) -> Registry {
    flow_nodes::register_with(&Models::default(), &stacks(project), &market())
}

/// The tools that `project` plans with: those of its database, or those that ship.
pub(crate) fn stacks(project: &Project) -> Arc<dyn Stacks> {
    if has_tools_database(project) {
        Arc::new(Kept::at(tools_location(project)))
    } else {
        Arc::new(Shipped)
    }
}

pub(crate) fn has_tools_database(project: &Project) -> bool {
    match tools_location(project) {
        Location::Sqlite(path) => path.is_file(),
        Location::Postgres(_) | Location::Memory => true,
    }
}

/// Where the tools of `project` are kept: what `FLOW_TOOLS` names, or a file beside its runs.
pub(crate) fn tools_location(project: &Project) -> Location {
    match project.environment.get("FLOW_TOOLS") {
        Some(place) => place.parse().unwrap_or(Location::Memory),
        None => Location::Sqlite(project.state.join("tools.db")),
    }
}

/// What planning may know of the kinds of `registry`, each with the provider first that `FLOW_PROVIDER_SPEECH` and its like
/// name: it is taken where the pipeline names none.
pub(crate) fn catalog(registry: &Registry, environment: &Environment) -> Result<Catalog, Problem> {
    let mut catalog = registry.catalog();
    for capability in capabilities(&catalog) {
        let variable = format!("FLOW_PROVIDER_{}", capability.to_uppercase());
        let Some(provider) = environment.get(&variable) else { continue };
        check_provider(&catalog, capability, provider).map_err(|problem| {
            let help = problem.help.clone().unwrap_or_default();
            problem.help(format!("change {variable}, or unset it; {help}"))
        })?;
        let choosing =
            catalog.kinds.values_mut().filter(|card| card.capability == Some(capability));
        for card in choosing {
            if let Some(at) = card.providers.iter().position(|name| name == provider) {
                card.providers[..=at].rotate_right(1);
            }
        }
    }
    Ok(catalog)
}

/// `plan` with the providers that the command line insists on: `speech=local`, or `luma` alone, which means video.
pub(crate) fn insist(plan: Plan, catalog: &Catalog, wanted: &[String]) -> Result<Plan, Problem> {
    wanted.iter().try_fold(plan, |plan, word| {
        let (capability, provider) = word.split_once('=').unwrap_or(("video", word));
        check_provider(catalog, capability, provider)?;
        Ok(plan.with_provider(catalog, capability, provider))
    })
}

fn capabilities(catalog: &Catalog) -> BTreeSet<&'static str> {
    catalog.kinds.values().filter_map(|card| card.capability).collect()
}

/// Some kind has `provider` for `capability`.
fn check_provider(catalog: &Catalog, capability: &str, provider: &str) -> Result<(), Problem> {
    let choosing = catalog.kinds.values().filter(|card| card.capability == Some(capability));
    let providers: BTreeSet<&str> =
        choosing.flat_map(|card| &card.providers).map(String::as_str).collect();
    if providers.contains(provider) {
        return Ok(());
    }
    if !providers.is_empty() {
        return Err(Problem::refused(format!(
            "there is no provider `{provider}` for `{capability}`"
        ))
        .help(format!("take one of {}", Vec::from_iter(providers).join(", "))));
    }
    let known = Vec::from_iter(capabilities(catalog)).join(", ");
    Err(Problem::refused(format!("there is no capability `{capability}`"))
        .help(format!("write CAPABILITY=PROVIDER; the capabilities are {known}")))
}

impl Project {
    pub(crate) fn settings(&self) -> Result<Settings, Problem> {
        Settings::of(&self.root)
    }
}

/// The project of the current folder: the nearest one upwards that has runs or settings, else the folder itself.
pub(crate) fn project(global: &Global) -> Project {
    let here = std::env::current_dir().unwrap_or_else(|_| ".".into());
    let is_project =
        |folder: &&Path| folder.join(STATE).is_dir() || folder.join(settings::FILE).is_file();
    let root = here.ancestors().find(is_project).unwrap_or(&here);
    let environment = Environment::of(root);
    let state = global
        .state
        .clone()
        .filter(|folder| !folder.as_os_str().is_empty())
        .or_else(|| environment.get("FLOW_STATE").map(PathBuf::from))
        .unwrap_or_else(|| near(root, &here).join(STATE));
    Project { environment, root: near(root, &here), state }
}

/// `root` as seen from `here`, so that messages show short paths.
fn near(root: &Path, here: &Path) -> PathBuf {
    if root == here { PathBuf::new() } else { root.into() }
}
