//! What type has an expression, and what is wrong with it?
//!
//! The one walk that types. It goes the way of the evaluation and tells before the run what that would refuse; where a
//! type is not known, nothing is claimed. All faults are collected; a faulty part may be anything.

use std::cell::RefCell;

use serde_json::{Value as Json, json};

use super::compared::noun;
use super::narrow::{FieldPath, Narrowed, not_null, path_of};
use super::tree::{Comparison, Kind, Node, Operator};
use super::{Fault, FaultKind, Types, calculate, filter_types, functions, path_types};
use crate::diagnostic::nearest;
use crate::schema::{Field, JsonTypes, Schema};
use crate::source::Span;

/// The type of `node`, and all that is wrong with it.
pub(super) fn type_in(node: &Node, types: &dyn Types) -> (Schema, Vec<Fault>) {
    let walk = Walk { types, faults: &RefCell::default() };
    let schema = walk.schema(node);
    (schema, walk.faults.take())
}

pub(super) fn condition_in(node: &Node, types: &dyn Types) -> Vec<Fault> {
    let walk = Walk { types, faults: &RefCell::default() };
    walk.condition(node);
    walk.faults.take()
}

/// What stands in longer text, and all that is wrong with it.
pub(super) fn text_in(node: &Node, types: &dyn Types) -> Vec<Fault> {
    let walk = Walk { types, faults: &RefCell::default() };
    walk.text(node);
    walk.faults.take()
}

pub(super) struct Walk<'t> {
    types: &'t dyn Types,
    faults: &'t RefCell<Vec<Fault>>,
}

