//! How is a node read: what it does, when and how often?

use super::fields::{Field, Fields, Reader, entry};
use super::rules::{self, foreign_key};
use super::syntax::{
    BodyBlock, CallBlock, CarryBlock, Entry, GateBlock, GateWord, NeedBlock, NodeBlock,
    OnErrorWord, RepeatBlock, Target, ValueBlock, WorkBlock,
};
use super::tree::{Key, Tree, Value};
use crate::expression::Expression;
use crate::name::{KindName, NodeName};
use crate::source::Spanned;

/// The keys of a node.
pub(crate) const KEYS: [&str; 26] = [
    "use",
    "with",
    "provider",
    "model",
    "nodes",
    "outputs",
    "approve",
    "when",
    "map",
    "as",
    "key",
    "limit",
    "max_items",
    "repeat",
    "carry",
    "needs",
    "retry",
    "timeout",
    "fallback",
    "on_error",
    "budget",
    "doubt",
    "pool",
    "cache",
    "undo",
    "description",
];

/// The keys that are about attempts, of which a question makes none.
const ATTEMPTS: [&str; 4] = ["retry", "timeout", "pool", "cache"];

/// More copies or rounds than these are no bound any more.
const MANY: u32 = 10_000_000;

impl Reader<'_> {
    /// The nodes of a pipeline or a body.
    pub(super) fn nodes(&mut self, (key, tree): Field<'_>) -> Vec<NodeBlock> {
        let entries = self.map(tree, &key.name, "a map of nodes by name").unwrap_or_default();
        let mut nodes = Vec::with_capacity(entries.len());
        nodes.extend(entries.iter().filter_map(|(key, tree)| self.node(key, tree)));
        nodes
    }

    fn node(&mut self, key: &Key, tree: &Tree) -> Option<NodeBlock> {
        // Under a broken name, the node goes on under the repaired one, so that nothing follows from the finding.
        let name = self.name(&key.name, key.span).or_else(|| {
            let name = rules::bad_name::repaired(&key.name)?.parse().ok()?;
            Some(Spanned::new(name, key.span))
        });
        if tree.value == Value::Null {
            self.no_value(key, tree);
            return Some(unknown(name?));
        }
        let Some(mut fields) = self.fields(tree, &key.name) else {
            return Some(unknown(name?));
        };
        for (key, partner) in lonely(&fields) {
            self.report(rules::node_shape::alone(self.source, key, partner));
        }
        if let Some(approve) = fields.key("approve") {
            for key in ATTEMPTS.iter().filter_map(|key| fields.key(key)) {
                self.report(rules::node_shape::no_attempts(self.source, key, approve));
            }
        }
        // Read even where the name is none, so that all findings show.
        let node = self.node_fields(key, name.clone(), &mut fields);
        self.finish(fields, "a node", &KEYS);
        name.and(node)
    }

    fn node_fields(
        &mut self,
        key: &Key,
        name: Option<Spanned<NodeName>>,
        fields: &mut Fields<'_>,
    ) -> Option<NodeBlock> {
        let work = self.work(key, fields);
        let when = fields.take("when").and_then(|field| self.bare_entry(field));
        let map = fields.take("map").and_then(|field| self.bare_entry(field));
        let item = fields.take("as").and_then(|field| {
            let text = self.literal(field)?;
            // `item` is the default; saying it is no harm.
            if text == "item" { None } else { self.name(text, field.1.place()) }
        });
        let key = fields.take("key").and_then(|field| self.bare_entry(field));
        let limit = fields.take("limit").and_then(|field| self.count_entry(field));
        let max_items = fields.take("max_items").and_then(|field| self.count_entry(field));
        let repeat = fields.take("repeat").and_then(|field| self.repeat(field)).map(Box::new);
        let carry = fields.take("carry").and_then(|field| self.carry(field));
        let needs = fields.take("needs").map(|field| self.needs(field)).unwrap_or_default();
        let retry = fields.take("retry").and_then(|field| self.retry(field)).map(Box::new);
        let timeout =
            fields.take("timeout").and_then(|field| Some(entry(field, self.duration(field)?)));
        let fallback = fields.take("fallback").and_then(|field| self.fallback(field));
        let on_error = fields.take("on_error").and_then(|field| self.on_error(field));
        let budget = fields.take("budget").and_then(|field| self.budget(field)).map(Box::new);
        let doubt = fields.take("doubt").and_then(|field| self.doubt(field)).map(Box::new);
        let pools = fields.take("pool").and_then(|field| self.pool_names(field));
        let cache = fields.take("cache").and_then(|field| self.cache(field));
        let undo = fields.take("undo").and_then(|field| self.undo(field));
        if let Some((key, tree)) = fields.take("description")
            && tree.text().is_none()
        {
            let _: Option<()> = self.wrong(tree, &key.name, "text");
        }
        Some(NodeBlock {
            name: name?,
            work,
            when,
            map,
            item,
            key,
            limit,
            max_items,
            repeat,
            carry,
            needs,
            retry,
            timeout,
            fallback,
            on_error,
            budget,
            doubt,
            pools,
            cache,
            undo,
        })
    }

    /// Exactly one of `use`, `nodes`, `approve`.
    fn work(&mut self, node: &Key, fields: &mut Fields<'_>) -> WorkBlock {
        let said: Vec<_> =
            ["use", "nodes", "approve"].into_iter().filter_map(|key| fields.key(key)).collect();
        match said[..] {
            [] => {
                let is_told = ["use", "nodes", "approve"].iter().any(|key| fields.names(key))
                    || foreign_key::words_for("use").any(|word| fields.names(word));
                if !is_told {
                    let finding =
                        rules::node_shape::nothing_to_do(self.source, &node.name, node.span);
                    self.report(finding);
                }
            }
            [_] => {}
            [first, second, ..] => {
                self.report(rules::node_shape::two_things(self.source, &node.name, first, second));
            }
        }
        let call = self.call(fields);
        let nodes = fields.take("nodes");
        let outputs = fields.take("outputs").map(|field| self.outputs(field));
        let approve = fields.take("approve").and_then(|field| self.approve(field));
        match said.first().map(|key| key.name.as_str()) {
            Some("use") => WorkBlock::Use(Box::new(call)),
            Some("nodes") => WorkBlock::Nodes(BodyBlock {
                nodes: nodes.map(|field| self.nodes(field)).unwrap_or_default(),
                outputs: outputs.unwrap_or_default(),
            }),
            _ => approve.map_or(WorkBlock::Unknown, WorkBlock::Approve),
        }
    }

    /// `use`, `with`, `provider` and `model`.
    pub(super) fn call(&mut self, fields: &mut Fields<'_>) -> CallBlock {
        // Where nothing is known of the ports, and that is told, the kind asks for none.
        let are_lost = (fields.names("with") && fields.key("with").is_none())
            || fields.value("with").is_some_and(|with| !matches!(with.value, Value::Map(_)))
            || foreign_key::words_for("with").any(|word| fields.names(word));
        let target = fields.take("use").and_then(|field| self.target(field));
        CallBlock {
            target: target.filter(|_| !are_lost),
            with: fields.take("with").map(|field| self.with(field)).unwrap_or_default(),
            provider: fields.take("provider").map(|field| self.choice(field)),
            model: fields.take("model").map(|field| self.choice(field)),
        }
    }

    fn choice(&mut self, field: Field<'_>) -> Box<Entry<ValueBlock>> {
        Box::new(entry(field, self.value(field.1)))
    }

    fn target(&mut self, field: Field<'_>) -> Option<Spanned<Target>> {
        let text = self.literal(field)?;
        let span = field.1.place();
        let is_file = text.starts_with(['.', '/'])
            || [".yaml", ".yml", ".toml"].iter().any(|ending| text.ends_with(ending));
        if is_file {
            return Some(Spanned::new(Target::File(text.to_owned()), span));
        }
        match text.parse::<KindName>() {
            Ok(kind) => Some(Spanned::new(Target::Kind(kind), span)),
            Err(error) => {
                let message = format!("`{text}` is not the name of a kind");
                self.bad(field.1, message, &error.to_string())
            }
        }
    }

    /// Ports and their values; a null leaves its port out.
    fn with(&mut self, (key, tree): Field<'_>) -> Vec<(Spanned<String>, ValueBlock)> {
        let entries = self.map(tree, &key.name, "a map of ports and values").unwrap_or_default();
        entries
            .iter()
            .filter_map(|(key, value)| {
                let block = match value.value {
                    Value::Null if !self.is_lost(value) => return None,
                    Value::Null => ValueBlock { template: None, tree: value.clone() },
                    _ => self.value(value),
                };
                Some((Spanned::new(key.name.clone(), key.span), block))
            })
            .collect()
    }

    fn bare_entry(&mut self, field: Field<'_>) -> Option<Entry<Expression>> {
        Some(entry(field, self.bare(field)?))
    }

    fn count_entry(&mut self, field: Field<'_>) -> Option<Entry<u32>> {
        Some(entry(field, self.count(field, MANY)?))
    }

    fn on_error(&mut self, field: Field<'_>) -> Option<Entry<OnErrorWord>> {
        let words =
            [("fail", OnErrorWord::Fail), ("skip", OnErrorWord::Skip), ("drop", OnErrorWord::Drop)];
        Some(entry(field, self.word(field, &words)?))
    }

    fn repeat(&mut self, field: Field<'_>) -> Option<Entry<RepeatBlock>> {
        let (key, tree) = field;
        let mut fields = self.fields(tree, &key.name)?;
        for (name, example) in [("max", "max: 3"), ("until", "until: qa.passed")] {
            if !fields.names(name) {
                self.report(rules::missing_key::found(
                    self.source,
                    key.span,
                    "a `repeat`",
                    name,
                    example,
                ));
            }
        }
        let max = fields.take("max").and_then(|field| self.count(field, MANY));
        let until = fields.take("until").and_then(|field| self.bare(field));
        let best = fields.take("best").and_then(|field| self.bare(field));
        self.finish(fields, "a `repeat`", &["max", "until", "best"]);
        Some(entry(field, RepeatBlock { max: max?, until: until?, best }))
    }

    fn carry(&mut self, field: Field<'_>) -> Option<Entry<Vec<CarryBlock>>> {
        let mut fields = self.fields(field.1, "carry")?;
        let mut carried = Vec::new();
        for (key, tree) in fields.rest() {
            let name = self.name(&key.name, key.span);
            let value = self.bare((key, tree));
            carried.extend(name.zip(value).map(|(name, value)| CarryBlock { name, value }));
        }
        Some(entry(field, carried))
    }

    /// A list of names, or names with conditions.
    fn needs(&mut self, (key, tree): Field<'_>) -> Vec<NeedBlock> {
        match &tree.value {
            Value::List(items) => items
                .iter()
                .filter_map(|item| {
                    let name = self.literal((key, item))?.to_owned();
                    Some(NeedBlock { node: Spanned::new(name, item.place()), gate: None })
                })
                .collect(),
            Value::Map(entries) => {
                entries.iter().filter_map(|(key, tree)| self.need(key, tree)).collect()
            }
            _ => {
                self.report(rules::wrong_type::no_list(self.source, tree, &key.name));
                Vec::new()
            }
        }
    }

    fn need(&mut self, key: &Key, tree: &Tree) -> Option<NeedBlock> {
        let node = Spanned::new(key.name.clone(), key.span);
        if tree.value == Value::Null {
            self.report(rules::null_value::no_condition(self.source, key));
            return Some(NeedBlock { node, gate: None });
        }
        let mut fields = self.fields(tree, &key.name)?;
        let first = ["when", "budget", "else"]
            .iter()
            .filter_map(|name| fields.key(name))
            .min_by_key(|key| key.span);
        let at = first.map(|key| key.span);
        if let Some(key) = fields.key("else")
            && fields.key("when").or(fields.key("budget")).is_none()
        {
            self.report(rules::node_shape::alone(self.source, key, "when` or `budget"));
        }
        let when = fields.take("when").and_then(|field| self.bare_entry(field));
        let budget =
            fields.take("budget").and_then(|field| Some(entry(field, self.amount(field)?)));
        let words = [("fail", GateWord::Fail), ("skip", GateWord::Skip), ("ask", GateWord::Ask)];
        let otherwise =
            fields.take("else").and_then(|field| Some(entry(field, self.word(field, &words)?)));
        self.finish(fields, "an edge", &["when", "budget", "else"]);
        let gate = at.map(|at| GateBlock { at, when, budget, otherwise });
        Some(NeedBlock { node, gate })
    }
}

