//! What may all runs of a project spend together in a month?
//!
//! The account above all runs. A run takes what it may spend as one block before it starts; at its end what it did not
//! spend comes back, less what is in doubt. Here it is only reckoned: the store keeps the blocks, and holds them against
//! the limits once more in the transaction that stores one.

use std::collections::BTreeMap;
use std::fmt;

use crate::money::Usd;
use crate::name::RunId;
use crate::plan::cost::{Bound, Worst};
pub use crate::run::purse::{Granted, Sums};

/// What the project allows in a month: in all, and at single providers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wallet {
    pub month: Option<Usd>,
    pub providers: BTreeMap<Box<str>, Usd>,
}

/// What a run takes of the wallet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// As [`crate::time::Timestamp::month`] writes it.
    pub month: String,
    /// The most that the run may have been billed at its end, in all its months.
    pub all: Usd,
    /// The same at each provider that the wallet limits.
    pub granted: Granted,
    /// It is stored only if it keeps these.
    pub wallet: Wallet,
}

/// What one run has of one line of the wallet in one month: of all of it, or of a provider's part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub run: RunId,
    pub sums: Sums,
    /// What is set aside for it; nothing, once it has ended.
    pub block: Usd,
}

/// The shares of the runs in one line of the wallet in one month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line(pub Vec<Share>);

/// Whether an amount may be set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weighed {
    Fits,
    /// Not now, but it would, if these runs gave back what they do not spend.
    Waits {
        free: Usd,
        runs: Vec<RunId>,
    },
    /// Not this month.
    Refused {
        free: Usd,
    },
}

/// What a run has to ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Need {
    /// What it may spend in all; none, if nothing bounds it and nothing needs to.
    pub all: Option<Usd>,
    /// What it may spend at each provider that the wallet limits and that it may buy of.
    pub at: Granted,
}

/// What the wallet says to a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    Block(Block),
    Waits(Short),
    Refused(Short),
}

/// The wallet has no room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Short {
    /// Where; none, if it is the whole wallet.
    pub provider: Option<Box<str>>,
    pub month: String,
    pub wanted: Usd,
    pub free: Usd,
    pub limit: Usd,
    /// The runs that may give back what is missing.
    pub runs: Vec<RunId>,
}

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { provider, month, wanted, free, limit, .. } = self;
        let at = provider.as_ref().map_or_else(String::new, |provider| format!(" at `{provider}`"));
        write!(f, "{free} of {limit} are free{at} in {month}, and the run may spend {wanted}")
    }
}

impl Line {
    pub fn sums(&self) -> Sums {
        self.0.iter().map(|share| share.sums).sum()
    }

    /// What is set aside and not spent.
    pub fn set_aside(&self) -> Usd {
        self.0.iter().map(Share::unspent).sum()
    }

    /// What is free of `limit`.
    pub fn free(&self, limit: Usd) -> Usd {
        (limit - self.sums().used() - self.set_aside()).max(Usd::ZERO)
    }

    /// Whether `amount` fits within `limit`.
    pub fn weigh(&self, limit: Usd, amount: Usd) -> Weighed {
        let free = self.free(limit);
        if amount <= free {
            Weighed::Fits
        } else if self.sums().used() + amount <= limit {
            let holders = self.0.iter().filter(|share| share.unspent() > Usd::ZERO);
            Weighed::Waits { free, runs: holders.map(|share| share.run.clone()).collect() }
        } else {
            Weighed::Refused { free }
        }
    }
}

impl Share {
    fn unspent(&self) -> Usd {
        (self.block - self.sums.used()).max(Usd::ZERO)
    }
}

impl Wallet {
    pub fn is_unlimited(&self) -> bool {
        self.month.is_none() && self.providers.is_empty()
    }

    /// What `need` comes to in `month`, with what others have of its `lines` and what the run was billed `before`. A run
    /// waits for others at single providers too; what is spent there is no reason not to start.
    pub fn offer(
        &self,
        month: String,
        lines: &BTreeMap<Box<str>, Line>,
        before: &BTreeMap<Box<str>, Usd>,
        need: &Need,
    ) -> Offer {
        let weigh = |line: &str, limit: Usd, amount: Usd| {
            let before = before.get(line).copied().unwrap_or_default();
            let wanted = (amount - before).max(Usd::ZERO);
            (wanted, lines.get(line).cloned().unwrap_or_default().weigh(limit, wanted))
        };
        let short = |provider: Option<&str>, wanted, limit, free, runs| Short {
            provider: provider.map(Into::into),
            month: month.clone(),
            wanted,
            free,
            limit,
            runs,
        };
        let all = need.all.unwrap_or_default();
        if let Some(limit) = self.month {
            match weigh("", limit, all) {
                (_, Weighed::Fits) => {}
                (wanted, Weighed::Waits { free, runs }) => {
                    return Offer::Waits(short(None, wanted, limit, free, runs));
                }
                (wanted, Weighed::Refused { free }) => {
                    return Offer::Refused(short(None, wanted, limit, free, Vec::new()));
                }
            }
        }
        let mut granted = Granted::new();
        for (provider, amount) in &need.at {
            let Some(limit) = self.providers.get(provider).copied() else { continue };
            let free = match weigh(provider, limit, *amount) {
                (_, Weighed::Fits) => *amount,
                (wanted, Weighed::Waits { free, runs }) => {
                    return Offer::Waits(short(Some(provider), wanted, limit, free, runs));
                }
                (wanted, Weighed::Refused { free }) => *amount - wanted + free,
            };
            granted.insert(provider.clone(), free);
        }
        Offer::Block(Block { month, all, granted, wallet: self.clone() })
    }

