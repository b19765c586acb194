//! What do items and rounds hand on, and of what type is it?
//!
//! What is carried is read by the body and comes out of it, so its type is learned by planning the body twice: once
//! with nothing known of it, then with what came out of that, or null.

use super::Planner;
use super::graph::{Carry, Node};
use super::scope::{Given, Scope, Type};
use crate::document::syntax::NodeBlock;
use crate::expression::Template;
use crate::schema::Schema;

/// One copy of a node, planned.
pub(super) struct Copy {
    pub node: Option<Node>,
    /// Of what it gives.
    pub of: Type,
    /// Of the nodes of its body.
    pub names: Given,
}

impl Planner<'_> {
    /// Plans a copy inside `scope`, with what its node carries in sight.
    pub(super) fn carried(
        &mut self,
        block: &NodeBlock,
        scope: &Scope<'_>,
        plan: &mut dyn FnMut(&mut Self, &Scope<'_>) -> Copy,
    ) -> (Copy, Vec<Carry>) {
        let Some(carry) = &block.carry else {
            return (plan(self, scope), Vec::new());
        };
        let mut types = vec![Some(Schema::anything()); carry.value.len()];
        if self.trials == 0 {
            let before = self.mark();
            self.trials += 1;
            let inside = handed(block, scope, &types);
            let copy = plan(self, &inside);
            types = self.handed_on(block, &inside, &copy);
            self.trials -= 1;
            self.back_to(&before);
        }
        let types: Vec<_> = types.into_iter().map(|of| of.map(|of| of.or_null())).collect();
        let inside = handed(block, scope, &types);
        let copy = plan(self, &inside);
        self.handed_on(block, &inside, &copy);
        let carry = carry.value.iter();
        let carry = carry
            .map(|carry| Carry { name: carry.name.value.clone(), value: carry.value.clone() })
            .collect();
        (copy, carry)
    }

    /// The types of what a copy hands to the next.
    fn handed_on(&mut self, block: &NodeBlock, inside: &Scope<'_>, copy: &Copy) -> Vec<Type> {
        let after = after(block, inside, copy);
        let carried = block.carry.iter().flat_map(|carry| &carry.value);
        carried
            .map(|carry| self.type_of(&Template::Expression(carry.value.clone()), &after))
            .collect()
    }
}

/// What a copy sees: what it was handed besides.
fn handed<'o>(block: &NodeBlock, scope: &'o Scope<'o>, types: &[Type]) -> Scope<'o> {
    let mut inside = Scope::inside(scope);
    for (carry, of) in block.carry.iter().flat_map(|carry| &carry.value).zip(types) {
        inside.give(carry.name.value.as_str(), of.clone());
    }
    inside
}

/// What is in sight when a copy is over: its body's nodes, and what it gave under the node's own name.
pub(super) fn after<'o>(block: &NodeBlock, inside: &'o Scope<'o>, copy: &Copy) -> Scope<'o> {
    let mut after = Scope::inside(inside);
    after.give_all(&copy.names);
    after.give(block.name.value.as_str(), copy.of.clone());
    after
}
