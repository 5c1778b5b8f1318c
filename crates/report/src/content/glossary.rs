//! What the words of a report mean.

mod terms;

use std::collections::BTreeSet;

use fundtrail_model::{Direction, Heuristic, How, PatternKind, Rule};

use self::terms::{BACK, SHARED, THEFT, WALLET};
use super::behaviour::{definition, meaning};
use crate::input::Input;
use crate::schema::Term;

/// Ways of looking, rules, patterns and links: these are explained where a report has them.
#[derive(Debug)]
struct Met<'a>(BTreeSet<&'a str>);

impl Met<'_> {
    fn is_met(&self, word: &str) -> bool {
        let mut all = How::ALL.map(How::name).into_iter().chain(Rule::ALL.map(Rule::name));
        self.0.contains(word) || !all.any(|name| name == word)
    }
}

/// The words that a reader of a report on a trail meets.
pub(super) fn glossary(input: &Input<'_>) -> Vec<Term> {
    let mut met = Met(BTreeSet::new());
    // One by one: a set made of all at once would first list them.
    met.0.extend(input.coverage.iter().map(|found| found.how.name()));
    let rules = input.trails.iter().map(|trail| trail.rule).chain([input.trail.rule]);
    met.0.extend(rules.map(Rule::name));
    let known = SHARED.iter().chain(THEFT).filter(|term| met.is_met(term.word)).copied();
    // All thresholds are told, so all patterns are.
    let known = known.chain(patterns()).chain(links());
    if input.trail.direction == Direction::Out {
        return sorted(known);
    }
    // Of endings that only happen forward a reader meets none.
    let is_met_back = |term: &Term| {
        let is_back = BACK.iter().any(|back| back.word == term.word);
        !is_back && !term.means.starts_with("an ending") && term.word != "ending"
    };
    sorted(known.filter(is_met_back).chain(BACK.iter().copied()))
}

/// The words that a reader of the report on a wallet meets, who was looked at in these ways.
pub(crate) fn of_wallets<'a>(hows: impl IntoIterator<Item = &'a str>) -> Vec<Term> {
    let met = Met(hows.into_iter().collect());
    let known = SHARED.iter().chain(WALLET).filter(|term| met.is_met(term.word)).copied();
    sorted(known.chain(patterns()))
}

fn sorted(terms: impl Iterator<Item = Term>) -> Vec<Term> {
    let mut terms: Vec<Term> = terms.collect();
    terms.sort_by_cached_key(|term| term.word.to_lowercase());
    terms
}

fn patterns() -> impl Iterator<Item = Term> {
    PatternKind::ALL.into_iter().map(|kind| Term { word: kind.name(), means: definition(kind) })
}

fn links() -> impl Iterator<Item = Term> {
    Heuristic::ALL.into_iter().map(|of| Term { word: of.name(), means: meaning(of) })
}

#[cfg(test)]
mod tests {
    use fundtrail_model::{EndingClass, How, Proof, Rule};

    use super::terms::{BACK, SHARED, THEFT};

    #[test]
    fn every_kind_of_ending_proof_rule_and_way_of_looking_has_its_term() {
        let classes = |others: &'static [EndingClass]| {
            let all = EndingClass::ALL.into_iter().filter(move |class| !others.contains(class));
            all.map(EndingClass::name)
        };
        let others = Proof::ALL.map(Proof::name).into_iter();
        let others = others.chain(Rule::ALL.map(Rule::name)).chain(How::ALL.map(How::name));
        for word in
            classes(&[EndingClass::ContractWithoutPayment, EndingClass::Created]).chain(others)
        {
            assert!(SHARED.iter().chain(THEFT).any(|term| term.word == word), "{word}");
        }
        for word in classes(&[EndingClass::ContractWithoutReturn]) {
            let is_origin = |means: &str| means.starts_with("an origin");
            assert!(BACK.iter().any(|term| term.word == word && is_origin(term.means)), "{word}");
        }
    }
}
