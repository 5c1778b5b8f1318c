// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.0;

/// What a price feed answers, after Chainlink's AggregatorV3Interface, written anew from its signatures.
contract Feed {
    string public description;
    uint8 public decimals;
    int256 private answer;
    uint256 private updated;
    bool private isBroken;

    function describe(string calldata description_, uint8 decimals_) external {
        description = description_;
        decimals = decimals_;
    }

    function say(int256 answer_, uint256 updated_) external {
        answer = answer_;
        updated = updated_;
        isBroken = false;
    }

    function breakDown() external {
        isBroken = true;
    }

    function latestRoundData() external view returns (uint80, int256, uint256, uint256, uint80) {
        require(!isBroken, "No data present");
        return (7, answer, updated, updated, 7);
    }
}

/// What a pool answers, after Uniswap v3's IUniswapV3PoolState and -DerivedState, written anew from their signatures:
/// its tick is said by hand, and it sums up ticks over time as a pool does.
contract Pool {
    address public token0;
    address public token1;
    uint24 public fee;
    uint128 public liquidity;
    uint160 private root;
    int24 private tick;
    int56 private sum;
    uint32 private since;
    uint32 private start;

    function make(address token0_, address token1_, uint24 fee_) external {
        token0 = token0_;
        token1 = token1_;
        fee = fee_;
        start = uint32(block.timestamp);
        since = start;
    }

    function say(uint128 liquidity_, uint160 root_, int24 tick_) external {
        sum += int56(tick) * int56(uint56(uint32(block.timestamp) - since));
        since = uint32(block.timestamp);
        liquidity = liquidity_;
        root = root_;
        tick = tick_;
    }

    function slot0() external view returns (uint160, int24, uint16, uint16, uint16, uint8, bool) {
        return (root, tick, 0, 1, 1, 0, true);
    }

    function observe(uint32[] calldata ago) external view returns (int56[] memory, uint160[] memory) {
        int56[] memory sums = new int56[](ago.length);
        for (uint256 i = 0; i < ago.length; i++) {
            uint32 at = uint32(block.timestamp) - ago[i];
            require(start <= at, "OLD");
            require(since <= at, "only what came since is remembered here");
            sums[i] = sum + int56(tick) * int56(uint56(at - since));
        }
        return (sums, new uint160[](ago.length));
    }
}

/// What issuers of tokens do to addresses, with the events and functions of USDT and USDC.
contract Issuer {
    mapping(address => bool) public isBlackListed;
    mapping(address => bool) public isBlacklisted;

    event AddedBlackList(address _user);
    event RemovedBlackList(address _user);
    event DestroyedBlackFunds(address _blackListedUser, uint256 _balance);
    event Blacklisted(address indexed _account);
    event UnBlacklisted(address indexed _account);

    function addBlackList(address user) external {
        isBlackListed[user] = true;
        emit AddedBlackList(user);
    }

    function removeBlackList(address user) external {
        isBlackListed[user] = false;
        emit RemovedBlackList(user);
    }

    function destroyBlackFunds(address user, uint256 balance) external {
        emit DestroyedBlackFunds(user, balance);
    }

    function blacklist(address account) external {
        isBlacklisted[account] = true;
        emit Blacklisted(account);
    }

    function unBlacklist(address account) external {
        isBlacklisted[account] = false;
        emit UnBlacklisted(account);
    }
}
