//! Codes, categories, delays and labels.
