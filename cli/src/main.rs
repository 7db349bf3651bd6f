//! boucle
fn main() {}
