//! What may be spent, and does every amount come out as one?

use serde_json::json;

use super::Planner;
use super::graph::{Amount, Budget, Gate, OnExceed, Otherwise, Unpriced};
use super::rules;
use super::scope::Scope;
use crate::document::Document;
use crate::document::syntax::{AmountBlock, BudgetBlock, BudgetForm, GateWord, NodeBlock};
use crate::expression::Expression;
use crate::schema::{Schema, Verdict};

/// What of a node's `budget` goes where.
pub(super) struct NodeBudget {
    /// Around all that the node does.
    pub whole: Option<Budget>,
    /// Around each item of a map.
    pub each: Option<Amount>,
}

impl Planner<'_> {
    /// The account of a whole pipeline.
    pub(super) fn pipeline_budget(
        &mut self,
        document: &Document,
        scope: &Scope<'_>,
    ) -> Option<Budget> {
        let entry = document.budget.as_ref()?;
        if entry.value.each.is_some() {
            self.findings.push(rules::budget_shape::no_items(self.source, entry.key, "a pipeline"));
        }
        let limit = self.limit(&entry.value, scope);
        Some(budget(&entry.value, limit))
    }

    /// The accounts of a node; `inside` has the item of its map.
    pub(super) fn node_budget(
        &mut self,
        block: &NodeBlock,
        outside: &Scope<'_>,
        inside: &Scope<'_>,
    ) -> NodeBudget {
        let mut found = NodeBudget { whole: None, each: None };
        let Some(entry) = &block.budget else { return found };
        let BudgetBlock { limit, each, warn, unpriced, on_exceed, form } = &entry.value;
        let source = self.source;
        if warn.is_some() || unpriced.is_some() {
            self.findings.push(rules::budget_shape::only_of_pipelines(source, entry.key));
        }
        match (&block.map, form) {
            (None, _) if each.is_some() => {
                let name = format!("`{}`", block.name.value);
                self.findings.push(rules::budget_shape::no_items(source, entry.key, &name));
            }
            (Some(_), BudgetForm::Short) => {
                let written = source.slice(entry.span);
                self.findings.push(rules::budget_shape::which(source, entry.span, written));
            }
            _ if limit.is_none() && each.is_none() => {
                self.findings.push(rules::budget_shape::no_limit(source, entry.key));
            }
            _ => {}
        }
        let limit = self.limit(&entry.value, outside);
        if limit.is_some() || on_exceed.is_some() {
            found.whole = Some(budget(&entry.value, limit));
        }
        found.each = each.as_ref().and_then(|each| self.amount("each", each, inside));
        found
    }

    fn limit(&mut self, block: &BudgetBlock, scope: &Scope<'_>) -> Option<Amount> {
        block.limit.as_ref().and_then(|limit| self.amount("budget", limit, scope))
    }

    /// The amount that stands under `key`.
    pub(super) fn amount(
        &mut self,
        key: &str,
        block: &AmountBlock,
        scope: &Scope<'_>,
    ) -> Option<Amount> {
        let value = match block {
            AmountBlock::Written(amount) => return Some(Amount::Written(*amount)),
            AmountBlock::Computed(value) => value,
        };
        let template = value.template.as_ref()?;
        if let Some(of) = self.type_of(template, scope) {
            self.covered(key, &type_of_amount(), &of, value.tree.place());
        }
        Some(Amount::Computed(template.clone()))
    }

    /// Tells where what is given under `key` does not fit, or may not.
    pub(super) fn covered(
        &mut self,
        key: &str,
        expected: &Schema,
        of: &Schema,
        at: crate::source::Span,
    ) {
        match self.fits.fit(expected, of) {
            Verdict::Yes => {}
            Verdict::Unknown { why } => {
                let finding = rules::port_mismatch::unproven(self.source, at, key, &why);
                self.findings.push(finding);
            }
            Verdict::No { offending, example } => {
                let finding =
                    rules::port_mismatch::found(self.source, at, key, &offending, &example);
                self.findings.push(finding);
            }
        }
    }

    /// The conditions on the node's edges.
    pub(super) fn gates(&mut self, block: &NodeBlock, scope: &Scope<'_>) -> Vec<Gate> {
        let mut gates = Vec::new();
        for need in &block.needs {
            let (Some(gate), Ok(on)) = (&need.gate, need.node.value.parse()) else { continue };
            if let Some(when) = &gate.when {
                self.condition(&when.value, scope);
            }
            let budget = gate.budget.as_ref();
            let budget = budget.and_then(|budget| self.amount("budget", &budget.value, scope));
            let otherwise = match gate.otherwise.as_ref().map(|word| word.value) {
                None | Some(GateWord::Fail) => Otherwise::Fail,
                Some(GateWord::Skip) => Otherwise::Skip,
                Some(GateWord::Ask) => Otherwise::Ask,
            };
            let when = gate.when.as_ref().map(|when| when.value.clone());
            gates.push(Gate { on, when, budget, otherwise });
        }
        gates
    }
}

/// The conditions that hold wherever a node with `gates` runs.
pub(super) fn holding(gates: &[Gate]) -> impl Iterator<Item = &Expression> {
    // A person may open a gate whose condition is false.
    gates
        .iter()
        .filter(|gate| gate.otherwise != Otherwise::Ask)
        .filter_map(|gate| gate.when.as_ref())
}

/// What two accounts, one around the other, may spend together.
pub(super) fn both(outer: Option<Budget>, inner: Option<Budget>) -> Option<Budget> {
    let (mut outer, inner) = match (outer, inner) {
        (Some(outer), Some(inner)) => (outer, inner),
        (outer, inner) => return outer.or(inner),
    };
    outer.limit = match (outer.limit, inner.limit) {
        (Some(Amount::Written(outer)), Some(Amount::Written(inner))) => {
            Some(Amount::Written(outer.min(inner)))
        }
        (outer, inner) => outer.or(inner),
    };
    outer.on_exceed = outer.on_exceed.or(inner.on_exceed);
    Some(outer)
}

fn budget(block: &BudgetBlock, limit: Option<Amount>) -> Budget {
    let on_exceed = block.on_exceed.as_deref().map(|word| match word {
        "stop" => OnExceed::Stop,
        "ask" => OnExceed::Ask,
        "fail" => OnExceed::Fail,
        _ => OnExceed::Finish,
    });
    let unpriced = match block.unpriced.as_deref() {
        Some("allow") => Unpriced::Allow,
        _ => Unpriced::Deny,
    };
    Budget { limit, warn: block.warn, on_exceed, unpriced }
}

fn type_of_amount() -> Schema {
    Schema::new(json!({ "type": "string", "format": "money" }))
}

/// The innermost account; `left` is the least that is free in it and in those around it.
pub(super) fn type_of_budget() -> Schema {
    let amount = json!({ "type": "string", "format": "money" });
    Schema::new(json!({
        "type": "object",
        "properties": { "limit": amount, "spent": amount, "left": amount },
        "required": ["limit", "spent", "left"],
        "additionalProperties": false,
    }))
}
