//! How would many runs go?

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::{Stage, rehearse};
use crate::host::HostError;
use crate::money::Usd;
use crate::plan::graph::Plan;
use crate::run::event::Outcome;

/// Many rehearsals, seed by seed.
#[derive(Clone, Debug)]
pub struct Simulation {
    pub runs: u64,
    pub succeeded: u64,
    pub cost: Quantiles<Usd>,
    pub took: Quantiles<Duration>,
    /// So many cost no more than the budget; none, if there is no budget.
    pub within: Option<u64>,
    /// What each node cost in all, and how long it took in all: the dearest first.
    pub nodes: Vec<(String, Usd, Duration)>,
}

/// Half, and all but one of twenty, are no larger than this.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quantiles<T> {
    pub least: T,
    pub half: T,
    pub p95: T,
    pub most: T,
}

/// Rehearses `plan` with the seeds from 0 to below `runs`.
pub async fn simulate(
    plan: &Plan,
    inputs: &Map<String, Json>,
    files: &[Json],
    stage: &Stage,
    runs: u64,
    budget: Option<Usd>,
) -> Result<Simulation, HostError> {
    let (mut costs, mut times, mut succeeded) = (Vec::new(), Vec::new(), 0);
    let mut nodes: BTreeMap<String, (Usd, Duration)> = BTreeMap::new();
    for seed in 0..runs {
        let report = rehearse(plan, inputs, files, stage, seed).await?;
        costs.push(report.spent);
        times.push(report.took);
        succeeded += u64::from(report.outcome == Some(Outcome::Succeeded));
        for (path, share) in report.nodes {
            let sum = nodes.entry(path).or_default();
            *sum = (sum.0 + share.spent, sum.1 + share.took);
        }
    }
    let within = budget.map(|budget| costs.iter().filter(|cost| **cost <= budget).count() as u64);
    let mut nodes: Vec<_> =
        nodes.into_iter().map(|(path, (cost, took))| (path, cost, took)).collect();
    nodes.sort_by_key(|(path, cost, took)| (std::cmp::Reverse((*cost, *took)), path.clone()));
    let (cost, took) = (quantiles(costs), quantiles(times));
    Ok(Simulation { runs, succeeded, cost, took, within, nodes })
}

fn quantiles<T: Ord + Copy + Default>(mut values: Vec<T>) -> Quantiles<T> {
    values.sort_unstable();
    // The smallest value that is not below so many of a hundred.
    let at = |percent: usize| {
        let index = (values.len() * percent).div_ceil(100).saturating_sub(1);
        values.get(index).copied().unwrap_or_default()
    };
    Quantiles { least: at(0), half: at(50), p95: at(95), most: at(100) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_a_value_that_was_there() {
        let values = quantiles((1..=40).rev().collect::<Vec<u32>>());
        assert_eq!(values, Quantiles { least: 1, half: 20, p95: 38, most: 40 });
        assert_eq!(quantiles(vec![7]), Quantiles { least: 7, half: 7, p95: 7, most: 7 });
        assert_eq!(quantiles(Vec::<u32>::new()), Quantiles::default());
    }
}
