//! `flow fmt`: is a file written well, and does it still say the same?

use std::path::{Path, PathBuf};
use std::sync::Arc;

use flow_engine::document::{self, FormatError, Syntax};
use flow_engine::plan;
use flow_engine::source::Source;
use serde_json::Value as Json;

use crate::project::Project;

const UNTIDY: &str = "\
# What it is for.
flow:   1
name: untidy    # a name
inputs: { who: {type: string, default: world}, loud: { type: boolean, default: false } }


nodes:
    greeting:      # says it
        use: value
        with: { value: \"Hello, ${{ inputs.who }}!\" }   # to whom
        # Not yet loud.

    both:
      use: value
      needs:
      - greeting
      with:
        value:
          text: |
              one
                two
          list: [ 1,2, three ]
          quoted: \"${{ greeting.value }}\"
          kept: 'a: b'
outputs: {text: \"${{ both.value }}\"}
# The end.
";

#[test]
fn a_file_is_laid_out_with_its_comments() {
    let project = Project::new().with("pipelines/untidy.yaml", UNTIDY);
    insta::assert_snapshot!(project.flow("fmt --check"), @"
    exit status 1
    --- stdout
    pipelines/untidy.yaml
    --- stderr
    checked 1 pipeline: 1 would be written anew
    ");
    insta::assert_snapshot!(project.flow("fmt"), @"
    exit status 0
    --- stderr
    looked at 1 pipeline: 1 written anew
    ");
    let text =
        std::fs::read_to_string(project.path().join("pipelines/untidy.yaml")).expect("it is there");
    insta::assert_snapshot!(text, @"
    # What it is for.
    flow: 1
    name: untidy    # a name
    inputs: { who: { type: string, default: world }, loud: { type: boolean, default: false } }

    nodes:
      greeting:      # says it
        use: value
        with:
          value: Hello, ${{ inputs.who }}!   # to whom

      # Not yet loud.
      both:
        use: value
        needs:
          - greeting
        with:
          value:
            text: |
              one
                two
            list: [1, 2, three]
            quoted: ${{ greeting.value }}
            kept: 'a: b'
    outputs:
      text: ${{ both.value }}
    # The end.
    ");
    insta::assert_snapshot!(project.flow("fmt --check"), @"
    exit status 0
    --- stderr
    checked 1 pipeline: 0 would be written anew
    ");
}

#[test]
fn a_file_is_written_in_the_other_syntax() {
    let project = Project::new().with("untidy.yaml", UNTIDY);
    let toml = project.flow("fmt untidy.yaml --to toml");
    insta::assert_snapshot!(toml.stdout, @r#"
        # What it is for.
        flow = 1
        name = "untidy" # a name

        [inputs.who]
        type = "string"
        default = "world"

        [inputs.loud]
        type = "boolean"
        default = false

        [nodes.greeting] # says it
        use = "value"

        [nodes.greeting.with]
        value = "Hello, ${{ inputs.who }}!" # to whom

        # Not yet loud.
        [nodes.both]
        use = "value"
        needs = ["greeting"]

        [nodes.both.with]
        value = { text = '''
        one
          two
        ''', list = [1, 2, "three"], quoted = "${{ greeting.value }}", kept = "a: b" }

        [outputs]
        text = "${{ both.value }}"
        # The end.
    "#);
    let project = project.with("back.toml", &toml.stdout);
    insta::assert_snapshot!(project.flow("fmt back.toml --to yaml").stdout, @r#"
        # What it is for.
        flow: 1
        name: untidy # a name

        inputs:
          who:
            type: string
            default: world

          loud:
            type: boolean
            default: false

        nodes:
          greeting: # says it
            use: value
            with:
              value: Hello, ${{ inputs.who }}! # to whom

          # Not yet loud.
          both:
            use: value
            needs: [greeting]
            with:
              value:
                text: |
                  one
                    two
                list: [1, 2, three]
                quoted: ${{ greeting.value }}
                kept: "a: b"

        outputs:
          text: ${{ both.value }}
        # The end.
    "#);
}

#[test]
fn what_would_lose_something_is_refused() {
    let project = Project::new()
        .with(
            "null.yaml",
            "flow: 1\ninputs: { seed: { type: [string, 'null'], default: null } }\nnodes: {}\n",
        )
        .with("broken.yaml", "flow: 1\nnodes: [\n");
    insta::assert_snapshot!(project.flow("fmt null.yaml --to toml"), @"
        exit status 2
        --- stderr
        error: `null.yaml`: TOML has no null, which stands at `inputs.seed.default`
        help: keep the file in YAML, or give another value
    ");
    insta::assert_snapshot!(project.flow("fmt broken.yaml"), @"
        exit status 2
        --- stderr
        error[syntax]: `[` is never closed
         --> broken.yaml:2:8
          |
        2 | nodes: [
          |        ^

        error: `broken.yaml`: the file cannot be read
        help: mend what is said above; `flow check --fix` mends what has only one repair
    ");
}

/// The pipelines of this repository.
fn pipelines() -> Vec<PathBuf> {
    let folders = ["pipelines", "templates/pipelines"];
    let entries = folders.iter().flat_map(|folder| {
        walkdir::WalkDir::new(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
            .sort_by_file_name()
    });
    let paths = entries.map(|entry| entry.expect("the folder can be read").into_path());
    let is_pipeline = |path: &PathBuf| {
        matches!(path.extension().and_then(|ending| ending.to_str()), Some("yaml" | "toml"))
    };
    paths.filter(is_pipeline).collect()
}

/// The plan of a file, its places aside.
fn plan(source: &Arc<Source>) -> Json {
    let catalog = flow_nodes::register().catalog();
    let (document, findings) = document::parse(source);
    assert!(findings.is_empty(), "{}: {findings:#?}", source.text);
    let (plan, _) = plan::check(&document.expect("it is whole"), &catalog);
    let mut json = serde_json::to_value(plan.expect("it is sound")).expect("a plan is data");
    json["sources"] = Json::Null;
    without_places(&mut json);
    json
}

fn without_places(json: &mut Json) {
    match json {
        Json::Object(map) => {
            map.retain(|key, _| key != "span" && key != "at");
            map.values_mut().for_each(without_places);
        }
        Json::Array(items) => items.iter_mut().for_each(without_places),
        _ => {}
    }
}

#[test]
fn every_pipeline_keeps_its_plan_there_and_back() {
    let mut refused = Vec::new();
    for path in pipelines() {
        let text = std::fs::read_to_string(&path).expect("it can be read");
        let source = Arc::new(Source::new(&path, text));
        let own = Syntax::of(&source);
        let other = if own == Syntax::Yaml { Syntax::Toml } else { Syntax::Yaml };
        let laid_out = document::written(&source, own).expect("a sound file can be laid out");
        let again = Arc::new(Source::new(&path, laid_out.as_str()));
        assert_eq!(plan(&again), plan(&source), "{}", path.display());
        assert_eq!(
            document::written(&again, own).expect("so can this"),
            laid_out,
            "{}",
            path.display()
        );
        let converted = match document::written(&source, other) {
            Ok(converted) => converted,
            Err(FormatError::Null { path: at }) => {
                refused.push(format!("{}: {at}", path.file_name().unwrap_or_default().display()));
                continue;
            }
            Err(error) => panic!("{}: {error}", path.display()),
        };
        let there = Arc::new(Source::new(path.with_extension(other.ending()), converted));
        assert_eq!(plan(&there), plan(&source), "{}: {}", path.display(), there.text);
        let back = document::written(&there, own).expect("and back");
        let back = Arc::new(Source::new(&path, back));
        assert_eq!(plan(&back), plan(&source), "{}: {}", path.display(), back.text);
    }
    // TOML has no null: an input that may be left out has it for its default.
    assert!(refused.iter().all(|at| at.ends_with(".default")), "{refused:?}");
}
