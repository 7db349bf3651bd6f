//! Chains, tips and frontiers.