    /// What a run of at most `limit` with this worst case takes; where nothing else bounds it, or why nothing does.
    pub fn need(&self, limit: Option<Usd>, worst: &Worst) -> Result<Need, (String, String)> {
        let all = match (limit, worst.total()) {
            (_, Ok(bound)) if bound == Usd::ZERO => Some(bound), // Nothing of it costs anything.
            (Some(limit), _) => Some(limit),
            (None, Ok(bound)) => Some(bound),
            (None, Err((path, why))) if self.month.is_some() => {
                return Err((path.to_owned(), why.to_owned()));
            }
            (None, Err(_)) => None,
        };
        let at = self.providers.iter().filter_map(|(provider, most)| {
            let of_it = worst.nodes.iter().filter(|node| node.sellers.contains(&**provider));
            let sum = of_it.map(|node| match node.worst {
                Bound::AtMost(worst) => worst,
                Bound::Unbounded(_) => *most,
            });
            let amount = sum.fold(Usd::ZERO, |sum, more| (sum + more).min(*most));
            let amount = all.map_or(amount, |all| amount.min(all));
            (amount > Usd::ZERO).then(|| (provider.clone(), amount))
        });
        Ok(Need { all, at: at.collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(dollars: i64) -> Usd {
        Usd::from_micros(dollars * 1_000_000)
    }

    fn share(run: &str, spent: i64, block: i64) -> Share {
        let sums = Sums { provider: usd(spent), ..Sums::default() };
        Share { run: RunId::new(run), sums, block: usd(block) }
    }

    #[test]
    fn what_others_may_give_back_is_waited_for_and_what_is_spent_is_not() {
        let line = Line(vec![share("ended", 20, 0), share("open", 5, 25)]);
        assert_eq!((line.free(usd(50)), line.set_aside()), (usd(5), usd(20)));
        assert_eq!(line.weigh(usd(50), usd(5)), Weighed::Fits);
        let runs = vec![RunId::new("open")];
        assert_eq!(line.weigh(usd(50), usd(25)), Weighed::Waits { free: usd(5), runs });
        assert_eq!(line.weigh(usd(50), usd(26)), Weighed::Refused { free: usd(5) });
    }

    #[test]
    fn an_overdrawn_block_counts_as_what_was_spent_of_it() {
        let line = Line(vec![share("open", 12, 10)]);
        assert_eq!((line.free(usd(20)), line.set_aside()), (usd(8), Usd::ZERO));
    }

    #[test]
    fn a_run_waits_for_others_and_takes_what_is_left_at_a_provider_that_has_too_little() {
        let providers = BTreeMap::from([("luma".into(), usd(20))]);
        let wallet = Wallet { month: Some(usd(50)), providers };
        let need =
            |all, luma| Need { all: Some(usd(all)), at: [("luma".into(), usd(luma))].into() };
        let offer = |spent, block, need: &Need| {
            let lines =
                ["", "luma"].map(|line| (line.into(), Line(vec![share("other", spent, block)])));
            wallet.offer("2026-11".into(), &lines.into(), &BTreeMap::new(), need)
        };
        let granted = |offer| match offer {
            Offer::Block(block) => (block.all, block.granted["luma"]),
            other => panic!("{other:?}"),
        };
        assert_eq!(granted(offer(8, 0, &need(20, 12))), (usd(20), usd(12)));
        assert_eq!(granted(offer(15, 0, &need(20, 12))), (usd(20), usd(5)));
        let Offer::Waits(short) = offer(2, 15, &need(20, 12)) else { panic!("it waits") };
        assert_eq!((short.provider.as_deref(), short.free), (Some("luma"), usd(5)));
        assert_eq!(short.runs, [RunId::new("other")]);
        let Offer::Refused(short) = offer(45, 0, &need(20, 0)) else { panic!("it is refused") };
        assert_eq!(
            short.to_string(),
            "5.00 USD of 50.00 USD are free in 2026-11, and the run may spend 20.00 USD"
        );
    }

    fn worst(nodes: &[(&str, Bound)]) -> Worst {
        let node = |(seller, worst): &(&str, Bound)| crate::plan::cost::NodeCost {
            path: format!("of_{seller}"),
            span: crate::source::Span::default(),
            source: 0,
            attempts: 1,
            each: Usd::ZERO,
            worst: worst.clone(),
            sellers: [(*seller).to_owned()].into(),
        };
        Worst { nodes: nodes.iter().map(node).collect() }
    }

    #[test]
    fn a_run_takes_its_limit_or_its_worst_case_and_at_a_provider_no_more_than_it_can_spend_there() {
        let providers = BTreeMap::from([("luma".into(), usd(20)), ("kling".into(), usd(9))]);
        let wallet = Wallet { month: Some(usd(50)), providers };
        let of_two = worst(&[("luma", Bound::AtMost(usd(4))), ("local", Bound::AtMost(Usd::ZERO))]);
        let need = |limit, worst: &Worst| wallet.need(limit, worst);
        let at = |amount| Granted::from([("luma".into(), usd(amount))]);
        assert_eq!(need(None, &of_two), Ok(Need { all: Some(usd(4)), at: at(4) }));
        assert_eq!(need(Some(usd(3)), &of_two), Ok(Need { all: Some(usd(3)), at: at(3) }));
        let no_bound = worst(&[("luma", Bound::Unbounded("no price".into()))]);
        assert_eq!(need(Some(usd(30)), &no_bound), Ok(Need { all: Some(usd(30)), at: at(20) }));
        assert_eq!(need(None, &no_bound), Err(("of_luma".into(), "no price".into())));
        let free = worst(&[("luma", Bound::AtMost(Usd::ZERO))]);
        let nothing = Need { all: Some(Usd::ZERO), at: Granted::new() };
        assert_eq!(need(Some(usd(3)), &free), Ok(nothing), "free work takes nothing");
    }
}
