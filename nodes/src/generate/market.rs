//! Who sells what the kinds of this folder cannot make themselves?

use std::sync::Arc;

use flow_engine::kind::buy::{Delivered, Request, order};
use flow_engine::kind::file::in_range;
use flow_engine::kind::{Attempt, Class, Failure, File, MediaType, Unpriced};
use flow_engine::money::Usd;
use serde_json::Value as Json;

use crate::price;
use crate::provider::local;
use crate::provider::rehearsal::book::{Book, InMemory};
use crate::provider::rehearsal::script::Script;
use crate::provider::rehearsal::{self, Rehearsal};

/// Where paid work is bought. Cheap to clone.
#[derive(Clone)]
pub struct Market {
    book: Arc<dyn Book>,
    script: Arc<Script>,
    doubled: Doubled,
}

/// For whom the rehearsal stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubled {
    /// Whoever is named: nothing is bought from anybody.
    Everyone,
    /// For nobody: it has to be named itself.
    Nobody,
}

impl Market {
    pub fn new(book: Arc<dyn Book>, script: Script, doubled: Doubled) -> Self {
        Self { book, script: Arc::new(script), doubled }
    }

    /// Buys one thing for `attempt`, which names the provider.
    pub(super) async fn order(
        &self,
        attempt: &dyn Attempt,
        capability: &'static str,
        body: Json,
        price: Usd,
    ) -> Result<Delivered, Failure> {
        let provider = attempt.provider();
        if provider != rehearsal::NAME && self.doubled == Doubled::Nobody {
            let what = format!("this version cannot buy {capability} from `{provider}`");
            return Err(Failure::new(Class::Missing, what)
                .help("`--rehearse` tells what it would cost; `local` makes it on this machine"));
        }
        let model = price::find(capability, provider, attempt.model())
            .map_or_else(|_| attempt.model().to_owned(), |price| price.model.clone());
        let (book, script) = (&*self.book, &*self.script);
        let seller = Rehearsal { attempt, capability, book, script };
        order(attempt, 0, &seller, &Request { model, body, price }).await
    }
}

/// Nothing but the rehearsal, by its name.
impl Default for Market {
    fn default() -> Self {
        Self::new(Arc::new(InMemory::default()), Script::usual(), Doubled::Nobody)
    }
}

/// The names that `provider:` may take: this machine first, then those with a price.
pub(super) fn providers(capability: &str) -> Vec<String> {
    std::iter::once(local::NAME.to_owned()).chain(price::providers(capability)).collect()
}

pub(super) fn is_local(attempt: &dyn Attempt) -> bool {
    matches!(attempt.provider(), local::NAME | "")
}

pub(super) fn priced(quote: Result<Usd, Unpriced>) -> Result<Usd, Failure> {
    quote.map_err(|unpriced| Failure::new(Class::Missing, unpriced.to_string()))
}

/// The file of a delivery that a kind gives on.
pub(super) fn file<M: MediaType>(delivered: &Delivered, name: &str) -> Result<File<M>, Failure> {
    let file = delivered.files.get(name).filter(|file| in_range(&file.media_type, M::RANGE));
    let file = file.map(|file| File::new(file.digest, file.media_type.clone(), file.bytes));
    file.ok_or_else(|| {
        Failure::new(Class::Output, format!("`{}` gave no {name}", delivered.provider))
    })
}

/// A number that the seller told.
pub(super) fn fact(delivered: &Delivered, name: &str) -> Option<f64> {
    delivered.facts.get(name).and_then(Json::as_f64)
}
