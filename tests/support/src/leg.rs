//! One chain of a case, played from its first block to its last.

use std::collections::{BTreeMap, VecDeque};

use fundtrail_model::{Address, Amount, EndingClass, H256};

use crate::contracts::Contracts;
use crate::noise::Noise;
use crate::player::{Mined, Player};
use crate::scenario::{self, Chain, Scenario};
use crate::world::World;
use crate::{deeds, setup};

/// Empty blocks after the last event, so that the finalized block lies behind it.
const LAST_BLOCKS: u64 = 6;
const SECONDS_BETWEEN_LAST_BLOCKS: u64 = 12;

/// A withdrawal from a mixer that pays out a deposit. Nothing on the chain says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MixerLink {
    /// The mixer pool.
    pub mixer: Address,
    /// The transaction of the deposit.
    pub deposit: H256,
    /// Who deposited.
    pub depositor: Address,
    /// The transaction of the withdrawal.
    pub withdrawal: H256,
    /// Who received it.
    pub recipient: Address,
}

/// One chain while it is played.
#[derive(Debug)]
pub struct Leg<'a> {
    /// What is to be played.
    pub spec: &'a Chain,
    /// The node and the books.
    pub player: Player,
    /// Who and what stands where.
    pub world: World,
    /// Everyone else's business.
    pub noise: Noise,
    /// Names of the addresses that the scenario mentions.
    pub names: BTreeMap<Address, String>,
    /// Deposits of each wallet into each mixer pool that have not been withdrawn.
    pub notes: BTreeMap<(String, String), VecDeque<H256>>,
    /// Which withdrawal pays out which deposit.
    pub links: Vec<MixerLink>,
    /// How many steps still take liquidity away: until then nobody trades at pools with exact reserves.
    pub n_removals_left: usize,
    n_secrets: u32,
}

impl<'a> Leg<'a> {
    /// Plays a chain.
    ///
    /// # Panics
    ///
    /// If the node cannot be started, or the scenario does not do what it says.
    #[must_use]
    pub fn play(scenario: &'a Scenario, spec: &'a Chain, contracts: Contracts) -> Self {
        let mut leg = setup::begin(scenario, spec, contracts);
        let between = spec.noise.blocks_between;
        for step in &spec.step {
            let at = scenario::seconds(&step.at);
            if leg.player.height() >= spec.first_step_block {
                leg.pass_time_until(at, between);
            }
            // Others' transactions stand before the story's in some blocks, so that positions say something.
            if leg.noise.is_busy() {
                Noise::queue(&mut leg);
            }
            deeds::perform(&mut leg, &step.deed, at);
        }
        for _ in 0..LAST_BLOCKS {
            let time = leg.player.time() + SECONDS_BETWEEN_LAST_BLOCKS;
            leg.player.mine_at(time);
        }
        leg
    }

    /// A leg whose node has just been started.
    pub(crate) const fn new(spec: &'a Chain, player: Player, world: World, noise: Noise) -> Self {
        Self {
            spec,
            player,
            world,
            noise,
            names: BTreeMap::new(),
            notes: BTreeMap::new(),
            links: Vec::new(),
            n_removals_left: 0,
            n_secrets: 0,
        }
    }

    /// The address of a name, remembered for the expected results.
    pub fn who(&mut self, name: &str) -> Address {
        let address = self.world.at(name);
        self.names.entry(address).or_insert_with(|| name.to_owned());
        address
    }

    /// Says that stolen value which arrives at a name is followed no further.
    pub fn set_stop(&mut self, name: &str, class: EndingClass) {
        let address = self.who(name);
        self.player.truth.set_stop(address, class);
    }

    /// A 32-byte value that no other call gives: commitments and nullifiers of mixer notes.
    pub fn secret(&mut self) -> H256 {
        self.n_secrets += 1;
        let text = format!("fundtrail demo: secret {} of chain {}", self.n_secrets, self.spec.id);
        H256(ethers_core::utils::keccak256(text))
    }

    /// Deposits once into a mixer pool, to be mined in the next block.
    pub fn deposit(&mut self, from: Address, mixer: &str) -> H256 {
        let place = *self.world.mixers.get(mixer).unwrap_or_else(|| panic!("no mixer `{mixer}`"));
        let commitment = ethers_core::abi::Token::FixedBytes(self.secret().0.to_vec());
        let effect = deeds::pay(from, place.address, self.player.native(), place.denomination);
        let target = ("Mixer", place.address);
        self.player.call(from, target, "deposit", &[commitment], place.denomination, vec![effect])
    }

    /// Withdraws once from a mixer pool, to be mined in the next block.
    pub fn withdraw(&mut self, mixer: &str, relayer: Address, to: Address, fee: Amount) -> H256 {
        use ethers_core::abi::Token;
        let place = *self.world.mixers.get(mixer).unwrap_or_else(|| panic!("no mixer `{mixer}`"));
        let args = [
            Token::Bytes(Vec::new()),
            Token::FixedBytes(vec![0; 32]),
            Token::FixedBytes(self.secret().0.to_vec()),
            Token::Address(to),
            Token::Address(relayer),
            Token::Uint(fee.base_units()),
            Token::Uint(0.into()),
        ];
        let asset = self.player.native();
        let paid = place.denomination.checked_sub(fee).expect("a relayer's fee is a small part");
        let effects = vec![deeds::fund(to, asset, paid), deeds::fund(relayer, asset, fee)];
        let target = ("Mixer", place.address);
        self.player.call(relayer, target, "withdraw", &args, Amount::ZERO, effects)
    }

    /// Mines the queue into a block some seconds after the last.
    pub fn mine_after(&mut self, seconds: u64) -> Mined {
        let time = self.player.time() + seconds;
        self.player.mine_at(time)
    }

    /// Others do what they do in so many blocks, spread over the time until the next step.
    fn pass_time_until(&mut self, at: u64, n_blocks: u32) {
        let n_blocks = u64::from(n_blocks);
        let begin = self.player.time();
        let gap = at.checked_sub(begin).unwrap_or_else(|| panic!("step at {at} is before {begin}"));
        if gap < 2 * (n_blocks + 1) {
            return;
        }
        for block_idx in 1..=n_blocks {
            Noise::queue(self);
            self.player.mine_at(begin + gap * block_idx / (n_blocks + 1));
        }
    }
}
