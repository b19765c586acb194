//! What a run may spend at providers that the project's wallet limits.

use super::*;
use crate::run::purse::Sums;

fn of_luma(of: &str, price: &str) -> Node {
    let provider = Some(Template::Literal(json!("luma")));
    node(of, Work::Call(Call { provider, ..call("paid", price) }))
}

fn game(nodes: Vec<Node>) -> Game {
    Game::granted(plan(nodes, vec![]), Some("100"), [("luma".into(), usd("10"))].into())
}

#[test]
fn a_hold_at_a_provider_waits_for_others_there_and_keeps_within_what_was_granted() {
    let mut game = game(vec![of_luma("a", "6"), of_luma("b", "6"), paid("c", "50")]);
    let open = |game: &Game| [0, 1].map(|node| game.is_open(Game::attempt(node, 1)));
    assert_eq!(open(&game), [true, false]);
    game.buys(Game::attempt(0, 1), "3");
    assert_eq!(open(&game), [false, true], "seven are free there now");
    assert!(game.is_open(Game::attempt(2, 1)), "the limit is of one provider alone");
}

#[test]
fn what_can_never_be_bought_at_a_provider_falls_back_to_another_or_fails() {
    let elsewhere =
        Alternative::Call { call: call("paid", "12"), retry: Retry::default(), timeout: None };
    let nodes = vec![
        Node { fallback: vec![elsewhere], ..of_luma("a", "12") },
        Node { on_error: OnError::Skip, retry: tries(3), ..of_luma("b", "11") },
        of_luma("c", "10"),
    ];
    let mut game = game(nodes);
    assert!(game.is_open(Game::attempt(0, 1)), "the other one has no limit");
    assert_eq!(game.word(1), "failed", "no attempt is made, and none again");
    let said = &game.state.failures()[0].failure;
    assert_eq!(said.class, Class::OverBudget);
    assert_eq!(
        said.message,
        "it may cost 11.00 USD, and 10.00 USD are free at `luma`, which the project's wallet limits"
    );
    assert!(game.is_open(Game::attempt(2, 1)), "all of it fits");
    game.buys(Game::attempt(0, 1), "12");
    game.buys(Game::attempt(2, 1), "10");
    assert_eq!(game.last.outcome, Some(Outcome::Succeeded));
    let sums = |provider| Sums { provider: usd(provider), ..Sums::default() };
    let bills = [("".into(), sums("12")), ("luma".into(), sums("10"))];
    assert_eq!(game.state.bills(), bills.into());
}

#[test]
fn what_is_in_doubt_at_a_provider_is_not_free_and_counts_after_the_end() {
    let nodes = vec![
        Node { doubt: Some(Doubt { then: Then::Fail, ..Doubt::default() }), ..of_luma("a", "6") },
        needing(of_luma("b", "6"), &[]),
    ];
    let mut game = game(nodes);
    game.arm(Game::attempt(0, 1), 0);
    game.step(Game::attempt(0, 1), 0, Step::Doubted);
    game.fail(Game::attempt(0, 1), Class::InDoubt);
    assert_eq!((game.word(0), game.word(1)), ("failed", "failed"), "four are free, for certain");
    assert_eq!(game.last.outcome, Some(Outcome::Failed));
    assert_eq!(game.state.bills()["luma"].doubtful, usd("6"));
    game.land(Game::attempt(0, 1), 0, "2");
    let sums = Sums { provider: usd("2"), ..Sums::default() };
    assert_eq!(game.state.bills()["luma"], sums, "the late bill ends the doubt");
}
