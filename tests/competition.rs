//! Three pilots that compete for a budget: what is left after their tests goes on to the best, conserved exactly.

use flow_engine::money::Usd;
use flow_nodes::provider::rehearsal::book::InFile;
use serde_json::{Value as Json, json};

use crate::project::Project;

/// A clip of ten seconds costs a dollar. One pilot asks for a clip more than it is granted.
const COMPETITION: &str = r#"
flow: 1
name: competition
inputs:
  pilots:
    type: array
    maxItems: 3
    items:
      type: object
      properties:
        pilot_id: { type: string }
        allocated_budget: { type: string, format: money }
        takes: { type: integer, maximum: 20 }
        shots: { type: integer, maximum: 80 }
      required: [pilot_id, allocated_budget, takes, shots]
    default:
      - { pilot_id: a, allocated_budget: 40 USD, takes: 10, shots: 16 }
      - { pilot_id: b, allocated_budget: 60 USD, takes: 20, shots: 75 }
      - { pilot_id: c, allocated_budget: 50 USD, takes: 15, shots: 10 }
budget: 150 USD
nodes:
  tests:
    map: inputs.pilots
    as: pilot
    key: pilot.pilot_id
    budget: { each: "${{ pilot.allocated_budget }}" }
    nodes:
      takes:
        map: range(pilot.takes)
        as: take
        max_items: 20
        use: video/generate
        provider: rehearsal
        with: { prompt: "pilot ${{ pilot.pilot_id }}, take ${{ take }}", seconds: 10 }
    outputs:
      pilot: ${{ pilot }}
      spent: ${{ budget.spent }}
  verdicts:
    use: value
    with:
      value:
        - { pilot_id: a, score: 72 }
        - { pilot_id: b, score: 85 }
        - { pilot_id: c, score: 58 }
  grants:
    use: studio/reallocate
    with:
      total: ${{ budget.limit }}
      tests: ${{ tests }}
      verdicts: ${{ verdicts.value }}
  films:
    map: grants.approved
    as: grant
    key: grant.pilot_id
    budget: { each: "${{ grant.amount }}" }
    nodes:
      rest:
        map: range(grant.test.pilot.shots)
        as: shot
        max_items: 80
        on_error: drop
        use: video/generate
        provider: rehearsal
        with: { prompt: "film of ${{ grant.pilot_id }}, shot ${{ shot }}", seconds: 10 }
    outputs:
      pilot_id: ${{ grant.pilot_id }}
      shots: ${{ rest | length }}
      spent: ${{ budget.spent }}
      left: ${{ budget.left }}
  left:
    use: value
    needs: [films]
    with: { value: "${{ budget.left }}" }
outputs:
  tests: ${{ tests }}
  grants: ${{ grants }}
  films: ${{ films }}
  left: ${{ left.value }}
"#;

#[test]
fn what_pilots_leave_goes_on_to_the_best_and_accounts_open_with_what_is_granted() {
    let project = Project::new().with("competition.yaml", COMPETITION);
    let book = project.path().join("book");
    let mut command = project.command("run competition.yaml --json");
    command.env("FLOW_REHEARSAL_BOOK", &book).env("FLOW_REHEARSAL_RECOVERY", "client-id");
    let ran = project.run(&mut command);
    assert_eq!(ran.status, Some(4), "a shot too many was dropped: {ran}");
    let document = ran.json();
    let outputs = &document["outputs"];
    let column = |list: &Json, field: &str| -> Vec<Json> {
        let list = list.as_array().expect("a list");
        list.iter().map(|item| item[field].clone()).collect()
    };
    assert_eq!(column(&outputs["tests"], "spent"), ["10.00 USD", "20.00 USD", "15.00 USD"]);
    let grants = &outputs["grants"];
    assert_eq!(column(&grants["approved"], "pilot_id"), ["a", "b"]);
    assert_eq!(column(&grants["approved"], "amount"), ["15.00 USD", "75.00 USD"]);
    assert_eq!(grants["cancelled"], json!(["c"]));
    assert_eq!((&grants["spent"], &grants["reserve"]), (&json!("45.00 USD"), &json!("15.00 USD")));
    assert_eq!(column(&outputs["films"], "spent"), ["15.00 USD", "75.00 USD"]);
    assert_eq!(column(&outputs["films"], "shots"), [15, 75], "no account grants more than it has");
    assert_eq!(column(&outputs["films"], "left"), ["0.00 USD", "0.00 USD"]);
    assert_eq!(outputs["left"], "15.00 USD", "the reserve stays free in the run");
    assert_eq!(document["spent"], "135.00 USD");
    let log = project.flow("show --log").stdout;
    for (amount, count) in
        [("150.00", 1), ("40.00", 1), ("60.00", 1), ("50.00", 1), ("15.00", 1), ("75.00", 1)]
    {
        let line = format!("an account of {amount} USD opened");
        assert_eq!(log.matches(&line).count(), count, "{line}: {log}");
    }
    let book = InFile(book).entries().expect("the book can be read");
    let billed: Usd = book.iter().map(|entry| entry.bill).sum();
    assert_eq!((book.len(), billed.to_string().as_str()), (135, "135.00 USD"));
}
