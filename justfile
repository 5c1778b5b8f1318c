# `just` alone lists the recipes.
set shell := ["bash", "-euo", "pipefail", "-c"]

# List the recipes
default:
    @just --list --unsorted

# Run the main job on the recorded case, without network
demo *args:
    cargo run --release -- demo {{ args }}

# Pass all tests; installs what they need first
test *args: setup
    cargo test --workspace {{ args }}

# Install what tests need: anvil and solc through npm, readers of files through pip, a browser from the system's packages
setup:
    @tests/support/setup.sh

# Format, lint, check dependencies and documentation
lint: fmt-check clippy deny doc

# Check the formatting
fmt-check:
    cargo fmt --all -- --check

# Run clippy; a warning is an error
clippy:
    cargo clippy --workspace --all-targets -- -D warnings

# Check advisories, licences, duplicates and sources of dependencies
deny:
    @tests/support/deny.sh

# Build the documentation; a broken link is an error
doc:
    RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --document-private-items

# Compile the demo's contracts again
contracts: setup
    node tests/support/node/compile.mjs

# Play the demo's scenario on a real node and record it again
record: setup
    cargo run -p fundtrail-testkit -- record

# Measure against the limits, all or by name: `just bench store requests`
bench *names: setup
    cargo build --release -p fundtrail -p fundtrail-bench
    target/release/fundtrail-bench {{ names }}

# Play a list of flows among decoys, trace it, and say how much was found: `just score DIR --native`
score *args: setup
    cargo build --release -p fundtrail -p fundtrail-score
    target/release/fundtrail-score {{ args }}

# What CI runs
ci:
    .ci/run
