//! The checks a change passes before Automerge sees it.
