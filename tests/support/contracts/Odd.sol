// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.0;

/// Tokens whose balances their logs do not explain. Anybody may mint.
abstract contract Odd {
    string public constant symbol = "ODD";
    uint8 public constant decimals = 6;
    mapping(address => uint256) internal shares;

    event Transfer(address indexed from, address indexed to, uint256 value);

    function mint(address to, uint256 value) external {
        shares[to] += value;
        emit Transfer(address(0), to, value);
    }

    function balanceOf(address account) public view virtual returns (uint256);
}

/// Keeps a hundredth of what is sent, and does not say so.
contract Taxed is Odd {
    function balanceOf(address account) public view override returns (uint256) {
        return shares[account];
    }

    function transfer(address to, uint256 value) external returns (bool) {
        shares[msg.sender] -= value;
        shares[to] += value - value / 100;
        emit Transfer(msg.sender, to, value);
        return true;
    }
}

/// Everybody's balance grows at once, and no log says so.
contract Rebasing is Odd {
    uint256 public percent;

    function balanceOf(address account) public view override returns (uint256) {
        return (shares[account] * (100 + percent)) / 100;
    }

    function transfer(address to, uint256 value) external returns (bool) {
        uint256 moved = (value * 100) / (100 + percent);
        shares[msg.sender] -= moved;
        shares[to] += moved;
        emit Transfer(msg.sender, to, value);
        return true;
    }

    function grow(uint256 by) external {
        percent += by;
    }
}
