use crate::commands::demo::Demo;
use crate::session::World;
use node::error::Failure;
use node::texts::Texts;
pub(crate) fn tell(_story: &Demo, _texts: &Texts, _world: &mut World<'_>) -> Result<(), Failure> {
    Err(Failure::new("not_built").arg("command", "demo"))
}
