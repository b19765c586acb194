//! Does a plan become a pipeline that makes its shots?

use serde_json::json;

use super::*;
use crate::vrd::production::tests::{lamp, planned};

fn here() -> Means {
    let kind = |ports: &[&str]| Kind {
        ports: ports.iter().map(ToString::to_string).collect(),
        providers: ["local".to_owned()].into(),
    };
    let kinds = [
        ("image/generate", kind(&["prompt", "title", "theme", "aspect", "resolution", "seed"])),
        ("speech/synthesize", kind(&["text", "rate"])),
    ];
    Means { kinds: kinds.map(|(name, kind)| (name.to_owned(), kind)).into() }
}

#[test]
fn every_step_is_a_node_and_every_dependency_an_edge() {
    let shots = lamp();
    let plan = planned(&shots, json!({ "max_cost_usd": 5 }));
    let text = compile(&plan, &here()).unwrap();
    let steps: usize =
        plan.shot_plans.iter().map(|shot| shot.recommended_workflow.steps.len()).sum();
    assert_eq!(text.matches("\n  shot_").count(), steps);
    for shot in &plan.shot_plans {
        for step in &shot.recommended_workflow.steps {
            let tool = format!("planned with {} for", step.tool);
            assert!(step.workflow_type.word() == "assembly" || text.contains(&tool), "{tool}");
        }
    }
    assert!(text.contains("image: ${{ shot_001_still.image }}"), "{text}");
    assert_eq!(compile(&plan, &here()).unwrap(), text);
}

#[test]
fn a_step_whose_provider_is_here_is_bound_to_it() {
    let shots = lamp();
    let plan = planned(&shots, json!({ "max_cost_usd": 50, "quality_priority": "high" }));
    let bound = plan
        .shot_plans
        .iter()
        .flat_map(|shot| &shot.recommended_workflow.steps)
        .find(|step| step.binding.as_ref().is_some_and(|binding| binding.kind == "image/generate"))
        .unwrap();
    let provider = &bound.binding.as_ref().unwrap().provider;
    let mut means = here();
    means.kinds.get_mut("image/generate").unwrap().providers.insert(provider.clone());
    let text = compile(&plan, &means).unwrap();
    assert!(text.contains(&format!("provider: {provider}\n")), "{text}");
    assert!(!compile(&plan, &here()).unwrap().contains("provider:"));
}

#[test]
fn what_nothing_here_makes_is_a_board_of_its_shot() {
    let mut shots = lamp();
    shots[0].action = "She reads ${{ x }} & smiles.".into();
    let mut plan = planned(&shots, json!({ "max_cost_usd": 5 }));
    let text = compile(&plan, &here()).unwrap();
    assert!(text.contains("use: storyboard/draw"), "{text}");
    assert!(text.contains("She reads $${{ x }} & smiles."), "{text}");
    for shot in &mut plan.shot_plans {
        shot.sketch = None;
    }
    let without = compile(&plan, &here()).unwrap();
    assert!(
        !without.contains("storyboard/draw") && without.contains("image/generate"),
        "{without}"
    );
}

#[test]
fn what_cannot_be_made_is_not_compiled_and_names_the_way_out() {
    let plan = planned(&lamp(), json!({ "max_cost_usd": 0.05 }));
    let issue = compile(&plan, &here()).unwrap_err();
    assert_eq!(issue.code, "P007");
    assert!(issue.fix.unwrap().contains("max_cost_usd"));
}

#[test]
fn names_are_names_and_words_are_no_expressions() {
    assert_eq!([name("Shot 1"), name("7-a")], ["shot_1", "s7_a"]);
    assert_eq!(literal("${{ x }}"), json!("$${{ x }}"));
}
