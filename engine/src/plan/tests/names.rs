//! Which names that go wrong are told, and how?

use insta::assert_snapshot;

use super::nodes;

#[test]
fn names_that_nothing_has_are_told_with_what_was_meant() {
    assert_snapshot!(nodes("draft: { use: value, with: { value: 1 } }\nfilm: { use: value, with: { value: \"${{ drft.value }} ${{ nothing }}\" }, needs: [darft] }\n"), @r"
        error[unknown-name] 4:43 `drft`: nothing here is called `drft`
          help: write `draft`, or add a node called `drft`
        error[unknown-name] 4:61 `nothing`: nothing here is called `nothing`
          help: add a node called `nothing`, or read one that there is
        error[unknown-name] 4:84 `darft`: nothing here is called `darft`
          help: write `draft`, or add a node called `darft`
    ");
    assert_snapshot!(nodes("a: { use: value, with: { value: 1 } }\nb: { use: value, with: { value: \"${{ nodes.a.value }} ${{ env.HOME }}\" } }\n"), @r"
        error[unknown-name] 4:40 `nodes`: nothing here is called `nodes`
          help: write `a`: a node is read by its own name
        error[unknown-name] 4:61 `env`: nothing here is called `env`
          help: declare an input, and give it by `-i name=env:NAME`
    ");
    assert_snapshot!(nodes("my-node: { use: value, with: { value: 1 } }\nfilm: { use: value, with: { value: \"${{ my-node.value }}\" } }\n"), @"
        error[dash-in-name] 3:3 `my-node`: expressions would read `my-node` as a subtraction
          help: write `my_node`
          fix: `my_node`
        error[dash-in-name] 4:43 `my-node`: `my-node` would subtract: `-` is no part of a name
          help: write `my_node`
          fix: `my_node`
    ");
    assert_snapshot!(nodes("a: { use: value, with: { value: \"${{ item }} ${{ index }} ${{ budget.left }} ${{ secrets.KEY }}\" } }\n"), @r"
        error[unknown-name] 3:40 `item`: `item` stands only inside a `map`
          help: name what is meant, or give the node a `map`; one with `as` calls its item so
        error[unknown-name] 3:52 `index`: `index` stands only inside a `map`
          help: name what is meant, or give the node a `map`; one with `as` calls its item so
        error[secret-port] 3:84 `secrets`: a secret stands only in a port that is marked secret
          help: take it out, or give it to such a port; `flow kinds NAME` shows which are
    ");
    assert_snapshot!(nodes("a:\n  nodes: { b: { use: value, with: { value: 1 } } }\nc: { use: value, with: { value: \"${{ b.value }}\" } }\n"), @r"
        error[unknown-name] 5:40 `b`: nothing here is called `b`
          help: add a node called `b`, or read one that there is
    ");
}

#[test]
fn a_name_hides_no_other() {
    assert_snapshot!(nodes("a: { use: value, with: { value: [1] } }\nb:\n  map: a.value\n  as: a\n  nodes:\n    b: { use: value, with: { value: 1 } }\n"), @r"
        error[hidden-name] 6:9 `a`: `a` hides another `a`
          3:3 `a`: the other
          help: give one of them another name
        error[hidden-name] 8:7 `b`: `b` hides another `b`
          4:3 `b`: the other
          help: give one of them another name
    ");
    assert_snapshot!(nodes("a: { use: value, with: { value: [[1]] } }\nb:\n  map: a.value\n  nodes:\n    c: { map: item, use: value, with: { value: \"${{ item }}\" } }\n"), @r"
        error[hidden-name] 7:12 `map`: `item` hides another `item`
          5:5 `map`: the other
          help: give the inner `map` an `as`, such as `as: scene`
    ");
}

#[test]
fn nodes_that_wait_for_each_other_are_told_once() {
    assert_snapshot!(nodes("a: { use: value, with: { value: \"${{ c.value }}\" } }\nb: { use: value, with: { value: \"${{ a.value }}\" } }\nc: { use: value, with: { value: 1 }, needs: [b] }\nd: { use: value, with: { value: \"${{ a.value.x }}\" } }\n"), @r"
        error[cycle] 3:40 `c`: `a`, `c`, `b` need each other
          here: `a` needs `c`
          5:48 `b`: `c` needs `b`
          4:40 `a`: `b` needs `a`
          help: take one of these references out, or make a `repeat` of what goes round
    ");
    assert_snapshot!(nodes("a: { use: value, with: { value: \"${{ a.value }}\" } }\n"), @r"
        error[cycle] 3:40 `a`: `a` needs itself
          3:3 `a`: this node
          help: take one of these references out, or make a `repeat` of what goes round
    ");
    assert_snapshot!(nodes("a:\n  nodes:\n    b: { use: value, with: { value: \"${{ a }}\" } }\n"), @r"
        error[cycle] 5:44 `a`: `a` needs itself
          3:3 `a`: this node
          help: take one of these references out, or make a `repeat` of what goes round
    ");
}

#[test]
fn what_is_said_of_each_item_reads_the_item() {
    assert_snapshot!(nodes("a: { use: value, with: { value: [{ money: 1 USD, id: x }] } }\nb:\n  map: a.value\n  as: grant\n  key: grant.id\n  budget: { each: \"${{ grant.money }}\", limit: \"${{ grant.money }}\" }\n  use: value\n  with: { value: 1 }\n"), @r"
        error[unknown-name] 8:55 `grant`: nothing here is called `grant`
          help: add a node called `grant`, or read one that there is
    ");
}
