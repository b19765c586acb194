//! What may planning know of kinds?
//!
//! Names, ports, natures: data and pure functions. Whoever holds a catalog cannot run anything.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::purchase::{Asked, Unpriced};
use crate::money::Usd;
use crate::name::KindName;
use crate::schema::Schema;

/// All kinds that a pipeline may use, by name.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    pub kinds: BTreeMap<KindName, Card>,
}

/// What is known of one kind without running it.
#[derive(Clone)]
pub struct Card {
    pub name: KindName,
    pub version: u32,
    /// Markdown: one sentence, a blank line, then what an author must know.
    pub docs: &'static str,
    pub nature: Nature,
    pub weight: Weight,
    /// Evaluated inside the scheduler's tick.
    pub inline: bool,
    pub capability: Option<&'static str>,
    /// What `provider:` may be, the default first.
    pub providers: Vec<String>,
    /// An object schema; its properties are the input ports.
    pub input: Later,
    /// The output's schema when nothing is known of the input.
    pub output: Later,
    /// The output's schema, given what is known of the input.
    pub output_of: Arc<dyn Fn(&Known) -> Schema + Send + Sync>,
    /// Versions of tools, voices, fonts. Asked for only when a plan is fingerprinted: it may look at the disk.
    pub revision: Arc<dyn Fn() -> String + Send + Sync>,
    /// The most paid calls that one attempt makes; 0 for a kind that costs nothing.
    pub slots: u8,
    /// The most that one attempt can cost.
    pub quote: Arc<Quote>,
    /// The same while only some of the input is known; then provider and model.
    pub ceiling: Arc<Ceiling>,
}

/// A schema that is made when it is first looked at: a pipeline uses few of all kinds.
#[derive(Clone)]
pub struct Later(Arc<LazyLock<Schema, Making>>);

type Making = Box<dyn FnOnce() -> Schema + Send>;

impl Later {
    pub fn new(make: impl FnOnce() -> Schema + Send + 'static) -> Self {
        Self(Arc::new(LazyLock::new(Box::new(make))))
    }
}

impl Deref for Later {
    type Target = Schema;

    fn deref(&self) -> &Schema {
        &self.0
    }
}

/// The most that one attempt with an input can cost.
pub type Quote = dyn Fn(&Asked<'_, Json>) -> Result<Usd, Unpriced> + Send + Sync;

/// The most that one attempt can cost, by what is known of its input, with a provider and a model.
pub type Ceiling = dyn Fn(&Known, &str, &str) -> Result<Usd, Unpriced> + Send + Sync;

/// How an output depends on its input, and so when it may be used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nature {
    /// On the input alone.
    Pure,
    /// On the input, a seed being part of it.
    Seeded,
    /// Paid, and another one each time.
    Drawn,
    /// On the world, or changes it: never used again.
    Effectful,
}

/// What an attempt needs of this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Next to nothing: it waits for others.
    Light,
    /// A processor core: no more of these run at once than there are cores.
    Core,
}

/// What planning knows of a node's input, port by port.
#[derive(Clone, Debug, Default)]
pub struct Known {
    pub ports: BTreeMap<String, Port>,
}

/// What planning knows of one port's value.
#[derive(Clone, Debug)]
pub struct Port {
    /// Every value that may come is valid for this.
    pub schema: Schema,
    /// The value, if the file says it literally.
    pub constant: Option<Json>,
}

impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Card")
            .field("name", &self.name)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl Card {
    /// The first line of the docs.
    pub fn summary(&self) -> &'static str {
        self.docs.lines().next().unwrap_or_default()
    }
}
