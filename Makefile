# The commands that people type. `make help` lists them.

.DEFAULT_GOAL := help
.PHONY: help demo test env lint fmt bench docs install

help: ## List the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

demo: ## Build Cogpack and compile an example to a readable plan
	cargo run --quiet --locked -- plan examples/hello-world

test: ## Run every test
	@tests/env/env.py up || echo "end-to-end tests use the Docker Engine of this machine, or are skipped"
	cargo test --locked --no-fail-fast

env: ## Start engines for end-to-end tests
	tests/env/env.py up

lint: ## Check format, lints and documentation comments
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --quiet

fmt: ## Format Rust and block files
	cargo fmt
	cargo run --quiet --locked -- fmt blocks/common blocks/python stdlib examples/custom-block/blocks

bench: ## Measure how fast compiling is
	cargo bench --locked

docs: ## Build the documentation of the library
	cargo doc --locked --no-deps --open

install: ## Install the command `cogpack`
	cargo install --locked --path .
