//! What is undone when a run fails, in which order, and with which money.

use super::*;

#[test]
fn what_a_failed_run_did_is_undone_the_last_first() {
    let undo = |of: &str, undone| {
        let with = vec![("undoes".into(), value(undone))];
        Node { undo: Some(Box::new(Call { with, ..call("free", "0") })), ..free(of) }
    };
    let nodes = vec![
        undo("a", "a.made"),
        needing(undo("b", "b.made"), &[0]),
        needing(free("c"), &[1]),
        undo("never", "never.made"),
    ];
    let mut game = Game::of(nodes, None);
    let undoing = |index| Game::attempt(index, u16::MAX);
    game.done(Game::attempt(0, 1));
    game.done(Game::attempt(1, 1));
    game.fail(Game::attempt(2, 1), Class::Input);
    assert!(!game.is_open(undoing(1)), "another node is under way");
    game.fail(Game::attempt(3, 1), Class::Input);
    assert!(game.is_open(undoing(1)) && !game.is_open(undoing(0)));
    let task = game.state.task(&game.plan, undoing(1)).expect("it is open");
    assert_eq!(task.path, "b (undo)");
    assert_eq!(*read(&game.memory, &task.request.input).expect("there"), json!({ "undoes": true }));
    game.done(undoing(1));
    game.fail(undoing(0), Class::Server);
    assert_eq!(game.last.outcome, Some(Outcome::Failed));
    assert_eq!(game.state.failures().last().expect("one").path, "a (undo)");
}

/// A paid node that costs as much to undo.
fn undone_for(of: &str, price: &str) -> Node {
    let undo = Call {
        with: vec![("price".into(), Template::Literal(json!(format!("{price} USD"))))],
        ..call("paid", price)
    };
    Node { undo: Some(Box::new(undo)), undo_price: Some(usd(price)), ..paid(of, price) }
}

#[test]
fn what_undoing_can_cost_is_set_aside_before_the_node_starts() {
    let nodes = vec![undone_for("voice", "2"), needing(paid("song", "6"), &[0])];
    let mut game = Game::of(nodes, Some("9"));
    assert_eq!(game.left(), Some(usd("5")), "2 held, and 2 set aside");
    game.buys(Game::attempt(0, 1), "2");
    assert!(!game.is_open(Game::attempt(1, 1)), "there is no room for the song");
    assert!(game.is_open(Game::attempt(0, u16::MAX)), "and there is for undoing");
}

#[test]
fn a_run_out_of_money_can_undo_and_one_that_succeeds_gives_back_what_was_set_aside() {
    let nodes = vec![
        undone_for("voice", "2"),
        needing(paid("song", "4"), &[0]),
        needing(free("mix"), &[1]),
    ];
    let mut game = Game::of(nodes.clone(), Some("8"));
    game.buys(Game::attempt(0, 1), "2");
    game.buys(Game::attempt(1, 1), "4");
    assert_eq!(game.left(), Some(Usd::ZERO), "6 spent, and 2 set aside");
    game.fail(Game::attempt(2, 1), Class::Input);
    let undoing = Game::attempt(0, u16::MAX);
    assert!(game.is_open(undoing), "there is money for it");
    game.buys(undoing, "1");
    assert_eq!((game.last.outcome, game.spent()), (Some(Outcome::Failed), usd("7")));
    assert_eq!(game.left(), Some(usd("1")), "its account is closed");

    let mut game = Game::of(nodes, Some("8"));
    game.buys(Game::attempt(0, 1), "2");
    game.buys(Game::attempt(1, 1), "4");
    game.done(Game::attempt(2, 1));
    assert_eq!((game.last.outcome, game.left()), (Some(Outcome::Succeeded), Some(usd("2"))));
}

#[test]
fn a_node_that_cannot_be_undone_within_the_budget_does_not_start() {
    let game = Game::of(vec![undone_for("voice", "2")], Some("3"));
    assert_eq!((game.last.outcome, game.spent()), (Some(Outcome::Partial), Usd::ZERO));
    let skipped = Node { on_error: OnError::Skip, retry: tries(1), ..undone_for("voice", "2") };
    let mut game = Game::of(vec![skipped, paid("song", "3")], Some("7"));
    game.fail(Game::attempt(0, 1), Class::Input);
    assert_eq!(game.left(), Some(usd("4")), "there is nothing to undo");
}
