//! What is said otherwise where value is followed back.

use fundtrail_model::Direction;

/// The words of a report that depend on which way value was followed.
#[derive(Debug)]
pub struct Words {
    /// What is followed.
    pub value: &'static str,
    /// The same, at the head of a column.
    pub value_title: &'static str,
    /// What of a movement is followed.
    pub part: &'static str,
    /// The same, at the head of a column.
    pub part_title: &'static str,
    /// What the seeds are.
    pub seeds: &'static str,
    /// What the seeds are, as a heading.
    pub seeds_heading: &'static str,
    /// The question for the seeds.
    pub how_much: &'static str,
    /// The question for the endings.
    pub which_place: &'static str,
    /// The question for the requests.
    pub whom_to_ask: &'static str,
    /// The requests.
    pub requests: &'static str,
    /// What no list was asked of.
    pub beyond: &'static str,
    /// The flow.
    pub flow: &'static str,
    /// What a dotted place in the picture of the flow is.
    pub dotted: &'static str,
    /// The ledger.
    pub ledger: &'static str,
    /// What a ledger says that closes.
    pub closes: &'static str,
    /// What came to a line of the ledger.
    pub came: &'static str,
    /// One ending.
    pub ending: &'static str,
    /// The same, at the head of a column.
    pub ending_title: &'static str,
    /// Several endings.
    pub endings: &'static str,
    /// The same as the first word.
    pub endings_title: &'static str,
    /// The endings, in a heading.
    pub endings_heading: &'static str,
    /// Between an amount and the address of its ending.
    pub at: &'static str,
    /// When value came to an ending.
    pub arrived: &'static str,
    /// The same, at the head of a column.
    pub arrived_title: &'static str,
    /// What a conversion made of what it took.
    pub became: &'static str,
    /// The paths.
    pub paths: &'static str,
    /// What a path says, and what not.
    pub paths_say: &'static str,
    /// Between a seed and a place.
    pub to: &'static str,
    /// The order of the hops.
    pub order: &'static str,
}

const OUT: Words = Words {
    value: "stolen value",
    value_title: "Stolen value",
    part: "stolen part",
    part_title: "Stolen part",
    seeds: "Stolen",
    seeds_heading: "What was stolen",
    how_much: "How much was stolen?",
    which_place: "Where is it now?",
    whom_to_ask: "What can be frozen or requested now, and from whom?",
    requests: "What can be frozen or requested now",
    beyond: "Addresses beyond an ending were not looked at.",
    flow: "The flow of stolen value",
    dotted: "burned or unexplained (dotted)",
    ledger: "Where it is now: the closing ledger",
    closes: "What came in = where it is, to the base unit; shown rounded (≈).",
    came: "came in",
    ending: "ending",
    ending_title: "Ending",
    endings: "endings",
    endings_title: "Endings",
    endings_heading: "Endings: where and why following stopped",
    at: "at",
    arrived: "arrived",
    arrived_title: "Arrived",
    became: "became",
    paths: "Paths, hop by hop",
    paths_say: "To each place the path that can have brought most of one ending, the one of the fewest hops, and the one by \
                which value first arrived. Of the lots that meet in a hop nobody can tell which went on: amounts are the most \
                that can have come this way, not what did.",
    to: "to",
    order: "In the order of the chain. “Stolen part” names the lots that the rule took, by seed, and the hop that had \
            brought each.",
};

const IN: Words = Words {
    value: "traced value",
    value_title: "Traced value",
    part: "traced part",
    part_title: "Traced part",
    seeds: "Traced back",
    seeds_heading: "What is traced back",
    how_much: "What is traced back?",
    which_place: "Where did it come from?",
    whom_to_ask: "What can be requested now, and from whom?",
    requests: "What can be requested now",
    beyond: "Addresses behind an origin were not looked at.",
    flow: "The flow of the value that is traced back",
    dotted: "created or unexplained (dotted)",
    ledger: "Where it came from: the closing ledger",
    closes: "What is traced back = where it came from, to the base unit; shown rounded (≈).",
    came: "looked for",
    ending: "origin",
    ending_title: "Origin",
    endings: "origins",
    endings_title: "Origins",
    endings_heading: "Origins: from where, and why tracing back stopped",
    at: "from",
    arrived: "left",
    arrived_title: "Left",
    became: "bought with",
    paths: "Paths, hop by hop, back from what was received",
    paths_say: "From each place the path by which most of one origin can have come, the one of the fewest hops, and the one \
                by which value left first. Of the lots that meet in a hop nobody can tell which went on: amounts are the \
                most that can have come this way, not what did.",
    to: "from",
    order: "In the reverse order of the chain: the last first. “Traced part” names what is traced back by the rule, by \
            seed, and the later hop that it paid for.",
};

impl Words {
    /// The words for a direction.
    #[must_use]
    pub const fn of(direction: Direction) -> &'static Self {
        match direction {
            Direction::Out => &OUT,
            Direction::In => &IN,
        }
    }
}
