//! From where on behaviour counts as a typology.

/// Declares the thresholds with their defaults, and lists them by name for files and settings.
macro_rules! thresholds {
    ($($(#[$doc:meta])* $name:ident = $default:expr, $words:literal;)+) => {
        /// From where on behaviour counts as a typology. Every threshold is a whole number; shares are in
        /// millionths (ppm).
        ///
        /// The defaults are numbers seen in tools and published data, named with each; *own* marks a choice of
        /// this program. None of them is a standard: FATF (*Virtual Assets Red Flag Indicators*, 2020) gives
        /// none, and says that one flag alone proves nothing.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Thresholds {
            $($(#[$doc])* pub $name: u64,)+
        }

        impl Default for Thresholds {
            fn default() -> Self {
                Self { $($name: $default,)+ }
            }
        }

        impl Thresholds {
            /// Every threshold by name, in order.
            #[must_use]
            pub fn entries(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name),)+]
            }

            /// What a threshold says, by its name, with `{}` for its value; `None` if there is none of that name.
            #[must_use]
            pub fn words(name: &str) -> Option<&'static str> {
                match name {
                    $(stringify!($name) => Some($words),)+
                    _ => None,
                }
            }

            /// Sets one by its name; `false` if there is none of that name.
            #[must_use = "a name that is not known sets nothing"]
            pub fn set(&mut self, name: &str, value: u64) -> bool {
                match name {
                    $(stringify!($name) => self.$name = value,)+
                    _ => return false,
                }
                true
            }
        }
    };
}

