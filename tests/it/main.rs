//! One integration binary: behaviour across the API, the worker and the database, slice by slice.

mod queue;
