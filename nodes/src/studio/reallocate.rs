//! Which pilots go on after the test phase, and with how much?
//!
//! A pilot keeps a share of what it has left, by its score; the best keeps all of it, and gets what the cancelled ones
//! have left. Nothing is moved: the grants are what the next accounts open with, and what nobody is granted stays in
//! reserve.

use flow_engine::money::Usd;
use schemars::JsonSchema;
use serde::Deserialize;

/// How a pilot did in its test phase.
#[derive(Clone, Debug, PartialEq)]
pub struct Tested {
    pub pilot_id: String,
    pub allocated: Usd,
    /// Open holds included.
    pub spent: Usd,
    /// From 0 to 100.
    pub score: f64,
}

/// What the pilots of a test phase are granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// By position among the tested: the amount; none, if it is cancelled.
    pub amounts: Vec<Option<Usd>>,
    pub spent: Usd,
    /// What is left of the total, and granted to nobody.
    pub reserve: Usd,
}

/// Who gets what the cancelled pilots have left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cancelled {
    #[default]
    Leader,
    Reserve,
}

/// Whether the best pilot keeps all that it has left, whatever its score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leader {
    #[default]
    KeepsAll,
    AsItsScore,
}

/// Why the amounts do not add up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Impossible {
    #[error("`{0}` spent more than it was allocated")]
    Overspent(String),
    #[error("{allocated} are allocated, more than the total of {total}")]
    Overallocated { allocated: Usd, total: Usd },
}

/// Of the least score, so many percent of what is left are kept; below the last line nothing is.
const SHARES: [(f64, i64); 3] = [(90.0, 100), (75.0, 75), (65.0, 50)];

/// Grants what is left of `total` to those of `tested` that go on.
pub fn reallocate(
    total: Usd,
    tested: &[Tested],
    leader_rule: Leader,
    cancelled: Cancelled,
) -> Result<Granted, Impossible> {
    let allocated: Usd = tested.iter().map(|pilot| pilot.allocated).sum();
    if allocated > total {
        return Err(Impossible::Overallocated { allocated, total });
    }
    if let Some(pilot) = tested.iter().find(|pilot| pilot.spent > pilot.allocated) {
        return Err(Impossible::Overspent(pilot.pilot_id.clone()));
    }
    let leader = leader(tested);
    let mut freed = Usd::ZERO;
    let mut amounts = Vec::with_capacity(tested.len());
    for (position, pilot) in tested.iter().enumerate() {
        let left = pilot.allocated - pilot.spent;
        let keeps_all = leader == Some(position) && leader_rule == Leader::KeepsAll;
        amounts.push(match share(pilot.score) {
            None => {
                freed += left;
                None
            }
            Some(_) if keeps_all => Some(left),
            Some(percent) => Some(part(left, percent)),
        });
    }
    if let (Some(leader), Cancelled::Leader) = (leader, cancelled)
        && let Some(Some(amount)) = amounts.get_mut(leader)
    {
        *amount += freed;
    }
    let spent: Usd = tested.iter().map(|pilot| pilot.spent).sum();
    let granted: Usd = amounts.iter().flatten().copied().sum();
    Ok(Granted { amounts, spent, reserve: total - spent - granted })
}

/// The pilot that goes on with the highest score: of equals the cheaper, then the first by its id.
fn leader(tested: &[Tested]) -> Option<usize> {
    let going = tested.iter().enumerate().filter(|(_, pilot)| share(pilot.score).is_some());
    let best = going.min_by(|(_, one), (_, other)| {
        let by_score = other.score.total_cmp(&one.score);
        by_score.then(one.spent.cmp(&other.spent)).then(one.pilot_id.cmp(&other.pilot_id))
    });
    best.map(|(position, _)| position)
}

fn share(score: f64) -> Option<i64> {
    SHARES.iter().find(|(least, _)| score >= *least).map(|(_, percent)| *percent)
}

/// So many percent of `amount`, rounded down to a micro-dollar.
fn part(amount: Usd, percent: i64) -> Usd {
    let exact = i128::from(amount.micros()) * i128::from(percent) / 100;
    Usd::from_micros(i64::try_from(exact).expect("a part is no more than the whole"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn usd(dollars: i64) -> Usd {
        Usd::from_micros(dollars * 1_000_000)
    }

    fn founding() -> [Tested; 3] {
        let pilot = |id: &str, allocated, spent, score| Tested {
            pilot_id: id.into(),
            allocated: usd(allocated),
            spent: usd(spent),
            score,
        };
        [pilot("a", 40, 10, 72.0), pilot("b", 60, 20, 85.0), pilot("c", 50, 15, 58.0)]
    }

    #[test]
    fn the_best_keeps_all_it_has_and_gets_what_the_cancelled_leave() {
        let granted =
            reallocate(usd(150), &founding(), Leader::KeepsAll, Cancelled::Leader).unwrap();
        assert_eq!(granted.amounts, [Some(usd(15)), Some(usd(75)), None]);
        assert_eq!((granted.spent, granted.reserve), (usd(45), usd(15)));
    }

    #[test]
    fn without_the_rule_of_the_leader_the_table_holds_for_all() {
        let by_score =
            reallocate(usd(150), &founding(), Leader::AsItsScore, Cancelled::Leader).unwrap();
        assert_eq!(by_score.amounts, [Some(usd(15)), Some(usd(65)), None]);
        assert_eq!(by_score.reserve, usd(25));
        let kept = reallocate(usd(150), &founding(), Leader::KeepsAll, Cancelled::Reserve).unwrap();
        assert_eq!((kept.amounts[1], kept.reserve), (Some(usd(40)), usd(50)));
    }

    #[test]
    fn what_does_not_add_up_is_refused() {
        let refused = |total, tested: &[Tested]| {
            reallocate(usd(total), tested, Leader::KeepsAll, Cancelled::Leader).unwrap_err()
        };
        let (allocated, total) = (usd(150), usd(149));
        assert_eq!(refused(149, &founding()), Impossible::Overallocated { allocated, total });
        let mut overspent = founding();
        overspent[2].spent = usd(51);
        assert_eq!(refused(150, &overspent), Impossible::Overspent("c".into()));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_micro_dollar_is_made_or_lost(
            pilots in prop::collection::vec((0i64..90_000_000, 0i64..100, 0u32..1001), 0..5),
            extra in 0i64..5_000_000,
            by_score: bool,
            kept: bool,
        ) {
            let tested: Vec<_> = pilots.iter().enumerate().map(|(id, (allocated, spent, score))| Tested {
                pilot_id: id.to_string(),
                allocated: Usd::from_micros(*allocated),
                spent: Usd::from_micros(allocated * spent / 100),
                score: f64::from(*score) / 10.0,
            }).collect();
            let allocated: Usd = tested.iter().map(|pilot| pilot.allocated).sum();
            let total = allocated + Usd::from_micros(extra);
            let leader = if by_score { Leader::AsItsScore } else { Leader::KeepsAll };
            let cancelled = if kept { Cancelled::Reserve } else { Cancelled::Leader };
            let granted = reallocate(total, &tested, leader, cancelled).unwrap();
            let sum: Usd = granted.amounts.iter().flatten().copied().sum();
            prop_assert_eq!(granted.spent + sum + granted.reserve, total);
            prop_assert!(granted.reserve >= Usd::ZERO);
            prop_assert!(granted.amounts.iter().flatten().all(|amount| *amount >= Usd::ZERO));
        }
    }
}