/// Keys that stand without the one that gives them a meaning.
fn lonely<'t>(fields: &Fields<'t>) -> Vec<(&'t Key, &'static str)> {
    let partners: [(&str, &[&str], &str); 9] = [
        ("with", &["use"], "use"),
        ("provider", &["use"], "use"),
        ("model", &["use"], "use"),
        ("outputs", &["nodes"], "nodes"),
        ("as", &["map"], "map"),
        ("key", &["map"], "map"),
        ("limit", &["map"], "map"),
        ("max_items", &["map"], "map"),
        ("carry", &["map", "repeat"], "map` or `repeat"),
    ];
    let stands = |partner: &&str| {
        fields.names(partner) || foreign_key::words_for(partner).any(|word| fields.names(word))
    };
    partners
        .into_iter()
        // Most keys do not stand there, and to look for a partner takes long.
        .filter_map(|(key, partners, partner)| Some((fields.key(key)?, partners, partner)))
        .filter(|(_, partners, _)| !partners.iter().any(stands))
        .map(|(key, _, partner)| (key, partner))
        .collect()
}

/// A node of which only the name is known.
fn unknown(name: Spanned<NodeName>) -> NodeBlock {
    NodeBlock {
        name,
        work: WorkBlock::Unknown,
        when: None,
        map: None,
        item: None,
        key: None,
        limit: None,
        max_items: None,
        repeat: None,
        carry: None,
        needs: Vec::new(),
        retry: None,
        timeout: None,
        fallback: None,
        on_error: None,
        budget: None,
        doubt: None,
        pools: None,
        cache: None,
        undo: None,
    }
}
