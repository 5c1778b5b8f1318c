//! The terms themselves.

use crate::schema::Term;

const fn term(word: &'static str, means: &'static str) -> Term {
    Term { word, means }
}

/// What every report speaks of.
pub(super) const SHARED: &[Term] = &[
    term(
        "address",
        "where an account is on a chain: 40 hexadecimal digits behind 0x; the same key controls it on every chain",
    ),
    term(
        "asset",
        "what moves: a chain's native coin or a token, known by its contract and never by its ticker",
    ),
    term(
        "base unit",
        "the smallest part of an asset, in which chains count; 1 ETH is 10^18 base units",
    ),
    term(
        "block",
        "a batch of transactions that the chain adds at once; blocks are numbered, and each has a time",
    ),
    term(
        "blocks and frames",
        "a way of looking: every block, and what contracts did inside its transactions",
    ),
    term(
        "blocks only",
        "a way of looking: every block, without what contracts did inside its transactions",
    ),
    term("burn", "a category of labels: an address from which nobody can take anything"),
    term(
        "category",
        "what kind of thing a label says an address is: exchange, mixer, bridge, dex and so on",
    ),
    term(
        "chain",
        "a blockchain: Ethereum, Polygon and others; each has accounts and coins of its own",
    ),
    term("claimed", "what a token's contract says of itself; anyone can write anything there"),
    term(
        "confidence",
        "how sure a label is by its source's word: certain, probable, or merely claimed",
    ),
    term(
        "contract",
        "a program on a chain, which has an address and can hold value; nobody holds its key",
    ),
    term("conversion", "a hop in which one account gave assets and got others in one transaction"),
    term("counterparty", "the other side of a payment"),
    term("coverage", "what was looked at, how, and how well that proves that nothing is missing"),
    term(
        "decimals",
        "by how many places the amount of an asset is moved to read it in whole coins or tokens",
    ),
    term(
        "deposit address",
        "an address of an exchange for one customer; where behaviour says so and no list does, it is inferred",
    ),
    term(
        "dex",
        "a decentralised exchange: contracts that swap assets; they keep no accounts for customers, so nobody is there to ask",
    ),
    term("dust", "amounts so small that anybody can send them to anybody; they prove nothing"),
    term("exact", "nothing else can have moved: a wallet's nonce and balance rule it out"),
    term(
        "frame",
        "a call of one contract by another inside a transaction, which can move coins; ordinary lists of transactions do not show it, a tracer does",
    ),
    term(
        "freezable-token",
        "a category of labels: a token whose issuer can freeze what an address holds",
    ),
    term(
        "freeze",
        "what the issuer of some tokens can do: what is at the address then cannot move",
    ),
    term(
        "gas",
        "what computing on a chain costs, paid in its native coin by whoever sends a transaction: the fee",
    ),
    term(
        "hash",
        "the number that names a transaction, 64 hexadecimal digits behind 0x; explorers find it by that",
    ),
    term(
        "index and blocks",
        "a way of looking: the same, and the blocks that a node's index names",
    ),
    term("indicative", "not checked against balances, because a node did not give them"),
    term(
        "invented",
        "made up for a reconstruction; it says nothing about any real person or service",
    ),
    term("issuer", "the firm behind a token, which can usually freeze it"),
    term("label", "a name for an address, with who says so; it is their word"),
    term("lending", "a category of labels: contracts that lend assets and keep others as security"),
    term("listing", "a label that is a sanction, with the days on which it began and ended"),
    term(
        "log",
        "an event that a contract writes down in a transaction; transfers of tokens are known by these",
    ),
    term("logs", "a way of looking: the events that token contracts write, by address"),
    term("LP", "liquidity provider; an LP token is a pool share"),
    term("mint", "to create tokens anew"),
    term(
        "native coin",
        "the coin in which a chain charges its fees, such as ETH or MATIC; it has no contract",
    ),
    term("NFT", "a token of which each piece is another thing; this program does not follow them"),
    term("node", "a computer that keeps a chain and answers questions about it"),
    term(
        "nonce",
        "how many transactions a wallet has sent; while it does not change, the wallet has signed nothing",
    ),
    term(
        "OFAC",
        "the Office of Foreign Assets Control of the US Treasury, which keeps the SDN list",
    ),
    term(
        "oracle",
        "a contract that says something about the world, here whether an address is sanctioned",
    ),
    term(
        "pool",
        "a contract in which several people's assets lie together, to be swapped, lent or mixed",
    ),
    term(
        "pool share",
        "a token that stands for a part of a pool: whoever gives it back gets that part of the assets (also LP token)",
    ),
    term(
        "position",
        "place in a chain's order: block/transaction/step; logN is the log's index in its block",
    ),
    term("price feed", "a contract to which somebody regularly writes what an asset is worth"),
    term(
        "programme",
        "the law or order under which an address is on a sanctions list, such as CYBER2 or DPRK3",
    ),
    term("reconciled", "what came in less what went out equals the change of balance"),
    term("router", "a contract that passes a swap on to one or several pools"),
    term(
        "SDN",
        "Specially Designated Nationals and Blocked Persons: OFAC's list of those with whom US persons must not deal",
    ),
    term(
        "second opinion",
        "what a contract on the chain that keeps a list of its own says of an address",
    ),
    term(
        "staking",
        "leaving assets in a contract, which pays for it or gives a token back for them",
    ),
    term("state alone", "a way of looking: the balances at both ends, and no block between"),
    term(
        "state and blocks",
        "a way of looking: the blocks in which the account changed, found by halving",
    ),
    term("swap", "a conversion by a pool or several: one asset is given, another comes back"),
    term("threshold", "from where on behaviour counts as a pattern; ppm are millionths"),
    term("ticker", "the short name that a token gives itself; any token can take any"),
    term("token", "an asset that a contract keeps the accounts of"),
    term("tracer", "the part of a node that tells the frames inside a transaction"),
    term(
        "transaction",
        "what a wallet signs and a chain carries out as a whole, or not at all; it may hold many transfers",
    ),
    term("transfer", "one movement of one asset from one address to another"),
    term("unreconciled", "the balances do not agree with what was seen"),
    term(
        "vouch",
        "to say that a token is what it is called: a list of tokens that is named in the report does so",
    ),
    term(
        "wallet",
        "an account that somebody controls by a key, here also called by a number of this report",
    ),
    term("window", "blocks from one to another that are looked at together"),
    term(
        "wrapped coin",
        "a token that stands for a native coin, one for one, because pools swap tokens only: WETH for ETH, WMATIC for MATIC",
    ),
    term("wrapped-native", "a category of labels: the contract of a wrapped coin"),
];

