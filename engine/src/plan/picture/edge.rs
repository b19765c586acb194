//! What is said along a line: what it carries, and the gate on it?

use crate::expression::{Expression, Path, Template};
use crate::plan::graph::{
    Alternative, Amount, Body, BodyIndex, Call, Gate, Gives, Node, Plan, Work,
};
use crate::schema::{JsonTypes, MEDIA, Schema};

/// More than these would hide the picture.
const SHOWN: usize = 2;

/// What `to` reads of `from`, a few words each: `video`, `scenes: list`.
pub(super) fn carried(plan: &Plan, from: &Node, to: &Node) -> Vec<String> {
    let of = type_of(plan, from);
    let mut words: Vec<String> = Vec::new();
    for path in paths_of(plan, to) {
        if path.name.value != from.name.as_str() {
            continue;
        }
        let read = path.fields.iter().try_fold(of.clone(), |of, field| of.field(field).ok());
        let of = read.as_ref().and_then(type_words);
        let word = match (path.fields.last(), of) {
            (None, of) => of.unwrap_or_default(),
            (Some(field), Some(of)) if !of.ends_with(field.as_str()) => format!("{field}: {of}"),
            (Some(field), None) => field.clone(),
            (Some(_), Some(of)) => of,
        };
        if !word.is_empty() && !words.contains(&word) {
            words.push(word);
        }
    }
    if words.len() > SHOWN {
        let more = words.len() - SHOWN;
        words.truncate(SHOWN);
        words.push(format!("and {more} more"));
    }
    words
}

/// When the gate opens, and what it sets aside.
pub(super) fn gate(gate: &Gate) -> Vec<String> {
    let when = gate.when.as_ref().map(|when| format!("if {}", when.text()));
    let budget = gate.budget.as_ref().map(|amount| format!("{} free", amount_words(amount)));
    when.into_iter().chain(budget).collect()
}

pub(super) fn amount_words(amount: &Amount) -> String {
    match amount {
        Amount::Written(amount) => amount.to_string(),
        Amount::Computed(template) => match template {
            Template::Expression(expression) => expression.text().to_owned(),
            _ => "a computed amount".into(),
        },
    }
}

/// All names that a node reads, its body's nodes included, with what is read off them.
pub(super) fn paths_of(plan: &Plan, node: &Node) -> Vec<Path> {
    let mut expressions = Vec::new();
    of_node(plan, node, &mut expressions);
    expressions.into_iter().flat_map(Expression::paths).collect()
}

fn of_node<'p>(plan: &'p Plan, node: &'p Node, to: &mut Vec<&'p Expression>) {
    let each = node.each.as_ref();
    let repeat = node.repeat.as_ref();
    to.extend(node.when.as_ref());
    to.extend(each.map(|each| &each.list));
    to.extend(each.and_then(|each| each.key.as_ref()));
    to.extend(repeat.map(|repeat| &repeat.until));
    to.extend(repeat.and_then(|repeat| repeat.best.as_ref()));
    to.extend(node.carry.iter().map(|carry| &carry.value));
    to.extend(node.gates.iter().filter_map(|gate| gate.when.as_ref()));
    let limits = [
        node.budget.as_ref().and_then(|budget| budget.limit.as_ref()),
        each.and_then(|each| each.budget.as_ref()),
    ];
    let gates = node.gates.iter().filter_map(|gate| gate.budget.as_ref());
    for amount in limits.into_iter().flatten().chain(gates) {
        if let Amount::Computed(template) = amount {
            to.extend(template.expressions());
        }
    }
    for alternative in &node.fallback {
        match alternative {
            Alternative::Call { call, .. } => of_call(call, to),
            Alternative::Value(value) => to.extend(value.expressions()),
        }
    }
    node.undo.iter().for_each(|call| of_call(call, to));
    of_work(plan, &node.work, to);
}

