//! The case: schema, facts and folds.
