//! A pipeline that may cost more than whoever checks it allows.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Rule};
use crate::money::Usd;
use crate::plan::cost::{Bound, NodeCost, Worst};
use crate::plan::graph::{Amount, Budget, Plan, Unpriced};

pub(in crate::plan) static RULE: Rule = Rule {
    name: "over-max",
    explanation: "\
`flow check --max 5USD` proves that no run of the pipeline can cost more: items × rounds × attempts × alternatives × the
most that one attempt can cost, over all nodes; or that its own `budget` holds it below. Where it cannot be proved, this
shows the dearest nodes. A node whose price is not known has no bound.

Lower `max_items`, `max`, `attempts`, take dear alternatives out, or give the pipeline a `budget`.
",
};

/// So many nodes are shown, the dearest first.
const SHOWN: usize = 5;

/// What of `plan`, whose worst case is `worst`, keeps it from costing `max` at most; none, where nothing does.
pub fn over_max(plan: &Plan, worst: &Worst, max: Usd) -> Option<Diagnostic> {
    if let Some(Budget { limit: Some(Amount::Written(limit)), unpriced: Unpriced::Deny, .. }) =
        &plan.budget
        && *limit <= max
    {
        return None;
    }
    let message = match worst.total() {
        Ok(total) if total <= max => return None,
        Ok(total) => format!("a run can cost {total}, more than {max}"),
        Err((path, why)) => {
            format!("a run has no bound that could be held against {max}: `{path}`, {why}")
        }
    };
    let dearest = worst.paid();
    let sources: Vec<_> = plan.sources.iter().cloned().map(Arc::new).collect();
    let first = dearest.first()?;
    let source = sources.get(first.source as usize)?;
    let finding = Diagnostic::error(&RULE, source, first.span, message).label(told(first));
    let others = dearest.iter().skip(1).take(SHOWN - 1);
    let finding = others.fold(finding, |finding, node| match sources.get(node.source as usize) {
        Some(source) => finding.related(source, node.span, told(node)),
        None => finding,
    });
    Some(finding.help(format!(
        "make less of it, or hold it below: `budget: {max}` at the top of the pipeline"
    )))
}

/// `` `shots/clip`: 60 attempts, 0.20 USD each at most: 12.00 USD ``
fn told(node: &NodeCost) -> String {
    let NodeCost { path, attempts, each, worst, .. } = node;
    match worst {
        Bound::AtMost(worst) if *attempts == 1 => format!("`{path}`: 1 attempt: {worst}"),
        Bound::AtMost(worst) => {
            format!("`{path}`: {attempts} attempts, {each} each at most: {worst}")
        }
        Bound::Unbounded(why) => format!("`{path}`: {why}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document;
    use crate::plan::check;
    use crate::plan::cost::tests::priced;
    use crate::plan::cost::worst;
    use crate::source::Source;

    /// Three pictures of ten cents, each tried twice, and one of `provider`.
    fn told(head: &str, provider: &str, max: &str) -> Option<Vec<String>> {
        let text = format!(
            "
flow: 1
name: film
{head}
nodes:
  one: {{ use: image/generate, provider: {provider}, with: {{ prompt: hill }} }}
  shots:
    map: '[1, 2, 3]'
    use: image/generate
    with: {{ prompt: hill }}
    retry: {{ attempts: 2 }}
"
        );
        let (document, _) = document::parse(&Arc::new(Source::new("film.yaml", text)));
        let catalog = priced();
        let (plan, findings) = check(&document.expect("a document"), &catalog);
        let plan = plan.unwrap_or_else(|| panic!("{findings:?}"));
        let finding = over_max(&plan, &worst(&plan, &catalog), max.parse().expect("an amount"))?;
        let labels = std::iter::once(&finding.at).chain(&finding.related);
        let labels = labels.map(|label| label.text.clone());
        Some(std::iter::once(finding.message).chain(labels).collect())
    }

    #[test]
    fn what_costs_no_more_is_proved_and_what_can_is_shown_the_dearest_first() {
        assert_eq!(told("", "luma", "0.80 USD"), None);
        assert_eq!(
            told("", "luma", "0.79 USD").expect("a finding"),
            [
                "a run can cost 0.80 USD, more than 0.79 USD",
                "`shots`: 6 attempts, 0.10 USD each at most: 0.60 USD",
                "`one`: 1 attempt: 0.20 USD",
            ]
        );
    }

    #[test]
    fn where_there_is_no_bound_reason_and_place_are_told() {
        assert_eq!(
            told("", "nobody", "100 USD").expect("a finding")[..2],
            [
                "a run has no bound that could be held against 100.00 USD: `one`, no price is known for `nobody`",
                "`one`: no price is known for `nobody`",
            ]
        );
    }

    #[test]
    fn a_budget_is_a_proof_unless_it_lets_unknown_prices_pass() {
        assert_eq!(told("budget: 0.50 USD", "luma", "0.50 USD"), None);
        assert_eq!(told("budget: 0.50 USD", "nobody", "0.50 USD"), None);
        assert!(told("budget: 0.51 USD", "luma", "0.50 USD").is_some());
        let lax = "budget: { limit: 0.50 USD, unpriced: allow }";
        assert!(told(lax, "nobody", "0.50 USD").is_some());
    }
}
