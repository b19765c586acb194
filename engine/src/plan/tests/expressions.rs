//! Does every sentence of the language about expressions hold, in both syntaxes?

use std::sync::Arc;

use serde_json::{Value as Json, json};

use crate::document;
use crate::expression::given::Given;
use crate::expression::{Fault, FaultKind};
use crate::source::Source;

/// What is in sight.
fn given() -> Given {
    Given(json!({
        "draft": {
            "title": "Tides",
            "odd-name": 7,
            "scenes": [
                { "id": "b", "order": 2, "seconds": 2.5, "words": ["x", "y"], "cost": "0.10 USD", "note": "n" },
                { "id": "a", "order": 1, "seconds": 4, "words": [], "cost": "9 USD" },
            ],
        },
        "skipped": null,
        "holes": [null, 1, null],
        "nothing": [],
        "big": 9_007_199_254_740_993_i64,
        "budget": { "limit": "5.00 USD", "spent": "1.50 USD", "left": "3.50 USD" },
        "run": { "id": "r", "name": "film", "seed": 1, "mode": "local", "started": "now" },
        "inputs": { "on": true },
    }))
}

/// What `text` under `outputs` comes to, read from YAML and from TOML.
fn value(text: &str) -> Result<Json, Fault> {
    let yaml = format!("flow: 1\nnodes: {{}}\noutputs:\n  x: {}\n", json!(text));
    let toml = format!("flow = 1\n[nodes]\n[outputs]\nx = {}\n", json!(text));
    let read = |path: &str, written: &str| {
        let (document, findings) = document::parse(&Arc::new(Source::new(path, written)));
        if let Some(finding) = findings.first() {
            return Err(Fault::new(FaultKind::Syntax, finding.at.span, finding.message.clone()));
        }
        let document = document.expect("a pipeline is read");
        let template = document.body.outputs[0].1.template.clone().expect("it is whole");
        template.evaluate(&given())
    };
    let (one, other) = (read("a.yaml", &yaml), read("a.toml", &toml));
    assert_eq!(one.as_ref().ok(), other.as_ref().ok(), "{text}");
    one
}

#[test]
fn what_the_language_says_of_values_holds() {
    for (sentence, text, expected) in [
        (
            "a value that is one expression keeps its type",
            " ${{ draft.scenes[0].order }} ",
            json!(2),
        ),
        (
            "in longer text values stand as JSON writes them",
            "${{ 1 }}/${{ 2.5 }}/${{ true }}/${{ draft.scenes[0].cost }}",
            json!("1/2.5/true/0.10 USD"),
        ),
        (
            "nothing else is touched",
            "{{ a }} {% b %} {# c #} $x",
            json!("{{ a }} {% b %} {# c #} $x"),
        ),
        ("two signs write the sign", "$${{ a }}", json!("${{ a }}")),
        ("inserted text is never read again", "${{ '$' ~ '{{ x }}' }}", json!("${{ x }}")),
        ("brackets and quotes hide what would close", "${{ {'a': {'b': '}}'}}.a.b }}", json!("}}")),
        ("an odd name is read in brackets", "${{ draft['odd-name'] }}", json!(7)),
        ("a path through a list reads every item", "${{ draft.scenes.id }}", json!(["b", "a"])),
        ("a slice", "${{ draft.scenes[:1].id }}", json!(["b"])),
        ("a path through null is null", "${{ skipped.clip.url }}", json!(null)),
        ("an absent field is null", "${{ draft.scenes.note }}", json!(["n", null])),
        ("`first` of nothing is null", "${{ nothing | first }}", json!(null)),
        ("null is also called none", "${{ null == none and skipped is none }}", json!(true)),
        ("`default` replaces null", "${{ skipped.x | default('y') }}", json!("y")),
        ("`compact` drops nulls", "${{ holes | compact }}", json!([1])),
        ("null compares by `==`", "${{ skipped == 1 or skipped != none }}", json!(false)),
        ("chain", "${{ [1] | chain([2]) }}", json!([1, 2])),
        ("flatten", "${{ draft.scenes.words | flatten }}", json!(["x", "y"])),
        ("sort", "${{ (draft.scenes | sort(attribute='order')).id }}", json!(["a", "b"])),
        (
            "sort is stable",
            "${{ ([{'k': 1, 'v': 1}, {'k': 1, 'v': 2}, {'k': 0, 'v': 3}] | sort(attribute='k')).v }}",
            json!([3, 1, 2]),
        ),
        ("unique", "${{ [2, 1, 2.0] | unique }}", json!([2, 1])),
        ("selectattr", "${{ (draft.scenes | selectattr('order', '>', 1)).id }}", json!(["b"])),
        ("rejectattr", "${{ (draft.scenes | rejectattr('id', 'in', ['b'])).id }}", json!(["a"])),
        ("last", "${{ (draft.scenes | last).id }}", json!("a")),
        ("length", "${{ draft.scenes | length }}", json!(2)),
        ("join", "${{ draft.scenes.id | join('+') }}", json!("b+a")),
        ("items", "${{ {'k': 1} | items }}", json!([{ "key": "k", "value": 1 }])),
        ("integers are exact", "${{ big + 1 }}", json!(9_007_199_254_740_994_i64)),
        ("`/` gives a number", "${{ 7 / 2 }}", json!(3.5)),
        ("a number without a fraction is an integer", "${{ 6 / 2 }}", json!(3)),
        (
            "amounts compare by amount",
            "${{ draft.scenes[0].cost < draft.scenes[1].cost and '9.0 USD' == '9 USD' }}",
            json!(true),
        ),
        ("`usd` makes an amount", "${{ usd(0.1 + 0.2) }}", json!("0.30 USD")),
        (
            "budget",
            "${{ [budget.limit, budget.spent, budget.left] }}",
            json!(["5.00 USD", "1.50 USD", "3.50 USD"]),
        ),
        (
            "run",
            "${{ [run.id, run.name, run.seed, run.mode, run.started] }}",
            json!(["r", "film", 1, "local", "now"]),
        ),
        ("an integer fits a number, and nothing is converted", "${{ 1 == 1.0 }}", json!(true)),
    ] {
        assert_eq!(value(text), Ok(expected), "{sentence}: {text}");
    }
}

#[test]
fn what_the_language_forbids_is_a_fault() {
    for (sentence, text) in [
        ("a list does not stand in longer text", "all ${{ holes }}"),
        ("null does not stand in longer text", "it ${{ skipped }}"),
        ("conditions are booleans", "${{ 1 and true }}"),
        ("only like compares with like", "${{ 1 == true }}"),
        ("a text is no number", "${{ '1' == 1 }}"),
        ("null has no order", "${{ skipped < 1 }}"),
        ("lists have no order", "${{ [1] < [2] }}"),
        ("integers of 64 bits do not overflow unseen", "${{ 9223372036854775807 * 4 }}"),
        ("amounts are never calculated with", "${{ draft.scenes[0].cost + draft.scenes[1].cost }}"),
        ("an amount is no number", "${{ draft.scenes[0].cost < 1 }}"),
        ("`usd` takes a number", "${{ usd('1') }}"),
        ("a name that nothing has", "${{ darft.title }}"),
        ("only the published filters", "${{ holes | map(attribute='x') | upper }}"),
        ("only the published tests", "${{ skipped is defined }}"),
        ("only the published functions", "${{ dict(a=1) }}"),
        ("no statements", "${{ set x = 1 }}"),
        ("an expression ends", "x ${{ draft"),
        ("work has an end", "${{ range(10000000000) }}"),
    ] {
        assert!(value(text).is_err(), "{sentence}: {text} gives {:?}", value(text));
    }
}