/// What a trail speaks of besides.
pub(super) const THEFT: &[Term] = &[
    term("account", "what one address has of one asset, or what a ledger says of it"),
    term("below threshold", "an ending: too little to follow, by setting"),
    term("bridge", "an ending: in a bridge, from where the value goes on, on another chain"),
    term("budget", "an ending: not followed because this run had spent its budget"),
    term("burned", "an ending: sent to where nobody has the key"),
    term("clean", "of value that comes from no seed"),
    term(
        "contract without return",
        "an ending: in a contract that gave nothing back in the same transaction",
    ),
    term("converted in", "what conversions of other assets brought to a line of the ledger"),
    term(
        "counted with another seed",
        "an ending: this part of a credit already carries another seed's value, and is counted there",
    ),
    term("dirty-first", "a rule: stolen lots are taken before clean ones, the oldest first"),
    term("ending", "where and why following stopped"),
    term(
        "exchange",
        "a firm that keeps customers' assets in accounts of its own and trades them; it knows its customers",
    ),
    term("explorer", "a public website that shows what is on a chain"),
    term("fee", "an ending: spent on gas"),
    term("fifo", "a rule: the oldest lots are taken first"),
    term("haircut", "a rule: of every lot the same share is taken"),
    term("held", "an ending: still at the address at the last block looked at"),
    term("hop", "one movement of stolen value"),
    term("hop limit", "an ending: too many hops from the seed to follow, by setting"),
    term("hub", "an ending: at an address with too many counterparties to be one person's"),
    term("lead", "what may help to go on and proves nothing; it is in no sum"),
    term("ledger", "per seed and asset: seeded + converted in = converted out + endings"),
    term("libr", "a rule: clean lots are taken before stolen ones (lowest intermediate balance)"),
    term("lifo", "a rule: the newest lots are taken first"),
    term(
        "link",
        "what may tie two addresses to one owner; strong or weak, it is a lead and proves nothing",
    ),
    term("lot", "an amount with one provenance: one seed, or clean"),
    term("mixer", "an ending: in a mixer, whose payments out are not tied to payments in"),
    term("not covered", "an ending: the address was not looked at, or not in all blocks needed"),
    term("open end", "where more looking is needed, with what waits there"),
    term(
        "opening balance",
        "what an account had when stolen value first came to it; it counts as clean",
    ),
    term(
        "path",
        "a way along hops from a seed to a place, and what can have come that way at most",
    ),
    term("pattern", "behaviour that has a name, a typology; it proves no intent"),
    term("poison", "no ledger: all that leaves an account after stolen value came there, in full"),
    term(
        "reservation",
        "something that weakens an amount, or that a reader must know before relying on it",
    ),
    term(
        "rule",
        "which lots an outgoing transfer takes when stolen and clean value share an account",
    ),
    term("sanctioned", "an ending: at an address with a listing in force at the transfer or today"),
    term("seed", "a stolen amount from which the trace starts"),
    term("service", "an ending: at a custodial service, whose payments out are its own"),
    term("share", "which part of its seed an amount is"),
    term("unexplained", "an ending: gone from the balance, and no transfer seen says where"),
];

