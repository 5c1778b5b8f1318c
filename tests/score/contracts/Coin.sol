// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.0;

/// A dollar token with 18 decimals. One call may move it for several payers, as a router with approvals does.
contract Coin {
    event Transfer(address indexed from, address indexed to, uint256 value);

    string public constant name = "Score";
    string public constant symbol = "SCORE";
    uint8 public constant decimals = 18;
    mapping(address => uint256) public balanceOf;

    function transfer(address to, uint256 value) external returns (bool) {
        _move(msg.sender, to, value);
        return true;
    }

    /// Moves in this order; the zero address mints.
    function moveAll(address[] calldata from, address[] calldata to, uint256[] calldata value) external {
        for (uint256 at = 0; at < from.length; at++) {
            _move(from[at], to[at], value[at]);
        }
    }

    function _move(address from, address to, uint256 value) private {
        if (from != address(0)) {
            balanceOf[from] -= value;
        }
        balanceOf[to] += value;
        emit Transfer(from, to, value);
    }
}
