// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.0;

import "./Token.sol";

/// Locks tokens here, to be paid out on another chain.
contract Bridge {
    uint256 public nextTransfer;

    event Locked(
        uint256 indexed transferId,
        address indexed sender,
        address indexed token,
        uint256 amount,
        uint256 toChain,
        address recipient
    );

    function lock(Token token, uint256 amount, uint256 toChain, address recipient) external {
        token.transferFrom(msg.sender, address(this), amount);
        emit Locked(nextTransfer, msg.sender, address(token), amount, toChain, recipient);
        nextTransfer += 1;
    }
}
