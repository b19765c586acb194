//! Can a run of a plan cost more than somebody is ready to pay?

use flow_engine::diagnostic::Diagnostic;
use flow_engine::kind::Catalog;
use flow_engine::money::Usd;
use flow_engine::plan::graph::Plan;
use flow_engine::plan::{self, cost};

/// Why no run of `plan` can cost more than `max`, or what can.
pub(super) fn within(plan: &Plan, catalog: &Catalog, max: Usd) -> Result<String, Box<Diagnostic>> {
    let worst = cost::worst(plan, catalog);
    if let Some(finding) = plan::over_max(plan, &worst, max) {
        return Err(Box::new(finding));
    }
    Ok(match worst.total() {
        Ok(total) if total <= max => format!("no run can cost more than {total}"),
        _ => "no run can cost more, because its budget ends it".to_owned(),
    })
}
