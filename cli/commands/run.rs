//! `flow run FILE`: checks a pipeline, and runs it.

use std::path::Path;

use flow_engine::diagnostic::Diagnostic;
use flow_engine::host::State;
use flow_engine::host::wallet::Wallet;
use flow_engine::kind::{Catalog, Registry};
use flow_engine::plan;
use flow_engine::plan::cost::{self, NodeCost};
use flow_engine::plan::graph::Plan;
use serde_json::Value as Json;

use crate::args::{Global, Values, Work};
use crate::drive::{self, Answer, Place};
use crate::exit::{Exit, Problem};
use crate::pipelines::Checked;
use crate::render::diagnostics;
use crate::setup::Project;
use crate::{media_type, pipelines, render, setup, values};

pub(crate) fn run(
    file: &Path,
    given: &Values,
    work: &Work,
    global: &Global,
) -> Result<Exit, Problem> {
    let project = setup::project(global);
    let registry = setup::registry_of(&project);
    let catalog = setup::catalog(&registry, &project.environment)?;
    let plan = sound(file, &catalog, global)?;
    let setting = Setting { project, registry, catalog, answer: Answer::Paths, global };
    start(plan, given, work, &setting)
}

/// The plan of the file at `file`; what is wrong with it is told.
pub(super) fn sound(file: &Path, catalog: &Catalog, global: &Global) -> Result<Plan, Problem> {
    let Checked { plan, findings, .. } = pipelines::check(file, catalog)?;
    let Some(plan) = plan.filter(|_| pipelines::errors(&findings) == 0) else {
        return Err(refused(file, &findings, global)?);
    };
    render::say(&diagnostics::text(&findings));
    let unsupported = plan::unsupported(&plan);
    if !unsupported.is_empty() {
        return Err(refused(file, &unsupported, global)?);
    }
    Ok(plan)
}

/// Shows why a pipeline is not run.
fn refused(file: &Path, findings: &[Diagnostic], global: &Global) -> Result<Problem, Problem> {
    if global.json {
        render::print_json(&diagnostics::document(findings))?;
    } else {
        render::say(&diagnostics::text(findings));
    }
    let summary = diagnostics::summary(findings);
    Ok(Problem::refused(format!("`{}` was not run: {summary}", file.display()))
        .help("mend what is said above; `flow explain RULE` tells more about the name in brackets"))
}

/// What a run is started with, besides its plan.
pub(super) struct Setting<'a> {
    pub(super) project: Project,
    pub(super) registry: Registry,
    pub(super) catalog: Catalog,
    pub(super) answer: Answer,
    pub(super) global: &'a Global,
}

/// Takes in what `plan` needs and drives a new run of it.
pub(super) fn start(
    plan: Plan,
    given: &Values,
    work: &Work,
    setting: &Setting,
) -> Result<Exit, Problem> {
    let Setting { project, registry, catalog, answer, global } = setting;
    let settings = project.settings()?;
    let plan = setup::insist(plan, catalog, &work.provider)?
        .with_revisions(catalog)
        .with_undo_prices(catalog);
    let said = plan.budget.as_ref().is_some_and(|budget| budget.limit.is_some());
    let limit = work.budget.or(settings.budget.run.filter(|_| !said));
    let wallet = settings.wallet();
    if limit.is_none() && !said {
        insist_on_a_limit(&plan, catalog, &wallet)?;
    }
    // Opened at the first file, so that wrong values leave nothing behind.
    let mut state: Option<State> = None;
    let mut import = |taker: &str, path: &Path, range: &str| -> Result<Json, Problem> {
        let media_type = media_type::fitting(taker, path, range)?;
        Ok(opened(&mut state, &project.state)?.import(path, &media_type)?)
    };
    let inputs = values::inputs(&plan, &given.input, &project.environment, &mut import)?;
    let files =
        plan.files.iter().map(|file| import("the pipeline", file.path.as_ref(), &file.media));
    let files = files.collect::<Result<Vec<_>, _>>()?;
    let state = opened(&mut state, &project.state)?;
    let place = Place {
        state,
        out: drive::out(work.out.as_deref(), &plan.name),
        answer: *answer,
        environment: &project.environment,
        wallet,
        global,
    };
    drive::drive(
        &plan.into(),
        drive::Work::Start { inputs, files, limit, buy_again: work.buy_again },
        registry,
        &place,
    )
}

/// Refuses what may cost money without a word of how much: of the whole, or at each of those of whom it may buy.
fn insist_on_a_limit(plan: &Plan, catalog: &Catalog, wallet: &Wallet) -> Result<(), Problem> {
    let worst = cost::worst(plan, catalog);
    let is_limited = |node: &&NodeCost| {
        node.sellers.iter().all(|seller| wallet.providers.contains_key(seller.as_str()))
    };
    if wallet.month.is_some() || worst.paid().iter().all(is_limited) {
        return Ok(());
    }
    let how = |amount: &str| {
        let joined = amount.replace(' ', "");
        format!(
            "limit it: `--budget {joined}`, or `budget: {amount}` in the file, or `run = '{amount}'` below `[budget]` in `flow.toml`"
        )
    };
    match worst.total() {
        Ok(total) => {
            let message = format!("the run may cost {total}, and nothing limits it");
            Err(Problem::refused(message).help(how(&total.to_string())))
        }
        Err((path, why)) => {
            let message = format!("nothing limits what the run may cost: `{path}`: {why}");
            Err(Problem::refused(message).help(how("5 USD")))
        }
    }
}

fn opened<'a>(state: &'a mut Option<State>, folder: &Path) -> Result<&'a State, Problem> {
    Ok(match state {
        Some(state) => state,
        None => state.insert(State::open(folder)?),
    })
}