fn of_work<'p>(plan: &'p Plan, work: &'p Work, to: &mut Vec<&'p Expression>) {
    match work {
        Work::Call(call) => of_call(call, to),
        Work::Pipeline { with, .. } => {
            to.extend(with.iter().flat_map(|(_, value)| value.expressions()));
        }
        Work::Approve(approve) => {
            let values = [
                Some(&approve.ask),
                approve.show.as_ref(),
                approve.choices.as_ref(),
                approve.schema.as_ref(),
                approve.otherwise.as_ref(),
            ];
            to.extend(values.into_iter().flatten().flat_map(Template::expressions));
        }
        Work::Body(index) => {
            let body = plan.body(*index);
            body.nodes.iter().for_each(|node| of_node(plan, node, to));
            to.extend(super::outputs(body).iter().flat_map(|(_, value)| value.expressions()));
        }
    }
}

fn of_call<'p>(call: &'p Call, to: &mut Vec<&'p Expression>) {
    let values = call.with.iter().map(|(_, value)| value);
    to.extend(values.chain(&call.provider).chain(&call.model).flat_map(Template::expressions));
}

/// What a node gives, as far as its kinds say it whatever they are given.
fn type_of(plan: &Plan, node: &Node) -> Schema {
    let one = match &node.work {
        Work::Call(call) => plan.kind(&call.kind).output.clone(),
        Work::Approve(_) => Schema::anything(),
        Work::Body(index) | Work::Pipeline { body: index, .. } => type_of_body(plan, *index),
    };
    if node.each.is_some() { Schema::list(&one, 0, None) } else { one }
}

fn type_of_body(plan: &Plan, index: BodyIndex) -> Schema {
    let body = plan.body(index);
    match &body.gives {
        Gives::Node(node) => type_of(plan, body.node(*node)),
        Gives::Outputs(outputs) => {
            let fields: Vec<_> = outputs
                .iter()
                .map(|(name, value)| {
                    crate::plan::field(name.as_str(), type_of_output(plan, body, value))
                })
                .collect();
            Schema::object(&fields)
        }
    }
}

/// The type of an output that is read off a node; of others nothing is known here.
fn type_of_output(plan: &Plan, body: &Body, value: &Template) -> Schema {
    let read = || {
        let Template::Expression(expression) = value else { return None };
        let [path] = &expression.paths()[..] else { return None };
        let written =
            path.fields.iter().fold(path.name.value.clone(), |path, field| path + "." + field);
        let node = body.node(body.position(&path.name.value)?);
        let whole = expression.text().trim() == written;
        let of = path.fields.iter().try_fold(type_of(plan, node), |of, field| of.field(field).ok());
        of.filter(|_| whole)
    };
    read().unwrap_or_else(Schema::anything)
}

/// A type in a word or two; none where nothing is known.
fn type_words(of: &Schema) -> Option<String> {
    let of = of.without_null();
    if of.is_anything() {
        return None;
    }
    if let Some(range) = media_of(&of) {
        let family = range.split('/').next().unwrap_or_default();
        let is_one = !range.contains(',') && matches!(family, "video" | "audio" | "image" | "text");
        return Some(if is_one { family.to_owned() } else { "file".to_owned() });
    }
    let types = of.types();
    let words =
        [(JsonTypes::TEXT, "text"), (JsonTypes::BOOLEAN, "boolean"), (JsonTypes::OBJECT, "object")];
    if let Some((_, word)) = words.iter().find(|(of, _)| types == *of) {
        return Some((*word).to_owned());
    }
    if types == JsonTypes::LIST {
        let items = of.items_type().as_ref().and_then(type_words);
        return Some(items.map_or_else(|| "list".into(), |items| format!("list of {items}")));
    }
    types.within(JsonTypes::NUMBER).then(|| "number".to_owned())
}

fn media_of(of: &Schema) -> Option<String> {
    let json = of.as_json();
    let own = json.get(MEDIA).or_else(|| json.get("anyOf")?.get(0)?.get(MEDIA));
    own.and_then(|range| range.as_str()).map(str::to_owned)
}
