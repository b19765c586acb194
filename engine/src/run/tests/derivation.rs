//! What is spared, because what follows from it is known.

use super::*;
use crate::expression::Expression;

/// Two steps and an effect: `late` needs `early`, and `effect` stands alone.
fn three(prompt: &str) -> Plan {
    three_from(Template::Literal(json!(prompt)))
}

fn three_from(prompt: Template) -> Plan {
    let step = |of: &str, with: Template| {
        let call = Call { with: vec![("from".into(), with)], ..call("pure", "0") };
        node(of, Work::Call(call))
    };
    let early = step("early", prompt);
    let late = step("late", value("early"));
    let nodes = vec![early, needing(late, &[0]), free("effect")];
    plan(nodes, vec![])
}

fn again(prompt: &str, game: &Game) -> Game {
    Game::with(three(prompt), None, Granted::new(), game.learned.clone())
}

fn played(prompt: &str) -> Game {
    played_through(three(prompt))
}

fn played_through(plan: Plan) -> Game {
    let mut game = Game::new(plan, None);
    for index in [0, 1, 2] {
        game.done(Game::attempt(index, 1));
    }
    assert_eq!(game.last.outcome, Some(Outcome::Succeeded));
    game
}

#[test]
fn a_hit_on_the_last_node_does_not_touch_its_ancestors() {
    let first = played("a hill");
    let mut second = again("a hill", &first);
    assert_eq!([0, 1, 2].map(|index| second.word(index)), ["spared", "succeeded", "admitted"]);
    assert_eq!(second.output(1), first.output(1));
    second.done(Game::attempt(2, 1));
    assert_eq!(second.last.outcome, Some(Outcome::Succeeded));
    assert_eq!((second.state.tally().ran, second.state.tally().cached), (1, 2));
}

#[test]
fn what_it_follows_from_is_part_of_a_derivation() {
    let first = played("a hill");
    let second = again("a tree", &first);
    assert_eq!([0, 1].map(|index| second.word(index)), ["admitted", "blocked"]);
}

#[test]
fn a_value_is_part_of_a_derivation_whatever_its_keys_are_called() {
    let values = [
        [json!({ "place": "Rome" }), json!({ "place": "Oslo" })],
        [json!({ "span": 1 }), json!({ "span": 2 })],
        [json!({ "text": "a", "at": { "start": 1, "end": 2 } }), json!({ "text": "a", "at": 2 })],
    ];
    for [one, other] in values {
        let first = played_through(three_from(Template::Literal(one.clone())));
        let plan = |value: &Json| three_from(Template::Literal(value.clone()));
        let again = |value| Game::with(plan(value), None, Granted::new(), first.learned.clone());
        assert_eq!(again(&one).word(0), "spared");
        assert_eq!(again(&other).word(0), "admitted", "{one} is not {other}");
    }
}

#[test]
fn where_an_expression_stands_is_no_part_of_a_derivation() {
    let at = |start| {
        let span = Span { start, end: start + 5 };
        Template::Expression(Expression::parse("1 + 1", span).expect("an expression"))
    };
    let first = played_through(three_from(at(10)));
    let moved = Game::with(three_from(at(99)), None, Granted::new(), first.learned.clone());
    assert_eq!([0, 1].map(|index| moved.word(index)), ["spared", "succeeded"]);
}

#[test]
fn what_was_spared_is_made_when_a_node_that_needs_it_is_done_again() {
    let first = played("a hill");
    let mut game = again("a hill", &first);
    game.done(Game::attempt(2, 1));
    let what = game.state.reopening(&game.plan, &["late".into()], &[]).expect("it has ended");
    assert_eq!(what.from, [NodeIndex(1)]);
    game.signal("again", Signal::Reopen(what));
    assert_eq!(
        [0, 1].map(|index| game.word(index)),
        ["succeeded", "admitted"],
        "it is in the cache"
    );
    let learned = game.learned.len();
    game.done(Game::attempt(1, 1));
    assert_eq!(game.last.outcome, Some(Outcome::Succeeded));
    assert!(game.learned.len() <= learned + 1, "by its input alone: a person had a say in it");
}

#[test]
fn a_node_that_reads_the_run_or_may_fall_back_is_not_known_by_derivation() {
    let with = |change: fn(&mut Plan)| {
        let mut plan = three("a hill");
        change(&mut plan);
        plan
    };
    let plans = [
        with(|plan| plan.bodies[0].nodes[0].cache = Cache::Off),
        with(|plan| plan.bodies[0].nodes[0].on_error = OnError::Skip),
        with(|plan| {
            let Work::Call(call) = &mut plan.bodies[0].nodes[0].work else { return };
            call.with[0].1 = value("run.seed");
        }),
    ];
    for plan in plans {
        let mut game = Game::with(plan.clone(), None, Granted::new(), HashMap::new());
        if !game.is_open(Game::attempt(0, 1)) {
            continue; // What it reads is not there in this run: it failed.
        }
        game.done(Game::attempt(0, 1));
        game.done(Game::attempt(1, 1));
        game.done(Game::attempt(2, 1));
        let again = Game::with(plan, None, Granted::new(), game.learned.clone());
        assert_ne!(again.word(0), "spared");
    }
}