impl Walk<'_> {
    /// Records a fault. What has one may be anything, so that one mistake is told once.
    pub(super) fn fault(&self, fault: Fault) -> Schema {
        self.faults.borrow_mut().push(fault);
        Schema::anything()
    }

    /// The walk where `known` is not null.
    fn knowing<R>(&self, known: Vec<FieldPath>, walk: impl FnOnce(&Walk<'_>) -> R) -> R {
        walk(&Walk { types: &Narrowed::new(self.types, known), faults: self.faults })
    }

    pub(super) fn schema(&self, node: &Node) -> Schema {
        match &node.kind {
            Kind::Constant(value) => Schema::constant_of(value.clone()),
            Kind::Name(name) => self.name(name, node),
            Kind::Field(of, name) => {
                let schema = self.schema(of);
                let field = self.field(&schema, name, path_types::field_span(of, name, node.span));
                self.narrowed(node, field)
            }
            Kind::Item(of, index) => self.item(of, index, node.span),
            Kind::Slice(of, bounds) => self.slice(of, bounds, node.span),
            Kind::Not(of) => {
                self.condition(of);
                Schema::boolean()
            }
            Kind::Negate(of) => self.negation(of),
            Kind::Both(a, b) => {
                self.condition(a);
                self.knowing(not_null(a, true), |walk| walk.condition(b));
                Schema::boolean()
            }
            Kind::Either(a, b) => {
                self.condition(a);
                self.knowing(not_null(a, false), |walk| walk.condition(b));
                Schema::boolean()
            }
            Kind::Compare(first, rest) => self.chain(first, rest),
            Kind::Calculate(operator, a, b) => self.calculation(*operator, a, b, node.span),
            Kind::Concat(a, b) => {
                self.text(a);
                self.text(b);
                Schema::text()
            }
            Kind::If { condition, then, otherwise } => {
                self.condition(condition);
                let then = self.knowing(not_null(condition, true), |walk| walk.schema(then));
                let otherwise = otherwise.as_ref().map_or_else(Schema::null, |node| {
                    self.knowing(not_null(condition, false), |walk| walk.schema(node))
                });
                Schema::union(&[then, otherwise])
            }
            Kind::Filter(filter, of, arguments) => {
                filter_types::apply(self, *filter, of, arguments, node.span)
            }
            Kind::IsNone(of) => {
                self.schema(of);
                Schema::boolean()
            }
            Kind::Call(function, arguments) => functions::type_of(self, *function, arguments),
            Kind::List(items) => {
                let items: Vec<Schema> = items.iter().map(|item| self.schema(item)).collect();
                Schema::tuple(&items)
            }
            Kind::Object(fields) => {
                let fields = fields.iter().map(|(name, value)| Field {
                    name: name.clone(),
                    schema: self.schema(value),
                    required: true,
                });
                Schema::object(&fields.collect::<Vec<_>>())
            }
        }
    }

    fn name(&self, name: &str, node: &Node) -> Schema {
        if let Some(schema) = self.types.schema(name) {
            return self.narrowed(node, schema);
        }
        let message = format!("nothing in sight is called `{name}`");
        let fault = Fault::new(FaultKind::UnknownName, node.span, message);
        let names = self.types.names();
        self.fault(match nearest(name, names.iter().map(String::as_str)) {
            Some(known) => fault.help(format!("write `{known}`")),
            None => fault,
        })
    }

    /// The type without null, where the path is known not to be null.
    fn narrowed(&self, node: &Node, schema: Schema) -> Schema {
        if !schema.types().has(JsonTypes::NULL) {
            return schema;
        }
        match path_of(node) {
            Some(path) if self.types.is_not_null(&path) => schema.without_null(),
            _ => schema,
        }
    }

    /// A condition is a boolean, and never null.
    pub(super) fn condition(&self, node: &Node) {
        let types = self.schema(node).types();
        if types != JsonTypes::ALL && !types.within(JsonTypes::BOOLEAN) {
            let message = format!("a condition is true or false, and this is {types}");
            let fault = Fault::new(FaultKind::Type, node.span, message);
            let nullable = types == (JsonTypes::BOOLEAN | JsonTypes::NULL);
            self.fault(if nullable {
                fault.help("add `| default(false)`")
            } else if types.within(JsonTypes::LIST | JsonTypes::TEXT) {
                fault.help("write `x | length > 0` to ask whether there is anything in it")
            } else if types.has(JsonTypes::NULL) {
                fault.help("write `x is not none` to ask whether there is a value")
            } else {
                fault
            });
        }
    }

    pub(super) fn integer(&self, node: &Node) -> Schema {
        let schema = self.schema(node);
        self.integer_schema(&schema, node.span);
        schema
    }

    pub(super) fn integer_schema(&self, schema: &Schema, span: Span) {
        let types = schema.types();
        // A number may turn out to be an integer.
        if types != JsonTypes::ALL && !types.within(JsonTypes::NUMBER) {
            let message = format!("an integer stands here, not {types}");
            self.fault(Fault::new(FaultKind::Type, span, message));
        }
    }

    pub(super) fn text(&self, node: &Node) {
        let schema = self.schema(node);
        self.insertable(&schema, node.span);
    }

    /// Only texts, numbers, booleans and amounts stand in a text.
    pub(super) fn insertable(&self, schema: &Schema, span: Span) {
        let types = schema.types();
        let fit = JsonTypes::TEXT | JsonTypes::NUMBER | JsonTypes::BOOLEAN;
        if types != JsonTypes::ALL && !types.within(fit) {
            let noun = (types - fit).to_string();
            self.fault(super::evaluate::no_text(&noun, span));
        }
    }

    fn negation(&self, of: &Node) -> Schema {
        let types = self.schema(of).types();
        if types == JsonTypes::ALL {
            return number(JsonTypes::NUMBER);
        }
        if !types.within(JsonTypes::NUMBER) {
            let message = format!("`-` stands before a number, not before {types}");
            return self.fault(Fault::new(FaultKind::Type, of.span, message));
        }
        if let Kind::Constant(value) = &of.kind
            && let Some(value) = value.as_i64().and_then(i64::checked_neg)
        {
            return Schema::constant_of(json!(value));
        }
        number(types)
    }

    fn calculation(&self, operator: Operator, a: &Node, b: &Node, span: Span) -> Schema {
        let (left, right) = (self.operand(a), self.operand(b));
        let types = [left.types(), right.types()];
        if types.iter().any(|types| *types != JsonTypes::ALL && !types.within(JsonTypes::NUMBER)) {
            let fault = calculate::no_numbers(operator, &noun(&left), &noun(&right), span);
            let nullable = types.iter().any(|types| {
                *types != JsonTypes::ALL
                    && types.has(JsonTypes::NULL)
                    && types.has(JsonTypes::NUMBER)
            });
            return self.fault(if nullable && fault.help.is_none() {
                fault.help("add `| default(0)` to what may be null")
            } else {
                fault
            });
        }
        let whole = types.iter().all(|types| types.within(JsonTypes::INTEGER));
        match operator {
            Operator::Divide | Operator::Power => number(JsonTypes::NUMBER),
            _ if whole => number(JsonTypes::INTEGER),
            _ => number(JsonTypes::NUMBER),
        }
    }

    /// The type of what is calculated with. Which number is written out makes no difference, so no schema is made of it.
    fn operand(&self, node: &Node) -> Schema {
        match &node.kind {
            Kind::Constant(value @ Json::Number(_)) => number(JsonTypes::of(value)),
            _ => self.schema(node),
        }
    }

    fn chain(&self, first: &Node, rest: &[(Comparison, Node)]) -> Schema {
        let mut left = (self.schema(first), first.span);
        for (comparison, node) in rest {
            let right = (self.schema(node), node.span);
            let span = Span { start: left.1.start.min(right.1.start), end: right.1.end };
            self.compared(*comparison, &left.0, &right.0, span);
            left = right;
        }
        Schema::boolean()
    }
}

fn number(types: JsonTypes) -> Schema {
    if types.has(JsonTypes::FRACTION) { Schema::number() } else { Schema::integer() }
}

#[cfg(test)]
mod tests {
    use super::super::Expression;
    use super::super::given::{sight, table};
    use super::*;

