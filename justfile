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

# Check the Dockerfile and the Kubernetes manifests with hadolint, kubernetes-validate and kustomize
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

# Start a throw-away PostgreSQL and Redis and print their URLs; with a COMMAND: run it with them, then stop
[no-exit-message]
services *command:
    @scripts/services.sh "$@"
