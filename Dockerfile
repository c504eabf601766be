# syntax=docker/dockerfile:1
# One image, one binary: `bellbird serve` by default, `bellbird work` and the rest by naming them.

FROM rust:1.95-bookworm AS build
WORKDIR /src
COPY . .
# The caches keep what is compiled between builds; the binary is copied out, because a cache is not in the image.
# Stripped, it is a third of the size; the symbols would only name lines in a backtrace.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --package bellbird \
    && strip -o /bellbird target/release/bellbird \
    && mkdir --parents /home-of-bellbird/files

# The C library, the certificate authorities with which Meta's certificate is checked, and nothing else: no shell, no
# package manager.
FROM gcr.io/distroless/cc-debian12:nonroot
# A volume mounted here takes over its owner.
COPY --from=build --chown=10001:10001 /home-of-bellbird /var/lib/bellbird
COPY --from=build /bellbird /usr/local/bin/bellbird
USER 10001:10001
WORKDIR /var/lib/bellbird
# Inside a container, loopback would be reachable by nobody.
ENV BELLBIRD_HTTP_ADDR=0.0.0.0:8080 \
    BELLBIRD__WORKER__HTTP_ADDR=0.0.0.0:9090
EXPOSE 8080 9090
# Of the API; a worker is asked by `bellbird health work`.
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["/usr/local/bin/bellbird", "health"]
# Docker's stop signal is SIGTERM: a worker then finishes what it has claimed and leaves the rest to others.
ENTRYPOINT ["/usr/local/bin/bellbird"]
CMD ["serve"]
