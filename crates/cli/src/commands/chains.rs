//! `fundtrail chains`

use crate::chains::Chains;
use crate::error::{Error, Exit};
use crate::ui;

pub(crate) fn run() -> Result<Exit, Error> {
    let chains = Chains::builtin()?;
    let mut text = format!("{:<12} {:>8}  {:<6} {:<18} aliases\n", "name", "id", "coin", "chain");
    for chain in chains.iter() {
        let info = &chain.info;
        let line = format!(
            "{:<12} {:>8}  {:<6} {:<18} {}",
            info.slug,
            info.id.0,
            info.native.symbol,
            info.name,
            chain.aliases.join(", ")
        );
        text.push_str(line.trim_end());
        text.push('\n');
        for endpoint in &chain.endpoints {
            text.push_str(&format!("{:<12} {endpoint}\n", ""));
        }
    }
    ui::data(&text);
    Ok(Exit::Done)
}
