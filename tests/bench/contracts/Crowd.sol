// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.0;

/// A token that moves for many payers in one transaction. Wallet n is named by its number; 0 mints.
contract Crowd {
    event Transfer(address indexed from, address indexed to, uint256 value);

    string public constant name = "Crowd";
    string public constant symbol = "CROWD";
    uint8 public constant decimals = 6;
    mapping(address => uint256) public balanceOf;

    function wallet(uint256 number) public pure returns (address) {
        return number == 0 ? address(0) : address(uint160(uint256(keccak256(abi.encode(number)))));
    }

    /// Rows of 16 bytes: the payer's number and the payee's in 4 each, and the amount in 8.
    function move(bytes calldata rows) external {
        for (uint256 at = 0; at + 16 <= rows.length; at += 16) {
            uint128 row = uint128(bytes16(rows[at:at + 16]));
            (address from, address to) = (wallet(row >> 96), wallet((row >> 64) & 0xffffffff));
            uint256 value = uint64(row);
            if (from != address(0)) {
                balanceOf[from] -= value;
            }
            balanceOf[to] += value;
            emit Transfer(from, to, value);
        }
    }
}
