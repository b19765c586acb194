//! Which implementation answers to which kind's name?
//!
//! The types of kinds end here: the registry holds functions over JSON.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::{
    Asked, Attempt, Card, Catalog, Class, Failure, Kind, Later, Nature, Pure, Unpriced, Weight,
};
use crate::money::Usd;
use crate::name::KindName;
use crate::schema::Schema;

type Making<'a> = Pin<Box<dyn Future<Output = Result<Json, Failure>> + Send + 'a>>;

/// Makes one attempt of a kind whose types are erased.
pub trait Make: Send + Sync {
    fn make<'a>(&'a self, attempt: &'a dyn Attempt, input: Json) -> Making<'a>;
}

/// Evaluates a pure kind whose types are erased.
pub trait Evaluate: Send + Sync {
    fn evaluate(&self, input: Json) -> Result<Json, Failure>;
}

/// How a registered kind is performed.
#[derive(Clone)]
pub enum Performer {
    Attempt(Arc<dyn Make>),
    Inline(Arc<dyn Evaluate>),
}

/// Implementations of kinds by name.
#[derive(Clone, Default)]
pub struct Registry {
    kinds: BTreeMap<KindName, (Card, Performer)>,
}

impl Registry {
    /// # Panics
    /// If the kind's name is not one, or is taken: both are mistakes of the program.
    pub fn add<K: Kind>(&mut self, kind: K) {
        let kind = Arc::new(kind);
        let (of_output, of_revision) = (Arc::clone(&kind), Arc::clone(&kind));
        let (of_quote, of_ceiling) = (Arc::clone(&kind), Arc::clone(&kind));
        let card = Card {
            name: kind_name(K::NAME),
            version: K::VERSION,
            docs: K::DOCS,
            nature: K::NATURE,
            weight: K::WEIGHT,
            inline: false,
            capability: K::CAPABILITY,
            providers: kind.providers(),
            input: Later::new(Schema::of_input::<K::Input>),
            output: Later::new(Schema::of::<K::Output>),
            output_of: Arc::new(move |known| of_output.output(known)),
            revision: Arc::new(move || of_revision.revision()),
            slots: K::SLOTS,
            quote: Arc::new(move |asked| quote(&*of_quote, asked)),
            ceiling: Arc::new(move |known, provider, model| {
                of_ceiling.ceiling(known, provider, model)
            }),
        };
        self.insert(card, Performer::Attempt(kind));
    }

    /// Adds a kind that is evaluated inside the scheduler's tick.
    ///
    /// # Panics
    /// As [`Registry::add`].
    pub fn add_pure<K: Pure>(&mut self, kind: K) {
        let kind = Arc::new(Inline(kind));
        let of_output = Arc::clone(&kind);
        let card = Card {
            name: kind_name(K::NAME),
            version: K::VERSION,
            docs: K::DOCS,
            nature: Nature::Pure,
            weight: Weight::Light,
            inline: true,
            capability: None,
            providers: Vec::new(),
            input: Later::new(Schema::of_input::<K::Input>),
            output: Later::new(Schema::of::<K::Output>),
            output_of: Arc::new(move |known| of_output.0.output(known)),
            revision: Arc::new(String::new),
            slots: 0,
            quote: Arc::new(|_| Ok(Usd::ZERO)),
            ceiling: Arc::new(|_, _, _| Ok(Usd::ZERO)),
        };
        self.insert(card, Performer::Inline(kind));
    }

    fn insert(&mut self, card: Card, performer: Performer) {
        let name = card.name.clone();
        let former = self.kinds.insert(name.clone(), (card, performer));
        assert!(former.is_none(), "the kind `{name}` is registered twice");
    }

    /// What planning may know of the registered kinds.
    pub fn catalog(&self) -> Catalog {
        let kinds =
            self.kinds.iter().map(|(name, (card, _))| (name.clone(), card.clone())).collect();
        Catalog { kinds }
    }

    pub fn get(&self, name: &str) -> Option<(&Card, &Performer)> {
        self.kinds.get(name).map(|(card, performer)| (card, performer))
    }
}

fn kind_name(name: &'static str) -> KindName {
    name.parse().expect("a registered kind has a valid name")
}

impl<K: Kind> Make for K {
    fn make<'a>(&'a self, attempt: &'a dyn Attempt, input: Json) -> Making<'a> {
        Box::pin(async move {
            let input = read_input::<K::Input>(input)?;
            let output = self.run(attempt, input).await?;
            to_json(&output)
        })
    }
}

/// A newtype, because a type may be both a `Kind` and a `Pure` as far as the compiler knows.
struct Inline<K>(K);

impl<K: Pure> Evaluate for Inline<K> {
    fn evaluate(&self, input: Json) -> Result<Json, Failure> {
        let output = self.0.evaluate(read_input::<K::Input>(input)?)?;
        to_json(&output)
    }
}

/// What one attempt can cost at most; nothing, without a look at the input, where a kind costs nothing.
fn quote<K: Kind>(kind: &K, asked: &Asked<'_, Json>) -> Result<Usd, Unpriced> {
    if K::SLOTS == 0 {
        return Ok(Usd::ZERO);
    }
    let input: K::Input = serde_json::from_value(asked.input.clone())
        .map_err(|error| Unpriced { what: format!("an input that does not fit: {error}") })?;
    kind.quote(&Asked { input: &input, provider: asked.provider, model: asked.model })
}

fn read_input<T: DeserializeOwned>(input: Json) -> Result<T, Failure> {
    serde_json::from_value(input)
        .map_err(|error| Failure::input(format!("the input does not fit: {error}")))
}

fn to_json(output: &impl serde::Serialize) -> Result<Json, Failure> {
    serde_json::to_value(output).map_err(|error| {
        Failure::new(Class::Output, format!("the output cannot be written as JSON: {error}"))
    })
}
