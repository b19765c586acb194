# The few commands of the project. `make demo` and `make test` install what they need, after saying what.

export PATH := $(HOME)/.cargo/bin:$(PATH)

.PHONY: demo test lint coverage bench fuzz kill-matrix

# Turns the sample article into a film with local parts, and prints where it is.
demo:
	scripts/setup demo
	cargo build --release
	target/release/flow run pipelines/podcast.yaml

# All tests of all members; what CI runs.
test:
	scripts/setup test
	cargo test --workspace --no-fail-fast

# Nothing bought twice, nothing forgotten: purchases and whole runs killed at each of their moments, the real binary at 200.
kill-matrix:
	KILL_MATRIX=1 cargo test -p flow-engine --lib -- --nocapture kind::buy rehearse
	KILLS=200 cargo test --test flow -- --ignored --nocapture kill::

# Formatting, lints, and licences where cargo-deny is installed.
lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	if command -v cargo-deny >/dev/null; then cargo deny check bans licenses sources; fi

# All tests, and how many lines they reach; fails below 80 %.
coverage:
	scripts/setup test
	scripts/coverage

# What flow costs beside what it runs: prints the tables of docs/performance.md. Takes some minutes; wants a quiet machine.
bench:
	scripts/setup bench
	cargo build --release
	scripts/bench

# Gives every reader bytes that nobody chose, a minute each: fuzz/run says more, docs/robustness.md what was found.
fuzz:
	fuzz/run 60
