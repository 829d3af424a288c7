//! Whole-product tests through the `hearth` binary.
