// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.0;

/// A pool of one denomination with the functions and events of a Tornado Cash native pool. It checks no
/// proof: on a test chain nobody needs to be convinced. Slot 0 holds the denomination, set in the
/// genesis block because the pools stand at their well-known addresses.
contract Mixer {
    uint256 public denomination;
    uint32 public nextIndex;
    mapping(bytes32 => bool) public nullifierHashes;

    event Deposit(bytes32 indexed commitment, uint32 leafIndex, uint256 timestamp);
    event Withdrawal(address to, bytes32 nullifierHash, address indexed relayer, uint256 fee);

    function deposit(bytes32 commitment) external payable {
        require(msg.value == denomination, "Please send `mixDenomination` ETH along with transaction");
        emit Deposit(commitment, nextIndex, block.timestamp);
        nextIndex += 1;
    }

    function withdraw(
        bytes calldata,
        bytes32,
        bytes32 nullifierHash,
        address payable recipient,
        address payable relayer,
        uint256 fee,
        uint256
    ) external payable {
        require(!nullifierHashes[nullifierHash], "The note has been already spent");
        nullifierHashes[nullifierHash] = true;
        (bool paid,) = recipient.call{value: denomination - fee}("");
        require(paid, "payment to _recipient did not go thru");
        if (fee > 0) {
            (paid,) = relayer.call{value: fee}("");
            require(paid, "payment to _relayer did not go thru");
        }
        emit Withdrawal(recipient, nullifierHash, relayer, fee);
    }
}
