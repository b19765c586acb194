//! When a body is tried again as a whole, what ends it in time, and what takes its place.

use std::time::Duration;

use super::*;

/// A node `scene` whose body is the nodes `inner`.
fn scene(inner: Vec<Node>, change: impl FnOnce(Node) -> Node) -> Plan {
    let parent = Some((BodyIndex(0), NodeIndex(0)));
    let body = Body::new(inner, Gives::Outputs(vec![]), parent);
    plan(vec![change(node("scene", Work::Body(BodyIndex(1))))], vec![body])
}

fn at_once(attempts: u16) -> Retry {
    Retry { least: Some(Duration::ZERO), most: Some(Duration::ZERO), ..tries(attempts) }
}

/// The first attempt of node `index` in the body's `scope`.
fn inside(scope: u32, index: u32) -> AttemptId {
    AttemptId { at: At { scope: ScopeId(scope), node: NodeIndex(index) }, number: 1 }
}

#[test]
fn a_body_is_tried_again_as_a_whole_under_another_path() {
    let two = vec![free("a"), needing(free("b"), &[0])];
    let mut game = Game::new(scene(two, |node| Node { retry: at_once(2), ..node }), None);
    let key = |game: &Game, attempt| game.state.attempt_key(&game.plan, attempt);
    assert_eq!(key(&game, inside(1, 0)), "r/scene/a#1");
    game.done(inside(1, 0));
    game.fail(inside(1, 1), Class::Server);
    assert_eq!(key(&game, inside(2, 0)), "r/scene#2/a#1", "no two attempts share a key");
    assert_eq!(game.state.failures(), [], "it is not over");
    game.done(inside(2, 0));
    game.done(inside(2, 1));
    assert_eq!(game.last.outcome, Some(Outcome::Succeeded));
}

#[test]
fn a_body_that_fails_for_good_tells_what_failed_in_it() {
    let mut game =
        Game::new(scene(vec![free("a")], |node| Node { retry: at_once(3), ..node }), None);
    game.fail(inside(1, 0), Class::Input);
    assert_eq!(game.last.outcome, Some(Outcome::Failed), "another try would fail the same way");
    let told: Vec<_> = game.state.failures().iter().map(|it| it.failure.message.as_str()).collect();
    assert_eq!(told, ["`scene/a`: no"]);
}

#[test]
fn an_alternative_takes_the_place_of_a_body() {
    let value = Alternative::Value(Template::Literal(json!({ "plain": true })));
    let call = Alternative::Call { call: call("paid", "1"), retry: tries(1), timeout: None };
    let plan = scene(vec![free("a")], |node| Node { fallback: vec![call, value], ..node });
    let mut game = Game::new(plan, None);
    game.fail(inside(1, 0), Class::Input);
    assert!(game.is_open(Game::attempt(0, 2)), "its attempts are counted on");
    assert_eq!(game.arm(Game::attempt(0, 2), 0), Receipt::Armed(Armed::First));
    game.step(Game::attempt(0, 2), 0, Step::Refused);
    game.fail(Game::attempt(0, 2), Class::Input);
    assert_eq!(game.last.outcome, Some(Outcome::Succeeded));
    assert_eq!(game.output(0), json!({ "plain": true }));
}

#[test]
fn a_body_ends_in_its_time_and_nothing_new_starts_in_it() {
    let two = vec![free("a"), needing(free("b"), &[0])];
    let timeout = Some(Duration::from_secs(30));
    let plan = scene(two, |node| Node { timeout, retry: at_once(2), ..node });
    let mut game = Game::new(plan, None);
    assert_eq!(game.last.wake, Some(Timestamp(30_000)));
    assert_eq!(game.state.ends_by(inside(1, 0).at), Some(Timestamp(30_000)));
    game.wait(30);
    assert!(game.is_open(inside(1, 0)), "it is asked to end, and has not yet");
    game.fail(inside(1, 0), Class::Timeout);
    assert!(game.is_open(inside(2, 0)), "a timeout may pass");
    game.wait(30);
    game.done(inside(2, 0));
    assert!(!game.is_open(inside(2, 1)));
    assert_eq!(game.last.outcome, Some(Outcome::Failed));
    assert_eq!(game.state.failures()[0].failure.class, Class::Timeout);
}

#[test]
fn a_body_is_tried_again_only_when_what_was_bought_in_it_is_closed() {
    let plan = scene(vec![paid("a", "1")], |node| Node { retry: at_once(2), ..node });
    let mut game = Game::new(plan, None);
    assert_eq!(game.arm(inside(1, 0), 0), Receipt::Armed(Armed::First));
    game.fail(inside(1, 0), Class::Timeout);
    assert_eq!(game.word(0), "in doubt");
    assert_eq!(game.last.rest, Some(Rest::Doubt));
    let purchase = PurchaseId { attempt: inside(1, 0), slot: 0 };
    game.signal("1", Signal::Lost { purchase, by: "ann".into() });
    assert!(game.is_open(inside(2, 0)));
    assert_eq!(game.spent(), usd("1"));
    game.buys(inside(2, 0), "0.5");
    assert_eq!((game.last.outcome, game.spent()), (Some(Outcome::Succeeded), usd("1.5")));
}