thresholds! {
    /// What is less than this share of the largest payment (or receipt) of the same account and asset is dust: it
    /// neither makes nor breaks a pattern, because anybody can send it. *Own.*
    dust_ppm = 1_000, "what is less than {} of the largest payment of the same account and asset is dust, which makes and breaks no pattern";
    /// Rapid pass-through: what came stays no longer than this on average, first in first out. Seconds; 600 in an
    /// open tool, medians of 4 to 6 minutes in three published thefts.
    pass_seconds = 600, "rapid pass-through: what came stays for {} at most, on average";
    /// Rapid pass-through, and each middle of a scatter-gather: at least this share goes on. 0.9 in an open tool.
    pass_share_ppm = 900_000, "rapid pass-through, and each middle of a scatter-gather: at least {} of what came goes on";
    /// Peel chain: at least so many addresses in a row peel. 3 in two open tools.
    peel_hops = 3, "a peel chain has at least {} addresses in a row that peel";
    /// Peel chain: at least this share goes on to the next address. 75 to 95 % in open tools and the `SlowMist`
    /// handbook.
    peel_remainder_ppm = 750_000, "peel chain: at least {} goes on to the next address";
    /// Peel chain: what is peeled off is at most this share of what goes on. 0.25 in an open tool.
    peel_ratio_ppm = 250_000, "peel chain: what is peeled off is at most {} of what goes on";
    /// Fan-out and fan-in: at least so many different addresses. 5 in an open tool.
    fan_counterparties = 5, "fan-out and fan-in: at least {} different addresses";
    /// Fan-out and fan-in: within so many seconds. FATF speaks of "within 24 hours".
    fan_seconds = 86_400, "fan-out and fan-in: all within {}";
    /// Fan-out and fan-in: at least this share of all that the account paid (or received) of the asset. *Own.*
    fan_share_ppm = 500_000, "fan-out and fan-in: at least {} of all that the account paid, or received, of the asset";
    /// Scatter-gather: at least so many addresses in the middle. 5 in AMLSim.
    gather_middles = 5, "scatter-gather: at least {} addresses in the middle";
    /// Scatter-gather: from the first payment to the last within so many seconds. AMLSim spreads it over 10 to 20
    /// days; a week is *own*.
    gather_seconds = 604_800, "scatter-gather: from the first payment to the last within {}";
    /// Cycle: at most so many payments; a search never looks for more than 6.
    cycle_hops = 6, "a cycle has at most {} payments";
    /// Cycle: each payment is at least this share of the one before it. AMLSim's margin is 0.1.
    cycle_share_ppm = 900_000, "cycle: each payment is at least {} of the one before it";
    /// Cycle: closed within so many seconds. *Own*, as for scatter-gather.
    cycle_seconds = 604_800, "a cycle is closed within {}";
    /// Structuring: the higher reporting threshold, in whole US dollars. 31 CFR 1010.311.
    reporting_usd = 10_000, "structuring: the higher reporting threshold is {} US dollars";
    /// Structuring: the lower one, in whole US dollars. 31 CFR 1010.410 (travel rule).
    reporting_low_usd = 3_000, "structuring: the lower reporting threshold is {} US dollars";
    /// Structuring: just under a threshold is at least this share of it. *Own.*
    reporting_near_ppm = 900_000, "structuring: just under a threshold is at least {} of it";
    /// Structuring: at least so many payments just under it. *Own.*
    structuring_payments = 3, "structuring: at least {} payments just under a threshold";
    /// Structuring: at least so many near-equal parts of one receipt. *Own*; 36 in a published theft.
    split_parts = 5, "structuring: at least {} nearly equal parts of one receipt";
    /// Structuring: parts differ by at most this share of the smallest. *Own.*
    split_ppm = 10_000, "structuring: nearly equal parts differ by at most {} of the smallest";
    /// Structuring: within so many seconds. FATF speaks of "within 24 hours".
    structuring_seconds = 86_400, "structuring: all within {}";
    /// Dormant then active: no payment for so many seconds. 180 days; *own*, tools differ.
    dormant_seconds = 15_552_000, "dormant then active: no payment for {}";
    /// Dormant then active: then, within so many seconds, a burst. *Own.*
    burst_seconds = 86_400, "dormant then active: what then leaves at once leaves within {}";
    /// Dormant then active: the burst is at least this share of what had been kept. *Own.*
    burst_share_ppm = 500_000, "dormant then active: what then leaves at once is at least {} of what had been kept";
    /// Round amounts: whole multiples of so many coins or tokens. 1,000 in an open tool.
    round_units = 1_000, "a round amount is a whole multiple of {} coins or tokens";
    /// Round amounts: at least so many of them. *Own.*
    round_payments = 3, "round amounts: at least {} of them";
    /// Round amounts: at least this share of the account's payments. *Own.*
    round_share_ppm = 500_000, "round amounts: at least {} of the account’s payments";
    /// Round amounts: at least so many payments of others tell how common they are, and at most half as many of
    /// those may be round. *Own.*
    round_base_payments = 20, "round amounts: at least {} payments of others show how common they are, and at most half as many of those are round";
    /// Address poisoning: so many hexadecimal digits at both ends are the same. *Own*: programs show four or more;
    /// the rule of the published count (arXiv 2501.16681) was not read.
    lookalike_digits = 4, "address poisoning: at least {} digits at both ends are those of the address that is imitated";
    /// Address poisoning: where the account never moved the asset with anybody else, what is worth less than so
    /// many whole US dollars is bait. *Own.*
    bait_usd = 1, "address poisoning: with nothing to compare, what is worth less than {} US dollars is bait";
    /// Deposit address: what it forwards is at most so many millionths of a coin less than it got; tokens are
    /// forwarded whole. 0.01 ether in Victor (FC 2020) and Tutela.
    deposit_fee_ppm = 10_000, "a deposit address forwards all it got but for at most {} of one whole coin";
    /// Deposit address: it forwards within so many blocks. 3,200 in Tutela; 10,000 in etherclust.
    deposit_blocks = 3_200, "a deposit address forwards within {} blocks";
    /// Gas funding: at most so many millionths of a coin. *Own.*
    gas_ppm = 100_000, "gas funding is at most {} of one whole coin";
    /// Gas funding: whoever pays more addresses than this is a service. *Own.*
    gas_receivers = 20, "whoever funds the gas of more than {} addresses is a service";
}

#[cfg(test)]
mod tests {
    use super::Thresholds;

    #[test]
    fn every_threshold_is_set_by_its_name_and_no_other() {
        let defaults = Thresholds::default();
        for (place, (name, value)) in defaults.entries().into_iter().enumerate() {
            let mut changed = defaults;
            assert!(changed.set(name, value + 1), "{name}");
            let different: Vec<usize> = (defaults.entries().iter().zip(changed.entries()))
                .enumerate()
                .filter(|(_, (old, new))| **old != *new)
                .map(|(place, _)| place)
                .collect();
            assert_eq!(different, [place], "{name}");
            let words = Thresholds::words(name).unwrap();
            assert_eq!(words.matches("{}").count(), 1, "{words}");
        }
        let mut changed = defaults;
        assert!(!changed.set("peel", 1));
        assert_eq!((changed, Thresholds::words("peel")), (defaults, None));
    }
}
