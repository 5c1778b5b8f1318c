//! `fundtrail case`

use fundtrail_model::{Asset, AssetClass, checksum, hash_hex};
use fundtrail_store::Case as CaseFile;

use crate::args::Case;
use crate::chains::Chains;
use crate::error::{Error, Exit};
use crate::ui;

pub(crate) fn run(args: &Case) -> Result<Exit, Error> {
    let Case::Show { case: path } = args;
    let chains = Chains::builtin()?;
    let case = CaseFile::open_read_only(path)?;
    let mut text = format!("case {}\ndigest {}\n", path.display(), hash_hex(case.digest()?));

    text.push_str("\nseeds\n");
    for (spec, seed) in case.seeds()? {
        let info = chains.info(seed.asset.chain());
        let asset = match seed.asset {
            Asset::Native(_) => info.native.symbol,
            Asset::Token(_, contract) => format!("token {}", checksum(contract)),
        };
        text.push_str(&format!(
            "  {}  {} base units of {asset} at {}\n      to {} at {}\n      from {spec}\n",
            seed.id,
            seed.amount,
            info.name,
            checksum(seed.holder),
            seed.position
        ));
    }

    text.push_str("\nsettings\n");
    for (key, value) in case.settings()? {
        let value = fundtrail_model::sanitize_claim(&value, 100);
        text.push_str(&format!("  {key} = {value}\n"));
    }

    text.push_str("\nchains\n");
    for (chain, counts) in case.counts()?.chains {
        text.push_str(&format!(
            "  {}: {} transfers, {} addresses, {} blocks, {} stretches of coverage{}\n",
            chains.info(chain).name,
            counts.transfers,
            counts.addresses,
            counts.blocks,
            counts.coverage,
            match counts.whole_transactions {
                0 => String::new(),
                1 => ", 1 transaction read whole".to_owned(),
                several => format!(", {several} transactions read whole"),
            }
        ));
    }

    text.push_str("\ncoverage\n");
    for chain in case.chains()? {
        let info = chains.info(chain);
        for coverage in case.coverage(chain)? {
            text.push_str(&format!(
                "  {} {} {}: blocks {} by {}, {}\n",
                info.slug,
                checksum(coverage.address),
                match coverage.class {
                    AssetClass::Native => "native".to_owned(),
                    AssetClass::Tokens => "tokens".to_owned(),
                    AssetClass::Token(contract) => format!("token {}", checksum(contract)),
                },
                coverage.window,
                coverage.how.name(),
                coverage.proof.name()
            ));
        }
    }
    let pending = case.counts()?.pending;
    if 0 < pending {
        text.push_str(&format!(
            "\ninterrupted: {pending} pieces are planned and not fetched yet\n"
        ));
    }
    ui::data(&text);
    Ok(Exit::Done)
}
