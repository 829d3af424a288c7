//! Smoke test of the real window.