    #[test]
    fn a_type_flows_through_paths_and_filters() {
        insta::assert_snapshot!(table(&[
            "draft.scenes.seconds",
            "draft.scenes.note",
            "draft.scenes[:3].id",
            "draft.scenes[0].seconds",
            "skipped.clip",
            "skipped.clip | default(draft.title)",
            "(draft.scenes | first).id",
            "draft.scenes.note | compact",
            "draft.scenes.words | flatten",
            "some | compact | flatten",
            "draft.scenes.id | chain([7, 8])",
            "(draft.scenes | selectattr('ok') | sort(attribute='seconds')).id",
            "draft.scenes | length",
            "{'a': draft.title, 'b': 1} | items",
            "{'a': 1, 'b': [none, 'x']}",
            "range(3)",
            "draft.scenes.image.provider",
            "draft.scenes | map(attribute='image.provider') | unique",
            "any.thing[0] | first",
            "1 + 2 * draft.scenes[0].id",
            "6 / 2",
            "usd(0.5) < draft.cost",
            "draft.answer == 'accept' or draft.answer == true",
            "draft.title ~ 1",
            "'a' if draft.scenes[0].ok else none",
            "any == 1 and any",
        ]), @r#"
        draft.scenes.seconds
            {"type":"array","items":{"type":"number"},"maxItems":9}
        draft.scenes.note
            {"type":"array","items":{"type":["string","null"]},"maxItems":9}
        draft.scenes[:3].id
            {"type":"array","items":{"type":"integer"},"maxItems":3}
        draft.scenes[0].seconds
            {"type":"number"}
        skipped.clip
            {"type":["string","null"]}
        skipped.clip | default(draft.title)
            {"type":"string"}
        (draft.scenes | first).id
            {"type":["integer","null"]}
        draft.scenes.note | compact
            {"type":"array","items":{"type":"string"},"maxItems":9}
        draft.scenes.words | flatten
            {"type":"array","items":{"type":"string"},"maxItems":36}
        some | compact | flatten
            {"type":"array","items":{"type":"integer"}}
        draft.scenes.id | chain([7, 8])
            {"type":"array","items":{"anyOf":[{"type":"integer"},{"enum":[7,8]}]},"minItems":2,"maxItems":11}
        (draft.scenes | selectattr('ok') | sort(attribute='seconds')).id
            {"type":"array","items":{"type":"integer"},"maxItems":9}
        draft.scenes | length
            {"type":"integer","minimum":0,"maximum":9}
        {'a': draft.title, 'b': 1} | items
            {"type":"array","items":{"type":"object","properties":{"key":{"type":"string"},"value":{"anyOf":[{"type":"string"},{"const":1}]}},"required":["key","value"],"additionalProperties":false}}
        {'a': 1, 'b': [none, 'x']}
            {"const":{"a":1,"b":[null,"x"]}}
        range(3)
            {"type":"array","items":{"type":"integer","minimum":0,"maximum":2},"minItems":3,"maxItems":3}
        draft.scenes.image.provider
            {"type":"array","items":{"anyOf":[{"enum":["luma","fal"]},{"type":"null"}]},"maxItems":9}
        draft.scenes | map(attribute='image.provider') | unique
            {"type":"array","items":{"anyOf":[{"enum":["luma","fal"]},{"type":"null"}]},"maxItems":9}
        any.thing[0] | first
            true
        1 + 2 * draft.scenes[0].id
            {"type":"integer"}
        6 / 2
            {"type":"number"}
        usd(0.5) < draft.cost
            {"type":"boolean"}
        draft.answer == 'accept' or draft.answer == true
            {"type":"boolean"}
        draft.title ~ 1
            {"type":"string"}
        'a' if draft.scenes[0].ok else none
            {"anyOf":[{"const":"a"},{"type":"null"}]}
        any == 1 and any
            {"type":"boolean"}
        "#);
    }

    #[test]
    fn a_condition_narrows_what_stands_behind_it() {
        let clean = [
            "skipped is not none and skipped.n > 1",
            "skipped is none or skipped.n > 1",
            "skipped.n + 1 if skipped.n is not none else 0",
            "0 if skipped is none else skipped.n + 1",
            "not (skipped.clip == 'x') or skipped.n > 1",
        ];
        for text in clean {
            let expression = Expression::parse(text, Span::new(0..text.len())).expect(text);
            assert_eq!(expression.type_in(&sight()).1, [], "{text}");
        }
        let when = Expression::parse("skipped.clip is not none", Span::new(0..24)).expect("parsed");
        let types = sight();
        let narrowed = Narrowed::new(&types, when.not_null());
        let read = Expression::parse("[skipped.clip, skipped]", Span::new(0..23)).expect("parsed");
        let (schema, faults) = read.type_in(&narrowed);
        assert_eq!(faults, []);
        assert!(!schema.accepts(&json!([null, null])));
        assert!(schema.accepts(&json!(["x", { "clip": "x", "n": 1 }])));
        assert!(read.type_in(&types).0.accepts(&json!([null, null])));
    }
}
