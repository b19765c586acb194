//! Who answers a prompt? The capability `llm`, as agents see it.
//!
//! A vendor's client implements [`Llm`]; nothing here knows one. Where none is chosen, agents write by rules.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use flow_engine::kind::{Attempt, Failure};
use flow_engine::schema::Schema;

/// The provider that asks no model.
pub const RULES: &str = "rules";

/// What a model is asked.
pub struct Prompt<'a> {
    pub text: &'a str,
    /// What the answer, a JSON document, must fit.
    pub schema: &'a Schema,
    /// Which of the attempt's calls this is, from 0: paid calls are told apart by it.
    pub slot: u8,
}

/// What a model answers.
pub struct Reply {
    pub text: String,
    pub model: String,
}

/// A model that answers prompts.
#[async_trait]
pub trait Llm: Send + Sync {
    /// What `provider:` calls it.
    fn name(&self) -> &str;
    async fn answer(&self, attempt: &dyn Attempt, prompt: &Prompt<'_>) -> Result<Reply, Failure>;
}

/// The models that agents may choose from, besides the rules.
#[derive(Clone, Default)]
pub struct Models(Vec<Arc<dyn Llm>>);

impl Models {
    pub fn of(models: Vec<Arc<dyn Llm>>) -> Self {
        Self(models)
    }

    /// What `provider:` may be, the rules first.
    pub fn providers(&self) -> Vec<String> {
        let models = self.0.iter().map(|model| model.name().to_owned());
        std::iter::once(RULES.to_owned()).chain(models).collect()
    }

    /// The model that `provider` names; none for the rules.
    pub fn get(&self, provider: &str) -> Option<&dyn Llm> {
        self.0.iter().find(|model| model.name() == provider).map(AsRef::as_ref)
    }
}

impl fmt::Debug for Models {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.providers()).finish()
    }
}
