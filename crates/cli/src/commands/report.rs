//! `fundtrail report`

use fundtrail_store::Case;

use crate::args::Report;
use crate::chains::Chains;
use crate::destination::destinations;
use crate::error::{Error, Exit};
use crate::evidence::How;
use crate::presentation::{deliver, deliver_paths, present};

pub(crate) fn run(args: &Report) -> Result<Exit, Error> {
    let places = destinations(&args.output.out, args.output.format)?;
    let chains = Chains::builtin()?;
    let case = Case::open_read_only(&args.case)?;
    for place in &places {
        place.try_out()?;
    }
    let mut how = How::of_case(&case, &chains, None)?;
    if let Some(rule) = args.rule {
        how.rules = rule.into();
        how.rules.check(how.direction)?;
    }
    if let Some(flag) = args.flag {
        how.flag = flag.into();
    }
    let presented = present(&case, &chains, &how, args.path.as_deref())?;
    let deliver = if args.path.is_some() { deliver_paths } else { deliver };
    deliver(&presented.report, &places, args.output.format)?;
    Ok(Exit::Done)
}
