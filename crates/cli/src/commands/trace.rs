//! `fundtrail trace`

use std::path::Path;

use fundtrail_model::{How as Way, Proof};
use fundtrail_store::Case;

use crate::args::Trace;
use crate::chains::Chains;
use crate::commands;
use crate::error::{Error, Exit};
use crate::evidence::How;
use crate::job::Job;
use crate::opinions;
use crate::presentation::{deliver, present, wanted_prices};
use crate::prices::ask::ask as ask_prices;
use crate::settings::Settings;
use crate::through;
use crate::ui;

/// `again` is the command that goes on where this one stops.
pub(crate) fn run(args: &Trace, again: &str) -> Result<Exit, Error> {
    let chains = Chains::builtin()?;
    let settings = Settings::resolve(args, &chains)?;
    for place in &settings.places {
        place.try_out()?;
    }
    let book = commands::lists::book(&args.naming.labels, args.naming.allow_unsourced)?;
    for note in through::check(settings.through.as_deref().unwrap_or_default(), &book)? {
        ui::warning(&note);
    }
    let mut nodes = super::nodes(&args.tape, &settings, &chains)?;
    let mut case = open_or_create(&settings.case_path)?;
    say_what_else_is_in(&case, &settings)?;
    let work = async {
        let job = Job::new(&settings, &chains, &book, (&mut case, &mut nodes), false);
        let spent = job.trace().await?;
        match (args.naming.second_opinions, &spent) {
            (true, None) => {
                let how = How::of_case(&case, &chains, None)?;
                opinions::ask(&mut case, &mut nodes, &chains, &how).await?;
            }
            (true, Some(_)) => {
                ui::warning("second opinions are asked only when nothing is lacking");
            }
            (false, _) => {}
        }
        let how = How::of_case(&case, &chains, None)?;
        match &spent {
            None if how.prices.asks_chain() => {
                let wanted = wanted_prices(&case, &chains, &how)?;
                ask_prices(&mut case, &mut nodes, &chains, &how, wanted).await?;
            }
            Some(_) if how.prices.asks_chain() => {
                ui::warning("prices on the chain are read only when nothing is lacking");
            }
            _ => {}
        }
        Ok(spent)
    };
    let spent = commands::block_on(work, Some(again))?;
    if let Some(folder) = &args.tape.record {
        nodes.write_recordings(folder)?;
    }

    // Following again with what the case now says: what is printed is what `report` will print.
    let how = How::of_case(&case, &chains, None)?;
    let presented = present(&case, &chains, &how, None)?;
    deliver(&presented.report, &settings.places, args.output.format)?;
    ui::talk(&format!("case {}", settings.case_path.display()));
    warn_of_unchecked_balances(&case)?;
    if let Some(spent) = spent {
        ui::warning(&format!("this run stopped when {spent}; to go on:\n  {again}"));
    }
    Ok(super::verdict(&args.verdict, presented.is_flagged, presented.is_complete))
}

/// A case can hold seeds of earlier runs: they are followed and reported too.
fn say_what_else_is_in(case: &Case, settings: &Settings) -> Result<(), Error> {
    let typed: Vec<_> = settings.specs.iter().map(crate::seeds::SeedSpec::normalised).collect();
    let mut others: Vec<_> = case
        .seeds()?
        .into_iter()
        .map(|(spec, _)| spec)
        .filter(|spec| !typed.contains(spec))
        .collect();
    others.dedup();
    if !others.is_empty() {
        ui::talk(&format!("the case also holds {}: followed too", others.join(", ")));
    }
    Ok(())
}

/// One line where a node without old state left balances unchecked.
fn warn_of_unchecked_balances(case: &Case) -> Result<(), Error> {
    let (mut unchecked, mut all) = (0_usize, 0_usize);
    for chain in case.chains()? {
        let coverage = case.coverage(chain)?;
        all += coverage.len();
        // Looking by state has them; it is indicative where something may have been hidden between.
        let is_unchecked = |found: &&fundtrail_model::Coverage| {
            found.proof == Proof::Indicative
                && !matches!(found.how, Way::StateAndBlocks | Way::StateAlone)
        };
        unchecked += coverage.iter().filter(is_unchecked).count();
    }
    if 0 < unchecked {
        ui::warning(&format!(
            "{unchecked} of {all} stretches of coverage could not be checked against balances, because \
             the node no longer has that state: what they show is indicative; an archive node can tell"
        ));
    }
    Ok(())
}

pub(crate) fn open_or_create(path: &Path) -> Result<Case, Error> {
    match std::fs::metadata(path) {
        // A run that was killed in its first moment leaves an empty file, which is no case yet.
        Ok(file) if file.is_file() && file.len() == 0 => {
            std::fs::remove_file(path).map_err(|error| Error::File {
                action: "replace",
                path: path.into(),
                error,
            })?;
            Ok(Case::create(path)?)
        }
        Ok(_) => Ok(Case::open(path)?),
        Err(_) => Ok(Case::create(path)?),
    }
}
