//! The integration tests live in `it/`; their helpers in `support/`.
