//! What does a pipeline file say, key by key?
//!
//! The whole language, each value with its place. Names are not resolved and kinds not looked up: that is planning.

use std::sync::Arc;
use std::time::Duration;

use super::tree::Tree;
use crate::expression::{Expression, Template};
use crate::money::Usd;
use crate::name::{KindName, NodeName};
use crate::source::{Source, Span, Spanned};

/// A pipeline file.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    pub source: Arc<Source>,
    /// The file's own name where it says none.
    pub name: String,
    pub description: Option<String>,
    pub schedule: Option<Entry<String>>,
    pub inputs: Vec<InputBlock>,
    pub budget: Option<Entry<BudgetBlock>>,
    /// Capability and provider.
    pub providers: Vec<(Spanned<String>, Spanned<String>)>,
    pub pools: Option<Entry<Vec<PoolBlock>>>,
    pub doubt: Option<Entry<DoubtBlock>>,
    pub body: BodyBlock,
}

/// A value under a key, and where both stand.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry<T> {
    pub key: Span,
    pub span: Span,
    pub value: T,
}

/// A value in which `${{ }}` may stand.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueBlock {
    pub tree: Tree,
    /// None where an expression inside is broken; a finding says so.
    pub template: Option<Template>,
}

/// An input: a JSON Schema, perhaps with a default.
#[derive(Clone, Debug, PartialEq)]
pub struct InputBlock {
    pub name: Spanned<NodeName>,
    pub schema: Tree,
    pub default: Option<Tree>,
}

/// `nodes` and `outputs`, of a pipeline or a node.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct BodyBlock {
    pub nodes: Vec<NodeBlock>,
    pub outputs: Vec<(Spanned<NodeName>, ValueBlock)>,
}

/// A node. What few nodes say, and takes room, is boxed.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeBlock {
    pub name: Spanned<NodeName>,
    pub work: WorkBlock,
    pub when: Option<Entry<Expression>>,
    pub map: Option<Entry<Expression>>,
    pub item: Option<Spanned<NodeName>>,
    pub key: Option<Entry<Expression>>,
    pub limit: Option<Entry<u32>>,
    pub max_items: Option<Entry<u32>>,
    pub repeat: Option<Box<Entry<RepeatBlock>>>,
    pub carry: Option<Entry<Vec<CarryBlock>>>,
    pub needs: Vec<NeedBlock>,
    pub retry: Option<Box<Entry<RetryBlock>>>,
    pub timeout: Option<Entry<Duration>>,
    pub fallback: Option<Entry<Vec<FallbackBlock>>>,
    pub on_error: Option<Entry<OnErrorWord>>,
    pub budget: Option<Box<Entry<BudgetBlock>>>,
    pub doubt: Option<Box<Entry<DoubtBlock>>>,
    pub pools: Option<Entry<Vec<Spanned<String>>>>,
    pub cache: Option<Entry<CacheBlock>>,
    pub undo: Option<Entry<Box<CallBlock>>>,
}

/// What a node does.
#[derive(Clone, Debug, PartialEq)]
pub enum WorkBlock {
    Use(Box<CallBlock>),
    Nodes(BodyBlock),
    Approve(Entry<Box<ApproveBlock>>),
    /// The file does not say it; a finding says so.
    Unknown,
}

/// `use`, `with`, `provider`, `model`.
#[derive(Clone, Debug, PartialEq)]
pub struct CallBlock {
    /// None where what stands there is no kind and no file; a finding says so.
    pub target: Option<Spanned<Target>>,
    /// Values by port, in the file's order.
    pub with: Vec<(Spanned<String>, ValueBlock)>,
    pub provider: Option<Box<Entry<ValueBlock>>>,
    pub model: Option<Box<Entry<ValueBlock>>>,
}

/// What `use` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Kind(KindName),
    /// A pipeline file, beside the one that names it.
    File(String),
}

/// An entry of `needs`.
#[derive(Clone, Debug, PartialEq)]
pub struct NeedBlock {
    pub node: Spanned<String>,
    pub gate: Option<GateBlock>,
}

/// A condition on an edge.
#[derive(Clone, Debug, PartialEq)]
pub struct GateBlock {
    /// Where its first key stands.
    pub at: Span,
    pub when: Option<Entry<Expression>>,
    pub budget: Option<Entry<AmountBlock>>,
    pub otherwise: Option<Entry<GateWord>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GateWord {
    Fail,
    Skip,
    Ask,
}

/// What is handed from one copy or round to the next.
#[derive(Clone, Debug, PartialEq)]
pub struct CarryBlock {
    pub name: Spanned<NodeName>,
    pub value: Expression,
}

#[derive(Clone, Debug, PartialEq)]
pub struct RepeatBlock {
    pub max: u32,
    pub until: Expression,
    pub best: Option<Expression>,
}

#[derive(Clone, Debug, PartialEq, Default)]
pub struct RetryBlock {
    pub attempts: Option<u16>,
    pub backoff: Option<(Duration, Duration)>,
    /// Words for classes of failures.
    pub errors: Option<Vec<Spanned<String>>>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum FallbackBlock {
    /// A plain value instead.
    Value(ValueBlock),
    /// Another call; what it does not name is the node's own.
    Call(Box<CallBlock>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnErrorWord {
    Fail,
    Skip,
    Drop,
}

/// What an account may spend.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct BudgetBlock {
    pub form: BudgetForm,
    pub limit: Option<AmountBlock>,
    pub each: Option<AmountBlock>,
    /// A fraction of the limit, in percent.
    pub warn: Option<u8>,
    pub on_exceed: Option<String>,
    pub unpriced: Option<String>,
}

/// How a budget is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BudgetForm {
    /// `2 USD`
    Short,
    /// `{ limit: 2 USD }`
    #[default]
    Long,
}

/// An amount, written or computed.
#[derive(Clone, Debug, PartialEq)]
pub enum AmountBlock {
    Written(Usd),
    Computed(ValueBlock),
}

/// A shared limit: so many at once, so many in a time.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolBlock {
    pub name: Spanned<String>,
    pub limit: Option<u32>,
    pub rate: Option<(u32, Duration)>,
}

/// What to do when it cannot be known whether something was bought.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct DoubtBlock {
    pub wait: Option<Duration>,
    pub then: Option<String>,
    pub auto_below: Option<Usd>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CacheBlock {
    Auto,
    Off,
    For(Duration),
}

/// A question to a person.
#[derive(Clone, Debug, PartialEq)]
pub struct ApproveBlock {
    pub ask: Option<ValueBlock>,
    pub show: Option<ValueBlock>,
    pub choices: Option<ValueBlock>,
    pub schema: Option<ValueBlock>,
    pub above: Option<AmountBlock>,
    pub timeout: Option<Duration>,
    pub otherwise: Option<ValueBlock>,
}
