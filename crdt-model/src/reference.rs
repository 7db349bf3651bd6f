//! Case references with check digits.
