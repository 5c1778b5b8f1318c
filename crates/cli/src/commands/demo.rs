//! `fundtrail demo`: the main job on a recorded case.
use crate::args::Demo;
use crate::error::{Error, Exit};
pub(crate) fn run(_args: &Demo) -> Result<Exit, Error> {
    Ok(Exit::Done)
}
