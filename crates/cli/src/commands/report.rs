//! `fundtrail report`

mod letters;

use std::path::Path;
use std::time::Instant;

use fundtrail_store::Case;

use crate::args::{LetterTo, Report};
use crate::chains::Chains;
use crate::destination::destinations;
use crate::error::{Error, Exit};
use crate::evidence::How;
use crate::presentation::{deliver, deliver_paths, present};
use crate::ui;

pub(crate) fn run(args: &Report) -> Result<Exit, Error> {
    let Some(case) = &args.case else {
        let mut schema = Vec::new();
        fundtrail_report::json_schema(&mut schema)?;
        ui::bytes(&schema);
        return Ok(Exit::Done);
    };
    if let Some(to) = args.letter {
        return write_letters(args, case, to);
    }
    let places = destinations(&args.output.out, args.output.format)?;
    let chains = Chains::builtin()?;
    let case = Case::open_read_only(case)?;
    for place in &places {
        place.try_out()?;
    }
    let how = how(args, &case, &chains)?;
    let start = Instant::now();
    let presented = present(&case, &chains, &how, args.path.as_deref())?;
    let found = Instant::now();
    let deliver = if args.path.is_some() { deliver_paths } else { deliver };
    deliver(&presented.report, &places, args.output.format)?;
    if args.timings {
        let (found, written) = ((found - start).as_millis(), found.elapsed().as_millis());
        ui::talk(&format!("found out in {found} ms, written in {written} ms"));
    }
    // The program ends: taking a large report apart first would take longer than some formats take.
    std::mem::forget(presented);
    Ok(Exit::Done)
}

/// What the case says, unless a rule was typed.
fn how(args: &Report, case: &Case, chains: &Chains) -> Result<How, Error> {
    let mut how = How::of_case(case, chains, None)?;
    if let Some(rule) = args.rule {
        how.rules = rule.into();
        how.rules.check(how.direction)?;
    }
    if let Some(flag) = args.flag {
        how.flag = flag.into();
    }
    Ok(how)
}

fn write_letters(args: &Report, case: &Path, to: LetterTo) -> Result<Exit, Error> {
    let places = letters::places(&args.output.out, args.output.format)?;
    let chains = Chains::builtin()?;
    let case = Case::open_read_only(case)?;
    for place in &places {
        place.try_out()?;
    }
    let presented = present(&case, &chains, &how(args, &case, &chains)?, None)?;
    letters::deliver(&presented.report, to, &places, args.output.format)?;
    Ok(Exit::Done)
}
