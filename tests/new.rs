//! `flow new`: do the pipelines to start from run?

use crate::project::{Project, snapshot};

#[test]
fn without_a_name_the_templates_are_listed() {
    insta::assert_snapshot!(Project::new().flow("new"), @"
        exit status 0
        --- stdout
        template   what it is
        hello      The smallest pipeline: a value, a program, and an output that reads it.
        batch      A program for every item of a list, several at once, with another try where one fails.
        narration  A text is spoken, and comes out as sound with captions.
        slideshow  A picture and a clip for every sentence, joined to one film with music.
        --- stderr
        help: take one: flow new NAME --template TEMPLATE
    ");
}

#[test]
fn every_template_is_sound() {
    let project = Project::new();
    let templates = project.flow("new --json").json();
    let templates = templates["templates"].as_array().expect("a list");
    assert!(templates.len() >= 4);
    for template in templates {
        let name = template["name"].as_str().expect("a name");
        let ran = project.flow(&format!("new my-{name} --template {name}"));
        assert_eq!(ran.status, Some(0), "{ran}");
        let text =
            std::fs::read_to_string(project.path().join(format!("pipelines/my-{name}.yaml")));
        assert!(text.expect("it was written").contains(&format!("\nname: my-{name}\n")));
    }
    let ran = project.flow("check --strict");
    assert_eq!(ran.status, Some(0), "{ran}");
    let ran = project.flow("fmt --check");
    assert_eq!(ran.status, Some(0), "{ran}");
}

#[test]
fn a_new_pipeline_runs() {
    let project = Project::new();
    insta::assert_snapshot!(project.flow("new greet"), @"
        exit status 0
        --- stdout
        pipelines/greet.yaml
        --- stderr
        help: run it: flow run pipelines/greet.yaml
    ");
    let ran = project.flow("run pipelines/greet.yaml -i who=Ada --json");
    assert_eq!(ran.status, Some(0), "{ran}");
    assert!(ran.stdout.contains("HELLO, ADA!"), "{ran}");
    project.flow("new counts --template batch");
    let ran = project.flow("run pipelines/counts.yaml --json");
    assert_eq!(ran.status, Some(0), "{ran}");
    assert!(ran.stdout.contains("lighthouse"), "{ran}");
}

#[test]
fn nothing_is_written_over() {
    let project = Project::new();
    project.flow("new greet");
    snapshot!(project.flow("new greet"), @"
        exit status 2
        --- stderr
        error: `pipelines/greet.yaml` is there already
        help: choose another name: flow new NAME
    ");
    snapshot!(project.flow("new Greet"), @"
        exit status 2
        --- stderr
        error: `Greet` is no name for a pipeline
        help: use a-z, 0-9, - and _: it is the name of a file, too
    ");
    snapshot!(project.flow("new greet --template sldeshow"), @"
        exit status 2
        --- stderr
        error: no template is called `sldeshow`
        help: did you mean `slideshow`? `flow new` lists them all
    ");
}