/// What the report on a wallet speaks of besides.
pub(super) const WALLET: &[Term] = &[
    term("bridge", "contracts that take value in on one chain and pay it out on another"),
    term("conversion leg", "one of the transfers of a conversion"),
    term(
        "dealing",
        "a payment from or to the wallet, or a leg of a conversion, that counts as its own doing",
    ),
    term("exchange", "a firm that keeps customers' assets in accounts of its own and trades them"),
    term("exposure", "with whom the wallet dealt; direct exposure is one hop"),
    term("flag", "something that asks for attention; it accuses nobody"),
    term("hub", "an address with too many counterparties to be one person's"),
    term(
        "mixer",
        "a service that pays out what others paid in, so that nobody can tell whose it was",
    ),
    term("pattern", "behaviour that has a name, a typology; it proves no intent"),
    term("signed", "of a transaction: the wallet paid its fee, so its key was used"),
    term(
        "unasked",
        "sent to the wallet, or logged about it, without its doing; it counts as nobody's dealing",
    ),
    term("unexplained", "what a balance gained or lost, and no transfer seen says how"),
    term("unlabelled", "no list used has a name for it; that does not say that nobody has"),
    term("verdict", "whether a listing was in force at the transfer, and whether it is today"),
];

/// What a word means where value is traced back, if it is another thing.
pub(super) const BACK: &[Term] = &[
    term("below threshold", "an origin: too little to trace back, by setting"),
    term("bridge", "an origin: out of a bridge, where the value came from another chain"),
    term("budget", "an origin: not followed because this run had spent its budget"),
    term("burned", "an origin: from where nobody has the key"),
    term(
        "contract without payment",
        "an origin: out of a contract that nobody is known to have paid for it in the same transaction",
    ),
    term(
        "counted with another seed",
        "an origin: this part of a payment is already traced back for another seed, and is counted there",
    ),
    term(
        "created",
        "an origin: minted, a reward, a withdrawal from the consensus layer, or there when the chain began",
    ),
    term("fee", "an origin: what was spent on gas"),
    term("held", "an origin: there at the first block looked at"),
    term("hop", "one movement of value that is traced back"),
    term("hop limit", "an origin: too many hops from the seed to trace back, by setting"),
    term("hub", "an origin: an address with too many counterparties to be one person's"),
    term("ledger", "per seed and asset: seeded + converted in = converted out + origins"),
    term("mixer", "an origin: out of a mixer, whose payments out are not tied to payments in"),
    term("not covered", "an origin: the address was not looked at, or not in all blocks needed"),
    term("origin", "where value that is traced back came from, and why tracing back stopped"),
    term(
        "rule",
        "which lots an outgoing transfer takes when value of several credits shares an account",
    ),
    term("sanctioned", "an origin: an address with a listing in force at the transfer or today"),
    term("seed", "a received amount from which tracing back starts"),
    term("service", "an origin: a custodial service, whose payments out are its own"),
    term("unexplained", "an origin: there, and no transfer seen says where it came from"),
];
