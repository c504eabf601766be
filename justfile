# Every command of this repository. `./dev` runs them: `./dev test`, `./dev demo --recipients 2000` …

set positional-arguments := true

[private]
default:
    @{{ just_executable() }} --justfile '{{ justfile() }}' --list --unsorted

# Build and start the demo: nothing else needed (try --recipients 2000, --port 9000, --exit-when-done)
[no-exit-message]
demo *args:
    @scripts/demo.sh "$@"

# Install what is missing, start private servers, check and test everything; with NAME: only those integration tests
[no-exit-message]
test *name:
    @scripts/test.sh "$@"

# Build the console into web/dist, from where it gets into the binary; `check`: lint, test and measure it, too
[no-exit-message]
web *check:
    @scripts/web.sh "$@"

# Check the formatting and run clippy; a warning is an error
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings

# Format all Rust code
fmt:
    cargo fmt --all

# Write openapi.yaml from the code (a test fails when the committed file differs)
[no-exit-message]
openapi:
    @scripts/write.sh openapi openapi.yaml

# Write docs/meta-errors.md from the table of codes (a test fails when the committed file differs)
[no-exit-message]
meta-errors:
    @scripts/write.sh meta-errors docs/meta-errors.md

# Generate clients from openapi.yaml into target/clients and check them; or only: document, typescript, python, rust
[no-exit-message]
clients *what:
    @scripts/clients.sh "$@"

# Change the database of DATABASE_URL (or the default one): up, down or status
[no-exit-message]
migrate *args='up':
    @cargo run --package bellbird --quiet -- migrate "$@"

# Check the Dockerfile, the Kubernetes manifests, the dashboard and the alerts, and test the alerts
[no-exit-message]
deploy:
    @scripts/deploy.sh

# Run the Dockerfile's build steps without an engine, and check the binary's size, libraries and commands (takes minutes)
[no-exit-message]
image-check:
    @scripts/image.sh

# Check licences, banned crates, sources and, where it can be reached, the advisory database
[no-exit-message]
audit:
    @scripts/audit.sh

# Ask every operation for what nobody would ask for, with a valid key: no answer may be a 5xx (bounded, about 10 minutes)
[no-exit-message]
fuzz *args:
    @scripts/fuzz.sh "$@"

# Measure how well the limiter uses a sender's rate, over 1, 2 and 4 workers, and print it as a table (takes minutes)
[no-exit-message]
bench-limiter:
    @scripts/bench.sh of-tests limiter

# Measure how long the pre-flight of a million people takes on PostgreSQL (takes minutes)
[no-exit-message]
bench-preflight:
    @scripts/bench.sh of-tests preflight

# Measure everything end to end on private servers, beside the floor and a Node.js peer, and write docs/benchmarks.md
# (takes hours; to measure one row: ./dev bench send --runs 5, and then ./dev bench report)
[no-exit-message]
bench *args:
    @scripts/bench.sh "$@"

# Measure the embedded database and queue alone; needs no servers
[no-exit-message]
bench-embedded *args:
    @scripts/bench.sh embedded "$@"

# Run every row of the benches once with a handful of recipients: does it all still work? (takes minutes)
[no-exit-message]
bench-smoke *args:
    @scripts/bench.sh smoke "$@"

# Start a throw-away PostgreSQL and Redis and print their URLs; with a COMMAND: run it with them, then stop
[no-exit-message]
services *command:
    @scripts/services.sh "$@"
