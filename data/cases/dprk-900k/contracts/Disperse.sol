// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.0;

/// Pays several addresses in one transaction and returns what was refused.
contract Disperse {
    event Refused(address indexed recipient, uint256 amount);

    function disperse(address[] calldata recipients, uint256[] calldata amounts) external payable {
        for (uint256 i = 0; i < recipients.length; i++) {
            (bool paid,) = recipients[i].call{value: amounts[i]}("");
            if (!paid) emit Refused(recipients[i], amounts[i]);
        }
        if (address(this).balance > 0) {
            (bool returned,) = msg.sender.call{value: address(this).balance}("");
            require(returned, "Disperse: refund refused");
        }
    }
}

/// Passes a payment on before it refuses it: the inner payment must not count.
contract Refuser {
    address payable public immutable next;

    constructor(address payable next_) {
        next = next_;
    }

    receive() external payable {
        (bool paid,) = next.call{value: msg.value}("");
        require(paid && msg.value == 0, "Refuser: no");
    }
}

/// Takes the native coin and gives nothing back in the same transaction.
contract Vault {
    mapping(address => uint256) public deposited;

    event Deposited(address indexed from, uint256 amount);

    function deposit() external payable {
        deposited[msg.sender] += msg.value;
        emit Deposited(msg.sender, msg.value);
    }
}
