//! How does a pipeline grant what is left after a test phase?

use flow_engine::kind::{Failure, Known, Pure};
use flow_engine::money::Usd;
use flow_engine::schema::Schema;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use crate::studio::reallocate::{Cancelled, Leader, Tested, reallocate};

pub(crate) struct Reallocate;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    /// What there was for all pilots, before their tests.
    #[schemars(with = "String", extend("format" = "money"))]
    total: Usd,
    /// How the pilots did.
    tests: Vec<Test>,
    /// What the critic says of each.
    verdicts: Vec<Verdict>,
    /// Whether the best pilot keeps all that it has left, whatever its score.
    #[serde(default = "yes")]
    leader: bool,
    /// Who gets what the cancelled pilots have left.
    #[serde(default)]
    freed: Cancelled,
}

/// Further fields are handed on.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
struct Test {
    pilot: Pilot,
    #[schemars(with = "String", extend("format" = "money"))]
    spent: Usd,
    #[serde(flatten)]
    rest: Map<String, Json>,
}

#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[expect(clippy::struct_field_names, reason = "the name of the field in files")]
struct Pilot {
    pilot_id: String,
    #[schemars(with = "String", extend("format" = "money"))]
    allocated_budget: Usd,
    #[serde(flatten)]
    rest: Map<String, Json>,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Verdict {
    pilot_id: String,
    #[schemars(range(min = 0, max = 100))]
    score: f64,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Output {
    /// The pilots that go on, in the order of their tests.
    approved: Vec<Grant>,
    /// The ids of those that do not.
    cancelled: Vec<String>,
    /// What all tests spent.
    #[schemars(with = "String", extend("format" = "money"))]
    spent: Usd,
    /// What nobody is granted.
    #[schemars(with = "String", extend("format" = "money"))]
    reserve: Usd,
}

#[derive(Debug, Serialize, JsonSchema)]
struct Grant {
    pilot_id: String,
    /// What its next account opens with.
    #[schemars(with = "String", extend("format" = "money"))]
    amount: Usd,
    /// Its test, as it was given.
    test: Test,
}

fn yes() -> bool {
    true
}

impl Pure for Reallocate {
    type Input = Input;
    type Output = Output;

    const NAME: &'static str = "studio/reallocate";
    const VERSION: u32 = 1;
    const DOCS: &'static str = "\
Decides which pilots go on after their tests, and what each is granted.

A pilot keeps a share of what it has left: all of it from a score of 90, 75 % from 75, 50 % from 65; below it is cancelled.
The best keeps all of it, and gets what the cancelled ones have left. What is granted, kept in reserve and spent adds up to
the total, to the micro-dollar. No money is moved: let the next accounts open with the grants.

```yaml
nodes:
  grants:
    use: studio/reallocate
    with:
      total: ${{ budget.limit }}
      tests: ${{ tests }}
      verdicts: ${{ verdicts }}
  films:
    map: grants.approved
    as: grant
    key: grant.pilot_id
    budget: { each: \"${{ grant.amount }}\" }
```

| port | | |
|---|---|---|
| `total` | in | what there was before the tests |
| `tests` | in | of each pilot `pilot` (`pilot_id`, `allocated_budget`) and `spent`; further fields are handed on |
| `verdicts` | in | `pilot_id` and `score`, from 0 to 100, of each |
| `leader` | in | whether the best keeps all that it has left (default true) |
| `freed` | in | who gets what cancelled pilots leave: `leader` (default) or `reserve` |
| `approved` | out | `pilot_id`, `amount` and `test` of each that goes on |
| `cancelled` | out | the ids of the others |
| `spent`, `reserve` | out | what the tests spent, and what nobody is granted |";

    fn output(&self, known: &Known) -> Schema {
        let mut schema = Schema::of::<Output>().as_json().clone();
        let items = known.ports.get("tests").and_then(|port| port.schema.as_json().get("items"));
        if let Some(items) = items.filter(|items| items.get("$ref").is_none())
            && let Some(test) = schema.pointer_mut("/$defs/Grant/properties/test")
        {
            *test = json!({ "allOf": [items] });
        }
        Schema::new(schema)
    }

    fn evaluate(&self, input: Input) -> Result<Output, Failure> {
        let Input { total, tests, verdicts, leader, freed } = input;
        let tested = tests.iter().map(|test| {
            let id = &test.pilot.pilot_id;
            let verdict = verdicts.iter().find(|verdict| verdict.pilot_id == *id);
            let verdict = verdict.ok_or_else(|| {
                Failure::input(format!("there is no verdict on the pilot `{id}`"))
            })?;
            Ok(Tested {
                pilot_id: id.clone(),
                allocated: test.pilot.allocated_budget,
                spent: test.spent,
                score: verdict.score,
            })
        });
        let tested = tested.collect::<Result<Vec<_>, Failure>>()?;
        let leader = if leader { Leader::KeepsAll } else { Leader::AsItsScore };
        let granted = reallocate(total, &tested, leader, freed)
            .map_err(|impossible| Failure::input(impossible.to_string()))?;
        let (mut approved, mut cancelled) = (Vec::new(), Vec::new());
        for (test, amount) in tests.into_iter().zip(granted.amounts) {
            let pilot_id = test.pilot.pilot_id.clone();
            match amount {
                Some(amount) => approved.push(Grant { pilot_id, amount, test }),
                None => cancelled.push(pilot_id),
            }
        }
        Ok(Output { approved, cancelled, spent: granted.spent, reserve: granted.reserve })
    }
}
