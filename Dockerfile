# syntax=docker/dockerfile:1
# One image, one binary: `bellbird serve` by default, `bellbird work` and the rest by naming them.

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# The caches keep what is compiled between builds; the binary is copied out, because a cache is not in the image.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --package bellbird \
    && cp target/release/bellbird /bellbird

FROM debian:bookworm-slim
# The certificate authorities with which Meta's certificate is checked.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /var/lib/bellbird --create-home --shell /usr/sbin/nologin bellbird
# A volume mounted here takes over its owner.
RUN install --directory --owner=bellbird /var/lib/bellbird/files
COPY --from=build /bellbird /usr/local/bin/bellbird
USER 10001
WORKDIR /var/lib/bellbird
# Inside a container, loopback would be reachable by nobody.
ENV BELLBIRD_HTTP_ADDR=0.0.0.0:8080
EXPOSE 8080
# Docker's stop signal is SIGTERM: a worker then finishes what it has claimed and leaves the rest to others.
ENTRYPOINT ["bellbird"]
CMD ["serve"]
