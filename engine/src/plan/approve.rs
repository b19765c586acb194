//! What is a person asked, and what can the answer be?

use serde_json::{Value as Json, json};

use super::Planner;
use super::graph::Approve;
use super::rules::question;
use super::scope::{Scope, Type};
use super::{field, rules};
use crate::document::syntax::{ApproveBlock, Entry, ValueBlock};
use crate::expression::Template;
use crate::schema::{JsonTypes, Schema, not_a_schema};

impl Planner<'_> {
    /// The question, unless something of it is broken, and the type of what it gives.
    pub(super) fn approve(
        &mut self,
        entry: &Entry<Box<ApproveBlock>>,
        scope: &Scope<'_>,
    ) -> (Option<Approve>, Type) {
        let block = &entry.value;
        let ask = self.value(block.ask.as_ref(), scope);
        let text = JsonTypes::TEXT | JsonTypes::NUMBER | JsonTypes::BOOLEAN;
        if let Some((value, (_, of))) = block.ask.as_ref().zip(ask.as_ref()) {
            self.expect("ask", "a text", value.tree.place(), of.as_ref(), text);
        }
        let show = self.value(block.show.as_ref(), scope);
        let choices = self.value(block.choices.as_ref(), scope);
        let schema = self.value(block.schema.as_ref(), scope);
        let answer = match (&block.choices, &choices, &block.schema, &schema) {
            (Some(written), Some((_, of)), ..) => self.chosen_of(written, of.as_ref()),
            (.., Some(written), Some((template, of))) => {
                self.fitting(written, template, of.as_ref())
            }
            (Some(_), None, ..) | (.., Some(_), None) => None,
            _ => Some(Schema::constant_of(json!(true))),
        };
        let asks_yes_or_no = block.choices.is_none() && block.schema.is_none();
        let otherwise = self.value(block.otherwise.as_ref(), scope);
        if let Some((value, (_, Some(of)))) = block.otherwise.as_ref().zip(otherwise.as_ref()) {
            if block.timeout.is_none() {
                self.findings.push(question::no_timeout(self.source, value.tree.place()));
            }
            if let Some(answer) = &answer {
                let reject = Schema::constant_of(json!(REJECT));
                let at = value.tree.place();
                let allowed = Schema::union(&[answer.clone(), reject]);
                match of.constant() {
                    Some(word) if asks_yes_or_no && !allowed.surely_accepts(word) => {
                        self.findings.push(question::no_answer(self.source, at, word));
                    }
                    _ => self.covered("else", &allowed, of, at),
                }
            }
        }
        let above = block.above.as_ref().map(|above| self.amount("above", above, scope));
        let is_whole = above.as_ref().is_none_or(Option::is_some);
        let keep = |given: Option<(Template, Type)>| given.map(|(template, _)| template);
        let approve = ask.filter(|_| is_whole).map(|(ask, _)| Approve {
            ask,
            show: keep(show),
            choices: keep(choices),
            schema: keep(schema),
            above: above.flatten(),
            timeout: block.timeout,
            otherwise: keep(otherwise),
        });
        (approve, answer.map(|answer| type_of_answer(&answer)))
    }

    /// A value of the question, and its type.
    fn value(&mut self, value: Option<&ValueBlock>, scope: &Scope<'_>) -> Option<(Template, Type)> {
        let value = value?;
        let template = value.template.clone()?;
        self.unwrapped(&value.tree, scope);
        let of = self.type_of(&template, scope);
        Some((template, of))
    }

    /// The type of an element of `choices`.
    fn chosen_of(&mut self, written: &ValueBlock, of: Option<&Schema>) -> Type {
        let of = of?;
        let at = written.tree.place();
        match of.as_list() {
            Ok(list) if list.max == Some(0) => {
                self.findings.push(question::no_choices(self.source, at));
                None
            }
            Ok(list) if !list.nullable => Some(list.items),
            _ => {
                let others = of.types() - JsonTypes::LIST;
                let finding =
                    rules::expression_type::unfit(self.source, at, "choices", "a list", others);
                self.findings.push(finding);
                None
            }
        }
    }

    /// The type of what fits `schema`: known, where the file writes it out.
    fn fitting(&mut self, written: &ValueBlock, template: &Template, of: Option<&Schema>) -> Type {
        let Template::Literal(json) = template else {
            let at = written.tree.place();
            self.expect("schema", "a JSON Schema", at, of, JsonTypes::OBJECT);
            return Some(Schema::new(json!({ "type": "object" })));
        };
        let fault = not_a_schema(json).or_else(|| {
            Schema::new(json.clone()).fault().map(|why| (String::new(), why.to_owned()))
        });
        let Some((path, why)) = fault else { return Some(Schema::new(json.clone())) };
        let at = written.tree.at_pointer(&path).place();
        self.findings.push(question::no_schema(self.source, at, &why));
        None
    }
}

/// The answer that fails the node.
const REJECT: &str = "reject";

fn type_of_answer(answer: &Schema) -> Schema {
    let text = |json: Json| Schema::new(json);
    Schema::object(&[
        field("answer", answer.clone()),
        field("comment", text(json!({ "type": ["string", "null"] }))),
        field("by", text(json!({ "type": "string" }))),
        field("at", text(json!({ "type": "string" }))),
    ])
}
