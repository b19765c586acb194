//! How does the project's wallet stand this month?

use flow_engine::host::clock::{Clock, SystemClock};
use flow_engine::host::store::Store;
use flow_engine::host::wallet::Line;
use flow_engine::money::Usd;
use serde::Serialize;

use crate::exit::Problem;
use crate::setup::Project;

/// What programs read of the wallet, and people in words.
#[derive(Serialize)]
pub(crate) struct Standing {
    month: String,
    lines: Vec<Told>,
}

#[derive(Serialize)]
struct Told {
    /// Null, if it is the whole wallet.
    provider: Option<Box<str>>,
    limit: Option<String>,
    spent: String,
    /// What of it the providers' bills say, our price tables, and nobody.
    by_provider: String,
    by_price_table: String,
    assumed: String,
    in_doubt: String,
    /// For runs that have not ended.
    set_aside: String,
    free: Option<String>,
}

/// The wallet of `project`, if it has one.
pub(crate) fn standing(
    project: &Project,
    store: Option<&Store>,
) -> Result<Option<Standing>, Problem> {
    let wallet = project.settings()?.wallet();
    if wallet.is_unlimited() {
        return Ok(None);
    }
    let month = SystemClock.now().month();
    let mut lines = store.map(|store| store.wallet(&month, None)).transpose()?.unwrap_or_default();
    let whole = told(None, wallet.month, &lines.remove("").unwrap_or_default());
    let at = wallet.providers.iter().map(|(provider, limit)| {
        let line = lines.remove(provider).unwrap_or_default();
        told(Some(provider.clone()), Some(*limit), &line)
    });
    let lines = std::iter::once(whole).chain(at).collect();
    Ok(Some(Standing { month, lines }))
}

fn told(provider: Option<Box<str>>, limit: Option<Usd>, line: &Line) -> Told {
    let sums = line.sums();
    Told {
        provider,
        limit: limit.map(|limit| limit.to_string()),
        spent: sums.spent().to_string(),
        by_provider: sums.provider.to_string(),
        by_price_table: sums.table.to_string(),
        assumed: sums.assumed.to_string(),
        in_doubt: sums.doubtful.to_string(),
        set_aside: line.set_aside().to_string(),
        free: limit.map(|limit| line.free(limit).to_string()),
    }
}

impl Standing {
    /// `2026-11: 12.30 USD of 50.00 USD spent (10.00 USD billed, 2.30 USD by price table), 37.70 USD free`.
    pub(crate) fn text(&self) -> String {
        let limited = self.lines.iter().filter(|line| line.limit.is_some());
        limited.fold(String::new(), |text, line| text + &self.month + &line.text() + "\n")
    }
}

impl Told {
    fn text(&self) -> String {
        let is_some = |amount: &&(&String, &str)| amount.0 != &Usd::ZERO.to_string();
        let words = |amounts: &[(&String, &str)]| {
            let said =
                amounts.iter().filter(is_some).map(|(amount, what)| format!("{amount} {what}"));
            said.collect::<Vec<_>>().join(", ")
        };
        let sources = [
            (&self.by_provider, "billed"),
            (&self.by_price_table, "by price table"),
            (&self.assumed, "assumed"),
        ];
        let others = [
            (&self.in_doubt, "in doubt"),
            (&self.set_aside, "set aside for runs that have not ended"),
        ];
        let at = self.provider.as_ref().map(|at| format!(" at {at}")).unwrap_or_default();
        let of = self.limit.as_ref().map(|limit| format!(" of {limit}")).unwrap_or_default();
        let mut text = format!("{at}: {}{of} spent", self.spent);
        let sources = words(&sources);
        if !sources.is_empty() {
            text.push_str(&format!(" ({sources})"));
        }
        let others = words(&others);
        if !others.is_empty() {
            text.push_str(&format!(", {others}"));
        }
        if let Some(free) = &self.free {
            text.push_str(&format!(", {free} free"));
        }
        text
    }
}
