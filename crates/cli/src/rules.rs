//! By which rule a case is followed, and whether the others are compared with it.

use std::fmt;

use fundtrail_model::{Direction, Rule};

use crate::error::Error;
use crate::presentation::DEFAULT_RULE;

/// What `--rule` says, and the setting `rule` of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rules {
    /// One rule.
    One(Rule),
    /// The report of the default rule, and every rule side by side.
    All,
}

impl Rules {
    /// The word for all of them.
    const ALL: &'static str = "all";

    /// The rules of that name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            Self::ALL => Some(Self::All),
            name => Rule::from_name(name).map(Self::One),
        }
    }

    /// The rule that the report is by.
    pub(crate) const fn main(self) -> Rule {
        match self {
            Self::One(rule) => rule,
            Self::All => DEFAULT_RULE,
        }
    }

    /// Refuses rules that cannot be followed the way that is meant.
    pub(crate) fn check(self, direction: Direction) -> Result<(), Error> {
        let is_paired = match self {
            Self::One(rule) => rule.pairs(),
            Self::All => false,
        };
        if direction == Direction::Out || is_paired {
            return Ok(());
        }
        Err(Error::usage(
            format!(
                "the rule {self} does not say which payments money came from: that depends on what was \
                 stolen, which is what --direction in asks"
            ),
            "give --rule fifo, lifo or haircut",
        ))
    }

    /// The rules whose open ends are fetched, the report's own first. What poison reaches is not: one address
    /// of a service taints all that leaves it, for ever.
    pub(crate) fn pursued(self) -> Vec<Rule> {
        let main = self.main();
        let others = Rule::ALL.into_iter().filter(|rule| rule.conserves() && *rule != main);
        let others = others.filter(|_| self == Self::All);
        std::iter::once(main).chain(others).collect()
    }
}

impl fmt::Display for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(rule) => f.write_str(rule.name()),
            Self::All => f.write_str(Self::ALL),
        }
    }
}

#[cfg(test)]
mod tests {
    use fundtrail_model::Rule;

    use super::Rules;

    #[test]
    fn rules_are_named_and_pursued() {
        for rules in Rule::ALL.map(Rules::One).into_iter().chain([Rules::All]) {
            assert_eq!(Rules::from_name(&rules.to_string()), Some(rules));
        }
        assert_eq!(Rules::from_name("clayton"), None);
        assert_eq!(Rules::One(Rule::Poison).pursued(), [Rule::Poison]);
        let all = [Rule::DirtyFirst, Rule::Fifo, Rule::Lifo, Rule::Haircut, Rule::Libr];
        assert_eq!(Rules::All.pursued(), all);
    }
}
